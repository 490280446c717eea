//! Runs, grouped: trials of the same protocol, workload, number of accounts and conditions stand in one cell, and
//! every number that is shown is made from a cell's valid trials.

use std::collections::{BTreeMap, BTreeSet};

use hdrhistogram::Histogram;

use crate::conditions::Conditions;
use crate::latency::{self, HistogramError, Quantile};
use crate::palette::{self, Style};
use crate::schema::{FLOOR, LatencySummary, Results, Run, workload};
use crate::statistics::interval::Estimate;
use crate::statistics::settling::{self, Settling};

/// A histogram in a results file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the latencies of {protocol} with {accounts} accounts ({workload}): {source}")]
pub struct CellError {
    /// The protocol that was measured.
    pub protocol: String,
    /// The workload.
    pub workload: String,
    /// The number of accounts.
    pub accounts: u32,
    /// What is wrong.
    pub source: HistogramError,
}

/// Which of a run's latencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ack,
    Delivery,
}

impl Kind {
    /// What a run has of it.
    pub(crate) fn of(self, run: &Run) -> Option<&LatencySummary> {
        match self {
            Self::Ack => run.latency.ack.as_ref(),
            Self::Delivery => run.latency.delivery.as_ref(),
        }
    }
}

/// A percentile of the merged histogram, and whether enough samples lie beyond it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Percentile {
    /// Its value, or what it is above.
    pub(crate) value_ns: f64,
    pub(crate) uncertain: bool,
    /// Whether the value is known: not where it falls on an operation whose end nobody saw.
    pub(crate) is_known: bool,
}

/// All trials of one protocol, workload, number of accounts and set of conditions.
#[derive(Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) workload: &'a str,
    pub(crate) accounts: u32,
    pub(crate) protocol: &'a str,
    /// The protocol's name, with the conditions that differ within the workload.
    pub(crate) label: String,
    /// Those conditions alone.
    pub(crate) conditions: String,
    pub(crate) style: Style,
    /// The trials that count.
    pub(crate) valid: Vec<&'a Run>,
    /// The trials that do not.
    pub(crate) invalid: Vec<&'a Run>,
    ack: Option<Histogram<u64>>,
    delivery: Option<Histogram<u64>>,
    /// The conditions that a reference must share: all but the store, which a reference does not have.
    reference_conditions: String,
}

impl<'a> Cell<'a> {
    /// The cell that a run belongs to, still without any.
    fn empty(
        run: &'a Run,
        label: String,
        conditions: &Conditions,
        styles: &BTreeMap<&str, Style>,
    ) -> Self {
        Self {
            workload: &run.workload,
            accounts: run.accounts,
            protocol: &run.protocol,
            label,
            conditions: conditions.words(run),
            style: styles[run.protocol.as_str()].under_condition(conditions.index(run)),
            valid: Vec::new(),
            invalid: Vec::new(),
            ack: None,
            delivery: None,
            reference_conditions: conditions.shared_with_reference(run),
        }
    }

    /// Something measured, over the valid trials that have it.
    pub(crate) fn estimate(&self, measure: impl Fn(&Run) -> Option<f64>) -> Option<Estimate> {
        Estimate::measured(self.valid.iter().filter_map(|run| measure(run)))
    }

    /// Something counted, over the valid trials that have it: exact where they agree.
    pub(crate) fn counted(&self, measure: impl Fn(&Run) -> Option<f64>) -> Option<Estimate> {
        Estimate::counted(self.valid.iter().filter_map(|run| measure(run)))
    }

    /// A figure of each trial's own latencies.
    pub(crate) fn latency_estimate(
        &self,
        kind: Kind,
        figure: impl Fn(&LatencySummary) -> u64,
    ) -> Option<Estimate> {
        self.estimate(|run| kind.of(run).map(|s| crate::numbers::to_f64(figure(s))))
    }

    /// A percentile of all valid trials together, with the interval of the trials' own; `figure` is the same
    /// percentile of a trial.
    pub(crate) fn percentile_estimate(
        &self,
        kind: Kind,
        (quantile, figure): (f64, fn(&LatencySummary) -> u64),
    ) -> Option<Estimate> {
        let own = self.latency_estimate(kind, figure)?;
        let percentile = self.percentile(kind, quantile)?;
        Some(Estimate {
            value: percentile.value_ns,
            ..own
        })
    }

