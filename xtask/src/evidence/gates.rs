//! How often a gate is right. The program is held against itself many times, each time by a whole gate with a seed of
//! its own; or against itself with a server that burns more.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::command::{self, cargo, line, root, target};

/// What a gate can come to that is an answer: pass, regression, inconclusive.
const ANSWERS: [i32; 3] = [0, 3, 4];

/// The statuses of metrics that nobody asks about.
const UNREMARKABLE: [&str; 2] = ["same", "skipped"];

/// What to run, and how often.
#[derive(Args)]
pub(super) struct Arguments {
    /// How many gates
    #[arg(long, default_value_t = 20)]
    gates: u32,
    /// Let the head's server burn so much more CPU time than it needs, 10% for instance
    #[arg(long, value_name = "P%")]
    burn: Option<String>,
    /// Over which protocols [default: the gate's own]
    #[arg(long, value_name = "NAME,...")]
    protocol: Option<String>,
    /// The seed of the first gate; each further one has the next
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Use the debug build, to try it out
    #[arg(long)]
    debug: bool,
    /// What each gate is told beside that, after `--`
    #[arg(last = true)]
    more: Vec<String>,
}

/// What came of one gate.
#[derive(Debug)]
struct Said {
    seed: u32,
    outcome: String,
    seconds: f64,
    /// Metrics and what was found of them, where it is remarkable.
    findings: Vec<String>,
}

/// Runs the gates, and prints what each of them said, and their sum.
pub(super) fn run(arguments: &Arguments) -> Result<()> {
    let profile = if arguments.debug { "dev" } else { "release" };
    let build = ["build", "--package", "loadgen", "--profile", profile];
    command::run(&mut cargo(build))?;
    let folder = if arguments.debug { "debug" } else { "release" };
    let program = target().join(folder).join("loadgen");
    let name = match &arguments.burn {
        Some(burn) => format!("gate-burn-{}", burn.trim_end_matches('%')),
        None => "gate".to_owned(),
    };
    let directory = root().join("target/evidence").join(name);
    let mut all = Vec::new();
    println!("{:>6}  {:14} {:>7}  findings", "seed", "outcome", "seconds");
    for seed in (arguments.seed..).take(usize::try_from(arguments.gates)?) {
        let out = directory.join(format!("{seed:03}"));
        let said = gate(&mut order(arguments, &program, seed, &out), seed, &out)?;
        println!("{}", said.row());
        all.push(said);
    }
    print!("{}", sum(&all));
    Ok(())
}

fn order(arguments: &Arguments, program: &Path, seed: u32, out: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["gate", "--quiet", "--base-bin"]).arg(program);
    command.arg("--head-bin").arg(program);
    command.arg("--seed").arg(seed.to_string());
    command.arg("--out").arg(out);
    if let Some(burn) = &arguments.burn {
        command.arg(format!("--head-arg=--server-fault=burn:{burn}"));
    }
    if let Some(protocol) = &arguments.protocol {
        command.args(["--protocol", protocol]);
    }
    command.args(&arguments.more);
    command
}

fn gate(command: &mut Command, seed: u32, out: &Path) -> Result<Said> {
    let started = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", line(command)))?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.code().is_some_and(|code| ANSWERS.contains(&code)) {
        bail!("`{}` came to no answer ({status})", line(command));
    }
    let path = out.join("gate.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let verdict: Value =
        serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))?;
    Ok(Said {
        seed,
        outcome: word(&verdict["outcome"]),
        seconds,
        findings: remarkable(&verdict),
    })
}

/// The metrics whose findings are worth a look, with what was found.
fn remarkable(verdict: &Value) -> Vec<String> {
    let findings = verdict["findings"].as_array().into_iter().flatten();
    findings
        .filter(|finding| !UNREMARKABLE.contains(&word(&finding["status"]).as_str()))
        .map(|finding| format!("{}: {}", word(&finding["metric"]), word(&finding["status"])))
        .collect()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("?").to_owned()
}

impl Said {
    fn row(&self) -> String {
        let Self {
            seed,
            outcome,
            seconds,
            findings,
        } = self;
        let findings = findings.join("; ");
        format!("{seed:>6}  {outcome:14} {seconds:>7.1}  {findings}")
    }
}

/// How often each outcome and each finding came, and how long gates took.
fn sum(all: &[Said]) -> String {
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let mut findings: BTreeMap<&str, usize> = BTreeMap::new();
    for said in all {
        *outcomes.entry(&said.outcome).or_default() += 1;
        for finding in &said.findings {
            *findings.entry(finding).or_default() += 1;
        }
    }
    let mut seconds: Vec<f64> = all.iter().map(|said| said.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or_default();
    let longest = seconds.last().copied().unwrap_or_default();
    let outcomes: Vec<String> = outcomes
        .iter()
        .map(|(outcome, times)| format!("{times} {outcome}"))
        .collect();
    let mut text = format!(
        "\n{} gates: {}; {median:.0} s each, at most {longest:.0} s\n",
        all.len(),
        outcomes.join(", ")
    );
    for (finding, times) in findings {
        let _ = writeln!(text, "{times:>6} of {}: {finding}", all.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(outcome: &str, seconds: f64, findings: &[&str]) -> Said {
        Said {
            seed: 1,
            outcome: outcome.to_owned(),
            seconds,
            findings: findings.iter().map(|&finding| finding.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_as_before_is_not_listed() {
        let verdict = json!({"findings": [
            {"metric": "a", "status": "same"},
            {"metric": "b", "status": "regression"},
            {"metric": "c", "status": "skipped"},
        ]});
        assert_eq!(remarkable(&verdict), ["b: regression"]);
    }

    #[test]
    fn outcomes_and_findings_are_counted() {
        let all = [
            said("pass", 60.0, &[]),
            said("regression", 80.0, &["b: regression"]),
            said("pass", 61.0, &[]),
        ];
        assert_eq!(
            sum(&all),
            "\n3 gates: 2 pass, 1 regression; 61 s each, at most 80 s\n     1 of 3: b: regression\n"
        );
    }
}
