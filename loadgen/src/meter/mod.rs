//! What this process has used, from the kernel's own accounting.

mod memory;
mod usage;

use protocols::counted::Traffic;

use crate::control::Counters;

/// Reads all counters of this process.
#[must_use]
pub fn read(traffic: &Traffic) -> Counters {
    let usage = usage::read();
    let bytes = traffic.bytes();
    let segments = traffic.segments();
    Counters {
        cpu_user_ns: usage.cpu_user_ns,
        cpu_system_ns: usage.cpu_system_ns,
        rss_peak_bytes: memory::rss_peak_bytes().unwrap_or(0),
        context_switches_voluntary: usage.context_switches_voluntary,
        context_switches_involuntary: usage.context_switches_involuntary,
        stream_sent_bytes: bytes.sent,
        stream_received_bytes: bytes.received,
        segments_sent: segments.map(|segments| segments.sent),
        segments_received: segments.map(|segments| segments.received),
        retransmitted_bytes: segments.map(|segments| segments.retransmitted_bytes),
    }
}
