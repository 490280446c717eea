//! `mixed`: people write, read, look back and tidy up, as the scenario file beside the sources says.

use std::sync::LazyLock;

use super::Workload;
use crate::scenario::{self, ScenarioWorkload};

const FILE: &str = "mixed.toml";

/// The workload. A trial makes its own of the same file, with its own seed.
#[must_use]
pub fn workload() -> &'static dyn Workload {
    static MIXED: LazyLock<ScenarioWorkload> = LazyLock::new(|| {
        let text = include_str!("../../scenarios/mixed.toml");
        let scenario = scenario::parse(FILE, text).expect("the built-in scenario is sound");
        ScenarioWorkload::new(scenario, 0)
    });
    &*MIXED
}
