//! Replays workloads over protocols and measures what they cost. Names no protocol: it drives what the registry
//! hands it.
//!
//! Read it in this order:
//!
//! 1. [`control`]: how the parent and its two children talk; [`child`] is the children's side of it.
//! 2. [`server_child`] and [`generator`]: the processes of a trial.
//! 3. [`workloads`]: what is said; [`pacing`]: when; [`recorder`]: what is kept of it.
//! 4. [`oracle`]: right answers; [`payload`]: what a user means.
//! 5. [`meter`]: what a process has used.

pub mod child;
pub mod control;
pub mod generator;
pub mod meter;
pub mod oracle;
pub mod pacing;
pub mod payload;
pub mod recorder;
pub mod server_child;
mod shared;
mod worker;
pub mod workloads;
