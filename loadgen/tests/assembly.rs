//! The arithmetic between what processes count and what results say, against sums done by hand.

mod common;

use base64::Engine as _;
use common::{Step, record, steps, trial};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use loadgen::assemble::{self, Conditions};
use loadgen::control::{SingleMessage, SingleMessages};
use loadgen::record::Record;
use reports::schema::{ByteCounts, ByteLayers, HandshakeBytes, Run};

fn conditions() -> Conditions {
    Conditions {
        store: "memory".to_owned(),
        in_flight: 1,
        timing: loadgen::control::Timing::default(),
        address: None,
        ..Conditions::default()
    }
}

fn assemble(record: &Record) -> Run {
    assemble::run(&trial(), record, &conditions())
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!(
        (found - expected).abs() < 1e-9 * expected.abs(),
        "{found} is not {expected}"
    );
}

#[test]
fn a_run_says_what_it_was() {
    let run = assemble(&record(&steps()));
    assert_eq!(
        (
            run.protocol.as_str(),
            run.codec.as_str(),
            run.transport.as_str()
        ),
        ("json", "json", "tcp")
    );
    assert_eq!(
        (run.workload.as_str(), run.accounts, run.trial),
        ("scaling", 2, 3)
    );
    assert_eq!(
        (run.store.as_str(), run.in_flight, run.message_bytes),
        ("memory", 1, Some(5))
    );
    assert_eq!(run.state_digest.as_deref(), Some(common::DIGEST));
    assert!(run.valid, "{:?}", run.invalid_reasons);
}

#[test]
fn elapsed_is_all_but_the_further_rounds_and_throughput_is_all_rounds() {
    let run = assemble(&record(&steps()));
    assert_eq!(run.elapsed_ns, 100 + 200 + 400 + 1_000 + 800);
    assert_eq!(run.phases_ns["message_rest"], 3_000);
    assert_eq!(
        (run.messages, run.messages_first_round, run.rounds),
        (8, 2, 4)
    );
    close(run.throughput_hz, 8.0 * 1e9 / 4_000.0);
}

#[test]
fn bytes_leave_out_the_handshake_and_the_further_rounds() {
    let run = assemble(&record(&steps()));
    assert_eq!(
        run.handshake_bytes,
        HandshakeBytes {
            sent: 40,
            received: 20
        }
    );
    let segments = 4 + 4 + 4 + 4;
    let sent = ByteLayers {
        payload: 140 + 90 + 30 + 20,
        message: 280 + 180 + 60 + 40,
        stream: 300 + 200 + 100 + 50,
        wire: Some(300 + 200 + 100 + 50 + segments * 52),
    };
    let received = ByteLayers {
        payload: 30,
        message: 50 + 90 + (20 + 60) + 20,
        stream: 60 + 100 + 120 + 30,
        wire: Some(60 + 100 + 120 + 30 + segments * 52),
    };
    assert_eq!(run.bytes, ByteCounts { sent, received });
}

#[test]
fn phases_add_up_to_all_that_the_sockets_carried() {
    let record = record(&steps());
    let run = assemble(&record);
    let sent: u64 = run
        .bytes_by_phase
        .values()
        .map(|phase| phase.sent.stream)
        .sum();
    let last = record
        .phases
        .last()
        .expect("there are phases")
        .after
        .loadgen;
    assert_eq!(sent, last.stream_sent_bytes);
    let of_rest = run
        .bytes_by_phase
        .iter()
        .filter(|(name, _)| name.ends_with("_rest"));
    let rest: u64 = of_rest.map(|(_, bytes)| bytes.sent.stream).sum();
    assert_eq!(rest, 310 + 210 + 288 + 60);
    assert_eq!(
        run.bytes.sent.stream + run.handshake_bytes.sent + rest,
        sent
    );
}

#[test]
fn bytes_that_arrive_at_the_barrier_count() {
    let mut record = record(&steps());
    // The generator had not read the last 7 bytes yet when it told of the end of the phase.
    let create = &mut record.phases[1];
    create.end.counters.stream_received_bytes -= 7;
    assert_eq!(
        assemble(&record).bytes_by_phase["create"].received.stream,
        60
    );
}

#[test]
fn the_wire_has_headers_and_what_was_sent_again() {
    let mut record = record(&steps());
    for phase in &mut record.phases[1..] {
        phase.after.loadgen.retransmitted_bytes = Some(1_000);
    }
    let run = assemble(&record);
    let create = run.bytes_by_phase["create"];
    assert_eq!(create.sent.wire, Some(300 + 4 * 52 + 1_000));
    assert_eq!(create.received.wire, Some(60 + 4 * 52));
    let log_in = run.bytes_by_phase["log_in"];
    assert_eq!(log_in.sent.wire, Some(200 + 4 * 52));
}

