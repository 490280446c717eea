//! Which runs stand in which cell of which round.

use std::collections::BTreeMap;

use super::quantity::Quantity;
use crate::schema::{Config, Factors, Results, Run, workload};
use crate::statistics::factorial::Table;

/// Rounds of trials with a valid run of every cell.
pub(super) struct Rounds<'a> {
    pub(super) factors: &'a Factors,
    /// For each round its runs, codec by codec, within a codec transport by transport.
    pub(super) complete: Vec<Vec<&'a Run>>,
    /// Rounds in which a cell has no valid run, or more than one.
    pub(super) left_out: usize,
}

impl<'a> Rounds<'a> {
    /// None where no round is complete. Of merged files those count that ran the same cells as the first, under the same
    /// conditions.
    pub(super) fn of(results: &'a Results) -> Option<Self> {
        let factors = results.config.factors.as_ref()?;
        let mut rounds: BTreeMap<(u32, u32), Vec<&'a Run>> = BTreeMap::new();
        for run in results.runs.iter().filter(|run| is_cell(run, results)) {
            rounds.entry((run.origin, run.trial)).or_default().push(run);
        }
        let all = rounds.len();
        let complete: Vec<Vec<&Run>> = rounds
            .into_values()
            .filter_map(|runs| in_cells(factors, &runs))
            .collect();
        (!complete.is_empty()).then(|| Self {
            factors,
            left_out: all - complete.len(),
            complete,
        })
    }

    /// The place of a codec.
    pub(super) fn codec(&self, name: &str) -> Option<usize> {
        self.factors.codecs.iter().position(|codec| codec == name)
    }

    /// The place of a transport.
    pub(super) fn transport(&self, name: &str) -> Option<usize> {
        let mut transports = self.factors.transports.iter();
        transports.position(|transport| transport == name)
    }

    /// A quantity in each round that has it in every cell.
    pub(super) fn tables(&self, quantity: &Quantity) -> Vec<Table> {
        let (rows, columns) = (self.factors.codecs.len(), self.factors.transports.len());
        let table = |runs: &Vec<&Run>| {
            let values: Option<Vec<f64>> = runs.iter().map(|run| (quantity.of)(run)).collect();
            Table::full(rows, columns, values?)
        };
        self.complete.iter().filter_map(table).collect()
    }

    /// What each codec takes alone in each round: the median over its cells, because a loop that is interrupted only takes
    /// longer. None where nobody measured it.
    pub(super) fn alone(&self, quantity: &Quantity) -> Option<Vec<Vec<f64>>> {
        let alone = quantity.alone?;
        let columns = self.factors.transports.len();
        let of_codec = |runs: &[&Run]| {
            let mut values: Vec<f64> = runs
                .iter()
                .filter_map(|run| run.encoding.as_ref().map(alone))
                .collect();
            values.sort_unstable_by(f64::total_cmp);
            values.get(values.len() / 2).copied()
        };
        self.complete
            .iter()
            .map(|runs| runs.chunks(columns).map(of_codec).collect())
            .collect()
    }
}

/// Whether a run is of a cell, and not of what a factorial run measures beside them.
pub(crate) fn is_cell(run: &Run, results: &Results) -> bool {
    let config = config_of(run, results);
    let is_compressed = run
        .conditions
        .as_ref()
        .is_some_and(|conditions| conditions.compression.is_some());
    run.workload == workload::FACTORIAL
        && run.control_of.is_none()
        && run.connections.is_none()
        && !is_compressed
        && is_alike(run, results)
        && config.is_some_and(|config| {
            config.factors == results.config.factors && config.store == run.store
        })
}

/// Whether a run was under the conditions of the first run of its workload, whatever file each is from: as many accounts
/// and requests in flight, texts of one size, one link, one delivery.
pub(crate) fn is_alike(run: &Run, results: &Results) -> bool {
    let mut runs = results.runs.iter();
    runs.find(|first| first.workload == run.workload)
        .is_some_and(|first| {
            run.accounts == first.accounts
                && run.in_flight == first.in_flight
                && run.message_bytes == first.message_bytes
                && run.link == first.link
                && run.delivery == first.delivery
        })
}

/// What was asked for in the file that a run is from.
fn config_of<'a>(run: &Run, results: &'a Results) -> Option<&'a Config> {
    match usize::try_from(run.origin).ok()?.checked_sub(1) {
        None => Some(&results.config),
        Some(other) => results.also_from.get(other).map(|origin| &origin.config),
    }
}

/// The runs of a round, in the order of the cells; none unless each has one valid run.
fn in_cells<'a>(factors: &Factors, runs: &[&'a Run]) -> Option<Vec<&'a Run>> {
    let mut cells = Vec::new();
    for codec in &factors.codecs {
        for transport in &factors.transports {
            let mut own = runs
                .iter()
                .filter(|run| run.codec == *codec && run.transport == *transport);
            match (own.next(), own.next()) {
                (Some(run), None) if run.valid => cells.push(*run),
                _ => return None,
            }
        }
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Machine;

    #[test]
    fn runs_are_alike_where_nothing_but_the_protocol_differs() {
        let first = Run {
            workload: workload::FACTORIAL.to_owned(),
            accounts: 10,
            in_flight: 1,
            ..Run::default()
        };
        let mut results = Results::new(Machine::default(), Config::default());
        results.runs.push(first.clone());
        let check = |change: fn(&mut Run), expected: bool| {
            let mut run = first.clone();
            change(&mut run);
            assert_eq!(is_alike(&run, &results), expected, "{run:?}");
        };
        check(|run| run.codec = "json".to_owned(), true);
        check(|run| run.accounts = 20, false);
        check(|run| run.in_flight = 8, false);
        check(|run| run.message_bytes = Some(100), false);
        check(|run| run.link = Some("lan".to_owned()), false);
        check(|run| run.delivery = Some("poll:2s".to_owned()), false);
    }
}
