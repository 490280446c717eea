//! Connections at rest: what they occupy is in results, tables and report.

use std::process::Command;

use reports::Results;
use reports::schema::workload;

#[test]
fn connections_at_rest_are_measured_over_every_protocol() {
    const CONNECTIONS: u32 = 60;
    let directory = tempfile::tempdir().expect("there is room");
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(["--idle", &CONNECTIONS.to_string(), "--trials", "1", "--out"])
        .arg(directory.path())
        .output()
        .expect("the program starts");
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    let results = Results::load(directory.path().join("results.json")).expect("it was written");
    assert_eq!(results.runs.len(), 3, "the reference has nobody to log in");
    for run in &results.runs {
        assert_eq!((run.workload.as_str(), run.messages), (workload::IDLE, 0));
        assert!(run.valid, "{}: {:?}", run.protocol, run.invalid_reasons);
        let memory = run.idle_memory.expect("that is what it is about");
        assert_eq!(memory.connections, CONNECTIONS);
        // A connection has a task and buffers at the server, and a client with buffers at the generator.
        let server = memory.server_bytes_per_connection.expect("it is ours");
        assert!(
            server > 256.0 && memory.loadgen_bytes_per_connection > 256.0,
            "{memory:?}"
        );
    }
    assert!(stdout.contains("KiB/connection"), "{stdout}");
    let page = std::fs::read_to_string(directory.path().join("index.html")).expect("it is there");
    assert!(page.contains("logged in and at rest"));
}

#[test]
fn options_that_mean_nothing_at_rest_are_refused() {
    for arguments in [
        "--idle 10 --rounds 3",
        "--idle 10 --accounts 4",
        "--idle 10 --workload scaling",
        "--idle 10 --connections 2",
        "--idle 10 --delivery poll:1s",
        "--idle 10 --rate 100",
        "--idle 1",
        "--idle 10 --protocol floor",
        "--workload idle",
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .args(arguments.split(' '))
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
    }
}
