//! Numbers of cells as entries of tables.

use crate::cells::{Cell, Kind, Spread};
use crate::document::Entry;
use crate::numbers::{self, FEW_SAMPLES, NONE};
use crate::schema::LatencySummary;

/// Explains the mark on percentiles.
pub(crate) const FEW_SAMPLES_NOTE: &str = "† fewer than 100 samples lie beyond this percentile.";

/// A median with its range over trials, where the range has a width.
pub(crate) fn spread(spread: Option<Spread>, show: impl Fn(f64) -> String) -> Entry {
    let Some(spread) = spread else {
        return Entry::new(NONE);
    };
    let (min, max) = (show(spread.min), show(spread.max));
    let detail = if min == max {
        String::new()
    } else {
        format!("{min} to {max}")
    };
    Entry::with_detail(show(spread.median), detail)
}

/// A median alone.
pub(crate) fn median(spread: Option<Spread>, show: impl Fn(f64) -> String) -> String {
    spread.map_or(NONE.to_owned(), |spread| show(spread.median))
}

/// A percentile of all trials together in microseconds, marked where too few samples lie beyond it.
pub(crate) fn percentile_us(cell: &Cell<'_>, kind: Kind, quantile: f64) -> String {
    cell.percentile(kind, quantile)
        .map_or(NONE.to_owned(), |percentile| {
            let mark = if percentile.uncertain {
                FEW_SAMPLES
            } else {
                ""
            };
            format!("{}{mark}", numbers::measured(percentile.value_ns / 1e3))
        })
}

/// The same with the range of the trials' own percentiles.
pub(crate) fn percentile_us_with_range(
    cell: &Cell<'_>,
    kind: Kind,
    (quantile, figure): (f64, fn(&LatencySummary) -> u64),
) -> Entry {
    let range = spread(cell.latency_spread(kind, figure), |ns| {
        numbers::measured(ns / 1e3)
    });
    Entry::with_detail(percentile_us(cell, kind, quantile), range.detail)
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
