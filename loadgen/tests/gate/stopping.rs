//! Ctrl-C.

use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::program;
use crate::stand_in::StandIn;

#[test]
fn ctrl_c_ends_the_programs_and_says_what_is_known() {
    let (base, endless) = (StandIn::new(), StandIn::new());
    let started = endless.beside("started");
    mknodat(CWD, &started, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("pipes can be made");
    let directory = tempfile::tempdir().expect("there is room");
    let gate = program()
        .args(["gate", "--protocol", "json", "--base-bin"])
        .arg(base.path())
        .arg("--head-bin")
        .arg(endless.path())
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // Opening the pipe waits for the trial of the head.
    let mut id = String::new();
    let mut pipe = std::fs::File::open(&started).expect("it is there");
    pipe.read_to_string(&mut id)
        .expect("the trial says who it is");
    let trial = Pid::from_raw(id.trim().parse().expect("it is a number")).expect("it is not 0");

    let own = Pid::from_raw(gate.id().cast_signed()).expect("it is not 0");
    kill_process(own, Signal::INT).expect("it is running");
    let output = gate.wait_with_output().expect("it ends");
    assert_eq!(
        output.status.code(),
        Some(130),
        "{:?}",
        output.status.signal()
    );
    assert!(test_kill_process(trial).is_err(), "the trial goes on");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        stdout.contains("Stopped before everything was measured"),
        "{stdout}"
    );
    let verdict = std::fs::read_to_string(directory.path().join("loadgen-gate/gate.json"));
    let verdict = verdict.expect("it was written");
    assert!(
        verdict.contains("\"outcome\": \"inconclusive\""),
        "{verdict}"
    );
}
