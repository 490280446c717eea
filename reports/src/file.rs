//! Results files: loading, merging, and writing so that nothing half-written is ever seen.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::schema::{Origin, Results, Run, SCHEMA};

/// Why results could not be read, written or merged.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not JSON, or not a results file.
    #[error("{} is not a results file: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file is of another schema.
    #[error("{} has schema {found}, this version reads schema {SCHEMA}", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The number (or whatever stood there).
        found: String,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The same runs were given twice: they would count as twice as many rounds of trials.
    #[error("{} holds the same runs as another of these files: name each once", path.display())]
    Twice {
        /// The second of them.
        path: PathBuf,
    },
    /// There was nothing to merge.
    #[error("no results were given: name at least one results file")]
    Nothing,
}

impl Results {
    /// Reads a results file.
    ///
    /// # Errors
    /// When it cannot be read, is no results file, or is of another schema.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ResultsError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| ResultsError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Reads results from the text of a file.
    ///
    /// # Errors
    /// When it is no results file, or of another schema; `path` stands in the error.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ResultsError> {
        let parse = |source| ResultsError::Parse {
            path: path.to_owned(),
            source,
        };
        // The number first: a file of another schema should be called that, not a file with a missing field.
        let value: serde_json::Value = serde_json::from_str(text).map_err(parse)?;
        if let Some(found) = value.get("schema").filter(|found| **found != SCHEMA) {
            return Err(ResultsError::Schema {
                path: path.to_owned(),
                found: found.to_string(),
            });
        }
        // From the text again: its errors name a line, those of a value do not.
        serde_json::from_str(text).map_err(parse)
    }

    /// Reads several results files as one: see [`Results::merge`].
    ///
    /// # Errors
    /// When one cannot be read, none is given, or one is given twice.
    pub fn load_all<P: AsRef<Path>>(paths: &[P]) -> Result<Self, ResultsError> {
        let all = paths
            .iter()
            .map(Self::load)
            .collect::<Result<Vec<_>, _>>()?;
        for (place, results) in all.iter().enumerate() {
            let is_same = |before: &Self| !results.runs.is_empty() && before.runs == results.runs;
            if all[..place].iter().any(is_same) {
                return Err(ResultsError::Twice {
                    path: paths[place].as_ref().to_owned(),
                });
            }
        }
        Self::merge(all)
    }

    /// The runs of all, with the machine and the configuration of the first; those of the others are kept in
    /// `also_from`, and what they add to the lists of protocols, workloads and accounts is added.
    ///
    /// # Errors
    /// When there is nothing to merge.
    pub fn merge(all: impl IntoIterator<Item = Self>) -> Result<Self, ResultsError> {
        let mut all = all.into_iter();
        let mut merged = all.next().ok_or(ResultsError::Nothing)?;
        for other in all {
            // They are of one file's runs alone.
            (merged.attribution, merged.claims) = (None, Vec::new());
            add_missing(&mut merged.config.protocols, &other.config.protocols);
            add_missing(&mut merged.config.workloads, &other.config.workloads);
            add_missing(&mut merged.config.accounts, &other.config.accounts);
            // Rounds of trials belong together within one file only.
            let origins = u32::try_from(merged.also_from.len() + 1).unwrap_or(u32::MAX);
            merged.runs.extend(other.runs.into_iter().map(|run| Run {
                origin: run.origin + origins,
                ..run
            }));
            merged.also_from.push(Origin {
                machine: other.machine,
                config: other.config,
            });
            merged.also_from.extend(other.also_from);
        }
        Ok(merged)
    }

    /// Writes the results file under a temporary name, then renames it.
    ///
    /// # Errors
    /// When it cannot be written; an earlier file of that name is then untouched.
    ///
    /// # Panics
    /// Never in practice: results are plain data, which always serialize.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), ResultsError> {
        let mut text = serde_json::to_string_pretty(self).expect("results are plain data");
        text.push('\n');
        write_atomically(path.as_ref(), text.as_bytes())
    }
}

/// Writes a file so that it is there whole, or not at all.
pub(crate) fn write_atomically(path: &Path, content: &[u8]) -> Result<(), ResultsError> {
    replace(path, content).map_err(|source| ResultsError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Writes under a temporary name, then renames.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let replaced = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if replaced.is_err() {
        // Best effort: the first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    replaced
}

fn add_missing<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !list.contains(item) {
            list.push(item.clone());
        }
    }
}
