//! What a gate leaves behind: files for programs and people, and the summary of a job where there is one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use reports::gate::outputs;
use reports::gate::verdict::Verdict;

use super::replay::Trials;

/// The verdict for programs.
const JSON_FILE: &str = "gate.json";

/// The verdict for people.
const MARKDOWN_FILE: &str = "gate.md";

/// The verdict for a CI that shows `JUnit`.
const JUNIT_FILE: &str = "gate.xml";

/// The runs behind a verdict.
const TRIALS_FILE: &str = "trials.json";

/// In which variable of its environment a job is told where its summary goes, as GitHub names it.
const SUMMARY_VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Writes `gate.json`, `gate.md`, `gate.xml` and, where anything was timed, `trials.json`; and adds the Markdown to the
/// summary of the job, if it has one.
///
/// # Errors
/// If one of them cannot be written.
pub fn write(verdict: &Verdict, trials: Option<&Trials>, directory: &Path) -> anyhow::Result<()> {
    make(directory)?;
    let markdown = outputs::markdown(verdict);
    write_file(directory, JSON_FILE, &outputs::json(verdict))?;
    write_file(directory, MARKDOWN_FILE, &markdown)?;
    write_file(directory, JUNIT_FILE, &outputs::junit(verdict))?;
    if let Some(trials) = trials {
        write_trials(trials, directory)?;
    }
    match std::env::var_os(SUMMARY_VARIABLE) {
        Some(summary) if !summary.is_empty() => append(Path::new(&summary), &markdown),
        _ => Ok(()),
    }
}

/// Writes `trials.json`.
///
/// # Errors
/// If it cannot be written.
pub fn write_trials(trials: &Trials, directory: &Path) -> anyhow::Result<()> {
    make(directory)?;
    write_file(directory, TRIALS_FILE, &serde_json::to_string(trials)?)
}

/// Removes what an earlier gate left: if this one fails before it can write anything, that would pass for its own.
///
/// # Errors
/// If something is there and cannot be removed.
pub fn clear(directory: &Path) -> anyhow::Result<()> {
    for name in [JSON_FILE, MARKDOWN_FILE, JUNIT_FILE, TRIALS_FILE] {
        let path = directory.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

fn make(directory: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))
}

fn write_file(directory: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = directory.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .with_context(|| {
            format!(
                "cannot add to {}, which {SUMMARY_VARIABLE} names",
                path.display()
            )
        })
}
