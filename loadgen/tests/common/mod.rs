//! A trial whose numbers are small enough to be checked by hand.

use loadgen::asked::AskedProtocol;
use loadgen::control::{Counters, Layers, Ledger, Outcome, PhaseEnd};
use loadgen::record::{PhaseRecord, Reading, Record};
use loadgen::selection::Cell;
use loadgen::trials::{Part, Trial};
use protocols::registry;
use reports::schema::workload::SCALING;

/// The digest that server and generator agree on.
pub(crate) const DIGEST: &str = "6b86b273";

/// Two accounts over some protocol of the registry.
pub(crate) fn trial() -> Trial {
    let protocol = registry::find("json").expect("it is registered");
    let protocol = AskedProtocol {
        asked: "json".to_owned(),
        protocol,
    };
    let cell = Cell {
        workload: SCALING,
        accounts: 2,
        ..Cell::default()
    };
    Trial {
        protocol,
        cell,
        round: 3,
        part: Part::Compared,
    }
}

/// What happened in one phase; bytes and costs are what this phase adds.
#[derive(Clone, Copy, Default)]
pub(crate) struct Step {
    pub(crate) phase: &'static str,
    pub(crate) elapsed_ns: u64,
    pub(crate) messages: u64,
    pub(crate) rounds: u32,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) segments: u64,
    pub(crate) layers: Layers,
    pub(crate) server_cpu_ns: u64,
    pub(crate) loadgen_cpu_ns: u64,
    /// What the server spends after the phase, on a digest for instance.
    pub(crate) server_cpu_between_ns: u64,
}

/// A whole run without fault: connect, create, log in, 2 messages, 3 further rounds of 2, delete.
pub(crate) fn steps() -> Vec<Step> {
    let layers = |requests, replies, events| Layers {
        payload_sent_bytes: requests / 2,
        payload_received_bytes: events / 2,
        requests_bytes: requests,
        replies_bytes: replies,
        events_bytes: events,
        replies: if events == 0 { 2 } else { replies / 10 },
        events: events / 30,
    };
    let step = Step::default();
    vec![
        Step {
            phase: "connect",
            elapsed_ns: 100,
            sent: 40,
            received: 20,
            segments: 6,
            ..step
        },
        Step {
            phase: "create",
            elapsed_ns: 200,
            sent: 300,
            received: 60,
            segments: 4,
            layers: layers(280, 50, 0),
            ..step
        },
        Step {
            phase: "log_in",
            elapsed_ns: 400,
            sent: 200,
            received: 100,
            segments: 4,
            layers: layers(180, 90, 0),
            ..step
        },
        Step {
            phase: "message",
            elapsed_ns: 1_000,
            messages: 2,
            rounds: 1,
            sent: 100,
            received: 120,
            segments: 4,
            layers: layers(60, 20, 60),
            server_cpu_ns: 700,
            loadgen_cpu_ns: 900,
            server_cpu_between_ns: 50_000,
        },
        Step {
            phase: "delete",
            elapsed_ns: 800,
            sent: 50,
            received: 30,
            segments: 4,
            layers: layers(40, 20, 0),
            ..step
        },
        Step {
            phase: "create_rest",
            elapsed_ns: 250,
            sent: 310,
            received: 70,
            segments: 4,
            layers: layers(290, 60, 0),
            ..step
        },
        Step {
            phase: "log_in_rest",
            elapsed_ns: 450,
            sent: 210,
            received: 110,
            segments: 4,
            layers: layers(190, 100, 0),
            ..step
        },
        Step {
            phase: "message_rest",
            elapsed_ns: 3_000,
            messages: 6,
            rounds: 3,
            sent: 288,
            received: 360,
            segments: 12,
            layers: layers(180, 60, 180),
            server_cpu_ns: 2_000,
            loadgen_cpu_ns: 2_500,
            ..step
        },
        Step {
            phase: "delete_rest",
            elapsed_ns: 2800,
            sent: 60,
            received: 40,
            segments: 4,
            layers: layers(50, 30, 0),
            ..step
        },
    ]
}

/// The record of a run of these steps, ended well.
pub(crate) fn record(steps: &[Step]) -> Record {
    let mut before = Reading {
        server: Some(Counters {
            rss_peak_bytes: 5_000,
            ..Counters::default()
        }),
        loadgen: Counters {
            headers_sent_bytes: Some(0),
            headers_received_bytes: Some(0),
            ..Counters::default()
        },
    };
    let mut layers = Layers::default();
    let mut phases = Vec::new();
    for step in steps {
        let after = after(&before, step);
        add(&mut layers, step.layers);
        let end = PhaseEnd {
            phase: step.phase.to_owned(),
            elapsed_ns: step.elapsed_ns,
            messages: step.messages,
            rounds: step.rounds,
            counters: after.loadgen,
            layers,
        };
        phases.push(PhaseRecord {
            end,
            before,
            after,
            agreed: Some(true),
        });
        before = after;
        if let Some(server) = &mut before.server {
            server.cpu_user_ns += step.server_cpu_between_ns;
        }
    }
    Record {
        phases,
        digest: Some(DIGEST.to_owned()),
        outcome: Some(outcome()),
        ..Record::default()
    }
}

fn outcome() -> Outcome {
    Outcome {
        rounds: 4,
        messages: 8,
        ledger: Ledger {
            scheduled: 16,
            ok: 16,
            delivered: 8,
            ..Ledger::default()
        },
        expected_digest: Some(DIGEST.to_owned()),
        ..Outcome::default()
    }
}

fn after(before: &Reading, step: &Step) -> Reading {
    let mut after = *before;
    let loadgen = &mut after.loadgen;
    loadgen.stream_sent_bytes += step.sent;
    loadgen.stream_received_bytes += step.received;
    loadgen.headers_sent_bytes = loadgen
        .headers_sent_bytes
        .map(|bytes| bytes + step.segments * 52);
    loadgen.headers_received_bytes = loadgen
        .headers_received_bytes
        .map(|bytes| bytes + step.segments * 52);
    loadgen.cpu_user_ns += step.loadgen_cpu_ns;
    loadgen.rss_peak_bytes += 1_000;
    if let Some(server) = &mut after.server {
        server.stream_sent_bytes += step.received;
        server.stream_received_bytes += step.sent;
        server.cpu_user_ns += step.server_cpu_ns;
        server.cpu_system_ns += step.server_cpu_ns / 10;
        server.context_switches_voluntary += step.messages;
        server.rss_peak_bytes += 1_000;
    }
    after
}

fn add(layers: &mut Layers, more: Layers) {
    layers.payload_sent_bytes += more.payload_sent_bytes;
    layers.payload_received_bytes += more.payload_received_bytes;
    layers.requests_bytes += more.requests_bytes;
    layers.replies_bytes += more.replies_bytes;
    layers.events_bytes += more.events_bytes;
    layers.replies += more.replies;
    layers.events += more.events;
}
