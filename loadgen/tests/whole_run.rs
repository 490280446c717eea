//! Whole runs, small ones: real processes, real sockets, and what is left behind.

mod endings;
mod factorial;
mod formats;
mod independent_bytes;
mod journal;
mod links;
mod processes;
mod rounds;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;

use processes::{Server, loadgen, loadgen_in};
use reports::Results;
use reports::schema::{FLOOR, Run};

fn results(directory: &Path) -> Results {
    Results::load(directory.join("results.json")).expect("results were written")
}

/// Runs with a report directory of its own, which must work out, and gives the results.
#[track_caller]
fn measure(arguments: &str) -> Results {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(&format!("{arguments} --trials 1 --quiet"), directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{stderr}"
    );
    results(directory.path())
}

#[track_caller]
fn flawless(run: &Run) {
    assert!(run.valid, "{}: {:?}", run.protocol, run.invalid_reasons);
    assert!(run.ledger.adds_up(), "{:?}", run.ledger);
    assert_eq!((run.ledger.lost, run.ledger.duplicated), (0, 0));
}

/// Every protocol has left the same state.
fn one_state(results: &Results) {
    let digests: BTreeSet<_> = results
        .runs
        .iter()
        .map(|run| run.state_digest.as_deref())
        .collect();
    assert_eq!(digests.len(), 1, "one state for all protocols: {digests:?}");
}

#[test]
fn scaling_is_right_over_every_protocol() {
    let results = measure("--accounts 4 --rounds 3");
    assert_eq!(
        results.runs.len(),
        4,
        "the three of the notebook, and the reference"
    );
    for run in &results.runs {
        flawless(run);
        assert_eq!(
            (run.messages, run.messages_first_round, run.rounds),
            (36, 12, 3),
            "{}",
            run.protocol
        );
        assert!(run.throughput_hz > 0.0 && run.elapsed_ns > 0);
        assert!(run.bytes.sent.stream > 0 && run.bytes.received.stream > 0);
        assert!(run.server.is_some_and(|server| server.rss_peak_bytes > 0));
        let sockets = run.conditions.as_ref().expect("they were asked").sockets;
        assert_eq!((sockets.accepted, sockets.connected), (Some(4), 4));
        assert_eq!(
            (sockets.accepted_nodelay, sockets.connected_nodelay),
            (Some(4), 4)
        );
    }
    let chat: Vec<&Run> = results
        .runs
        .iter()
        .filter(|run| run.protocol != FLOOR)
        .collect();
    let digests: BTreeSet<_> = chat.iter().map(|run| run.state_digest.as_deref()).collect();
    assert_eq!(digests.len(), 1, "one state for all protocols: {digests:?}");
    assert!(!digests.contains(&None));
    for run in chat {
        let sent = run.bytes.sent;
        assert!(sent.wire.is_some_and(|wire| wire > sent.stream), "{sent:?}");
        assert_eq!(run.ledger.delivered, 36);
        assert!(
            run.bytes.sent.payload < run.bytes.sent.message,
            "{:?}",
            run.bytes
        );
        assert!(
            run.bytes_per_message
                .is_some_and(|bytes| bytes.request > 0.0 && bytes.event > 0.0)
        );
        assert_eq!(run.latency.ack.as_ref().map(|ack| ack.count), Some(36));
        assert_eq!(
            run.latency.delivery.as_ref().map(|delivery| delivery.count),
            Some(36)
        );
    }
}

#[test]
fn accounts_share_connections_where_a_protocol_can() {
    for (connections, each) in [(1, 6), (2, 3), (6, 1)] {
        let arguments =
            format!("--protocol grpc --accounts 6 --rounds 2 --connections {connections}");
        let results = measure(&arguments);
        assert_eq!(results.config.connections, Some(connections));
        for run in &results.runs {
            flawless(run);
            assert_eq!((run.messages, run.connections), (60, Some(connections)));
            let sockets = run.conditions.as_ref().expect("they were asked").sockets;
            let connections = u64::from(connections);
            assert_eq!(sockets.accepted, Some(connections), "{each} on each");
            assert_eq!(sockets.accepted_nodelay, Some(connections));
            assert_eq!(sockets.connected, connections);
        }
    }
}

