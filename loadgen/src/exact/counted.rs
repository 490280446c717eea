//! Instructions and allocations of each call of a codec, counted by Callgrind in one run of this very program.

mod parts;
mod subject;

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, ensure};
use protocols::codec::CodecFactory;
use reports::gate::baseline::Counted;
use reports::gate::metric::MetricId;

use self::subject::SUBJECT;
pub use self::subject::count;

/// The program that counts.
const VALGRIND: &str = "valgrind";

/// The hidden subcommand that is counted.
const CHILD: &str = "child-count";

/// Why nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unable {
    /// The program is not there.
    #[error(
        "nothing was counted, because valgrind is not on the PATH: install it, or leave counting out"
    )]
    NoValgrind,
    /// The compiler did not optimize.
    #[error(
        "nothing was counted, because counts of a build without optimization mean nothing: build with --release"
    )]
    NotOptimized,
}

/// Counts each call of the codecs, on messages of the script.
///
/// # Errors
/// If Callgrind runs and gives something else than it should.
pub(super) fn measure(codecs: &[&dyn CodecFactory]) -> anyhow::Result<Result<Counted, Unable>> {
    if cfg!(debug_assertions) {
        return Ok(Err(Unable::NotOptimized));
    }
    let Some(version) = version()? else {
        return Ok(Err(Unable::NoValgrind));
    };
    let directory = tempfile::tempdir().context("cannot make a directory for counts")?;
    let labels = run(codecs, directory.path())?;
    let mut counted = Counted {
        toolchain: format!(
            "{}, {}, {}, {version}",
            env!("LOADGEN_RUSTC"),
            env!("LOADGEN_TARGET"),
            env!("LOADGEN_PROFILE")
        ),
        ..Counted::default()
    };
    let parts = parts::read_all(directory.path(), labels.len())?;
    for (label, part) in labels.iter().zip(parts) {
        let id = |quantity| MetricId::of(&["count", label, quantity]);
        let metrics = [
            (id("instructions"), part.instructions),
            (id("allocations"), part.allocations),
        ];
        counted
            .metrics
            .extend(metrics.map(|(id, count)| (id, exactly(count))));
    }
    Ok(Ok(counted))
}

/// Counts of one call are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of one call are small")]
const fn exactly(count: u64) -> f64 {
    count as f64
}

/// What the program that counts calls itself; none if it is not there.
fn version() -> anyhow::Result<Option<String>> {
    match Command::new(VALGRIND).arg("--version").output() {
        Ok(output) => {
            let output = succeeded(output)?;
            Ok(Some(
                String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            ))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("cannot start valgrind"),
    }
}

/// Has this program counted; gives what was called, in order. What was counted of each call is left in the directory.
fn run(codecs: &[&dyn CodecFactory], directory: &Path) -> anyhow::Result<Vec<String>> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let output = Command::new(VALGRIND)
        .args(["--tool=callgrind", "--quiet"])
        .args([
            "--dump-instr=yes",
            "--compress-pos=no",
            "--compress-strings=no",
        ])
        // Of two options with one and the same pattern Callgrind 3.19 forgets the first, so these differ.
        .arg(format!("--toggle-collect=*::{SUBJECT}"))
        .arg(format!("--dump-after=*{SUBJECT}*"))
        .arg(format!(
            "--callgrind-out-file={}",
            directory.join(parts::FILE).display()
        ))
        .arg(program)
        .arg(CHILD)
        .args(codecs.iter().map(|codec| codec.name()))
        // Where the environment ends, the stack begins: its size alone can change how copies are aligned.
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .output()
        .context("cannot start valgrind")?;
    let output = succeeded(output)?;
    let labels = String::from_utf8(output.stdout).context("labels are text")?;
    Ok(labels.lines().map(str::to_owned).collect())
}

fn succeeded(output: Output) -> anyhow::Result<Output> {
    ensure!(
        output.status.success(),
        "valgrind failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_is_not_optimized_is_not_counted() {
        // Tests are built without optimization, unless somebody asks for it.
        if cfg!(debug_assertions) {
            assert_eq!(measure(&[]).unwrap().unwrap_err(), Unable::NotOptimized);
        }
    }
}
