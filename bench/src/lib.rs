//! What the benches in `benches/` share.
//!
//! - `benches/codec.rs`: each message, encoded and decoded by each codec; the messages are in [`samples`].
//! - `benches/core.rs`: what the core does with each store, without any protocol; see [`world`].
//! - `benches/roundtrip.rs`: one request over loopback, there and back, for each protocol.
//!
//! All of them together take a few minutes: they are there to see where time goes and whether a change moved it.
//! Which protocol is faster is `loadgen`'s to say.

pub mod samples;
pub mod world;

use std::time::Duration;

use criterion::Criterion;

/// Criterion with short measurements, because there are hundreds of them.
#[must_use]
pub fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(20)
        .nresamples(2_000)
}
