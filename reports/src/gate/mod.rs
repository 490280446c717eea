//! Whether a change may land: what a gate looks at, how it decides, and what it says. It runs nothing; whoever measures
//! asks it what to measure next and hands it the runs.
//!
//! 1. [`metric`]: the names of metrics. [`config`]: `gate.toml`, what they are held to. [`baseline`]: what was accepted.
//! 2. [`stages`]: what it wants measured.
//! 3. [`decision`]: what the runs say, by time.
//! 4. [`verdict`]: what it found.

pub mod baseline;
pub mod config;
pub mod decision;
pub mod metric;
pub mod pattern;
pub mod stages;
mod timing;
pub mod verdict;
