//! Protocols compared with each other by rounds of trials, and one protocol with itself.
//!
//! 1. [`metrics`]: what is compared. 2. [`pairs`]: which runs belong together. 3. [`control`]: how much one protocol
//!    differs from itself. 4. [`contest`]: all that competed under the same conditions. 5. [`words`]: what is said.
//! 6. [`ahead`]: who is ahead, by measure.

pub(crate) mod ahead;
pub(crate) mod contest;
pub(crate) mod control;
pub(crate) mod metrics;
pub(crate) mod pairs;
pub(crate) mod words;
