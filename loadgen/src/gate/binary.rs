//! A `loadgen` program, perhaps of another commit, driven by its command line alone.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::{ExitStatus, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::interrupt::Interrupt;

/// How long one call may take: many times what it should, so that only one that hangs is ended.
const PATIENCE: Duration = Duration::from_mins(3);

/// How long a program that was told to end may take, before it is killed.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of what a program said on its stderr is shown, in bytes.
const SAID_BYTES_MAX: usize = 2_000;

/// One of the programs that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// What it is called in messages: `base` or `head`.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What it is told in each trial beside what both are told.
    pub arguments: Vec<String>,
}

impl fmt::Display for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} binary {}", self.name, self.path.display())
    }
}

/// Why a program said nothing that could be used.
#[derive(Debug, thiserror::Error)]
pub enum BinaryError {
    /// It could not be started.
    #[error("cannot start {binary}: {source}; say the path of a loadgen program")]
    Start {
        /// Which.
        binary: Binary,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ended with an exit code that promises no results.
    #[error("{binary} ended with {status}{said}")]
    Ended {
        /// Which.
        binary: Binary,
        /// How.
        status: ExitStatus,
        /// What stood on its stderr, after a colon; may be empty.
        said: String,
    },
    /// What it said is not what a loadgen program says.
    #[error("{binary} said something else than {expected}: {problem}")]
    Said {
        /// Which.
        binary: Binary,
        /// What it was to say.
        expected: &'static str,
        /// What is wrong with what it said.
        problem: String,
    },
    /// It did not end.
    #[error("{binary} was still running after {} s, and was ended", waited.as_secs())]
    Hung {
        /// Which.
        binary: Binary,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The user stopped it.
    #[error("stopped by the user")]
    Interrupted,
}

impl Binary {
    /// Runs it to its end. Exit codes are left to the caller. When the user stops the gate, it is told to end, and
    /// killed if it does not.
    ///
    /// # Errors
    /// [`BinaryError::Start`], [`BinaryError::Hung`], [`BinaryError::Interrupted`].
    pub async fn run(
        &self,
        arguments: &[OsString],
        interrupt: &mut Interrupt,
    ) -> Result<Output, BinaryError> {
        let child = self.start(arguments)?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let mut ended = std::pin::pin!(child.wait_with_output());
        let stopped = tokio::select! {
            biased;
            output = &mut ended => return output.map_err(|source| self.cannot_start(source)),
            () = interrupt.requested() => BinaryError::Interrupted,
            () = tokio::time::sleep(PATIENCE) => BinaryError::Hung { binary: self.clone(), waited: PATIENCE },
        };
        for signal in [Signal::TERM, Signal::KILL] {
            if let Some(group) = group {
                // It may just have ended by itself.
                let _ = kill_process_group(group, signal);
            }
            if timeout(END_TIMEOUT, &mut ended).await.is_ok() {
                break;
            }
        }
        Err(stopped)
    }

    fn start(&self, arguments: &[OsString]) -> Result<Child, BinaryError> {
        Command::new(&self.path)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Apart from the terminal's group, so that Ctrl-C reaches this program alone, which then ends that one.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| self.cannot_start(source))
    }

    fn cannot_start(&self, source: std::io::Error) -> BinaryError {
        BinaryError::Start {
            binary: self.clone(),
            source,
        }
    }

    /// The error of one that ended as it should not have.
    pub(crate) fn ended(&self, output: &Output) -> BinaryError {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: String = said.trim().chars().take(SAID_BYTES_MAX).collect();
        BinaryError::Ended {
            binary: self.clone(),
            status: output.status,
            said: if said.is_empty() {
                String::new()
            } else {
                format!(": {said}")
            },
        }
    }

    /// The error of one that said something else than it was to say.
    pub(crate) fn said(&self, expected: &'static str, problem: impl fmt::Display) -> BinaryError {
        BinaryError::Said {
            binary: self.clone(),
            expected,
            problem: problem.to_string(),
        }
    }
}
