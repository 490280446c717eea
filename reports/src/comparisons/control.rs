//! How much one protocol differs from itself: the noise floor. A control is a protocol's second measurement in the same
//! rounds of trials, and is compared with its first exactly as two protocols are compared.

use super::metrics::{METRICS, Metric};
use super::pairs::{self, Compared};
use crate::cells::{Cell, Grid};
use crate::schema::Run;
use crate::statistics::ratio::Finding;

/// A protocol compared with itself.
#[derive(Debug)]
pub(crate) struct Control {
    /// Which protocol, under which conditions.
    pub(crate) label: String,
    pub(crate) workload: String,
    pub(crate) accounts: u32,
    floors: Vec<Floor>,
}

/// How much one metric of it differs.
#[derive(Debug)]
pub(crate) struct Floor {
    pub(crate) metric: &'static Metric,
    pub(crate) compared: Compared,
}

impl Control {
    /// The control of some results; none where none ran with its original in valid runs. Where merged results have several, the first.
    pub(crate) fn of(grid: &Grid<'_>) -> Option<Self> {
        grid.cells.iter().find_map(|cell| {
            let again: Vec<&Run> = grid.controls_of(cell).collect();
            (!again.is_empty())
                .then(|| Self::between(cell, &again))
                .filter(|control| control.pairs() > 0)
        })
    }

    fn between(cell: &Cell<'_>, again: &[&Run]) -> Self {
        let original: Vec<&Run> = cell.all_runs().collect();
        let floor = |metric: &'static Metric| Floor {
            metric,
            compared: pairs::compare(metric, again, &original),
        };
        Self {
            label: cell.label.clone(),
            workload: cell.workload.to_owned(),
            accounts: cell.accounts,
            floors: METRICS.iter().map(floor).collect(),
        }
    }

    /// Each metric that could be compared.
    pub(crate) fn floors(&self) -> impl Iterator<Item = &Floor> {
        self.floors
            .iter()
            .filter(|floor| floor.compared.ratio.is_some())
    }

    /// How a metric of the protocol compares with itself.
    pub(crate) fn floor(&self, metric: &Metric) -> Option<&Floor> {
        self.floors()
            .find(|floor| floor.metric.title == metric.title)
    }

    /// The metrics by which the protocol was found to differ from itself: their words mean nothing.
    pub(crate) fn untrusted(&self) -> Vec<&'static str> {
        self.floors()
            .filter(|floor| floor.says_difference())
            .map(|floor| floor.metric.title)
            .collect()
    }

    /// The number of rounds in which the protocol was measured twice.
    pub(crate) fn pairs(&self) -> usize {
        let pairs = self.floors().filter_map(|floor| floor.compared.ratio);
        pairs.map(|ratio| ratio.pairs).max().unwrap_or(0)
    }
}

impl Floor {
    /// Whether the protocol was found to differ from itself.
    pub(crate) fn says_difference(&self) -> bool {
        let finding = self.compared.ratio.map(|ratio| ratio.finding());
        matches!(finding, Some(Finding::More | Finding::Less))
    }

    /// The end of the interval that is further from 1, as a ratio above 1: differences within it are what the same
    /// thing shows twice. None of fewer than two pairs; 1 of counts that agree.
    pub(crate) fn reach(&self) -> Option<f64> {
        let ratio = self.compared.ratio?;
        if ratio.is_exact {
            return Some(ratio.ratio.max(1.0 / ratio.ratio));
        }
        let interval = ratio.interval?;
        Some(interval.high.max(1.0 / interval.low))
    }
}
