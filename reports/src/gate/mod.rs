//! Whether a change may land: what a gate looks at, how it decides, and what it says. It runs nothing; whoever measures
//! asks it what to measure next and hands it the runs.
//!
//! 1. [`metric`]: the names of metrics. [`config`]: `gate.toml`, what they are held to. [`baseline`]: what was accepted.
//! 2. [`exact`]: a baseline against what is measured now, byte by byte.
//! 3. [`stages`]: what is to be measured by time. [`decision`]: what those runs say.
//! 4. [`waivers`]: what may be red for now. [`verdict`]: what was found.
//! 5. [`outputs`]: that, shown. [`explanation`]: what a metric is, and what to do when it is red.
//! 6. [`recorded`]: runs of one binary, to draw from. [`calibration`]: the noise floors that they show.
//!    [`replay`]: how often gates over them are right.

mod amounts;
pub mod baseline;
pub mod calibration;
pub mod config;
pub mod decision;
mod difference;
pub mod exact;
pub mod explanation;
mod hexadecimal;
pub mod metric;
mod naming;
pub mod outputs;
pub mod pattern;
pub mod recorded;
pub mod replay;
pub mod stages;
mod timing;
pub mod verdict;
pub mod waivers;
