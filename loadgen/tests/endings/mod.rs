//! Runs that do not come to their end, and what is left behind.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use loadgen::control::{Order, Report};

use super::processes::{self, Afterwards, Proxy, Server, loadgen, wait_for_end};
use super::results;

#[test]
fn where_no_server_answers_one_line_says_so_and_nothing_is_written() {
    let free = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("there is a port");
    let directory = tempfile::tempdir().expect("there is room");
    let out = directory.path().join("report");
    let output = loadgen(
        &format!("--protocol json --accounts 3 --addr {free} --quiet"),
        &out,
    );
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(stderr.trim_end().lines().count(), 1, "{stderr}");
    assert!(stderr.contains(&free.to_string()), "{stderr}");
    assert!(!out.exists());
}

#[test]
fn a_server_that_goes_away_leaves_marked_results() {
    let server = Server::start("json");
    // Past the greetings of 3 connections, and far from the end.
    let proxy = Proxy::before(&server.address, 2_000, Afterwards::Cut);
    let directory = tempfile::tempdir().expect("there is room");
    let arguments = format!(
        "--protocol json --accounts 3 --rounds 200 --trials 9 --quiet --addr {}",
        proxy.address
    );
    let output = loadgen(&arguments, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("invalid"), "{stderr}");
    let runs = results(directory.path()).runs;
    assert!(!runs.is_empty());
    for run in &runs {
        assert!(!run.valid && !run.invalid_reasons.is_empty(), "{run:?}");
        assert!(run.ledger.adds_up(), "{:?}", run.ledger);
    }
}

#[test]
fn a_server_of_ours_that_dies_is_named_as_the_cause() {
    let directory = tempfile::tempdir().expect("there is room");
    let running = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args("--protocol json --accounts 3 --rounds 1000000 --trials 1 --quiet --out".split(' '))
        .arg(directory.path())
        // A server that is killed has no time to tidy up.
        .env("TMPDIR", directory.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let server = processes::busy_server(&running);
    processes::kill(server);
    let output = running.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{stderr}");
    assert!(
        stderr.contains("the server ended unexpectedly (signal 9)"),
        "{stderr}"
    );
    let runs = results(directory.path()).runs;
    assert_eq!(runs.len(), 1);
    assert!(
        !runs[0].valid && runs[0].messages > 0 && runs[0].ledger.adds_up(),
        "{runs:?}"
    );
}

#[test]
fn ctrl_c_keeps_what_was_measured() {
    let directory = tempfile::tempdir().expect("there is room");
    let mut running = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args("--protocol json --accounts 2 --rounds 1 --trials 100000 --out".split(' '))
        .arg(directory.path())
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(running.stderr.take().expect("it is piped")).lines();
    let told = stderr
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains("trials done"));
    assert!(told, "a first round of trials is done");
    processes::interrupt(&running);
    let said: Vec<String> = stderr.map_while(Result::ok).collect();
    let status = running.wait().expect("it ends");
    assert_eq!(status.code(), Some(130), "{said:?}");
    assert!(
        said.iter().any(|line| line.contains("stopped after")),
        "{said:?}"
    );
    assert!(!results(directory.path()).runs.is_empty());
    assert!(directory.path().join("index.html").exists());
}

#[test]
fn a_trial_that_is_stopped_half_way_removes_its_accounts_and_is_marked() {
    let mut server = Server::start("json");
    let before = server.digest();
    let proxy = Proxy::before(&server.address, 50_000, Afterwards::Pass);
    let directory = tempfile::tempdir().expect("there is room");
    let endless = format!(
        "--protocol json --accounts 3 --rounds 1000000 --trials 1 --quiet --addr {} --out",
        proxy.address
    );
    let mut running = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(endless.split(' '))
        .arg(directory.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    proxy.wait();
    processes::interrupt(&running);
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    assert_eq!(server.digest(), before);
    let runs = results(directory.path()).runs;
    assert_eq!(runs.len(), 1);
    assert!(
        runs[0]
            .invalid_reasons
            .iter()
            .any(|reason| reason.contains("The user stopped it")),
        "{runs:?}"
    );
    assert!(runs[0].messages > 0 && runs[0].ledger.adds_up(), "{runs:?}");
}

#[test]
fn no_child_outlives_its_parent() {
    let directory = tempfile::tempdir().expect("there is room");
    let mut running = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args("--protocol json --accounts 2 --rounds 1000000 --trials 1 --quiet --out".split(' '))
        .arg(directory.path())
        // A child that ends because its parent did has no time to tidy up.
        .env("TMPDIR", directory.path())
        .spawn()
        .expect("the program starts");
    let children = processes::children(&running, 2);
    running.kill().expect("it runs");
    running.wait().expect("it ends");
    for child in children {
        wait_for_end(child);
    }
}

#[test]
fn a_port_in_use_is_told_by_the_server_in_words() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let mut server = Server::spawn();
    server.tell(&Order::Serve(processes::serve_order("json", &address)));
    match server.listen() {
        Report::Failed { error } => assert!(error.contains(&address), "{error}"),
        other => panic!("{other:?}"),
    }
}
