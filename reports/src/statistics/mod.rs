//! From trials to what may be said: intervals over trials, ratios of pairs of trials, whether a trial had settled.
//! Numbers in, numbers out: nothing here knows protocols or words.
//!
//! 1. [`student`]: quantiles of Student's t. 2. [`interval`]: a figure with its interval over trials.
//! 3. [`ratio`]: two compared by pairs of trials. 4. [`settling`]: whether a series of counts kept its level.
//! 5. [`signed_rank`]: the test by which a gate decides. 6. [`holm`]: many tests at once.
//! 7. [`bootstrap`]: the interval that a gate shows.
//! 8. [`factorial`]: two factors, and what is not additive. `simulation`: random numbers that are the same in each run.

pub(crate) mod bootstrap;
pub(crate) mod factorial;
pub(crate) mod holm;
pub(crate) mod interval;
pub(crate) mod ratio;
pub(crate) mod settling;
pub(crate) mod signed_rank;
pub(crate) mod simulation;
pub(crate) mod student;
