//! What the exact and counted metrics were when somebody accepted them: a file that is committed, so that each change
//! of a byte stands in a diff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::metric::MetricId;

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
