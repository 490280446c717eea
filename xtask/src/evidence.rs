//! How often words of difference are right. One protocol runs against itself many times, each time as a run of the
//! load generator of its own, with the control that every run has; then the controls are counted.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};

use crate::command::{self, cargo, root};

/// What to show, and how often.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Whether the control is the same as its original, or burns 10 % more of its own CPU time for each message
    kind: Kind,
    /// How many comparisons [default: 40 for aa, 20 for burn]
    #[arg(long)]
    comparisons: Option<u32>,
    /// How many rounds of trials each comparison has [default: 8 for aa, 12 for burn]
    #[arg(long)]
    trials: Option<u32>,
    /// Which protocol runs against itself
    #[arg(long, default_value = "json")]
    protocol: String,
    /// How many accounts write to each other
    #[arg(long, default_value_t = 20)]
    accounts: u32,
    /// How many requests each connection has unanswered: enough that the server never waits. One that waits wakes up
    /// less often when it burns, and saves by that what it burns
    #[arg(long, default_value_t = 8)]
    in_flight: u32,
    /// Use the debug build, to try it out
    #[arg(long)]
    debug: bool,
}

/// What is compared.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The same twice: no difference should be shown
    Aa,
    /// A server that burns 10 % more: it should be told apart by server CPU
    Burn,
}

/// Runs the comparisons, and prints what was said.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (name, comparisons, trials) = match arguments.kind {
        Kind::Aa => ("aa", 40, 8),
        Kind::Burn => ("burn", 20, 12),
    };
    let trials = arguments.trials.unwrap_or(trials);
    let directory = root().join("target/evidence").join(name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory)
            .with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    let mut files = Vec::new();
    for seed in 1..=arguments.comparisons.unwrap_or(comparisons) {
        let out = directory.join(format!("{seed:02}"));
        compare(arguments, [seed, trials], &out)?;
        files.push(out.join("results.json"));
    }
    let mut evidence = loadgen(arguments);
    command::run(evidence.arg("evidence").args(files))
}

/// One comparison.
fn compare(arguments: &Arguments, [seed, trials]: [u32; 2], out: &PathBuf) -> Result<()> {
    let mut command = loadgen(arguments);
    command.args(["--protocol", &arguments.protocol, "--quiet"]);
    command
        .arg("--accounts")
        .arg(arguments.accounts.to_string());
    command
        .arg("--in-flight")
        .arg(arguments.in_flight.to_string());
    command.arg("--trials").arg(trials.to_string());
    command.arg("--seed").arg(seed.to_string());
    command.arg("--out").arg(out);
    if arguments.kind == Kind::Burn {
        let fault = format!("{} (again)=burn:10%", arguments.protocol);
        command.args(["--server-fault", &fault]);
    }
    command::run(&mut command)
}

/// The load generator, with arguments to follow.
fn loadgen(arguments: &Arguments) -> std::process::Command {
    let profile = if arguments.debug { "dev" } else { "release" };
    cargo([
        "run",
        "--quiet",
        "--package",
        "loadgen",
        "--profile",
        profile,
        "--",
    ])
}
