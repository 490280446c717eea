//! What this process has used, from the kernel's own accounting.

pub mod allocations;
mod memory;
mod thread;
mod usage;

use protocols::counted::Traffic;
use protocols::sockets::{Answers, Asked};

use crate::control::Counters;

pub(crate) use thread::Thread;
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

/// Reads the counters of two ends that share this process: the clients, which are one thread, and the server, which is all
/// others. Memory and allocations have no owner there: the former stands with the clients, the latter nowhere.
#[must_use]
pub(crate) fn read_apart(clients: &Thread, traffic: BothTraffic<'_>) -> Apart {
    let whole = read(traffic.clients);
    let own = clients.read().unwrap_or_else(|| usage::Usage {
        cpu: CpuTime::default(),
        context_switches_voluntary: 0,
        context_switches_involuntary: 0,
    });
    let server_bytes = traffic.server.bytes();
    let server = Counters {
        cpu_user_ns: whole.cpu_user_ns.saturating_sub(own.cpu.user_ns),
        cpu_system_ns: whole.cpu_system_ns.saturating_sub(own.cpu.system_ns),
        context_switches_voluntary: whole
            .context_switches_voluntary
            .saturating_sub(own.context_switches_voluntary),
        context_switches_involuntary: whole
            .context_switches_involuntary
            .saturating_sub(own.context_switches_involuntary),
        stream_sent_bytes: server_bytes.sent,
        stream_received_bytes: server_bytes.received,
        sockets: Some(opened(traffic.server.asked())),
        ..Counters::default()
    };
    let loadgen = Counters {
        cpu_user_ns: own.cpu.user_ns,
        cpu_system_ns: own.cpu.system_ns,
        context_switches_voluntary: own.context_switches_voluntary,
        context_switches_involuntary: own.context_switches_involuntary,
        allocations: None,
        allocated_bytes: None,
        ..whole
    };
    Apart { server, loadgen }
}

/// Where the bytes of both ends are counted.
#[derive(Clone, Copy)]
pub(crate) struct BothTraffic<'a> {
    pub(crate) server: &'a Traffic,
    pub(crate) clients: &'a Traffic,
}

/// The counters of both ends of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Apart {
    pub(crate) server: Counters,
    pub(crate) loadgen: Counters,
}

/// A process accepts all of its chat sockets, or connects all of them.
fn opened(asked: Asked) -> Answers {
    if asked.accepted == Answers::default() {
        asked.connected
    } else {
        asked.accepted
    }
}

/// A phase begins: the peak of resident memory is its own from now on.
pub fn begin_phase() {
    memory::forget_peak();
}
