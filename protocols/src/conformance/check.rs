//! What a check is, and what became of it.

use std::fmt;

use server_core::chat::Habits;

use super::stage::Stage;
use crate::capabilities::Capabilities;
use crate::transport::BoxFuture;

/// One thing that every protocol must do.
pub struct Check {
    /// What is done, unique within its group.
    pub name: &'static str,
    /// What must come of it, in words.
    pub expects: &'static str,
    pub(super) run: Run,
}

/// The function behind a check.
pub(super) type Run = for<'a> fn(&'a mut Stage) -> BoxFuture<'a, Checked>;

/// A visible list of checks, one a line: the function that finds out, what is done, and what must come of it.
macro_rules! checks {
    ($($run:ident: $name:literal => $expects:literal;)*) => {
        &[$($crate::conformance::Check {
            name: $name,
            expects: $expects,
            run: |stage| Box::pin($run(stage)),
        }),*]
    };
}
pub(super) use checks;

/// Checks of one topic.
pub struct Group {
    /// The topic, in one word.
    pub name: &'static str,
    /// The checks, in the order in which they run.
    pub checks: &'static [Check],
    pub(super) staging: Staging,
    pub(super) applies: Applies,
}

/// To which formats a group applies; where it does not, its checks are not even skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applies {
    /// To all.
    Always,
    /// To those whose accounts and sessions work by rules of their own.
    ToOtherHabits,
}

impl Applies {
    /// Whether it applies to what can say this.
    pub(super) fn to(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Always => true,
            Self::ToOtherHabits => capabilities.habits != Habits::OURS,
        }
    }
}

/// Where the checks of a group run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Staging {
    /// Each with accounts of its own.
    Apart,
    /// One after the other with the same accounts: each builds on those before.
    InSequence,
}

/// What a check comes to.
pub(super) type Checked<T = ()> = Result<T, Stop>;

/// Why a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Something else came than was expected.
    Failed(String),
    /// This protocol or this server cannot be asked.
    Skipped(String),
}

impl Stop {
    pub(super) fn failed(how: impl Into<String>) -> Self {
        Self::Failed(how.into())
    }

    pub(super) fn skipped(why: impl Into<String>) -> Self {
        Self::Skipped(why.into())
    }
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The topic.
    pub group: &'static str,
    /// The check's place in its group, from 1.
    pub number: usize,
    /// What was done.
    pub name: &'static str,
    /// What was to come of it.
    pub expects: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What was expected.
    Passed,
    /// Something else: what was expected and what came, in one line.
    Failed(String),
    /// Nothing, because this protocol or this server cannot be asked: why.
    Skipped(String),
}

impl From<Checked> for Outcome {
    fn from(checked: Checked) -> Self {
        match checked {
            Ok(()) => Self::Passed,
            Err(Stop::Failed(how)) => Self::Failed(how),
            Err(Stop::Skipped(why)) => Self::Skipped(why),
        }
    }
}

/// One line, such as `ok    functional 01 create TestUser1: success`.
impl fmt::Display for CheckResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            group,
            number,
            name,
            expects,
            outcome,
        } = self;
        let word = match outcome {
            Outcome::Passed => "ok",
            Outcome::Failed(_) => "FAIL",
            Outcome::Skipped(_) => "skip",
        };
        write!(f, "{word:5} {group} {number:02} {name}: {expects}")?;
        match outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(how) => write!(f, " -- {how}"),
            Outcome::Skipped(why) => write!(f, " -- {why}"),
        }
    }
}

/// What became of a whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Every check, in the order in which they ran.
    pub results: Vec<CheckResult>,
}

impl Summary {
    /// How many checks passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.results
            .iter()
            .filter(|result| result.outcome == Outcome::Passed)
            .count()
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &CheckResult> {
        self.results
            .iter()
            .filter(|result| matches!(result.outcome, Outcome::Failed(_)))
    }

    /// The checks that were skipped.
    pub fn skipped(&self) -> impl Iterator<Item = &CheckResult> {
        self.results
            .iter()
            .filter(|result| matches!(result.outcome, Outcome::Skipped(_)))
    }
}

/// The closing line: `N passed, N failed`, and `, N skipped` if there were any.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed",
            self.passed(),
            self.failed().count()
        )?;
        match self.skipped().count() {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(outcome: Outcome) -> CheckResult {
        CheckResult {
            group: "functional",
            number: 1,
            name: "create TestUser1",
            expects: "success",
            outcome,
        }
    }

    #[test]
    fn a_result_is_one_line() {
        assert_eq!(
            result(Outcome::Passed).to_string(),
            "ok    functional 01 create TestUser1: success"
        );
        assert_eq!(
            result(Outcome::Failed("expected this, but that came".to_owned())).to_string(),
            "FAIL  functional 01 create TestUser1: success -- expected this, but that came"
        );
    }

    #[test]
    fn the_closing_line_counts() {
        let passed = || result(Outcome::Passed);
        let mut summary = Summary {
            results: vec![passed(), passed()],
        };
        assert_eq!(summary.to_string(), "2 passed, 0 failed");
        summary.results.push(result(Outcome::Failed(String::new())));
        summary
            .results
            .push(result(Outcome::Skipped(String::new())));
        assert_eq!(summary.to_string(), "2 passed, 1 failed, 1 skipped");
    }
}
