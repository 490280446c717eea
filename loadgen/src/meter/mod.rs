//! What this process has used, from the kernel's own accounting.

pub mod allocations;
mod memory;
mod usage;

use protocols::counted::Traffic;
use protocols::sockets::{Answers, Asked};

use crate::control::Counters;

pub(crate) use usage::{CpuTime, cpu_total_ns_of};

/// Reads all counters of this process.
#[must_use]
pub fn read(traffic: &Traffic) -> Counters {
    let usage = usage::read();
    let memory = memory::read();
    let allocations = allocations::read();
    let bytes = traffic.bytes();
    let segments = traffic.segments();
    Counters {
        cpu_user_ns: usage.cpu.user_ns,
        cpu_system_ns: usage.cpu.system_ns,
        rss_anonymous_bytes: memory.rss_anonymous_bytes,
        rss_peak_bytes: memory.rss_peak_bytes,
        allocations: allocations.map(|allocations| allocations.count),
        allocated_bytes: allocations.map(|allocations| allocations.bytes),
        context_switches_voluntary: usage.context_switches_voluntary,
        context_switches_involuntary: usage.context_switches_involuntary,
        stream_sent_bytes: bytes.sent,
        stream_received_bytes: bytes.received,
        headers_sent_bytes: segments.map(|segments| segments.headers_sent_bytes),
        headers_received_bytes: segments.map(|segments| segments.headers_received_bytes),
        retransmitted_bytes: segments.map(|segments| segments.retransmitted_bytes),
        sockets: Some(opened(traffic.asked())),
    }
}

/// A process accepts all of its chat sockets, or connects all of them.
const fn opened(asked: Asked) -> Answers {
    if asked.accepted.sockets > 0 {
        asked.accepted
    } else {
        asked.connected
    }
}

/// A phase begins: the peak of resident memory is its own from now on.
pub fn begin_phase() {
    memory::forget_peak();
}
