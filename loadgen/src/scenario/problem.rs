//! What is wrong with a scenario file, and where.

use std::ops::Range;

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

/// Something wrong at a place in a file: bytes from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) at: Range<usize>,
    pub(super) words: String,
}

impl Problem {
    pub(super) fn new(at: Range<usize>, words: impl Into<String>) -> Self {
        Self {
            at,
            words: words.into(),
        }
    }

    /// The same for a file of this name and text.
    pub(super) fn within(self, file: &str, text: &str) -> ScenarioError {
        let before = text.get(..self.at.start).unwrap_or(text);
        ScenarioError::Wrong {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            words: self.words,
        }
    }
}

impl From<toml::de::Error> for Problem {
    fn from(error: toml::de::Error) -> Self {
        let words = error.message();
        // The library speaks of fields and variants; a file has keys and words.
        let words = words
            .replacen("unknown field", "unknown key", 1)
            .replacen("missing field", "missing key", 1)
            .replacen("unknown variant", "unknown word", 1);
        Self::new(error.span().unwrap_or(0..0), words)
    }
}
