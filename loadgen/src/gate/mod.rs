//! Whether a change may land, measured: two programs are run against each other, and what they show is handed to
//! `reports::gate`, which decides. Read it in this order:
//!
//! 1. [`options`]: what can be asked for.
//! 2. [`binary`]: a `loadgen` program, perhaps of another commit, driven by its command line alone; [`trial`]: one trial
//!    of it, and whether its answers were right; [`lost`]: the runs that do not count, and whose they are.
//! 3. [`lab`]: the two programs side by side, and the pairs of their trials; [`course`]: from plan to plan, until all is
//!    decided; [`progress`]: what a person sees of it.
//! 4. [`held`]: what metrics are held to; [`known`]: which metrics there could be.
//! 5. [`comparison`]: all of it together; [`calibrating`]: one program against itself; [`replay`] and [`written`]: what is
//!    left behind.

pub mod binary;
pub mod calibrating;
pub mod comparison;
pub mod course;
pub mod held;
pub mod known;
pub mod lab;
pub mod lost;
pub mod options;
pub mod progress;
pub mod replay;
pub mod trial;
pub mod written;
