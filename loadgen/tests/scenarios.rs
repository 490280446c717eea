//! Whole runs of scenarios: real processes, real sockets, every answer held against what the server must hold.

#[expect(dead_code, reason = "other tests share these, and need more of them")]
mod processes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use processes::{Server, loadgen};
use protocols::registry::each_once;
use reports::Results;
use reports::schema::Run;

/// Runs once, which must work out, and gives the runs.
#[track_caller]
fn measure(arguments: &str) -> Vec<Run> {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(&format!("{arguments} --trials 1 --quiet"), directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let results = Results::load(directory.path().join("results.json")).expect("they were written");
    assert!(results.config.scenario.is_some());
    results.runs
}

/// Every codec and every transport between processes, as the command line takes them.
fn all_chat_protocols() -> String {
    each_once()
        .filter(|protocol| !protocol.is_in_process())
        .map(|protocol| protocol.name)
        .collect::<Vec<_>>()
        .join(",")
}

fn counts(run: &Run) -> BTreeMap<&str, u64> {
    let kinds = run.operations.iter();
    kinds
        .map(|(kind, latency)| (kind.as_str(), latency.count))
        .collect()
}

/// Every run did the same work and left the same state behind.
#[track_caller]
fn alike(runs: &[Run]) {
    let digests: BTreeSet<_> = runs.iter().map(|run| run.state_digest.as_deref()).collect();
    assert_eq!(digests.len(), 1, "one state: {digests:?}");
    assert!(!digests.contains(&None));
    for run in runs {
        assert!(run.valid, "{}: {:?}", run.protocol, run.invalid_reasons);
        assert!(run.ledger.adds_up(), "{:?}", run.ledger);
        assert_eq!(counts(run), counts(&runs[0]), "{}", run.protocol);
    }
}

#[test]
fn mixed_is_right_over_every_protocol() {
    let runs = measure(&format!(
        "--workload mixed --seed 5 --protocol {}",
        all_chat_protocols()
    ));
    assert!(runs.len() >= 3);
    alike(&runs);
    let counts = counts(&runs[0]);
    assert_eq!(counts.values().sum::<u64>(), 4_000);
    let kinds = [
        "delete", "history", "list", "ping", "read", "send", "unread",
    ];
    assert!(counts.keys().copied().eq(kinds), "{counts:?}");
    assert_eq!(runs[0].messages, counts["send"]);
}

#[test]
fn mixed_is_right_with_many_requests_in_flight() {
    let protocols = all_chat_protocols();
    alike(&measure(&format!(
        "--workload mixed --seed 6 --in-flight 16 --protocol {protocols}"
    )));
}

/// A scenario with a closed and an open loop.
const TWO_LOOPS: &str = r#"name = "office"
accounts = 5
texts = { size = { uniform = { min = 1, max = 200 } }, unicode = 0.3, escaping = 0.3 }
pages = { read = 3, history = 7 }
mix = { send = 5, read = 2, history = 2, delete = 1 }

[[phases]]
name = "fast"
operations = 500
in_flight = 4

[[phases]]
name = "paced"
rate = 2000
duration = "200ms"
mix = { send = 1, read = 1, unread = 1 }
"#;

fn written(directory: &Path) -> String {
    let file = directory.join("office.toml");
    std::fs::write(&file, TWO_LOOPS).expect("there is room");
    file.display().to_string()
}

#[test]
fn a_file_of_ones_own_runs_in_both_loops_on_every_store() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = written(directory.path());
    let mut runs = Vec::new();
    for store in ["memory", "sqlite", "sqlite-per-request"] {
        runs.extend(measure(&format!(
            "--scenario {file} --protocol json --seed 1 --store {store}"
        )));
    }
    alike(&runs);
    assert_eq!(counts(&runs[0]).values().sum::<u64>(), 900);
    assert_eq!(runs[0].workload, "office");
    let paced_ns = runs[0].phases_ns["message"];
    assert!(
        paced_ns > 100_000_000,
        "the open loop keeps its own time: {paced_ns}"
    );
}

#[test]
fn a_running_server_is_left_as_it_was() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = written(directory.path());
    let mut server = Server::start("json");
    let before = server.digest();
    let runs = measure(&format!(
        "--scenario {file} --protocol json --addr {}",
        server.address
    ));
    assert!(runs[0].valid, "{:?}", runs[0].invalid_reasons);
    assert_eq!(server.digest(), before);
}

#[test]
fn what_makes_no_sense_is_told_with_its_line() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = directory.path().join("office.toml");
    std::fs::write(&file, TWO_LOOPS.replace("rate", "speed")).expect("there is room");
    let name = file.display().to_string();
    let output = loadgen(&format!("--scenario {name}"), directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let words = format!("error: {name}:14: unknown key `speed`");
    assert!(stderr.starts_with(&words), "{stderr}");
    for option in [
        "--workload mixed",
        "--accounts 3",
        "--rounds 2",
        "--message-bytes 9",
        "--rate 100",
        "--delivery poll:1s",
    ] {
        let output = loadgen(&format!("--scenario {name} {option}"), directory.path());
        assert_eq!(output.status.code(), Some(2), "{option} has no effect");
    }
}

#[test]
fn texts_have_the_sizes_that_were_asked_for() {
    let directory = tempfile::tempdir().expect("there is room");
    let arguments =
        "--protocol json,floor --accounts 3 --rounds 2 --trials 1 --quiet --message-bytes 9,200,9";
    let output = loadgen(arguments, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let results = Results::load(directory.path().join("results.json")).expect("they were written");
    assert_eq!(results.config.message_bytes, [9, 200]);
    let of_json = results.runs.iter().filter(|run| run.protocol == "json");
    let mut payloads: Vec<_> = of_json
        .map(|run| {
            (
                run.message_bytes,
                run.bytes_by_phase["message"].sent.payload,
            )
        })
        .collect();
    payloads.sort_unstable();
    // 6 messages, each of a name of 6 bytes and its text.
    assert_eq!(
        payloads,
        [(Some(9), 6 * (6 + 9)), (Some(200), 6 * (6 + 200))]
    );
    assert_eq!(results.runs.len(), 3, "the reference has no texts");
}

#[test]
fn short_messages_do_not_overtake_long_ones() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = directory.path().join("sizes.toml");
    let text = r#"name = "sizes"
accounts = 3
texts = { size = { weighted = { "5" = 1, "256" = 1 } } }
mix = { send = 4, history = 1 }
phases = [{ name = "all", operations = 3000, in_flight = 32 }]
"#;
    std::fs::write(&file, text).expect("there is room");
    let protocols = all_chat_protocols();
    alike(&measure(&format!(
        "--scenario {} --protocol {protocols}",
        file.display()
    )));
}
