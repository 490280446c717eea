//! What a gate says and how it ends. Verdicts are shown on stand-ins, so that they depend on no clock; that the parts
//! fit is shown on the program itself.

mod held;
mod lost;
mod older;
mod saying;
mod stand_in;
mod stopping;

use std::path::Path;
use std::process::{Command, Output};

use reports::gate::decision::Decision;
use reports::gate::verdict::{Outcome, Verdict};
use serde_json::Value;
use stand_in::{EXACT_METRIC, StandIn, invalid, run};

/// The metric in which a head is slower.
const CPU_METRIC: &str = "time/json/scaling/server_cpu_per_message_ns";

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command.env_remove("GITHUB_STEP_SUMMARY");
    command
}

/// A gate over stand-ins, in a directory of its own.
struct Gate {
    directory: tempfile::TempDir,
    output: Output,
}

impl Gate {
    fn of(base: &StandIn, head: &StandIn, more: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("there is room");
        let output = program()
            .args(["gate", "--protocol", "json", "--seed", "1", "--base-bin"])
            .arg(base.path())
            .arg("--head-bin")
            .arg(head.path())
            .args(more)
            .current_dir(directory.path())
            .env("GITHUB_STEP_SUMMARY", directory.path().join("summary.md"))
            .output()
            .expect("the program starts");
        Self { directory, output }
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        let stderr = String::from_utf8_lossy(&self.output.stderr);
        assert_eq!(
            self.output.status.code(),
            Some(code),
            "{}{stderr}",
            self.stdout()
        );
        self
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    fn file(&self, name: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.file(name)).expect("it is JSON")
    }

    /// What was found of a metric.
    fn status(&self, metric: &str) -> Value {
        let verdict = self.json("loadgen-gate/gate.json");
        let findings = verdict["findings"].as_array().expect("there are some");
        let finding = findings.iter().find(|finding| finding["metric"] == metric);
        finding.unwrap_or_else(|| panic!("{metric} is missing: {verdict}"))["status"].clone()
    }
}

#[test]
fn one_program_is_no_worse_than_itself() {
    let same = StandIn::new();
    let gate = Gate::of(&same, &same, &[]).ends_with(0);
    assert_eq!(gate.status(CPU_METRIC), "same");
    assert_eq!(gate.status(EXACT_METRIC), "same");
}

#[test]
fn ten_percent_more_cpu_is_a_regression_in_every_output() {
    let slower = StandIn::new().measuring([run(1_100_000), run(1_101_000)]);
    let gate = Gate::of(&StandIn::new(), &slower, &[]).ends_with(3);
    assert_eq!(gate.status(CPU_METRIC), "regression");
    assert_eq!(gate.status(EXACT_METRIC), "same");
    for text in [
        gate.stdout(),
        gate.file("loadgen-gate/gate.md"),
        gate.file("loadgen-gate/gate.xml"),
        gate.file("summary.md"),
    ] {
        assert!(text.contains(CPU_METRIC), "{text}");
    }
    assert!(
        gate.stderr().contains("confirming what json showed"),
        "{}",
        gate.stderr()
    );
}

