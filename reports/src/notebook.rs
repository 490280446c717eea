//! The figures of the main notebook, typed: its Tables 1 to 3; and those of the dev journal.

use std::sync::LazyLock;

use serde::Deserialize;

/// What the notebook measured.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Notebook {
    /// Table 1.
    pub(crate) efficiency: Vec<EfficiencyRow>,
    /// Tables 2 and 3.
    pub(crate) scaling: Vec<ScalingRow>,
    /// What the dev journal measured.
    pub(crate) journal: Vec<JournalRow>,
}

/// One of the dev journal's three measurements.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalRow {
    /// The phase that measures it here.
    pub(crate) what: String,
    pub(crate) sockets_s: f64,
    pub(crate) grpc_s: f64,
}

/// A row of Table 1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EfficiencyRow {
    pub(crate) protocol: String,
    pub(crate) elapsed_s: f64,
    pub(crate) sent_bytes: u64,
    pub(crate) received_bytes: u64,
}

/// A row of Tables 2 and 3.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScalingRow {
    pub(crate) accounts: u32,
    pub(crate) protocol: String,
    pub(crate) elapsed_s: f64,
    pub(crate) throughput_hz: f64,
    pub(crate) latency_max_s: f64,
    pub(crate) sent_bytes: u64,
    pub(crate) received_bytes: u64,
}

impl ScalingRow {
    /// The messages that the row's own figures imply: a rate by a time.
    pub(crate) fn messages_implied(&self) -> f64 {
        self.throughput_hz * self.elapsed_s
    }

    /// Messages when every account sends to every other.
    pub(crate) fn messages_all_to_all(&self) -> f64 {
        f64::from(self.accounts) * f64::from(self.accounts - 1)
    }
}

/// The figures, read from the file that is built in.
pub(crate) static NOTEBOOK: LazyLock<Notebook> = LazyLock::new(|| {
    toml::from_str(include_str!("figures/notebook.toml")).expect("the built-in figures are sound")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rows_are_there() {
        assert_eq!(NOTEBOOK.efficiency.len(), 3);
        assert_eq!(NOTEBOOK.scaling.len(), 12);
        assert_eq!(NOTEBOOK.journal.len(), 3);
        let json = NOTEBOOK
            .scaling
            .iter()
            .find(|row| row.accounts == 40 && row.protocol == "json")
            .expect("a row for json at 40");
        assert_eq!(json.sent_bytes, 55_527);
        assert_eq!(json.received_bytes, 7_544);
    }

    #[test]
    fn the_rows_imply_half_of_all_to_all() {
        for row in &NOTEBOOK.scaling {
            let share = row.messages_implied() / row.messages_all_to_all();
            assert!((share - 0.5).abs() < 0.005, "{row:?}: {share}");
        }
    }
}
