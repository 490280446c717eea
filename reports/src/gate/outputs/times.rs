//! The table of what was measured by time, in text: a terminal and a page of Markdown draw it.

use crate::gate::amounts::{percent, value};
use crate::gate::verdict::{Finding, Paired};
use crate::numbers;

use super::sections::status_words;

/// Explains those of some columns that need it.
pub(super) fn note<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    let notes = columns.filter(|column| !column.note.is_empty());
    let notes = notes.map(|column| format!("{}: {}", column.title, column.note));
    notes.collect::<Vec<_>>().join("; ") + "."
}

/// A column: the larger `dispensable`, the earlier it is left out where there is no room.
pub(super) struct Column {
    pub(super) title: &'static str,
    pub(super) dispensable: u8,
    pub(super) is_numeric: bool,
    /// What it is, where its title does not say it.
    note: &'static str,
    cell: fn(&Finding, &Paired) -> String,
}

impl Column {
    /// What stands in it for a finding that was compared by pairs.
    pub(super) fn cell(&self, finding: &Finding) -> String {
        let paired = finding.paired.as_ref();
        paired.map_or_else(String::new, |paired| (self.cell)(finding, paired))
    }
}

pub(super) const COLUMNS: [Column; 11] = [
    words("protocol", |finding, _| cell_of(finding)),
    words("metric", |finding, _| quantity_of(finding)),
    figure(("base", ""), 0, |finding, _| amount(finding, finding.base)),
    figure(("head", ""), 0, |finding, _| amount(finding, finding.head)),
    figure(
        (
            "ratio",
            "head to base, Hodges and Lehmann's estimate over pairs of runs",
        ),
        0,
        |_, paired| ratio(paired.ratio),
    ),
    figure(
        ("interval", "of 95 %, by bootstrap, for showing only"),
        3,
        |_, paired| interval(paired.interval),
    ),
    figure(
        ("p", "signed-rank test, one-sided, after Holm"),
        2,
        |_, paired| probability(paired.p_adjusted),
    ),
    figure(
        ("floor", "what it must be worse by to be red"),
        4,
        |_, paired| percent(paired.floor),
    ),
    figure(
        (
            "visible",
            "the least estimate for the worse that would have been flagged (a true change of that size is, half of the time)",
        ),
        1,
        |_, paired| paired.detectable.map_or_else(none, percent),
    ),
    figure(
        ("control", "the base measured once more, to the base"),
        5,
        |_, paired| paired.control_ratio.map_or_else(none, ratio),
    ),
    words("result", |finding, _| {
        status_words(finding.status).to_owned()
    }),
];

const fn words(title: &'static str, cell: fn(&Finding, &Paired) -> String) -> Column {
    Column {
        title,
        dispensable: 0,
        is_numeric: false,
        note: "",
        cell,
    }
}

const fn figure(
    (title, note): (&'static str, &'static str),
    dispensable: u8,
    cell: fn(&Finding, &Paired) -> String,
) -> Column {
    Column {
        title,
        dispensable,
        is_numeric: true,
        note,
        cell,
    }
}

/// Between the layer and the quantity: the protocol, and the workload where it is not the usual one.
fn cell_of(finding: &Finding) -> String {
    let segments: Vec<&str> = finding.metric.segments().collect();
    match segments.as_slice() {
        ["time", protocol, "scaling", _] => (*protocol).to_owned(),
        ["time", protocol, workload, _] => format!("{protocol} {workload}"),
        _ => finding.metric.as_str().to_owned(),
    }
}

/// Its name without the unit, which stands with the figures.
fn quantity_of(finding: &Finding) -> String {
    let name = finding.metric.segments().last().unwrap_or_default();
    let short = match name {
        "throughput_hz" => "throughput",
        "latency_ack_p50_ns" => "ack p50",
        "latency_ack_p99_ns" => "ack p99",
        "latency_delivery_p99_ns" => "delivery p99",
        "server_cpu_per_message_ns" => "server CPU",
        "server_rss_peak_bytes" => "server memory",
        other => other,
    };
    short.to_owned()
}

fn amount(finding: &Finding, number: Option<f64>) -> String {
    let unit = finding
        .metric
        .quantity()
        .map_or("", |quantity| quantity.unit);
    match (number, unit) {
        (None, _) => none(),
        (Some(number), "messages/s") => format!("{}/s", numbers::measured(number)),
        (Some(number), unit) => value(number, unit),
    }
}

/// To the thousandth, as far as that is known.
fn ratio(ratio: f64) -> String {
    if ratio < 10.0 {
        numbers::decimals(ratio, 3)
    } else {
        numbers::measured(ratio)
    }
}

fn interval(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(none, |[low, high]| {
        format!("{}–{}", ratio(low), ratio(high))
    })
}

fn probability(p: f64) -> String {
    if p < 0.0001 {
        "<0.0001".to_owned()
    } else if p < 0.01 {
        numbers::decimals(p, 4)
    } else {
        numbers::decimals(p, 2)
    }
}

fn none() -> String {
    numbers::NONE.to_owned()
}
