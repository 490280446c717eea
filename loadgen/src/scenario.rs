//! Workloads that are written down in a file: who does how much of what, for people whose service looks different from
//! the built-in workloads.
//!
//! [`read`] and [`parse`] check a file, and point at the line where it makes no sense; [`spec`] is what it says;
//! [`ScenarioWorkload`] makes a workload of it, whose every operation is planned before the first one is sent.

mod check;
mod file;
mod plan;
mod problem;
pub mod spec;
mod workload;

pub use self::check::{parse, read};
pub use self::problem::ScenarioError;
pub use self::spec::Scenario;
pub use self::workload::ScenarioWorkload;

#[cfg(test)]
mod tests;
