//! What the benches in `benches/` share.
//!
//! - `benches/codec.rs`: each message, encoded and decoded by each codec, by the clock. `instructions.rs` counts the
//!   instructions of the same, and of a message that the core takes, with [`callgrind`]; `allocations.rs` the allocations.
//!   All three measure what [`cases`] lists, with the messages of [`samples`] and the codecs as [`formats`] opens them.
//! - `benches/table.rs` runs last, and puts what these three have found into one table: [`figures`] are found in files,
//!   [`comparison`] orders them by message and codec, [`grid`] prints.
//! - `benches/core.rs`: what the core does with each store, without any protocol; see [`world`].
//! - `benches/roundtrip.rs`: one request, there and back: through codec and core in this process, and over loopback.
//! - `benches/recorder.rs`: what keeping a latency costs the load generator.
//!
//! They are there to see where time goes and whether a change moved it. Which protocol is faster is `loadgen`'s to say.

pub mod arguments;
pub mod callgrind;
pub mod cases;
pub mod comparison;
pub mod figures;
pub mod formats;
pub mod grid;
pub mod pace;
pub mod samples;
pub mod world;