    /// The latencies of all valid trials together.
    pub(crate) fn histogram(&self, kind: Kind) -> Option<&Histogram<u64>> {
        match kind {
            Kind::Ack => self.ack.as_ref(),
            Kind::Delivery => self.delivery.as_ref(),
        }
    }

    /// A percentile of all valid trials together.
    pub(crate) fn percentile(&self, kind: Kind, quantile: f64) -> Option<Percentile> {
        let histogram = self.histogram(kind)?;
        let summaries = self.valid.iter().filter_map(|run| kind.of(run));
        let censored = summaries.map(|summary| summary.censored).sum();
        let Quantile {
            at_least_ns,
            is_known,
        } = Quantile::of(histogram, censored, quantile);
        Some(Percentile {
            value_ns: crate::numbers::to_f64(at_least_ns),
            uncertain: latency::is_uncertain(quantile, histogram.len()),
            is_known,
        })
    }

    /// Whether it stands beside the ranking.
    pub(crate) fn is_reference(&self) -> bool {
        self.protocol == FLOOR
    }

    /// Whether server and generator shared a process, so that it is a component and not a contender.
    pub(crate) fn is_component(&self) -> bool {
        let mut runs = self.valid.iter().chain(&self.invalid);
        runs.any(|run| run.in_process)
    }

    /// Whether it is compared with others of its workload.
    pub(crate) fn competes(&self) -> bool {
        let is_ranked = !self.is_reference() && !self.is_component() && !self.is_invalid();
        // Of a factorial run attribution and claims say what may be said.
        is_ranked && self.workload != workload::FACTORIAL
    }

    /// Whether another cell is of the same workload and number of accounts, under the same conditions.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.workload == other.workload
            && self.accounts == other.accounts
            && self.conditions == other.conditions
    }

    /// All trials, in no particular order.
    pub(crate) fn all_runs(&self) -> impl Iterator<Item = &'a Run> {
        self.valid.iter().chain(&self.invalid).copied()
    }

    /// Whether any valid trial has a measure.
    pub(crate) fn has(&self, measure: impl Fn(&Run) -> Option<f64>) -> bool {
        self.valid.iter().any(|run| measure(run).is_some())
    }

    /// How many valid trials had not settled.
    pub(crate) fn unsettled(&self) -> usize {
        let unsettled = |run: &&&Run| matches!(settling::of(run), Settling::Unsettled(_));
        self.valid.iter().filter(unsettled).count()
    }

    /// Whether no trial counts.
    pub(crate) fn is_invalid(&self) -> bool {
        self.valid.is_empty()
    }
}

/// All cells of a report, by workload, number of accounts, protocol.
#[derive(Debug)]
pub(crate) struct Grid<'a> {
    pub(crate) results: &'a Results,
    pub(crate) cells: Vec<Cell<'a>>,
    /// Second measurements of a protocol under another name: in no cell, and in no table or chart of protocols.
    controls: Vec<(&'a Run, String)>,
}

impl<'a> Grid<'a> {
    /// Groups the runs, and merges their histograms.
    pub(crate) fn new(results: &'a Results) -> Result<Self, CellError> {
        let (compared, controls): (Vec<&Run>, Vec<&Run>) = results
            .runs
            .iter()
            .partition(|run| run.control_of.is_none());
        let styles = palette::assign(compared.iter().map(|run| run.protocol.as_str()));
        let conditions = Conditions::of(&results.runs);
        let mut cells: Vec<Cell<'a>> = Vec::new();
        for run in compared {
            let label = conditions.label(run);
            let at = cells.iter().position(|cell| {
                cell.workload == run.workload
                    && cell.accounts == run.accounts
                    && cell.label == label
            });
            let at = at.unwrap_or_else(|| {
                cells.push(Cell::empty(run, label, &conditions, &styles));
                cells.len() - 1
            });
            let cell = &mut cells[at];
            if run.valid {
                cell.valid.push(run);
            } else {
                cell.invalid.push(run);
            }
        }
        for cell in &mut cells {
            cell.ack = merged(cell, Kind::Ack)?;
            cell.delivery = merged(cell, Kind::Delivery)?;
        }
        sort(&mut cells, results);
        Ok(Self {
            results,
            cells,
            controls: controls
                .into_iter()
                .map(|run| (run, conditions.words(run)))
                .collect(),
        })
    }

