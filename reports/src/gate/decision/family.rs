//! Which metrics a gate judges by time, and how many pairs that takes.

use super::Decision;
use crate::gate::config::GateConfig;
use crate::gate::metric::{Class, MetricId, Worse};
use crate::gate::timing::{TIMED, Timed};

/// A metric that is judged by pairs.
#[derive(Clone, Debug)]
pub(super) struct TimeMetric {
    pub(super) id: MetricId,
    pub(super) protocol: String,
    /// Its place in [`TIMED`](crate::gate::timing::TIMED).
    pub(super) place: usize,
    pub(super) timed: &'static Timed,
    pub(super) worse: Worse,
    /// The share by which it must be worse to count.
    pub(super) floor: f64,
    /// By which share it may be worse at most without being seen.
    pub(super) sensitivity: f64,
    /// The level of a whole gate at which it is judged.
    pub(super) level: f64,
}

impl TimeMetric {
    /// The floor as a worsening.
    pub(super) fn floor_worsening(&self) -> f64 {
        self.worse.of_share(self.floor)
    }
}

/// The metrics of all protocols of which something has run.
pub(super) fn metrics(decision: &Decision) -> Vec<TimeMetric> {
    let mut metrics = Vec::new();
    for (protocol, workload) in &decision.workloads {
        for (place, timed) in TIMED.iter().enumerate() {
            let id = timed.id(protocol, workload);
            let rule = decision.config.rule_of(&id);
            let Some(rule) = rule.filter(|rule| rule.class == Class::Statistical) else {
                continue;
            };
            metrics.push(TimeMetric {
                protocol: protocol.clone(),
                place,
                timed,
                worse: timed.quantity().worse,
                floor: rule.floor,
                // What the floor lets pass need not be seen.
                sensitivity: decision.config.sensitivity_of(rule).max(rule.floor),
                level: rule.level.unwrap_or(decision.config.level),
                id,
            });
        }
    }
    metrics
}

/// What was measured, and no rule judges.
pub(super) fn unjudged(decision: &Decision) -> Vec<MetricId> {
    let of_protocol =
        |(protocol, workload): (&String, &String)| TIMED.map(|timed| timed.id(protocol, workload));
    let all = decision.workloads.iter().flat_map(of_protocol);
    all.filter(|id| decision.config.rule_of(id).is_none())
        .collect()
}

/// How many pairs a look has, whose share of the level this is: enough for all metrics that a rule could name.
pub(super) fn pairs_of_look(decision: &Decision, share: f64) -> usize {
    let tests = decision.cells.len() * TIMED.len();
    pairs_wanted(
        &decision.config,
        tests.max(decision.config.slos.len()),
        share,
    )
}

/// How many pairs it takes that so many tests can all be significant at a level, and at least the configured number.
pub(super) fn pairs_wanted(config: &GateConfig, tests: usize, share: f64) -> usize {
    let own = config.rules.iter().filter_map(|rule| rule.level);
    let level = own.fold(config.level, f64::min) * share;
    let configured = usize::try_from(config.pairs).unwrap_or(usize::MAX);
    let mut pairs = 1;
    let mut reached = 0.5 * f64::from(u32::try_from(tests).unwrap_or(u32::MAX));
    // The level is above 0, so that halving gets there.
    while reached > level && reached > f64::MIN_POSITIVE {
        pairs += 1;
        reached /= 2.0;
    }
    pairs.max(configured).max(1)
}
