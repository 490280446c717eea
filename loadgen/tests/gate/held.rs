//! This program against what was accepted, and what is done with baselines.

use std::path::Path;
use std::process::Output;

use reports::gate::baseline::Baseline;

use crate::program;

#[track_caller]
fn loadgen(words: &str, directory: &Path, code: i32) -> Output {
    let mut command = program();
    let output = command
        .args(words.split(' '))
        .current_dir(directory)
        .output();
    let output = output.expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{words}: {stderr}");
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Adds a byte to a message, as an earlier commit would have had it.
fn change(directory: &Path, metric: &str) {
    let file = directory.join("accepted.json");
    let mut baseline = Baseline::load(&file).expect("it was saved");
    let mut exact = baseline.exact.iter_mut();
    let (_, exact) = exact
        .find(|(name, _)| name.as_str() == metric)
        .expect("it is there");
    exact.value += 1;
    exact.hex.as_mut().expect("it has bytes").push_str("00");
    baseline.save(&file).expect("there is room");
}

#[test]
fn a_changed_byte_is_red_until_it_is_accepted() {
    let metric = "message/json/request/send/bytes";
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    loadgen("baseline save accepted.json", at, 0);
    let same = loadgen("gate --baseline accepted.json", at, 0);
    assert!(
        stdout(&same).contains("time is compared only within one job"),
        "{same:?}"
    );
    assert!(!at.join("loadgen-gate/trials.json").exists());

    change(at, metric);
    let red = loadgen("gate --baseline accepted.json", at, 3);
    assert!(stdout(&red).contains(metric), "{red:?}");
    let accepted = loadgen("baseline accept accepted.json", at, 0);
    assert!(stdout(&accepted).contains(metric), "{accepted:?}");
    loadgen("gate --baseline accepted.json --quiet", at, 0);
    let again = loadgen("baseline accept accepted.json", at, 0);
    assert!(stdout(&again).contains("nothing changed"), "{again:?}");
}

#[test]
fn what_was_accepted_is_not_overwritten_by_accident() {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    std::fs::write(at.join("accepted.json"), "precious").expect("there is room");
    let output = loadgen("baseline save accepted.json", at, 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("`loadgen baseline accept`"));
    assert_eq!(
        std::fs::read_to_string(at.join("accepted.json")).expect("it is there"),
        "precious"
    );
    loadgen("baseline accept accepted.json", at, 1);
    loadgen("baseline accept missing.json", at, 1);
    loadgen("gate --baseline missing.json", at, 1);
}

#[test]
fn noise_floors_are_what_a_configuration_takes() {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    let small = "--protocol custom --accounts 2 --rounds 20 --pairs 3 --seed 1";
    loadgen(
        &format!("gate --calibrate --quiet --write floors.toml {small}"),
        at,
        0,
    );
    let floors = std::fs::read_to_string(at.join("floors.toml")).expect("it was written");
    assert!(
        floors.contains("\"time/custom/scaling/server_cpu_per_message_ns\""),
        "{floors}"
    );
    assert!(at.join("loadgen-gate/trials.json").exists());
    loadgen("baseline save accepted.json", at, 0);
    loadgen(
        "gate --baseline accepted.json --config floors.toml --quiet",
        at,
        0,
    );
}

#[test]
fn a_calibration_with_few_pairs_is_for_gates_of_the_configured_ones() {
    let directory = tempfile::tempdir().expect("there is room");
    let small = "--protocol custom --accounts 2 --rounds 20 --pairs 2 --seed 1";
    let output = loadgen(
        &format!("gate --calibrate --quiet {small}"),
        directory.path(),
        0,
    );
    let floors = stdout(&output);
    assert!(
        floors.contains("gates with 11 pairs, drawn from 2 pairs"),
        "{floors}"
    );
}

#[test]
fn counts_that_were_asked_for_and_cannot_be_made_are_an_error() {
    if !cfg!(debug_assertions) {
        // Only an optimized build may be able to count.
        return;
    }
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    let output = loadgen("baseline save accepted.json --count", at, 1);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("cannot count"), "{stderr}");
    assert!(!at.join("accepted.json").exists());
    loadgen("baseline save accepted.json", at, 0);
    loadgen("baseline accept accepted.json --count", at, 1);
}

#[test]
fn a_waiver_that_is_over_is_no_part_of_an_explanation() {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    let metric = "message/json/request/send/bytes";
    let over = "[[waiver]]\nmatch = \"message/json/*\"\nreason = \"later\"\nuntil = 2020-01-01\n";
    std::fs::write(at.join("gate.toml"), over).expect("there is room");
    loadgen(
        &format!("gate --explain {metric} --config gate.toml"),
        at,
        0,
    );
    std::fs::write(at.join("gate.toml"), "[[waiver]").expect("there is room");
    loadgen(
        &format!("gate --explain {metric} --config gate.toml"),
        at,
        2,
    );
}

#[test]
fn a_metric_is_explained_by_its_name() {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path();
    let metric = "time/json/scaling/server_cpu_per_message_ns";
    let output = loadgen(&format!("gate --explain {metric}"), at, 0);
    for words in [metric, "CPU time of the server", "5 %"] {
        assert!(
            stdout(&output).contains(words),
            "{words:?}: {}",
            stdout(&output)
        );
    }
    let unknown = loadgen(
        "gate --explain time/jsn/scaling/server_cpu_per_message_ns",
        at,
        2,
    );
    let stderr = String::from_utf8_lossy(&unknown.stderr);
    assert!(stderr.contains(metric), "{stderr}");
    assert!(!at.join("loadgen-gate").exists());
}
