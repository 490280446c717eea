//! What a gate holds changes to: `gate.toml`.

use super::metric::{Class, MetricId};

/// A checked `gate.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct GateConfig {
    /// The chance, over all metrics and both looks of one gate, that it flags something although nothing is worse.
    pub level: f64,
    /// With how many pairs it decides, at least.
    pub pairs: u32,
    /// How much worse a metric must be for the gate to be required to see it: where it could not have seen that much, it
    /// looks a second time, and then says that it is inconclusive.
    pub sensitivity: f64,
    /// How metrics are judged: the first rule whose pattern matches holds.
    pub rules: Vec<Rule>,
    /// Relations that must hold.
    pub invariants: Vec<Invariant>,
    /// Bounds on the head alone.
    pub slos: Vec<Slo>,
    /// What may be red for now.
    pub waivers: Vec<Waiver>,
}

/// How the metrics that a pattern matches are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which metrics: a name in which `*` stands for any run of characters.
    pub pattern: String,
    /// How.
    pub class: Class,
    /// The share by which a statistical one must be worse to count, or by which a counted one may differ.
    pub floor: f64,
    /// The level of this metric, if it has one of its own.
    pub level: Option<f64>,
    /// The line in the file, from 1.
    pub line: usize,
}

/// A relation between two exact metrics: `metric` is at most `at_most` times `of`.
#[derive(Clone, Debug, PartialEq)]
pub struct Invariant {
    /// On the left.
    pub metric: MetricId,
    /// How much of the right it may be.
    pub at_most: f64,
    /// On the right.
    pub of: MetricId,
    /// Why it must hold.
    pub reason: String,
    /// The line in the file, from 1.
    pub line: usize,
}

/// A bound on a statistical metric of the head.
#[derive(Clone, Debug, PartialEq)]
pub struct Slo {
    /// Which.
    pub metric: MetricId,
    /// The most it may be, in its own unit; or the least, where less is worse.
    pub bound: f64,
    /// The line in the file, from 1.
    pub line: usize,
}

/// What may be red until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Which metrics.
    pub pattern: String,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `YYYY-MM-DD`.
    pub until: String,
    /// The line in the file, from 1.
    pub line: usize,
}
