//! What a gate holds changes to: `gate.toml`.

mod check;
mod errors;
mod parse;
mod table;
mod values;

#[cfg(test)]
mod tests;

use super::metric::{Class, MetricId};
use super::pattern;

pub use errors::{ConfigError, ConfigErrors};

/// What holds where there is no `gate.toml`, and the documented example of one.
pub const DEFAULT: &str = include_str!("config/default.toml");

/// What the default is called in messages.
const DEFAULT_FILE: &str = "the default gate.toml";

/// The most pairs that a gate may be asked for in a look.
pub const PAIRS_MAX: u32 = 1_000;

/// How far the required sensitivity stays above a floor where nobody says otherwise: an effect at the floor itself can
/// never be told from one below it.
const SENSITIVITY_OVER_FLOOR: f64 = 1.5;

/// A checked `gate.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct GateConfig {
    /// The file, as messages name it.
    pub file: String,
    /// The chance, over all metrics and both looks of one gate, that it flags something although nothing is worse.
    pub level: f64,
    /// With how many pairs it decides, at least.
    pub pairs: u32,
    /// How much worse a metric must be for the gate to be required to see it: where it could not have seen that much, it
    /// looks a second time, and then says that it is inconclusive. Of one metric: [`GateConfig::sensitivity_of`].
    pub sensitivity: f64,
    /// How metrics are judged: the first rule whose pattern matches holds. Exact metrics are judged without one;
    /// counted and statistical ones are not.
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
    /// The sensitivity of this metric, if it has one of its own: above the floor.
    pub sensitivity: Option<f64>,
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
    /// Which rule on them, [`Class::Invariant`] or [`Class::Slo`]; none: the metrics themselves. What must hold whatever
    /// the numbers are is not waived along with a number.
    pub rule: Option<Class>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `YYYY-MM-DD`.
    pub until: String,
    /// The line in the file, from 1.
    pub line: usize,
}

impl GateConfig {
    /// Reads the text of a `gate.toml`; `file` is what errors call it.
    ///
    /// # Errors
    /// Everything that makes no sense in itself, with lines. What names metrics that there may not be is left to
    /// [`GateConfig::check`].
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigErrors> {
        parse::parse(text, file)
    }

    /// Holds the names in it against the metrics that there are: `known` is everything that could be looked at on any
    /// machine, whether it was measured this time or not. `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// Names of no metric, patterns that match nothing, classes that do not fit what a pattern matches, and waivers
    /// whose last day is over, with lines.
    pub fn check(&self, known: &[MetricId], today: &str) -> Result<(), ConfigErrors> {
        check::check(self, known, today)
    }

    /// With fewer pairs nothing could ever be red: the signed-rank test gives 2⁻ⁿ at the least, where all of them point the
    /// same way.
    #[must_use]
    pub fn fewest_pairs(&self) -> u32 {
        let reaches = |pairs: &u32| 0.5_f64.powf(f64::from(*pairs)) <= self.level;
        (1..PAIRS_MAX).find(reaches).unwrap_or(PAIRS_MAX)
    }

    /// The rule by which a metric is judged: the first whose pattern matches.
    #[must_use]
    pub fn rule_of(&self, metric: &MetricId) -> Option<&Rule> {
        let mut rules = self.rules.iter();
        rules.find(|rule| pattern::matches(&rule.pattern, metric.as_str()))
    }

    /// How much worse a metric under this rule must be for the gate to be required to see it.
    #[must_use]
    pub fn sensitivity_of(&self, rule: &Rule) -> f64 {
        let of_floor = SENSITIVITY_OVER_FLOOR * rule.floor;
        rule.sensitivity
            .unwrap_or_else(|| self.sensitivity.max(of_floor))
    }

    /// What lets a red finding of this class pass: the first waiver for it whose pattern matches.
    #[must_use]
    pub fn waiver_of(&self, metric: &MetricId, class: Class) -> Option<&Waiver> {
        let mut waivers = self.waivers.iter();
        waivers.find(|waiver| {
            waiver.is_for(class) && pattern::matches(&waiver.pattern, metric.as_str())
        })
    }
}

impl Waiver {
    fn is_for(&self, class: Class) -> bool {
        match class {
            Class::Exact | Class::Counted | Class::Statistical => self.rule.is_none(),
            Class::Invariant | Class::Slo => self.rule == Some(class),
        }
    }
}

/// [`DEFAULT`], read.
impl Default for GateConfig {
    fn default() -> Self {
        Self::parse(DEFAULT, DEFAULT_FILE).expect("the default makes sense")
    }
}
