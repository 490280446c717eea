//! What a simulated link adds to a run, and what it takes from it.

use reports::schema::{LinkReport, Run};

use crate::link::Link;
use crate::link::relay::Snapshot;

const PPM: f64 = 1e6;

/// Fills in the link. What the clients' sockets say of TCP is of the way to the relay, so nothing is known of the wire.
pub(super) fn fill_in(run: &mut Run, link: Link, relayed: Option<Snapshot>) {
    let relayed = relayed.unwrap_or_default();
    run.link = Some(link.label());
    run.link_report = Some(LinkReport {
        rtt_ns: link.rtt_ns,
        jitter_ns: link.jitter_ns,
        rate_bits_per_s: link.rate_bits_per_s,
        loss: f64::from(link.loss_ppm) / PPM,
        losses: relayed.losses,
        lag_p50_ns: relayed.lag_p50_ns,
        lag_p99_ns: relayed.lag_p99_ns,
    });
    let of_phases = run.bytes_by_phase.values_mut();
    for bytes in of_phases.chain([&mut run.bytes]) {
        (bytes.sent.wire, bytes.received.wire) = (None, None);
    }
}
