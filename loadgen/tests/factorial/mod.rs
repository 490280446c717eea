//! Every codec on every transport in one run, with both ends in one process where there is no socket.

use std::collections::BTreeSet;

use super::processes::loadgen;
use super::{flawless, measure, one_state};

#[test]
fn both_ends_in_one_process_are_right_and_told_apart() {
    let results = measure("--protocol json+mem,json --accounts 4 --rounds 3");
    assert_eq!(results.runs.len(), 2);
    one_state(&results);
    for run in &results.runs {
        flawless(run);
        let is_in_memory = run.transport == "mem";
        assert_eq!(run.in_process, is_in_memory);
        let (server, clients) = (run.server.expect("ours"), run.loadgen.expect("ours"));
        for end in [server, clients] {
            assert!(end.cpu_user_ns + end.cpu_system_ns > 0, "{}", run.protocol);
        }
        assert_eq!(server.rss_peak_bytes == 0, is_in_memory, "{}", run.protocol);
        assert_eq!(server.network_sent_bytes, clients.network_received_bytes);
        assert_eq!(run.bytes.sent.wire.is_none(), is_in_memory);
    }
    let [one, other] = [&results.runs[0], &results.runs[1]];
    assert_eq!(one.bytes.sent.message, other.bytes.sent.message);
}

#[test]
fn a_factorial_run_is_split_and_says_what_its_claims_lack() {
    let results = measure(
        "--workload factorial --codecs custom,json --transports tcp,mem --accounts 3 --rounds 2 --no-report",
    );
    let names: BTreeSet<&str> = results
        .runs
        .iter()
        .map(|run| run.protocol.as_str())
        .collect();
    assert_eq!(names, ["custom", "custom+mem", "json", "json+mem"].into());
    for run in &results.runs {
        flawless(run);
        let encoding = run.encoding.expect("it was measured");
        assert!(encoding.request_encode_ns > 0.0);
    }
    let attribution = results.attribution.expect("every pair ran");
    assert_eq!((attribution.rounds, attribution.rounds_left_out), (1, 0));
    assert_eq!(attribution.bytes.len(), 4);
    let numbers: Vec<u32> = results.claims.iter().map(|claim| claim.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 9, 10, 11, 12]);
    let lacks = |number: u32, words: &str| {
        let claim = results.claims.iter().find(|claim| claim.number == number);
        let mut figures = claim.expect("it is there").figures.iter();
        figures.any(|figure| figure.verdict.contains(words))
    };
    assert!(lacks(4, "it takes protobuf+grpc and protobuf+tcp"));
    assert!(lacks(1, "1 of the 8 trials"));
}

#[test]
fn what_both_ends_of_one_process_cannot_do_is_refused() {
    let directory = tempfile::tempdir().expect("there is room");
    for (arguments, words) in [
        ("--protocol json+mem --idle 4", "in one process"),
        (
            "--protocol json+mem --addr 127.0.0.1:1 --accounts 4",
            "in one process",
        ),
        (
            "--workload factorial --protocol custom,json,json+mem",
            "custom+mem is missing",
        ),
    ] {
        let output = loadgen(arguments, directory.path());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn the_functional_test_runs_in_one_process() {
    let directory = tempfile::tempdir().expect("there is room");
    let output = super::processes::loadgen_in(
        "conform --protocol json+mem --only functional",
        directory.path(),
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains(" passed, 0 failed"), "{stdout}");
}
