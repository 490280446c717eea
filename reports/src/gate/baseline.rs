//! What the exact and counted metrics were when somebody accepted them: a file that is committed, so that each change
//! of a byte stands in a diff.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::hexadecimal;
use super::metric::MetricId;
use crate::file;

/// The layout that this program writes and reads.
pub const BASELINE_SCHEMA: u32 = 1;

/// A baseline: written by `loadgen baseline`, sorted by name and indented, so that version control can show what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`BASELINE_SCHEMA`].
    pub schema: u32,
    /// What never varies.
    pub exact: BTreeMap<MetricId, Exact>,
    /// What varies with the toolchain; none where it could not be counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
}

/// An exact metric.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exact {
    /// How much of it.
    pub value: u64,
    /// The bytes behind it, in hexadecimal, where there are any: one string for each message or stretch of the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hex: Option<String>,
}

/// Counts, and what they were made with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Compiler, target, profile and the tool that counted: with another one, counts are not compared.
    pub toolchain: String,
    /// How much of each.
    pub metrics: BTreeMap<MetricId, f64>,
}

/// Why a baseline could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It could not be read.
    #[error("cannot read the baseline {}: {source}; `loadgen baseline save {}` makes one", path.display(), path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not JSON, or not a baseline.
    #[error("{} is not a baseline: {source}; `loadgen baseline save FILE` makes one", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is of another schema.
    #[error("{} is a baseline of schema {found}, and this version reads schema {BASELINE_SCHEMA}; make it anew with `loadgen baseline save`", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The number (or whatever stood there).
        found: String,
    },
    /// What stands as the bytes of a metric is not hexadecimal.
    #[error("{}: the hex of {metric} is not hexadecimal, two digits a byte; make the file anew with `loadgen baseline save`", path.display())]
    Hex {
        /// The file.
        path: PathBuf,
        /// The metric.
        metric: MetricId,
    },
    /// It could not be written.
    #[error("cannot write the baseline {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When it cannot be read, is no baseline, is of another schema, or holds bytes that are not hexadecimal.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, BaselineError> {
        let path = path.as_ref().to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(BaselineError::Read { path, source }),
        };
        let parsed = parse(&text);
        let baseline = match parsed {
            Ok(baseline) => baseline,
            Err(Unparsed::Schema(found)) => return Err(BaselineError::Schema { path, found }),
            Err(Unparsed::Json(source)) => return Err(BaselineError::Parse { path, source }),
        };
        let broken = baseline.exact.iter().find(|(_, exact)| {
            let hex = exact.hex.as_deref();
            hex.is_some_and(|hex| hexadecimal::decode(hex).is_none())
        });
        match broken.map(|(metric, _)| metric.clone()) {
            Some(metric) => Err(BaselineError::Hex { path, metric }),
            None => Ok(baseline),
        }
    }

    /// Writes it under a temporary name, then renames it. The same baseline gives the same bytes.
    ///
    /// # Errors
    /// When it cannot be written; an earlier file of that name is then untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), BaselineError> {
        let path = path.as_ref();
        file::replace(path, self.to_text().as_bytes()).map_err(|source| BaselineError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// What [`Baseline::save`] writes: sorted, indented, with a line feed at the end.
    ///
    /// # Panics
    /// Never in practice: baselines are plain data, which always serialize.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("baselines are plain data");
        text + "\n"
    }

    /// The names of all its metrics, exact ones first.
    pub fn metrics(&self) -> impl Iterator<Item = &MetricId> {
        let counted = self.counted.iter();
        let counted = counted.flat_map(|counted| counted.metrics.keys());
        self.exact.keys().chain(counted)
    }
}

enum Unparsed {
    Schema(String),
    Json(serde_json::Error),
}

fn parse(text: &str) -> Result<Baseline, Unparsed> {
    // The number first: a file of another schema should be called that, not a file with a missing field.
    let value: serde_json::Value = serde_json::from_str(text).map_err(Unparsed::Json)?;
    match value.get("schema") {
        Some(found) if *found != BASELINE_SCHEMA => Err(Unparsed::Schema(found.to_string())),
        // From the text again: its errors name a line, those of a value do not.
        _ => serde_json::from_str(text).map_err(Unparsed::Json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        let exact = |name: &str, value, hex: Option<&str>| {
            let hex = hex.map(str::to_owned);
            (MetricId::of(&[name]), Exact { value, hex })
        };
        let count = |name: &str, value| (MetricId::of(&[name]), value);
        Baseline {
            schema: BASELINE_SCHEMA,
            exact: BTreeMap::from([
                exact("store/sqlite/send/commits", 1, None),
                exact("message/json/request/ping/bytes", 2, Some("7b7d")),
            ]),
            counted: Some(Counted {
                toolchain: "rustc 1.95.0".to_owned(),
                metrics: BTreeMap::from([count("count/json/encode/instructions", 1234.0)]),
            }),
        }
    }

    fn at(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("baseline.json")
    }

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        baseline().save(at(&dir)).expect("saved");
        assert_eq!(Baseline::load(at(&dir)).expect("loaded"), baseline());
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
    }

    #[test]
    fn a_change_is_a_line_in_a_diff() {
        let text = baseline().to_text();
        let mut other = baseline();
        let exact = other.exact.values_mut().next().expect("it has some");
        exact.value += 1;
        let other = other.to_text();
        let changed = text.lines().zip(other.lines()).filter(|(a, b)| a != b);
        assert_eq!(changed.count(), 1);
        assert!(text.ends_with("}\n"), "{text}");
        let names = ["message/json", "store/sqlite", "count/json"].map(|name| text.find(name));
        assert!(names.is_sorted(), "sorted by name");
    }

    #[test]
    fn all_metrics_are_known() {
        let baseline = baseline();
        let names: Vec<&str> = baseline.metrics().map(MetricId::as_str).collect();
        assert_eq!(
            names,
            [
                "message/json/request/ping/bytes",
                "store/sqlite/send/commits",
                "count/json/encode/instructions"
            ]
        );
    }

    #[test]
    fn what_is_no_baseline_is_told_with_what_to_do() {
        let cases = [
            ("{}", "is not a baseline: missing field `schema`"),
            ("[", "is not a baseline: EOF"),
            (
                r#"{"schema": 1}"#,
                "is not a baseline: missing field `exact`",
            ),
            (
                r#"{"schema": 2}"#,
                "is a baseline of schema 2, and this version reads schema 1",
            ),
            (
                r#"{"schema": 1, "exact": {"a/bytes": {"value": 1, "hex": "7g"}}}"#,
                "the hex of a/bytes is not hexadecimal",
            ),
        ];
        let dir = tempfile::tempdir().expect("a temporary directory");
        for (text, words) in cases {
            fs::write(at(&dir), text).expect("written");
            let error = Baseline::load(at(&dir)).expect_err(text).to_string();
            assert!(error.contains(words), "{error}");
            assert!(error.contains("`loadgen baseline save"), "{error}");
        }
        let missing = Baseline::load(dir.path().join("none.json"));
        let error = missing.expect_err("there is none").to_string();
        assert!(error.contains("none.json` makes one"), "{error}");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let error = baseline().save(dir.path().join("missing/baseline.json"));
        assert!(matches!(error, Err(BaselineError::Write { .. })));
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 0);
    }
}
