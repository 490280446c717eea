//! Where results go: a directory that is checked before anything is measured, and standard output.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use reports::{ReportOptions, Results};

/// The results file within a directory of results.
const RESULTS_FILE: &str = "results.json";

/// How wide a table may be where there is no terminal to fit it to, in characters.
const WIDTH_WITHOUT_TERMINAL: usize = 160;

/// Makes sure that a directory can be written to, or could be made, and leaves no trace of that.
///
/// # Errors
/// If it cannot.
pub fn check_writable(directory: &Path) -> anyhow::Result<()> {
    let mut existing = directory;
    while !existing.exists() {
        existing = match existing.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
    }
    tempfile::tempfile_in(existing).map(drop).with_context(|| {
        format!(
            "cannot write to {}; choose another directory with --out",
            directory.display()
        )
    })
}

/// Writes results, and says where they lie.
///
/// # Errors
/// If they cannot be written.
pub fn write_results(results: &Results, directory: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let results_json = directory.join(RESULTS_FILE);
    results.save(&results_json)?;
    Ok(results_json)
}

/// Makes the report on results, and says which page to open.
///
/// # Errors
/// If it cannot be made or written.
pub fn write_report(results: &Results, directory: &Path) -> anyhow::Result<PathBuf> {
    let report = reports::write(results, directory, &ReportOptions::default())?;
    Ok(report.index_html)
}

/// Writes to standard output. A reader that has seen enough, `head` for instance, is no error.
///
/// # Errors
/// If it cannot be written.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// How wide standard output is, in characters.
#[must_use]
pub fn width() -> usize {
    let stdout = io::stdout();
    if !stdout.is_terminal() {
        return WIDTH_WITHOUT_TERMINAL;
    }
    match rustix::termios::tcgetwinsize(stdout) {
        Ok(size) if size.ws_col > 0 => usize::from(size.ws_col),
        _ => WIDTH_WITHOUT_TERMINAL,
    }
}
