//! How often words of difference are right. One protocol runs against itself many times, each time as a run of the
//! load generator of its own, with the control that every run has; then the controls are counted.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use crate::command::{self, cargo, root};

/// What to show, and how often.
#[derive(Args)]
pub(super) struct Arguments {
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

/// What the control is beside its original.
pub(super) struct Control {
    /// The folder under `target/evidence`.
    name: &'static str,
    comparisons: u32,
    trials: u32,
    /// What is wrong with the control's servers.
    fault: Option<&'static str>,
}

/// The same twice.
pub(super) const AA: Control = Control {
    name: "aa",
    comparisons: 40,
    trials: 8,
    fault: None,
};

/// A server that burns more.
pub(super) const BURN: Control = Control {
    name: "burn",
    comparisons: 20,
    trials: 12,
    fault: Some("burn:10%"),
};

/// Runs the comparisons, and prints what was said.
pub(super) fn run(control: &Control, arguments: &Arguments) -> Result<()> {
    let directory = root().join("target/evidence").join(control.name);
    if directory.exists() {
        std::fs::remove_dir_all(&directory)
            .with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    let mut files = Vec::new();
    for seed in 1..=arguments.comparisons.unwrap_or(control.comparisons) {
        let out = directory.join(format!("{seed:02}"));
        compare(control, arguments, seed, &out)?;
        files.push(out.join("results.json"));
    }
    let mut evidence = loadgen(arguments);
    command::run(evidence.arg("evidence").args(files))
}

/// One comparison.
fn compare(control: &Control, arguments: &Arguments, seed: u32, out: &PathBuf) -> Result<()> {
    let trials = arguments.trials.unwrap_or(control.trials);
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
    if let Some(fault) = control.fault {
        let fault = format!("{} (again)={fault}", arguments.protocol);
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
