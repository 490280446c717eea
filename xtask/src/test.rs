//! `cargo xtask test`: every test of the workspace, and one line that says how it went.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use crate::command::{cargo, expect_success, line};
use crate::{curl, python};

/// Tests that hold ours against other people's implementations, which a plain `cargo test` may not have, by name.
const WITH_PYTHON: &[&str] = &[
    "histogram_peer",
    "foreign_grpc",
    "foreign_ws",
    "python_client",
];

/// The same, of those that need curl.
const WITH_CURL: &[&str] = &["curl"];

/// Runs the tests, passing `arguments` on to `cargo test`. Without any, the tests that need Python or curl run as well.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let everything = ["test", "--workspace", "--no-fail-fast"];
    let chosen: &[&str] = if names_packages(arguments) {
        &["test", "--no-fail-fast"]
    } else {
        &everything
    };
    let mut command = cargo(chosen);
    command.args(arguments);
    let started = Instant::now();
    let mut tally = Tally::default();
    let mut outcome = count(&mut command, &mut tally);
    if arguments.is_empty() {
        outcome = outcome.and(with_python(&mut tally));
        outcome = outcome.and(with_curl(&mut tally));
    }
    let seconds = started.elapsed().as_secs();
    println!("\ntests: {tally} in {seconds} s");
    if tally.failed > 0 {
        bail!("tests failed; their names are above");
    }
    outcome
}

fn with_python(tally: &mut Tally) -> Result<()> {
    let python = python::ready()?;
    with(WITH_PYTHON, (python::VARIABLE, &python), tally)
}

fn with_curl(tally: &mut Tally) -> Result<()> {
    let curl = curl::ready()?;
    with(WITH_CURL, (curl::VARIABLE, &curl), tally)
}

/// Runs those tests of some programs that need another program, whose path they find under a name in their environment.
fn with(tests: &[&str], program: (&str, &Path), tally: &mut Tally) -> Result<()> {
    for name in tests {
        // Of the whole workspace, as before: one package alone would build its dependencies with other features.
        let mut command = cargo(["test", "--workspace", "--test", name]);
        command.args(["--", "--ignored"]).env(program.0, program.1);
        let before = tally.passed;
        count(&mut command, tally)?;
        ensure!(
            tally.passed > before,
            "{name} has no test that needs another program"
        );
        // A plain run has counted them as ignored.
        tally.ignored -= tally.passed - before;
    }
    Ok(())
}

/// Runs tests, shows what they print, and counts them.
fn count(command: &mut Command, tally: &mut Tally) -> Result<()> {
    eprintln!("$ {}", line(command));
    command.stdout(Stdio::piped());
    let mut child = command.spawn().context("cannot run cargo")?;
    let output = child.stdout.take().context("cargo has no output")?;
    for text in BufReader::new(output).lines() {
        let text = text?;
        tally.add(&text);
        println!("{text}");
    }
    let status = child.wait()?;
    expect_success(command, status)
}

/// `cargo test --workspace -p x` would test everything.
fn names_packages(arguments: &[String]) -> bool {
    let cargo_s = arguments.iter().take_while(|argument| *argument != "--");
    cargo_s
        .into_iter()
        .any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
}

/// How many tests there were in all programs together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Counts what a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …` says.
    fn add(&mut self, line: &str) {
        let Some(("ok" | "FAILED", counts)) = line
            .strip_prefix("test result: ")
            .and_then(|result| result.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let Some((number, what)) = count.split_once(' ') else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} ignored",
            self.passed, self.failed, self.ignored
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_programs_add_up() {
        let mut tally = Tally::default();
        tally.add("running 4 tests");
        tally.add("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.02s");
        tally.add("test a_name ... ok");
        tally.add("test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s");
        assert_eq!(
            tally,
            Tally {
                passed: 13,
                failed: 2,
                ignored: 1
            }
        );
        assert_eq!(tally.to_string(), "13 passed, 2 failed, 1 ignored");
    }

    #[test]
    fn a_package_takes_the_place_of_the_workspace() {
        let check = |arguments: &[&str]| {
            names_packages(&arguments.iter().map(|&a| a.to_owned()).collect::<Vec<_>>())
        };
        assert!(check(&["-p", "protocols"]));
        assert!(check(&["--package=protocols", "floor"]));
        assert!(!check(&["floor", "--", "-p"]));
        assert!(!check(&[]));
    }
}
