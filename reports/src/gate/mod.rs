//! Whether a change may land: what a gate looks at, how it decides, and what it says. It runs nothing; whoever measures
//! asks it what to measure next and hands it the runs.
//!
//! 1. [`metric`]: the names of metrics. [`config`]: `gate.toml`, what they are held to. [`baseline`]: what was accepted.
//! 2. [`stages`]: what it wants measured.
//! 3. [`verdict`]: what it found.

pub mod baseline;
pub mod config;
pub mod metric;
pub mod pattern;
pub mod stages;
pub mod verdict;
