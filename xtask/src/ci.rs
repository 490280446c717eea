//! `cargo xtask ci`: everything that is checked before a change is taken, the quick checks first.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::command::{self, cargo};
use crate::test;

/// The versions of cargo-deny that read our `deny.toml`.
const CARGO_DENY_VERSION: &str = "^0.20";

/// What every message looks like, byte by byte, as it was accepted.
const BASELINE: &str = "gate/baseline.json";

/// The steps, in order. Clippy and rustdoc share what they check of the dependencies; the tests build the
/// development profile, the smoke run the release one: nothing is built a third time.
const STEPS: &[(&str, Step)] = &[
    ("format", format),
    ("clippy", clippy),
    ("clippy, counting allocations", clippy_counting_allocations),
    ("documentation", documentation),
    ("licences, bans, sources", deny),
    ("tests", || test::run(&[])),
    ("benches, each once", benches_once),
    ("release build", release_build),
    ("smoke run", smoke_run),
    ("gate", gate),
];

type Step = fn() -> Result<()>;

/// Runs all steps, and stops at the first one that fails.
pub(crate) fn run() -> Result<()> {
    let mut took = Vec::new();
    for &(name, step) in STEPS {
        let started = Instant::now();
        println!("\n== {name}");
        step().with_context(|| format!("the step {name:?} failed"))?;
        took.push((name, started.elapsed()));
    }
    println!("\n== all checks passed");
    for (name, took) in &took {
        println!("{:>6} s  {name}", took.as_secs());
    }
    let total: Duration = took.iter().map(|(_, took)| *took).sum();
    println!("{:>6} s  in all", total.as_secs());
    Ok(())
}

fn format() -> Result<()> {
    command::run(&mut cargo(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    command::run(&mut cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The one feature that is not of the default build.
fn clippy_counting_allocations() -> Result<()> {
    command::run(&mut cargo([
        "clippy",
        "--package",
        "loadgen",
        "--features",
        "count-allocations",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

fn documentation() -> Result<()> {
    let mut doc = cargo(["doc", "--workspace", "--no-deps", "--locked"]);
    command::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories need a database from the network; whoever has it runs `cargo deny check`.
fn deny() -> Result<()> {
    if !has_cargo_deny() {
        command::run(&mut cargo([
            "install",
            "cargo-deny",
            "--locked",
            "--version",
            CARGO_DENY_VERSION,
        ]))?;
    }
    command::run(&mut cargo(["deny", "check", "licenses", "bans", "sources"]))
}

fn has_cargo_deny() -> bool {
    let mut version = cargo(["deny", "--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

/// That every bench still runs: hundreds of lines that say so are left out.
fn benches_once() -> Result<()> {
    let mut test = cargo(["test", "--locked", "--package", "bench", "--benches"]);
    command::run(test.stdout(Stdio::null()))
}

/// As people build it who follow the README; the smoke run finds it built.
fn release_build() -> Result<()> {
    command::run(&mut cargo([
        "build",
        "--release",
        "--locked",
        "--package",
        "loadgen",
    ]))
}

/// The release build's program, with arguments to follow.
fn loadgen() -> Command {
    cargo([
        "run",
        "--release",
        "--locked",
        "--quiet",
        "--package",
        "loadgen",
        "--",
    ])
}

/// One trial of the short workload over every ranked protocol: servers start, answers are right, a report appears.
fn smoke_run() -> Result<()> {
    let directory = std::env::temp_dir().join(format!("loadgen-smoke-{}", std::process::id()));
    let mut loadgen = loadgen();
    loadgen
        .args(["--workload", "efficiency", "--trials", "1", "--out"])
        .arg(&directory);
    command::run(&mut loadgen)?;
    std::fs::remove_dir_all(&directory)
        .with_context(|| format!("the smoke run left nothing in {}", directory.display()))
}

/// Every byte is as it was accepted. Whoever means a change runs `loadgen baseline accept`, and commits what it writes.
fn gate() -> Result<()> {
    command::run(loadgen().args(["gate", "--baseline", BASELINE]))
}
