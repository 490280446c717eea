//! Counts within their bands, where they were made with the same toolchain.

use std::collections::BTreeSet;

use super::ACCEPT;
use crate::gate::amounts::percent;
use crate::gate::baseline::{Baseline, Counted};
use crate::gate::config::{GateConfig, Rule};
use crate::gate::metric::{Class, MetricId};
use crate::gate::naming::subject;
use crate::gate::verdict::{Finding, Status};
use crate::numbers;

/// A finding for each counted metric of either.
pub(super) fn findings(base: &Baseline, head: &Baseline, config: &GateConfig) -> Vec<Finding> {
    let (base, head) = (base.counted.as_ref(), head.counted.as_ref());
    let whole = whole(base, head);
    let names = |counted: Option<&Counted>| {
        let metrics = counted.map(|counted| counted.metrics.keys().cloned());
        metrics.into_iter().flatten().collect::<BTreeSet<_>>()
    };
    let names = &names(base) | &names(head);
    let value = |counted: Option<&Counted>, metric: &MetricId| {
        let counted = counted?;
        counted.metrics.get(metric).copied()
    };
    let found = names.into_iter().map(|metric| {
        let sides = (value(base, &metric), value(head, &metric));
        let (status, sentence) = match (&whole, config.rule_of(&metric)) {
            (Some(words), _) => (Status::Skipped, words.clone()),
            (None, None) => {
                let words = "counted, and no [[metric]] judges it, so that it was not compared";
                (Status::Skipped, words.to_owned())
            }
            (None, Some(rule)) => judged(&metric, sides, rule),
        };
        Finding {
            metric,
            class: Class::Counted,
            status,
            sentence,
            base: sides.0,
            head: sides.1,
            ..Finding::default()
        }
    });
    found.collect()
}

/// Why nothing can be compared, if so.
fn whole(base: Option<&Counted>, head: Option<&Counted>) -> Option<String> {
    match (base, head) {
        (None, _) => Some(format!(
            "the baseline has no counts to compare with; {ACCEPT} adds them"
        )),
        (_, None) => {
            Some("nothing was counted this time, so that counts were not compared".to_owned())
        }
        (Some(base), Some(head)) if base.toolchain != head.toolchain => Some(format!(
            "counts are compared only within one toolchain: the baseline's are of {}, these of {}; {ACCEPT} takes these",
            base.toolchain, head.toolchain
        )),
        _ => None,
    }
}

fn judged(
    metric: &MetricId,
    (base, head): (Option<f64>, Option<f64>),
    rule: &Rule,
) -> (Status, String) {
    let subject = subject(metric);
    let (base, head) = match (base, head) {
        (Some(base), Some(head)) => (base, head),
        (Some(base), None) => {
            let words = format!("{subject}: gone; it was {}", count(base));
            return (Status::AppearedOrGone, words);
        }
        (None, head) => {
            let words = format!("{subject}: new: {}", count(head.unwrap_or(f64::NAN)));
            return (Status::AppearedOrGone, words);
        }
    };
    let band = format!("the band is {}", percent(rule.floor));
    let (now, before) = (count(head), count(base));
    let share = percent((head / base - 1.0).abs());
    #[expect(clippy::float_cmp, reason = "counts, which are the same or not")]
    let is_same = head == base;
    if is_same {
        (
            Status::Same,
            format!("{subject}: {now}, as in the baseline"),
        )
    } else if head > base * (1.0 + rule.floor) {
        let more = if base == 0.0 {
            String::new()
        } else {
            format!(" ({share} more)")
        };
        (
            Status::Regression,
            format!("{subject}: {now}, was {before}{more}; {band}"),
        )
    } else if head < base * (1.0 - rule.floor) {
        let words =
            format!("{subject}: {now}, was {before} ({share} less); {ACCEPT} keeps it there");
        (Status::Better, words)
    } else {
        (
            Status::Same,
            format!(
                "{subject}: {now}, was {before}, within the band of {}",
                percent(rule.floor)
            ),
        )
    }
}

/// Whole where it is a whole number, as counts of one call mostly are.
fn count(value: f64) -> String {
    numbers::decimals(value, if value.fract() == 0.0 { 0 } else { 2 })
}
