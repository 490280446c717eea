//! What is wrong with a scenario file, and where.

pub(super) use reports::problem::Problem;

/// A scenario file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// It is not there, or not text.
    #[error("cannot read the scenario {file}: {reason}; --scenario names a TOML file")]
    Unreadable {
        /// Its path.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// It says something that makes no sense.
    #[error("{file}:{line}: {words}")]
    Wrong {
        /// Its path, or the name of a built-in one.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        words: String,
    },
}

/// A problem in a file of this name and text.
pub(super) fn within(problem: Problem, file: &str, text: &str) -> ScenarioError {
    ScenarioError::Wrong {
        file: file.to_owned(),
        line: problem.line(text),
        words: problem.words,
    }
}
