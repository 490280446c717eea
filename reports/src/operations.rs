//! How long each kind of operation took, where a workload mixes several.

use std::collections::BTreeSet;

use hdrhistogram::Histogram;

use crate::cells::{Cell, CellError};
use crate::latency;
use crate::numbers::{self, FEW_SAMPLES, NONE};

/// The response times of one kind of operation in one cell, of all valid trials together.
pub(crate) struct Took {
    all: Option<Histogram<u64>>,
}

/// The kinds of operations that occur among cells, in the order of their names; none where no workload mixes several.
pub(crate) fn kinds<'a>(cells: &[&Cell<'a>]) -> Vec<&'a str> {
    let runs = cells.iter().flat_map(|cell| cell.valid.iter().copied());
    let kinds: BTreeSet<&str> = runs
        .flat_map(|run| run.operations.keys().map(String::as_str))
        .collect();
    kinds.into_iter().collect()
}

impl Took {
    /// Merges the trials of a cell.
    ///
    /// # Errors
    /// When a histogram cannot be read.
    pub(crate) fn of(cell: &Cell<'_>, kind: &str) -> Result<Self, CellError> {
        let summaries = cell.valid.iter().filter_map(|run| run.operations.get(kind));
        let all = latency::merge(summaries).map_err(|source| CellError {
            protocol: cell.protocol.to_owned(),
            workload: cell.workload.to_owned(),
            accounts: cell.accounts,
            source,
        })?;
        Ok(Self { all })
    }

    /// How many there were.
    pub(crate) fn count(&self) -> String {
        self.all
            .as_ref()
            .map_or(NONE.to_owned(), |all| numbers::count(all.len()))
    }

    /// A percentile in microseconds, marked where few samples lie beyond it.
    pub(crate) fn percentile_us(&self, quantile: f64) -> String {
        let Some(all) = &self.all else {
            return NONE.to_owned();
        };
        let mark = if latency::is_uncertain(quantile, all.len()) {
            FEW_SAMPLES
        } else {
            ""
        };
        let us = numbers::to_f64(all.value_at_quantile(quantile)) / 1e3;
        format!("{}{mark}", numbers::measured(us))
    }
}
