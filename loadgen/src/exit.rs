//! How the program ends: its exit codes are a contract with scripts and continuous integration.

use std::process::ExitCode;

use reports::gate::config::ConfigErrors;
use server_core::error::one_line;

use crate::exact::WrongAnswer;

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well: 0.
    Fine,
    /// It did its work, and the answer is no: 1.
    Failed,
    /// A gate found that something is worse: 3.
    Regression,
    /// A gate could not tell: 4.
    Inconclusive,
    /// A run is invalid or an answer was wrong; results are kept and marked: 5.
    Invalid,
    /// Stopped by the user; what was measured is kept: 130, as shells say it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Regression => 3,
            Exit::Inconclusive => 4,
            Exit::Invalid => 5,
            Exit::Interrupted => 130,
        })
    }
}

/// What was asked for makes no sense; the program ends with 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The exit code of a command that failed: 2 for a [`UsageError`] and for [`ConfigErrors`], 5 for a [`WrongAnswer`], 1 for
/// anything else.
#[must_use]
pub fn of_error(error: &anyhow::Error) -> ExitCode {
    let is_usage = error.is::<UsageError>() || error.is::<ConfigErrors>();
    if is_usage {
        ExitCode::from(2)
    } else if error.is::<WrongAnswer>() {
        Exit::Invalid.into()
    } else {
        Exit::Failed.into()
    }
}

/// What to tell of a command that failed: a line for each thing that is wrong.
#[must_use]
pub fn lines_of_error(error: &anyhow::Error) -> Vec<String> {
    match error.downcast_ref::<ConfigErrors>() {
        Some(errors) => errors.all().iter().map(ToString::to_string).collect(),
        None => vec![one_line(error.as_ref())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_answer_of_the_script_has_a_code_of_its_own() {
        let wrong = || anyhow::Error::new(WrongAnswer("a codec wrote 1 and read 2".to_owned()));
        let code = |error: &anyhow::Error| format!("{:?}", of_error(error));
        let of = |exit: Exit| format!("{:?}", ExitCode::from(exit));
        assert_eq!(code(&wrong()), of(Exit::Invalid));
        assert_eq!(code(&wrong().context("step send")), of(Exit::Invalid));
        assert_eq!(code(&anyhow::anyhow!("no file")), of(Exit::Failed));
    }
}