#[test]
fn messages_are_compressed_when_asked() {
    let results = measure("--protocol grpc --accounts 3 --rounds 2 --compression");
    assert_eq!(results.config.compression.as_deref(), Some("gzip"));
    for run in &results.runs {
        flawless(run);
        let conditions = run.conditions.as_ref().expect("they were asked");
        assert_eq!(conditions.compression.as_deref(), Some("gzip"));
    }
}

#[test]
fn messages_that_are_asked_for_all_arrive_and_are_read() {
    let results = measure("--accounts 4 --rounds 3 --delivery poll:20ms");
    assert_eq!(results.config.delivery, "poll:20ms");
    assert_eq!(results.runs.len(), 3, "the reference can only push");
    one_state(&results);
    for run in &results.runs {
        flawless(run);
        assert_eq!(run.delivery.as_deref(), Some("poll:20ms"));
        assert_eq!((run.messages, run.ledger.delivered), (36, 36));
        let delivery = run.latency.delivery.as_ref().expect("it was measured");
        assert_eq!(delivery.count, 36);
        assert!(run.bytes_per_message.is_none(), "there are no events");
        // 4 accounts, each created, logged in and deleted, and 36 messages; the rest asks and reads.
        assert!(run.ledger.scheduled >= 48 + 2 * 4, "{:?}", run.ledger);
    }
}

#[test]
fn efficiency_is_right_over_every_protocol() {
    let results = measure("--workload efficiency");
    assert_eq!(results.runs.len(), 3);
    one_state(&results);
    for run in &results.runs {
        flawless(run);
        assert_eq!((run.accounts, run.messages), (2, 20));
        let phases: Vec<&str> = run.phases_ns.keys().map(String::as_str).collect();
        assert_eq!(
            phases,
            ["connect", "create", "delete", "log_in", "message", "read"]
        );
    }
}

#[test]
fn the_first_message_takes_the_same_bytes_in_every_run_but_for_its_token() {
    // A random token in a header takes a few bits more or fewer in HPACK's Huffman code (RFC 7541, appendix B).
    const TOKEN_VARIES_BYTES: u64 = 6;
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen("--workload efficiency --trials 3 --quiet", directory.path());
    assert_eq!(output.status.code(), Some(0));
    let mut first = std::collections::BTreeMap::new();
    for run in results(directory.path()).runs {
        let bytes = run.bytes_first_message.expect("it was sent");
        assert!(bytes.request > 0 && bytes.reply > 0 && bytes.event > 0);
        let before = *first.entry(run.codec.clone()).or_insert(bytes);
        assert_eq!((bytes.reply, bytes.event), (before.reply, before.event));
        let differs = bytes.request.abs_diff(before.request);
        assert!(differs <= TOKEN_VARIES_BYTES, "{}: {bytes:?}", run.codec);
    }
    assert_eq!(first.len(), 3);
}

#[test]
fn every_store_gives_the_same_state() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = directory.path().join("own.db");
    let of_store = |store: &str| {
        let arguments = format!("--protocol json --accounts 3 --rounds 2 --store {store}");
        let run = measure(&arguments).runs.remove(0);
        flawless(&run);
        assert_eq!(run.store, store);
        run.state_digest
    };
    let memory = of_store("memory");
    assert!(memory.is_some());
    assert_eq!(of_store("sqlite"), memory);
    assert_eq!(of_store("sqlite-per-request"), memory);
    assert_eq!(of_store(&format!("sqlite:{}", file.display())), memory);
}

