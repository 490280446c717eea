//! What is said: a file for each workload, and the list of all.

mod contract;
pub mod efficiency;
pub mod factorial;
pub mod idle;
pub mod journal;
pub mod mixed;
mod resized;
pub mod scaling;
pub mod steady;

use std::sync::LazyLock;

use anyhow::Context as _;

pub use self::contract::{Fate, MessageKey, Part, Phase, PhaseKind, Recipient, Step, Workload};
pub use self::resized::Resized;
use crate::control::LoadOrder;
use crate::scenario::{self, ScenarioWorkload};

/// All workloads. To add one: one file, one line here.
pub static WORKLOADS: LazyLock<Vec<&'static dyn Workload>> = LazyLock::new(|| {
    vec![
        &efficiency::Efficiency,
        &scaling::Scaling,
        &steady::Steady,
        &idle::Idle,
        &factorial::Factorial,
        &journal::Journal,
        mixed::workload(),
    ]
});

/// Finds a workload by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Workload> {
    WORKLOADS
        .iter()
        .copied()
        .find(|workload| workload.name() == name)
}

/// The workload that an order asks for. It lives as long as the process, which has no other.
///
/// # Errors
/// If there is none of that name, or its scenario makes no sense.
pub fn ordered(order: &LoadOrder) -> anyhow::Result<&'static dyn Workload> {
    if let Some(text) = &order.scenario {
        let scenario = scenario::parse(&order.workload, text)?;
        return Ok(Box::leak(Box::new(ScenarioWorkload::new(
            scenario, order.seed,
        ))));
    }
    let inner = find(&order.workload)
        .with_context(|| format!("there is no workload {:?}", order.workload))?;
    Ok(match order.message_bytes {
        None => inner,
        Some(text_bytes) => Box::leak(Box::new(Resized { inner, text_bytes })),
    })
}
