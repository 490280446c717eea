//! Whether a change may land, measured: two programs are run against each other, and what they show is handed to
//! `reports::gate`, which decides. Read it in this order:
//!
//! 1. [`options`]: what can be asked for.
//! 2. [`binary`]: a `loadgen` program, perhaps of another commit, driven by its command line alone; [`trial`]: one trial
//!    of it, and whether its answers were right.
//! 3. [`lab`]: the two programs side by side, and the pairs of their trials; [`progress`]: what a person sees of them.

pub mod binary;
pub mod lab;
pub mod options;
pub mod progress;
pub mod trial;
