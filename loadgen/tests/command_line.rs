//! What the program says to bad input, and how it ends.

use std::path::Path;
use std::process::{Command, Output};

fn loadgen(arguments: &[&str], directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("the program starts")
}

/// Runs in an empty directory, and checks that it ends with this code and these words, and leaves nothing behind.
#[track_caller]
fn check(arguments: &[&str], code: i32, words: &[&str]) {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(arguments, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(
        output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    for word in words {
        assert!(stderr.contains(word), "{word:?} is missing in: {stderr}");
    }
    let left = std::fs::read_dir(directory.path())
        .expect("it is there")
        .count();
    assert_eq!(left, 0, "something was left behind");
}

/// As [`check`], for what is found out after the command line was understood: one line says it.
#[track_caller]
fn check_failure(arguments: &[&str], words: &[&str]) {
    let quiet: Vec<&str> = arguments.iter().copied().chain(["--quiet"]).collect();
    check(&quiet, 1, words);
    let directory = tempfile::tempdir().expect("there is room");
    let stderr = loadgen(&quiet, directory.path()).stderr;
    assert_eq!(
        String::from_utf8_lossy(&stderr).trim_end().lines().count(),
        1
    );
}

#[test]
fn a_protocol_that_is_not_there_suggests_one_that_is() {
    check(
        &["--protocol", "jsn"],
        2,
        &["\"jsn\"", "did you mean \"json\"?"],
    );
    check(&["--protocol", "json,grcp"], 2, &["did you mean \"grpc\"?"]);
}

#[test]
fn a_control_that_would_not_run_cannot_be_left_out() {
    for arguments in [
        ["--accounts", "3", "--trials", "1", "--no-control"].as_slice(),
        &["--protocol", "floor", "--accounts", "3", "--no-control"],
    ] {
        check(
            arguments,
            2,
            &["--no-control has no effect here", "two trials"],
        );
    }
}

#[test]
fn one_account_has_nobody_to_write_to() {
    check(&["--accounts", "1"], 2, &["at least 2"]);
    check(&["--accounts", "10,0"], 2, &["at least 2"]);
    check(&["--accounts", "many"], 2, &["how many accounts"]);
}

#[test]
fn unknown_words_are_told_with_those_that_are_known() {
    check(&["--workload", "scalig"], 2, &["efficiency, scaling"]);
    check(&["--store", "postgres"], 2, &["sqlite-per-request"]);
    check(
        &["--addr", "localhost", "--protocol", "json"],
        2,
        &["host:port"],
    );
    check(&["--trials", "0"], 2, &["--trials"]);
    check(&["--nonsense"], 2, &["--nonsense"]);
}

#[test]
fn options_without_effect_are_refused() {
    check(
        &["--workload", "efficiency", "--accounts", "10"],
        2,
        &["--accounts has no effect"],
    );
    check(
        &["--workload", "efficiency", "--rounds", "3"],
        2,
        &["--rounds has no effect"],
    );
    check(
        &["--workload", "efficiency", "--protocol", "floor"],
        2,
        &["floor is a reference"],
    );
    check(
        &[
            "--addr",
            "127.0.0.1:9",
            "--protocol",
            "json",
            "--store",
            "sqlite",
        ],
        2,
        &["--store"],
    );
    check(&["--server-pid", "1"], 2, &["--addr"]);
}

#[test]
fn a_gate_has_one_task_and_no_option_without_effect() {
    let check = |words: &str, named: &[&str]| {
        check(&words.split(' ').collect::<Vec<_>>(), 2, named);
    };
    check(
        "gate",
        &["--base-bin", "--baseline", "--calibrate", "--explain"],
    );
    check("gate --base-bin a", &["--head-bin"]);
    check("gate --head-bin a", &["--base-bin"]);
    for untimed in [
        "--pairs 3",
        "--protocol json",
        "--seed 1",
        "--accounts 4",
        "--in-flight 2",
        "--rounds 2",
    ] {
        let (option, _) = untimed.split_once(' ').expect("it has a value");
        check(
            &format!("gate --baseline a {untimed}"),
            &[option, "--calibrate"],
        );
    }
    check("gate --baseline a --inconclusive pass", &["--inconclusive"]);
    check("gate --baseline a --head-arg=--x", &["--head-arg"]);
    check("gate --calibrate --baseline a", &["--calibrate"]);
    check(
        "gate --calibrate --base-bin a --head-bin b",
        &["--calibrate"],
    );
    check("gate --calibrate --format json", &["--format"]);
    for comparing in [
        "--base-arg=x",
        "--head-arg=x",
        "--head-bin b",
        "--inconclusive pass",
    ] {
        check(&format!("gate --calibrate {comparing}"), &["--calibrate"]);
        check(&format!("gate --explain x {comparing}"), &["--explain"]);
    }
    for calibrating in ["--bin c", "--write c"] {
        check(&format!("gate --baseline a {calibrating}"), &["--baseline"]);
        check(&format!("gate --explain x {calibrating}"), &["--explain"]);
    }
    check("gate --explain x --pairs 3", &["--pairs"]);
    check("gate --base-bin a --head-bin b --bin c", &["--bin"]);
    check("gate --explain x --out y", &["--out"]);
    check(
        "gate --base-bin a --head-bin b --protocol floor",
        &["floor is a reference"],
    );
    check("gate --base-bin a --head-bin b --pairs 0", &["--pairs"]);
}

#[test]
fn a_running_server_speaks_one_protocol() {
    check(&["--addr", "127.0.0.1:54401"], 2, &["--protocol"]);
    check(
        &["--addr", "127.0.0.1:54401", "--protocol", "json,custom"],
        2,
        &["--protocol"],
    );
}

#[test]
fn a_place_that_cannot_be_written_to_is_told_before_anything_is_measured() {
    let file = tempfile::NamedTempFile::new().expect("there is room");
    let below = file.path().join("report");
    let below = below.to_str().expect("temporary paths are plain");
    check_failure(&["--out", below], &[below, "--out"]);
}

#[test]
fn a_store_that_is_there_already_is_left_alone() {
    let file = tempfile::NamedTempFile::new().expect("there is room");
    let store = format!("sqlite:{}", file.path().display());
    check_failure(&["--store", &store], &["is there already"]);
    assert!(file.path().exists());
}

#[test]
fn results_that_are_not_there_cannot_be_reported() {
    check(&["report", "missing.json"], 1, &["missing.json"]);
    check(&["report"], 2, &["RESULTS.json"]);
}

#[test]
fn protocols_are_listed_with_what_they_are() {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(&["protocols"], directory.path());
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("it is text");
    let protocols = protocols::registry::protocols();
    assert!(text.lines().count() >= protocols.len());
    for (line, protocol) in text.lines().zip(protocols) {
        assert!(line.starts_with(protocol.name), "{line}");
        assert!(line.ends_with(&protocol.description()), "{line}");
    }
}

#[test]
fn a_reference_has_no_anatomy() {
    let words = ["floor is a reference without messages"];
    check(&["anatomy", "--protocol", "floor"], 2, &words);
    check(
        &["anatomy", "--protocol", "jsn"],
        2,
        &["did you mean \"json\"?"],
    );
}

#[test]
fn messages_are_taken_apart_for_people_and_for_programs() {
    let directory = tempfile::tempdir().expect("there is room");
    let shown = loadgen(&["anatomy", "--protocol", "custom"], directory.path());
    assert!(shown.status.success());
    let text = String::from_utf8(shown.stdout).expect("it is text");
    assert!(text.contains("payload        text: \"hello\""), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours without a terminal");
    let arguments = [
        "anatomy",
        "--protocol",
        "custom",
        "--format",
        "json",
        "--out",
        "a.json",
    ];
    let told = loadgen(&arguments, directory.path());
    let text = String::from_utf8(told.stdout).expect("it is text");
    let file = directory.path().join("a.json");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), text);
    let anatomy = reports::anatomy::Anatomy::load(&file).expect("it can be read again");
    assert_eq!(anatomy.protocols[0].protocol, "custom");
    let nowhere = ["anatomy", "--protocol", "custom", "--out", "missing/a.json"];
    check(&nowhere, 1, &["cannot write", "--out"]);
}

#[test]
fn every_option_is_explained() {
    let directory = tempfile::tempdir().expect("there is room");
    for subcommand in [
        &["--help"][..],
        &["report", "--help"],
        &["conform", "--help"],
        &["anatomy", "--help"],
        &["gate", "--help"],
        &["baseline", "--help"],
    ] {
        let output = loadgen(subcommand, directory.path());
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("it is text");
        assert!(text.contains("Example"), "{text}");
        assert!(!text.contains("child-server"), "{text}");
    }
}