    /// The second measurements of a cell's protocol, in the same cell.
    pub(crate) fn controls_of(&self, cell: &Cell<'_>) -> impl Iterator<Item = &'a Run> {
        let of_cell = move |(run, conditions): &&(&'a Run, String)| {
            run.control_of.as_deref() == Some(cell.protocol)
                && run.workload == cell.workload
                && run.accounts == cell.accounts
                && *conditions == cell.conditions
        };
        self.controls.iter().filter(of_cell).map(|(run, _)| *run)
    }

    /// The workloads that ran, in order.
    pub(crate) fn workloads(&self) -> Vec<&'a str> {
        let mut workloads = Vec::new();
        for cell in &self.cells {
            if !workloads.contains(&cell.workload) {
                workloads.push(cell.workload);
            }
        }
        workloads
    }

    /// The workload that the charts and the verdict are about: scaling where it ran, then whatever is not efficiency; a
    /// factorial run, whose cells are components, only where there is no other.
    pub(crate) fn main_workload(&self) -> Option<&'a str> {
        let workloads = self.workloads();
        let rank = |name: &str| match name {
            workload::SCALING => 0,
            workload::EFFICIENCY => 2,
            workload::FACTORIAL => 3,
            _ => 1,
        };
        workloads.into_iter().min_by_key(|name| rank(name))
    }

    /// The cells of a workload.
    pub(crate) fn of_workload(&self, workload: &str) -> impl Iterator<Item = &Cell<'a>> {
        self.cells
            .iter()
            .filter(move |cell| cell.workload == workload)
    }

    /// The cells of the main workload.
    pub(crate) fn main(&self) -> Vec<&Cell<'a>> {
        let Some(workload) = self.main_workload() else {
            return Vec::new();
        };
        self.of_workload(workload).collect()
    }

    /// The cells of the main workload at its largest number of accounts.
    pub(crate) fn main_at_largest(&self) -> Vec<&Cell<'a>> {
        let main = self.main();
        let largest = main.iter().map(|cell| cell.accounts).max();
        main.into_iter()
            .filter(|cell| Some(cell.accounts) == largest)
            .collect()
    }

    /// What a cell reaches of the throughput of `floor` under the same conditions; none for `floor` itself.
    pub(crate) fn share_of_floor(&self, cell: &Cell<'_>) -> Option<f64> {
        if cell.is_reference() {
            return None;
        }
        let floor = self.cells.iter().find(|other| {
            other.is_reference()
                && other.workload == cell.workload
                && other.accounts == cell.accounts
                && other.reference_conditions == cell.reference_conditions
        })?;
        let rate = |cell: &Cell<'_>| Some(cell.estimate(crate::measures::throughput_hz)?.value);
        Some(rate(cell)? / rate(floor)?)
    }
}

fn merged(cell: &Cell<'_>, kind: Kind) -> Result<Option<Histogram<u64>>, CellError> {
    latency::merge(cell.valid.iter().filter_map(|run| kind.of(run))).map_err(|source| CellError {
        protocol: cell.protocol.to_owned(),
        workload: cell.workload.to_owned(),
        accounts: cell.accounts,
        source,
    })
}

/// By workload and protocol as they were asked for, the reference last; whatever was not asked for, by name.
fn sort(cells: &mut [Cell<'_>], results: &Results) {
    let place = |list: &[String], name: &str| list.iter().position(|item| item == name);
    let last = usize::MAX;
    cells.sort_by(|a, b| {
        let key = |cell: &Cell<'_>| {
            (
                place(&results.config.workloads, cell.workload).unwrap_or(last),
                cell.workload.to_owned(),
                cell.accounts,
                cell.is_reference(),
                place(&results.config.protocols, cell.protocol).unwrap_or(last),
                cell.protocol.to_owned(),
            )
        };
        // The sort is stable: conditions of one protocol stay in the order in which they ran.
        key(a).cmp(&key(b))
    });
}

/// The numbers of accounts among cells, in order.
pub(crate) fn account_numbers(cells: &[&Cell<'_>]) -> Vec<u32> {
    let numbers: BTreeSet<u32> = cells.iter().map(|cell| cell.accounts).collect();
    numbers.into_iter().collect()
}

/// One cell of each label among cells, in order: what a legend lists.
pub(crate) fn series<'c, 'a>(cells: &[&'c Cell<'a>]) -> Vec<&'c Cell<'a>> {
    let mut series: Vec<&'c Cell<'a>> = Vec::new();
    for cell in cells {
        if !series.iter().any(|seen| seen.label == cell.label) {
            series.push(cell);
        }
    }
    series
}
