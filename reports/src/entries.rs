//! Numbers of cells as entries of tables.

use crate::cells::{Cell, Kind};
use crate::document::{Entry, Table};
use crate::numbers::{self, FEW_SAMPLES, NONE};
use crate::schema::{LEFT_OUT, LatencySummary, NOTHING_LEFT_OUT};
use crate::statistics::interval::{Certainty, Estimate};

/// Explains the mark on percentiles.
pub(crate) const FEW_SAMPLES_NOTE: &str = "† fewer than 100 samples lie beyond this percentile.";

/// Explains what stands below figures.
pub(crate) const INTERVAL_NOTE: &str = "Figures are geometric means over trials. Below each is its 95 % interval: \
    Student's t over the logarithms of the trials. Percentiles are of all trials together, their intervals of the \
    trials' own percentiles. “exact”: counted, and the same in all trials.";

/// Marks protocols whose trials had not settled.
pub(crate) const UNSETTLED: &str = "‡";

/// A figure as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The figure itself.
    pub(crate) text: String,
    /// From where to where it may lie: `1.20 to 1.31`, `exact`, or nothing.
    pub(crate) interval: String,
    /// The same in fewer characters: `±4.3%`, `=`, or nothing.
    pub(crate) margin: String,
}

impl Shown {
    /// Without anything known of its certainty.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// As an entry of a table, the interval below the figure.
    pub(crate) fn entry(self) -> Entry {
        Entry::with_detail(self.text, self.interval)
    }
}

/// A figure with its interval.
pub(crate) fn shown(estimate: Option<Estimate>, show: impl Fn(f64) -> String) -> Shown {
    let Some(estimate) = estimate else {
        return Shown::plain(NONE);
    };
    let (interval, margin) = match estimate.certainty {
        Certainty::Exact => ("exact".to_owned(), "=".to_owned()),
        Certainty::Unknown => (String::new(), String::new()),
        Certainty::Interval(interval) => (
            format!("{} to {}", show(interval.low), show(interval.high)),
            numbers::margin(interval.half_width_ratio()),
        ),
    };
    Shown {
        text: show(estimate.value),
        interval,
        margin,
    }
}

/// A figure alone.
pub(crate) fn value(estimate: Option<Estimate>, show: impl Fn(f64) -> String) -> String {
    estimate.map_or(NONE.to_owned(), |estimate| show(estimate.value))
}

/// What a table of figures of cells needs explained.
pub(crate) fn notes(table: &Table, cells: &[&Cell<'_>]) -> Vec<String> {
    let has_intervals = table
        .rows
        .iter()
        .flatten()
        .any(|entry| entry.detail.contains(" to ") || entry.detail == "exact");
    let mut notes = Vec::new();
    if has_intervals {
        notes.push(INTERVAL_NOTE.to_owned());
    }
    if table.contains(FEW_SAMPLES) {
        notes.push(FEW_SAMPLES_NOTE.to_owned());
    }
    notes.extend(unsettled(cells));
    notes.extend(left_out(cells));
    notes
}

/// What each protocol leaves out that others say: its figures are not for the same work.
pub(crate) fn left_out(cells: &[&Cell<'_>]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for run in cells.iter().flat_map(|cell| &cell.valid) {
        let said = run
            .conditions
            .as_ref()
            .and_then(|conditions| conditions.nature.get(LEFT_OUT));
        if let Some(words) = said.filter(|words| *words != NOTHING_LEFT_OUT) {
            let note = format!("{} leaves out {words}.", run.protocol);
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}

/// What it means that trials had not settled, if any had not.
pub(crate) fn unsettled(cells: &[&Cell<'_>]) -> Option<String> {
    let unsettled: usize = cells.iter().map(|cell| cell.unsettled()).sum();
    let all: usize = cells.iter().map(|cell| cell.valid.len()).sum();
    (unsettled > 0).then(|| {
        format!(
            "{UNSETTLED} {unsettled} of {all} trials had not settled: throughput changed its level by more than 5 % \
             within them. Chance alone says so of one in a hundred."
        )
    })
}

/// Stands before a percentile that is not known, and is above what stands there.
pub(crate) const ABOVE: &str = "> ";

/// Explains it.
pub(crate) const ABOVE_NOTE: &str = "> so many operations timed out or were never sent that this percentile is one of them: it is above the largest that was seen.";

/// A percentile of all trials together in microseconds, marked where too few samples lie beyond it.
pub(crate) fn percentile_us(cell: &Cell<'_>, kind: Kind, quantile: f64) -> String {
    cell.percentile(kind, quantile)
        .map_or(NONE.to_owned(), |percentile| {
            let mark = if percentile.uncertain {
                FEW_SAMPLES
            } else {
                ""
            };
            let above = if percentile.is_known { "" } else { ABOVE };
            let value = numbers::measured(percentile.value_ns / 1e3);
            format!("{above}{value}{mark}")
        })
}

/// The same with the interval of the trials' own percentiles; `figure` is the percentile of a trial.
pub(crate) fn percentile_us_shown(
    cell: &Cell<'_>,
    kind: Kind,
    (quantile, figure): (f64, fn(&LatencySummary) -> u64),
) -> Shown {
    let estimate = cell.percentile_estimate(kind, (quantile, figure));
    Shown {
        text: percentile_us(cell, kind, quantile),
        ..shown(estimate, |ns| numbers::measured(ns / 1e3))
    }
}

/// A protocol's name and marker, and how many of its trials do not count.
pub(crate) fn protocol(cell: &Cell<'_>) -> Entry {
    let mut entry = Entry::protocol(&cell.label, cell.style);
    let trials = cell.valid.len() + cell.invalid.len();
    if cell.is_invalid() {
        "invalid".clone_into(&mut entry.detail);
    } else if !cell.invalid.is_empty() {
        entry.detail = format!("{} of {trials} trials invalid", cell.invalid.len());
    }
    if cell.unsettled() > 0 {
        entry.text = format!("{} {UNSETTLED}", entry.text);
    }
    entry
}

/// The same, and why it does not compete, where it does not.
pub(crate) fn protocol_with_role(cell: &Cell<'_>) -> Entry {
    let mut entry = protocol(cell);
    let mut remarks = Vec::new();
    if cell.is_reference() {
        remarks.push("reference, not ranked");
    }
    if cell.is_component() {
        remarks.push("in process, not ranked");
    }
    if !entry.detail.is_empty() {
        remarks.push(&entry.detail);
    }
    entry.detail = remarks.join("; ");
    entry
}
