//! What a gate leaves behind: files for programs and people, and the summary of a job where there is one.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use reports::gate::outputs;
use reports::gate::verdict::Verdict;

use super::replay::Trials;

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
    write_file(directory, "gate.json", &outputs::json(verdict))?;
    write_file(directory, "gate.md", &markdown)?;
    write_file(directory, "gate.xml", &outputs::junit(verdict))?;
    match trials {
        Some(trials) => write_trials(trials, directory)?,
        None => remove_trials(directory)?,
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

/// What is left of an earlier gate would pass for this one's.
fn remove_trials(directory: &Path) -> anyhow::Result<()> {
    let path = directory.join(TRIALS_FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
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
