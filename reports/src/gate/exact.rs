//! A baseline against what is measured now: what never varies, what varies with the toolchain alone, and relations that
//! must hold whatever the baseline says.

mod counted;
mod invariants;
mod places;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::baseline::{Baseline, Exact};
use super::config::GateConfig;
use super::metric::{Class, MetricId};
use super::naming::subject;
use super::verdict::{ChangedBytes, Finding, Status};
use super::waivers;
use crate::numbers::{self, to_f64};

/// How somebody says that a change is meant.
pub(crate) const ACCEPT: &str = "`loadgen baseline accept`";

/// Holds `head` against `base`: a finding for each metric of either and for each invariant, in the order of their
/// names. What is waived is let pass.
#[must_use]
pub fn compare(base: &Baseline, head: &Baseline, config: &GateConfig) -> Vec<Finding> {
    let names: BTreeSet<&MetricId> = base.exact.keys().chain(head.exact.keys()).collect();
    let exact = names
        .into_iter()
        .map(|metric| exact(metric, base.exact.get(metric), head.exact.get(metric)));
    let mut findings: Vec<Finding> = exact
        .chain(counted::findings(base, head, config))
        .chain(invariants::findings(head, config))
        .collect();
    findings.sort_by(|a, b| (&a.metric, a.class).cmp(&(&b.metric, b.class)));
    waivers::apply(&mut findings, config);
    findings
}

fn exact(metric: &MetricId, base: Option<&Exact>, head: Option<&Exact>) -> Finding {
    let (status, said) = match (base, head) {
        (Some(base), Some(head)) if base == head => (
            Status::Same,
            format!("{}, as in the baseline", amount(metric, head.value)),
        ),
        (Some(base), Some(head)) => (Status::Changed, changed(metric, base, head)),
        (Some(base), None) => (
            Status::AppearedOrGone,
            format!("gone; it was {}", amount(metric, base.value)),
        ),
        (None, Some(head)) => (
            Status::AppearedOrGone,
            format!("new: {}", amount(metric, head.value)),
        ),
        (None, None) => (Status::Same, "nothing".to_owned()),
    };
    let hex = |exact: Option<&Exact>| exact.and_then(|exact| exact.hex.clone());
    let bytes = ChangedBytes {
        base_hex: hex(base).unwrap_or_default(),
        head_hex: hex(head).unwrap_or_default(),
    };
    Finding {
        metric: metric.clone(),
        class: Class::Exact,
        status,
        sentence: format!("{}: {said}", subject(metric)),
        base: base.map(|base| to_f64(base.value)),
        head: head.map(|head| to_f64(head.value)),
        bytes: (bytes.base_hex != bytes.head_hex).then_some(bytes),
        ..Finding::default()
    }
}

/// `26 B, was 25 B (1 B more): at offset 7, 03 was inserted`.
fn changed(metric: &MetricId, base: &Exact, head: &Exact) -> String {
    let now = amount(metric, head.value);
    let how_much = if base.value == head.value {
        format!("{now} as before, but not the same ones")
    } else {
        let word = if head.value > base.value {
            "more"
        } else {
            "less"
        };
        format!(
            "{now}, was {} ({} {word})",
            amount(metric, base.value),
            amount(metric, head.value.abs_diff(base.value))
        )
    };
    match places::words(base.hex.as_deref(), head.hex.as_deref()) {
        Some(places) => format!("{how_much}: {places}"),
        None => how_much,
    }
}

/// A number with its unit, if it has one.
fn amount(metric: &MetricId, value: u64) -> String {
    let unit = metric.quantity().map_or("", |quantity| quantity.unit);
    format!("{} {unit}", numbers::count(value))
        .trim_end()
        .to_owned()
}