#[test]
fn json_on_stdout_is_the_results_file_and_keeps_the_schema() {
    let directory = tempfile::tempdir().expect("there is room");
    let arguments =
        "--protocol json,floor --accounts 3 --rounds 2 --trials 2 --seed 7 --format json";
    let output = loadgen(arguments, directory.path());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let file = std::fs::read(directory.path().join("results.json")).expect("it is there");
    assert!(
        output.stdout == file,
        "stdout holds the results and nothing else"
    );
    let results = results(directory.path());
    assert_eq!(results.config.seed, 7);
    let controls: Vec<&str> = results
        .runs
        .iter()
        .filter(|run| run.control_of.as_deref() == Some("json"))
        .map(|run| run.protocol.as_str())
        .collect();
    assert_eq!(
        controls,
        ["json (again)", "json (again)"],
        "one in each round"
    );
    let schema = serde_json::from_str(include_str!("../../reports/results.schema.json"))
        .expect("it is JSON");
    let value: serde_json::Value = serde_json::from_slice(&file).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn people_see_tables_and_where_the_report_lies() {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(
        "--protocol json --accounts 3 --rounds 2 --trials 2",
        directory.path(),
    );
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    for word in ["json", "4, all valid", "index.html", "results.json"] {
        assert!(stdout.contains(word), "{word:?} is missing in: {stdout}");
    }
    for word in ["measuring json", "4 in all", "2 of 4 trials done"] {
        assert!(stderr.contains(word), "{word:?} is missing in: {stderr}");
    }
    assert!(directory.path().join("index.html").exists());
}

#[test]
fn a_report_is_made_again_with_the_same_bytes() {
    let directory = tempfile::tempdir().expect("there is room");
    let first = directory.path().join("first");
    assert!(
        loadgen(
            "--protocol json --accounts 3 --rounds 2 --trials 1 --quiet",
            &first
        )
        .status
        .success()
    );
    let again = directory.path().join("again");
    let command = format!(
        "report {} --out {}",
        first.join("results.json").display(),
        again.display()
    );
    let output = loadgen_in(&command, directory.path());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for file in ["index.html", "summary.md", "results.csv"] {
        let read = |directory: &Path| std::fs::read(directory.join(file)).expect("it is there");
        assert!(read(&first) == read(&again), "{file} differs");
    }
}

#[test]
fn a_running_server_keeps_what_it_had_and_nothing_of_ours() {
    let mut server = Server::start("json");
    let before = server.digest();
    let directory = tempfile::tempdir().expect("there is room");
    let arguments = format!(
        "--protocol json --accounts 3 --rounds 2 --trials 2 --quiet --addr {} --server-pid {}",
        server.address,
        server.id()
    );
    let output = loadgen(&arguments, directory.path());
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(server.digest(), before);
    let results = results(directory.path());
    assert_eq!(
        results.config.addr.as_deref(),
        Some(server.address.as_str())
    );
    for run in &results.runs {
        flawless(run);
        assert_eq!(run.state_digest, None);
        let watched = run.server.expect("its process was named");
        assert!(watched.rss_peak_bytes > 0 && watched.network_sent_bytes.is_none());
    }
}

#[test]
fn the_functional_test_passes_against_a_server_of_ours_and_a_running_one() {
    let directory = tempfile::tempdir().expect("there is room");
    let server = Server::start("json");
    let of_ours = "conform --protocol json --only functional".to_owned();
    let running = format!("{of_ours} --addr {}", server.address);
    for command in [of_ours, running] {
        let output = loadgen_in(&command, directory.path());
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{stdout}");
        let last = stdout.lines().last().unwrap_or_default();
        assert!(last.contains(" passed, 0 failed"), "{last}");
    }
}

#[test]
fn what_is_no_chat_service_cannot_be_tested() {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen_in("conform --protocol floor", directory.path());
    assert_eq!(output.status.code(), Some(2));
    let free = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("there is a port");
    let output = loadgen_in(
        &format!("conform --protocol json --addr {free}"),
        directory.path(),
    );
    assert_eq!(output.status.code(), Some(1));
}