#[test]
fn without_tcp_there_is_no_wire() {
    let mut record = record(&steps());
    for phase in &mut record.phases {
        phase.after.loadgen.headers_sent_bytes = None;
        phase.after.loadgen.headers_received_bytes = None;
    }
    let run = assemble(&record);
    assert_eq!((run.bytes.sent.wire, run.bytes.received.wire), (None, None));
    assert_eq!(run.bytes.sent.stream, 650);
}

#[test]
fn a_message_costs_what_the_further_rounds_say() {
    let per_message = assemble(&record(&steps()))
        .bytes_per_message
        .expect("there are further rounds");
    close(per_message.request, 288.0 / 6.0);
    // 360 bytes of stream, split as the codec's 60 bytes of replies and 180 of events are, over 6 of each.
    close(per_message.reply, 360.0 * 60.0 / 240.0 / 6.0);
    close(per_message.event, 360.0 * 180.0 / 240.0 / 6.0);
}

#[test]
fn what_framing_adds_is_split_as_for_a_single_message() {
    let mut record = record(&steps());
    let later = SingleMessage {
        request_bytes: 48,
        reply_bytes: 10 + 15,
        event_bytes: 30 + 5,
        reply_message_bytes: 10,
        event_message_bytes: 30,
    };
    let first = SingleMessage {
        request_bytes: 90,
        reply_bytes: 40,
        event_bytes: 50,
        ..later
    };
    let outcome = record.outcome.as_mut().expect("there is one");
    outcome.single_messages = Some(SingleMessages { first, later });
    let run = assemble(&record);
    let steady = run.bytes_per_message.expect("there are further rounds");
    // 240 of the 360 bytes are the codec's; the other 120 are 15 : 5 to replies and events, 6 of each.
    close(steady.reply, f64::from(60 + 90) / 6.0);
    close(steady.event, f64::from(180 + 30) / 6.0);
    let first = run.bytes_first_message.expect("it was sent");
    assert_eq!((first.request, first.reply, first.event), (90, 40, 50));
}

#[test]
fn one_round_says_nothing_about_further_ones() {
    let without: Vec<Step> = steps()
        .into_iter()
        .filter(|step| !step.phase.ends_with("_rest"))
        .collect();
    assert_eq!(assemble(&record(&without)).bytes_per_message, None);
}

#[test]
fn costs_are_of_the_message_phases_alone_and_leave_out_the_digest() {
    let run = assemble(&record(&steps()));
    assert_eq!(run.cost_window_messages, 8);
    let server = run.server.expect("it is ours");
    assert_eq!((server.cpu_user_ns, server.cpu_system_ns), (2_700, 270));
    assert_eq!(server.context_switches_voluntary, 8);
    assert_eq!(
        server.rss_peak_bytes,
        5_000 + 8 * 1_000,
        "at the end of the eighth phase"
    );
    assert_eq!(
        (server.network_sent_bytes, server.network_received_bytes),
        (Some(480), Some(388))
    );
    let loadgen = run.loadgen.expect("it is always ours");
    assert_eq!(loadgen.cpu_user_ns, 900 + 2_500);
    assert_eq!(loadgen.network_sent_bytes, Some(388));
}

#[test]
fn a_server_that_is_not_ours_has_no_costs_or_those_of_its_process() {
    let mut record = record(&steps());
    let address = Some("127.0.0.1:54401".to_owned());
    let watched = assemble::run(
        &trial(),
        &record,
        &Conditions {
            address: address.clone(),
            ..conditions()
        },
    );
    let server = watched.server.expect("its process is known");
    assert_eq!(
        (server.cpu_user_ns, server.network_sent_bytes),
        (2_700, None)
    );
    for phase in &mut record.phases {
        (phase.before.server, phase.after.server) = (None, None);
    }
    assert_eq!(
        assemble::run(
            &trial(),
            &record,
            &Conditions {
                address,
                ..conditions()
            }
        )
        .server,
        None
    );
}

#[test]
fn latencies_are_carried_over() {
    let mut histogram = Histogram::<u64>::new(3).expect("3 digits are allowed");
    (1..=1_000).for_each(|micros| histogram.record(micros * 1_000).expect("it resizes itself"));
    let mut bytes = Vec::new();
    V2DeflateSerializer::new()
        .serialize(&histogram, &mut bytes)
        .expect("it is written into memory");
    let mut record = record(&steps());
    let outcome = record.outcome.as_mut().expect("there is one");
    outcome.recorded.ack_hdr = Some(base64::engine::general_purpose::STANDARD.encode(bytes));
    let latency = assemble(&record).latency;
    let ack = latency.ack.expect("it was taken");
    assert_eq!(ack.count, 1_000);
    assert!(ack.p50_ns.abs_diff(500_000) < 1_000, "{ack:?}");
    assert_eq!(latency.delivery, None);
}
