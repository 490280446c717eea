//! What an earlier gate left must not pass for the findings of one that failed.

use std::path::Path;
use std::process::Output;

use crate::program;
use crate::stand_in::StandIn;

/// All that a gate leaves.
const FILES: [&str; 4] = ["gate.json", "gate.md", "gate.xml", "trials.json"];

fn gate(base: &StandIn, head: &StandIn, directory: &Path) -> Output {
    program()
        .args(["gate", "--protocol", "json", "--quiet", "--base-bin"])
        .arg(base.path())
        .arg("--head-bin")
        .arg(head.path())
        .current_dir(directory)
        .output()
        .expect("the program starts")
}

#[test]
fn a_gate_that_fails_leaves_nothing_of_an_earlier_one() {
    let directory = tempfile::tempdir().expect("there is room");
    let left = |name: &&str| directory.path().join("loadgen-gate").join(name).exists();
    let same = StandIn::new();
    let crashing = StandIn::new().saying("exit", "101");
    assert_eq!(gate(&same, &same, directory.path()).status.code(), Some(0));
    assert!(FILES.iter().all(left));
    let failed = gate(&same, &crashing, directory.path());
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(!FILES.iter().any(left));
}

#[test]
fn a_gate_without_runs_leaves_none_of_an_earlier_one() {
    let directory = tempfile::tempdir().expect("there is room");
    let at = directory.path().join("loadgen-gate");
    std::fs::create_dir(&at).expect("there is room");
    for name in FILES {
        std::fs::write(at.join(name), "older").expect("there is room");
    }
    std::fs::write(at.join("notes.txt"), "somebody's").expect("there is room");
    let output = program()
        .args(["gate", "--baseline", "missing.json"])
        .current_dir(directory.path())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let mut entries = std::fs::read_dir(&at).expect("it is there");
    let only = entries
        .next()
        .expect("one is left")
        .expect("it can be read");
    assert_eq!(only.file_name(), "notes.txt", "what is no gate's stays");
    assert!(entries.next().is_none());
}
