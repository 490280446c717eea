//! Where exact metrics are written down, each once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

use reports::gate::baseline::Exact;
use reports::gate::metric::MetricId;

/// Metrics by name.
#[derive(Default)]
pub(super) struct Sheet {
    metrics: BTreeMap<MetricId, Exact>,
}

impl Sheet {
    /// Writes down a number, and the bytes behind it if there are any.
    ///
    /// # Errors
    /// If there is one of that name already.
    pub(super) fn write(
        &mut self,
        name: &[&str],
        value: u64,
        bytes: Option<&[u8]>,
    ) -> anyhow::Result<()> {
        let id = MetricId::of(name);
        let exact = Exact {
            value,
            hex: bytes.map(hexadecimal),
        };
        match self.metrics.entry(id) {
            Entry::Vacant(free) => {
                free.insert(exact);
                Ok(())
            }
            Entry::Occupied(taken) => anyhow::bail!(
                "{} was measured twice; give one of the two another name",
                taken.key()
            ),
        }
    }

    pub(super) fn into_metrics(self) -> BTreeMap<MetricId, Exact> {
        self.metrics
    }
}

/// Bytes as baselines have them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take all that is written");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_metric_is_written_over() {
        let mut sheet = Sheet::default();
        let name = ["message", "custom", "request", "send", "bytes"];
        sheet.write(&name, 2, Some(&[0x0a, 0xff])).unwrap();
        let error = sheet.write(&name, 3, None).unwrap_err();
        assert!(error.to_string().contains("measured twice"), "{error}");
        let metrics = sheet.into_metrics();
        let (_, exact) = metrics.first_key_value().unwrap();
        assert_eq!((exact.value, exact.hex.as_deref()), (2, Some("0aff")));
    }
}
