//! Runs that are to be the same every time.

use std::collections::BTreeMap;
use std::process::Command;

use protocols::registry::{Protocol, each_once};
use protocols::transport::Repeats;
use reports::Results;
use reports::schema::{ByteCounts, HandshakeBytes, Run};

#[track_caller]
fn measure(words: &str) -> Vec<Run> {
    let directory = tempfile::tempdir().expect("there is room");
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(words.split(' '))
        .args(["--quiet", "--out"])
        .arg(directory.path())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let results = Results::load(directory.path().join("results.json")).expect("they were written");
    assert!(results.config.deterministic);
    results.runs
}

/// What may not vary. The headers of TCP do: whether an acknowledgement rides along is a matter of time.
fn bytes(run: &Run) -> (BTreeMap<String, ByteCounts>, HandshakeBytes) {
    let mut by_phase = run.bytes_by_phase.clone();
    for counts in by_phase.values_mut() {
        counts.sent.wire = None;
        counts.received.wire = None;
    }
    (by_phase, run.handshake_bytes)
}

#[test]
fn deterministic_runs_carry_as_many_bytes_over_every_protocol_that_repeats() {
    let names: Vec<&str> = each_once()
        .filter(|protocol| !protocol.is_in_process())
        .filter(|protocol| !matches!(protocol.repeats(), Repeats::Nothing { .. }))
        .map(Protocol::short_name)
        .collect();
    let words = format!(
        "--deterministic --workload efficiency --no-control --trials 3 --protocol {}",
        names.join(",")
    );
    let runs = [measure(&words), measure(&words)].concat();
    for name in names {
        let of_protocol: Vec<_> = runs.iter().filter(|run| run.protocol == name).collect();
        assert_eq!(of_protocol.len(), 6, "{name}");
        for run in &of_protocol {
            assert!(run.valid, "{name}: {:?}", run.invalid_reasons);
            assert_eq!(bytes(run), bytes(of_protocol[0]), "{name}");
        }
    }
}

#[track_caller]
fn refused(words: &str, saying: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(words.split(' '))
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(saying), "{stderr}");
}

#[test]
fn what_cannot_repeat_is_refused_in_words() {
    refused("--deterministic", "--workload efficiency");
    refused("--deterministic --accounts 4", "--workload efficiency");
    let efficiency = "--deterministic --workload efficiency";
    refused(&format!("{efficiency} --server-threads 2"), "one thread");
    refused(
        &format!("{efficiency} --delivery poll:1s"),
        "polls follow the clock",
    );
    refused(&format!("{efficiency} --addr 127.0.0.1:1"), "--addr");
}
