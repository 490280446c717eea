//! Everything that is wrong with a `gate.toml`, with lines.

use std::fmt;

/// All that is wrong with a configuration: at least one error, in the order of their lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

/// Something wrong at a line of a `gate.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {words}")]
pub struct ConfigError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub words: String,
}

impl ConfigErrors {
    /// What was found, if anything was.
    ///
    /// # Errors
    /// When there is an error among them.
    pub(super) fn none(mut errors: Vec<ConfigError>) -> Result<(), Self> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by_key(|error| error.line);
        Err(Self(errors))
    }

    /// Each of them, in the order of their lines.
    #[must_use]
    pub fn all(&self) -> &[ConfigError] {
        &self.0
    }
}

/// A line for each.
impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
