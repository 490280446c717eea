//! What is said: a file for each workload, and the list of all.

mod contract;
pub mod efficiency;
pub mod idle;
pub mod scaling;

pub use contract::{MessageKey, Part, Phase, PhaseKind, Recipient, Step, Workload};

/// All workloads. To add one: one file, one line here.
pub static WORKLOADS: &[&dyn Workload] = &[&efficiency::Efficiency, &scaling::Scaling, &idle::Idle];

/// Finds a workload by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Workload> {
    WORKLOADS
        .iter()
        .copied()
        .find(|workload| workload.name() == name)
}
