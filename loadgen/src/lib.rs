//! Replays workloads over protocols and measures what they cost. Names no protocol: it drives what the registry
//! hands it.
//!
//! Read it in this order:
//!
//! 1. [`cli`], [`asked`], [`timing`] and [`commands`]: what can be asked of the program; [`trust`]: where a server is that
//!    runs already; [`exit`]: how it ends.
//! 2. [`selection`], [`reach`], [`delivery`] and [`trials`]: what a run consists of, how accounts reach servers and
//!    messages accounts, and in which order; [`needs`]: which formats can say what it takes.
//! 3. [`campaign`]: all trials, one after another; [`conductor`]: one trial; [`target`]: its processes;
//!    [`record`]: what they said.
//! 4. [`control`]: how the parent and its two children talk; [`child`] is the children's side of it.
//! 5. [`server_child`] and [`generator`]: the processes of a trial, and `in_process`: where they are one; [`link`] and [`relay_child`]: the distance between
//!    them, where one is simulated.
//! 6. [`workloads`] and [`scenario`]: what is said; [`texts`]: in which words; [`pacing`]: when, on the clock of
//!    [`timer`]; [`recorder`], [`tally`], [`intervals`] and [`operations`]: what is kept of it.
//! 7. [`oracle`] and [`model`]: right answers; [`payload`]: what a user means.
//! 8. [`meter`]: what a process has used; [`foreign`]: what a process that is not ours has.
//! 9. [`assemble`]: from what the children said to a run of the results file; [`validity`]: whether it counts.
//! 10. [`exact`]: what of all this never varies, as the gate's baseline.
//! 11. [`anatomy`]: the same messages in each protocol, byte by byte.
//!
//! Whether a change may land is measured by [`gate`].
//!
//! What a server can be told to do wrong, so that tests can show that all of this notices, is in [`fault`].
//!
//! The rest are small: [`descriptors`], [`interrupt`], [`machine`], [`output`], [`progress`] and [`store_file`].

pub mod anatomy;
pub mod asked;
pub mod assemble;
pub mod campaign;
pub mod child;
pub mod cli;
pub mod commands;
pub mod conductor;
pub mod control;
pub mod delivery;
pub mod descriptors;
pub mod exact;
pub mod exit;
pub mod factorial;
pub mod fault;
pub mod foreign;
pub mod gate;
pub mod generator;
pub(crate) mod in_process;
pub mod interrupt;
pub mod intervals;
pub mod link;
pub mod machine;
pub mod meter;
pub mod model;
pub mod needs;
pub mod operations;
pub mod oracle;
pub mod output;
pub mod pacing;
pub mod payload;
pub mod progress;
pub mod reach;
pub mod record;
pub mod recorder;
pub mod relay_child;
pub mod scenario;
pub mod selection;
pub mod server_child;
mod shared;
pub mod store_file;
pub mod tally;
pub mod target;
pub mod texts;
pub mod timer;
pub mod timing;
pub mod trials;
pub mod trust;
pub mod validity;
mod worker;
pub mod workloads;