#[test]
fn the_summary_of_a_job_is_added_to() {
    let directory = tempfile::tempdir().expect("there is room");
    let summary = directory.path().join("summary.md");
    std::fs::write(&summary, "what another step said\n").expect("there is room");
    let same = StandIn::new();
    let output = program()
        .args(["gate", "--quiet", "--protocol", "json", "--base-bin"])
        .arg(same.path())
        .arg("--head-bin")
        .arg(same.path())
        .current_dir(directory.path())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("the program starts");
    assert!(
        output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = std::fs::read_to_string(&summary).expect("it is there");
    let ours = std::fs::read_to_string(directory.path().join("loadgen-gate/gate.md"));
    assert_eq!(
        text,
        format!("what another step said\n{}", ours.expect("it was written"))
    );
}

#[test]
fn what_cannot_be_told_is_inconclusive_unless_somebody_says_otherwise() {
    let wild = StandIn::new().measuring([run(700_000), run(1_400_000)]);
    let base = StandIn::new();
    let gate = Gate::of(&base, &wild, &[]).ends_with(4);
    assert_eq!(gate.status(CPU_METRIC), "inconclusive");
    assert!(
        gate.stderr().contains("second look at json"),
        "{}",
        gate.stderr()
    );
    Gate::of(&base, &wild, &["--inconclusive", "pass"]).ends_with(0);
    Gate::of(&base, &wild, &["--inconclusive", "fail"]).ends_with(3);
}

#[test]
fn a_wrong_answer_ends_a_gate_and_names_the_program() {
    let wrong = invalid("1 answer was wrong: a reply came twice.");
    let wrong = StandIn::new()
        .measuring([wrong.clone(), wrong])
        .saying("exit", "5");
    let gate = Gate::of(&StandIn::new(), &wrong, &[]).ends_with(5);
    for words in [
        "head",
        "json, pair 1 of the first look",
        "a reply came twice",
    ] {
        assert!(
            gate.stdout().contains(words),
            "{words:?}: {}",
            gate.stdout()
        );
    }
    assert_eq!(
        gate.json("loadgen-gate/gate.json")["outcome"],
        "wrong_answer"
    );
}

#[test]
fn a_byte_more_names_codec_message_and_byte() {
    let fatter = StandIn::new().of_bytes("01ff02");
    let gate = Gate::of(&StandIn::new(), &fatter, &[]).ends_with(3);
    assert_eq!(gate.status(EXACT_METRIC), "changed");
    for words in ["custom", "send", "ff"] {
        assert!(
            gate.stdout().contains(words),
            "{words:?}: {}",
            gate.stdout()
        );
    }
}

#[test]
fn a_baseline_takes_the_place_of_what_the_base_says() {
    let fatter = StandIn::new().of_bytes("01ff02");
    let accepted = fatter.beside("baseline.json");
    let accepted = accepted.to_str().expect("temporary paths are plain");
    Gate::of(&StandIn::new(), &fatter, &["--baseline", accepted]).ends_with(0);
}

#[test]
fn a_waiver_lets_a_change_pass_until_its_day() {
    let fatter = StandIn::new().of_bytes("01ff02");
    let waiver = |until| {
        format!("[[waiver]]\nmatch = \"message/custom/*\"\nreason = \"later\"\nuntil = {until}\n")
    };
    for (until, code) in [("9999-12-31", 0), ("2020-01-01", 2)] {
        let file = fatter.beside("gate.toml");
        std::fs::write(&file, waiver(until)).expect("there is room");
        let file = file.to_str().expect("temporary paths are plain");
        let gate = Gate::of(&StandIn::new(), &fatter, &["--config", file]).ends_with(code);
        if code == 2 {
            assert!(gate.stderr().contains("gate.toml:1"), "{}", gate.stderr());
            assert!(!gate.directory.path().join("loadgen-gate").exists());
        }
    }
}

#[test]
fn a_program_that_cannot_be_run_is_named_with_what_it_said() {
    let old = StandIn::new()
        .saying("exit", "2")
        .saying("stderr", "error: unexpected argument '--no-report' found");
    let gate = Gate::of(&StandIn::new(), &old, &[]).ends_with(1);
    let said = gate.stderr();
    let error = said.lines().last().expect("it says something");
    for words in ["the head binary", "'--no-report' found"] {
        assert!(error.contains(words), "{words:?}: {error}");
    }
    let missing = StandIn::new();
    std::fs::remove_file(missing.path()).expect("it was there");
    let gate = Gate::of(&missing, &StandIn::new(), &[]).ends_with(1);
    assert!(
        gate.stderr().contains("the base binary"),
        "{}",
        gate.stderr()
    );
}

#[test]
fn further_arguments_reach_one_program_alone() {
    let same = StandIn::new();
    let directory = tempfile::tempdir().expect("there is room");
    let output = program()
        .args(["gate", "--protocol", "json", "--quiet", "--base-bin"])
        .arg(same.path())
        .arg("--head-bin")
        .arg(env!("CARGO_BIN_EXE_loadgen"))
        .args(["--head-arg=--server-fault=burn:none"])
        .current_dir(directory.path())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("the head binary") && stderr.contains("burn:none"),
        "{stderr}"
    );
}

#[test]
fn a_whole_gate_of_the_program_itself_can_be_decided_again() {
    let directory = tempfile::tempdir().expect("there is room");
    let small = "--protocol custom --accounts 2 --rounds 20 --pairs 5 --seed 1 --format json";
    let output = program()
        .arg("gate")
        .args(small.split(' '))
        .args(["--base-bin", env!("CARGO_BIN_EXE_loadgen")])
        .args(["--head-bin", env!("CARGO_BIN_EXE_loadgen")])
        .current_dir(directory.path())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    // What such short runs come to is for their clock to say.
    let answers = [Some(0), Some(3), Some(4)];
    assert!(answers.contains(&output.status.code()), "{stderr}");
    let verdict: Verdict = serde_json::from_slice(&output.stdout).expect("it is a verdict");
    assert_ne!(verdict.outcome, Outcome::WrongAnswer);
    assert_eq!(replayed(directory.path()), timed(&verdict));
}

/// What is decided from the runs that were kept.
fn replayed(directory: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(directory.join("loadgen-gate/trials.json"));
    let trials: loadgen::gate::replay::Trials =
        serde_json::from_str(&text.expect("it was written")).expect("they are trials");
    let config = reports::gate::config::GateConfig {
        pairs: 5,
        ..Default::default()
    };
    let mut decision = Decision::new(config, vec!["custom".to_owned()]);
    for observation in trials.observations {
        decision.add(observation);
    }
    assert_eq!(decision.next(), None, "all of them are there");
    decision
        .findings()
        .iter()
        .map(|finding| finding.sentence.clone())
        .collect()
}

fn timed(verdict: &Verdict) -> Vec<String> {
    let findings = verdict.findings.iter();
    findings
        .filter(|finding| finding.metric.as_str().starts_with("time/"))
        .map(|finding| finding.sentence.clone())
        .collect()
}
