//! Relations that must hold whatever the baseline says.

use super::amount;
use crate::gate::baseline::Baseline;
use crate::gate::config::{GateConfig, Invariant};
use crate::gate::metric::{Class, MetricId};
use crate::gate::naming::subject;
use crate::gate::verdict::{Finding, Status};
use crate::numbers::to_f64;

/// A finding for each invariant.
pub(super) fn findings(head: &Baseline, config: &GateConfig) -> Vec<Finding> {
    let invariants = config.invariants.iter();
    invariants
        .map(|invariant| finding(invariant, head))
        .collect()
}

fn finding(invariant: &Invariant, head: &Baseline) -> Finding {
    let value = |metric: &MetricId| head.exact.get(metric).map(|exact| exact.value);
    let (left, right) = (value(&invariant.metric), value(&invariant.of));
    let (status, sentence) = if let Some(sides) = left.zip(right) {
        held(invariant, sides)
    } else {
        let missing = match left {
            None => &invariant.metric,
            Some(_) => &invariant.of,
        };
        let words = format!("not looked at: {missing} was not measured this time");
        (Status::Skipped, words)
    };
    Finding {
        metric: invariant.metric.clone(),
        class: Class::Invariant,
        status,
        sentence,
        head: left.map(to_f64),
        ..Finding::default()
    }
}

fn held(invariant: &Invariant, (left, right): (u64, u64)) -> (Status, String) {
    let most = invariant.at_most * to_f64(right);
    let (status, verb) = if to_f64(left) <= most {
        (Status::Same, "is within")
    } else {
        (Status::Broken, "is more than")
    };
    let sentence = format!(
        "{}: {} {verb} {} × the {} of {} ({})",
        subject(&invariant.metric),
        amount(&invariant.metric, left),
        invariant.at_most,
        amount(&invariant.of, right),
        subject(&invariant.of),
        invariant.reason
    );
    (status, sentence)
}
