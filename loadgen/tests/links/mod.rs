//! Whole runs over simulated links.

use std::process::Output;

use loadgen::control::{Order, RelayOrder, Report};
use loadgen::link::Link;
use reports::Results;

use super::processes::{Server, loadgen};

fn run(arguments: &str) -> (Output, Results) {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(arguments, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let results = Results::load(directory.path().join("results.json"));
    (output, results.expect("results were written"))
}

#[test]
fn every_protocol_runs_over_every_link_and_no_faster_than_it_allows() {
    let (_, results) = run(
        "--accounts 3 --rounds 2 --trials 1 --quiet --link none --link lan \
         --link rtt=20ms,rate=10mbit,jitter=1ms,loss=1%",
    );
    assert_eq!(
        results.config.link.as_deref(),
        Some("none lan rtt=20ms,rate=10mbit,jitter=1ms,loss=1%")
    );
    assert_eq!(
        results.runs.len(),
        12,
        "three protocols and the reference, over three links"
    );
    for run in &results.runs {
        assert!(run.valid, "{}: {:?}", run.protocol, run.invalid_reasons);
        let Some(report) = run.link_report else {
            assert_eq!(run.link, None);
            continue;
        };
        let wire = (run.bytes.sent.wire, run.bytes.received.wire);
        assert_eq!(wire, (None, None), "{}", run.protocol);
        let nearest_ns = report.rtt_ns - 2 * report.jitter_ns;
        // Rounded up to what a histogram of 3 digits keeps apart.
        if let Some(ack) = &run.latency.ack {
            assert!(ack.p50_ns >= nearest_ns, "{}: {ack:?}", run.protocol);
        }
        let connect_ns = run.phases_ns["connect"];
        let handshake_and_hello_ns = report.rtt_ns + nearest_ns;
        assert!(
            connect_ns >= handshake_and_hello_ns,
            "{}: {connect_ns}",
            run.protocol
        );
    }
    let digests: std::collections::BTreeSet<_> = results
        .runs
        .iter()
        .filter_map(|run| run.state_digest.as_deref())
        .collect();
    assert_eq!(digests.len(), 1, "distance changes no answer");
}

#[test]
fn a_link_lies_before_a_running_server_too() {
    let server = Server::start("json");
    let (_, results) = run(&format!(
        "--protocol json --accounts 3 --rounds 1 --trials 1 --quiet --link rtt=5ms --addr {}",
        server.address
    ));
    let run = &results.runs[0];
    assert!(run.valid, "{:?}", run.invalid_reasons);
    assert_eq!(run.link.as_deref(), Some("rtt=5ms"));
}

#[test]
fn a_server_that_is_not_there_is_named_before_the_link() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("there is a port");
    let directory = tempfile::tempdir().expect("there is room");
    let words = format!("--protocol json --accounts 3 --link lan --addr {free} --quiet");
    let output = loadgen(&words, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains(&format!("cannot connect to {free}")),
        "{stderr}"
    );
}

#[test]
fn a_link_that_makes_no_sense_is_told_what_would() {
    let directory = tempfile::tempdir().expect("there is room");
    for (asked, words) in [
        ("moon", "lan, wifi, 4g, wan, satellite"),
        ("rtt=40", "40ms for instance"),
        ("rtt=10ms,jitter=9ms", "half of rtt"),
    ] {
        let output = loadgen(&format!("--link {asked}"), directory.path());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn a_relay_counts_what_crosses_it() {
    let server = Server::start("json");
    let mut relay = Server::spawn_as("child-relay");
    relay.tell(&Order::Relay(RelayOrder {
        server: server.address.clone(),
        link: "rtt=1ms".parse::<Link>().expect("it is a link"),
        seed: 1,
        try_server: true,
    }));
    let Report::Ready {
        address: Some(address),
    } = relay.listen()
    else {
        panic!("it does not listen");
    };
    let (_, results) = run(&format!(
        "--protocol json --accounts 3 --rounds 1 --trials 1 --quiet --addr {address}"
    ));
    relay.tell(&Order::Mark);
    let Report::Relayed(relayed) = relay.listen() else {
        panic!("it does not say what it did");
    };
    let phases = results.runs[0].bytes_by_phase.values();
    let sent: u64 = phases.map(|bytes| bytes.sent.stream).sum();
    // What followed the last barrier is in the relay's count alone.
    assert!(
        relayed.sent_bytes >= sent && sent > 0,
        "{relayed:?}, {sent}"
    );
    assert!(relayed.received_bytes > 0);
}
