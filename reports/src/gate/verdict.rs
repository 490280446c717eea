//! What a gate found, ready to be shown: by a terminal, a page of Markdown, `JUnit` XML or JSON.

use serde::{Deserialize, Serialize};

use super::metric::{Class, MetricId};

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it comes to.
    pub outcome: Outcome,
    /// One for each metric and rule that was looked at, in the order of their names.
    pub findings: Vec<Finding>,
    /// What else a reader must know, in sentences: that the control fired, what was not compared and why.
    pub notes: Vec<String>,
}

/// What a gate comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing is worse: exit code 0.
    #[default]
    Pass,
    /// Something is: exit code 3.
    Regression,
    /// It could not be told: exit code 4, unless the user says otherwise.
    Inconclusive,
    /// A run gave a wrong answer, so that nothing may be said: exit code 5.
    WrongAnswer,
}

/// What findings come to, as far as they say it: a wrong answer is known to whoever ran it.
#[must_use]
pub fn outcome(findings: &[Finding]) -> Outcome {
    Outcome::of(findings.iter().map(|finding| finding.status))
}

impl Outcome {
    /// What statuses come to. Anything red makes it a regression, whatever else could not be told.
    #[must_use]
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Self {
        statuses.into_iter().fold(Self::Pass, |outcome, status| {
            if status.is_red() || outcome == Self::Regression {
                Self::Regression
            } else if status == Status::Inconclusive {
                Self::Inconclusive
            } else {
                outcome
            }
        })
    }
}

/// What was found of one metric, or of one rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which metric; of a rule, the one on its left.
    pub metric: MetricId,
    /// How it was judged.
    pub class: Class,
    /// The result.
    pub status: Status,
    /// The result in one plain sentence, with numbers and units.
    pub sentence: String,
    /// What it was: exactly, or the median over the base's runs.
    pub base: Option<f64>,
    /// What it is now; likewise.
    pub head: Option<f64>,
    /// How it was compared by pairs of runs.
    pub paired: Option<Paired>,
    /// The bytes that changed, where there are any.
    pub bytes: Option<ChangedBytes>,
    /// Why a regression was let pass.
    pub waiver: Option<Waived>,
}

/// How one metric came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing changed, or nothing that could be told from noise.
    #[default]
    Same,
    /// Better, and more than noise.
    Better,
    /// Worse than noise explains, and not as much as the floor asks for: reported, not red.
    WorseBelowFloor,
    /// Worse at first, and not when it was looked at again: reported, not red.
    NotConfirmed,
    /// It could not be told.
    Inconclusive,
    /// An exact metric that changed, whichever way: red until it is accepted.
    Changed,
    /// An exact metric that the baseline has and the head does not, or the other way round: red until it is accepted.
    AppearedOrGone,
    /// Worse, beyond the floor, and confirmed: red.
    Regression,
    /// A rule that does not hold: red.
    Broken,
    /// Red, and let pass by a waiver.
    Waived,
    /// Not compared; the sentence says why.
    Skipped,
}

impl Status {
    /// Whether this alone makes a gate red.
    #[must_use]
    pub const fn is_red(self) -> bool {
        matches!(
            self,
            Self::Changed | Self::AppearedOrGone | Self::Regression | Self::Broken
        )
    }
}

/// A metric that was compared by pairs of runs. Ratios are head to base, as measured: above 1 is more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paired {
    /// How many pairs decided.
    pub pairs: u32,
    /// Hodges and Lehmann's estimate of the ratio.
    pub ratio: f64,
    /// Its interval by bootstrap, of 95 %: to be shown, never to decide.
    pub interval: Option<[f64; 2]>,
    /// The chance of such a ratio if nothing were worse: Wilcoxon's signed-rank test, exact, one-sided.
    pub p: f64,
    /// The same after Holm's correction over all metrics of the look.
    pub p_adjusted: f64,
    /// The share by which it must be worse to count, such as 0.05.
    pub floor: f64,
    /// The smallest share by which it would have had to be worse to be flagged, with the noise of these pairs.
    pub detectable: Option<f64>,
    /// How much the base differed from itself, as a ratio.
    pub control_ratio: Option<f64>,
}

/// Bytes that were others before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedBytes {
    /// In hexadecimal, as the baseline has them; empty if it has none.
    pub base_hex: String,
    /// In hexadecimal, as they are now.
    pub head_hex: String,
}

/// Why something red was let pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// The reason in the file.
    pub reason: String,
    /// The last day on which it holds, as `YYYY-MM-DD`.
    pub until: String,
}
