//! What is wrong at a place in a TOML file that a person wrote.

use std::ops::Range;

/// Something wrong at a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes from the file's beginning.
    pub at: Range<usize>,
    /// What is wrong, and what to do.
    pub words: String,
}

impl Problem {
    /// At that place.
    pub fn new(at: Range<usize>, words: impl Into<String>) -> Self {
        Self {
            at,
            words: words.into(),
        }
    }

    /// The line that it begins on, from 1, in a file of this text.
    #[must_use]
    pub fn line(&self, text: &str) -> usize {
        line_at(text, self.at.start)
    }
}

/// The line of a byte of a text, from 1.
pub(crate) fn line_at(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    before.matches('\n').count() + 1
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
