//! A trial's processes: this program again, with a hidden subcommand, led over its stdin and stdout.

use std::fmt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::control::{Order, RelayOrder, Report, ServeOrder};

/// How long a server may take until it listens.
const SERVE_PATIENCE: Duration = Duration::from_mins(1);

/// How long a process that was told to stop may take, before it is killed.
const END_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a process that ended may hold on to its stderr.
const STDERR_TIMEOUT: Duration = Duration::from_secs(1);

/// How much of a process's stderr is kept, in bytes: its beginning, where the cause stands.
const STDERR_KEPT_BYTES: usize = 4 * 1024;

/// What a process is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It serves.
    Server,
    /// It loads.
    Generator,
    /// It is the link between them.
    Relay,
}

impl Role {
    const fn subcommand(self) -> &'static str {
        match self {
            Self::Server => "child-server",
            Self::Generator => "child-generator",
            Self::Relay => "child-relay",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Generator => "load generator",
            Self::Relay => "simulated link",
        })
    }
}

/// What went wrong with a process.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It could not be started.
    #[error("cannot start the {role}: {source}")]
    Spawn {
        /// Which one.
        role: Role,
        /// What the system said.
        source: std::io::Error,
    },
    /// It said itself that it cannot go on.
    #[error("{error}")]
    Failed {
        /// Which one.
        role: Role,
        /// What it said.
        error: String,
    },
    /// It ended when nobody had told it to.
    #[error("the {role} ended unexpectedly ({status}){said}")]
    Ended {
        /// Which one.
        role: Role,
        /// How.
        status: String,
        /// What stood on its stderr, after a colon; may be empty.
        said: String,
    },
    /// It did not answer in time.
    #[error("the {role} said nothing for {} s", waited.as_secs())]
    Silent {
        /// Which one.
        role: Role,
        /// How long it was waited for.
        waited: Duration,
    },
    /// It said something that is not its turn, or makes no sense.
    #[error("the {role} was to say {expected}, and said {said:?}")]
    Unexpected {
        /// Which one.
        role: Role,
        /// What it was to say.
        expected: &'static str,
        /// What it said.
        said: String,
    },
}

/// A process of a trial. It is killed when this is dropped, and ends by itself when this program does.
pub struct Child {
    role: Role,
    process: tokio::process::Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
    /// What it says on stderr, until somebody has asked.
    stderr: Option<JoinHandle<String>>,
}

impl Child {
    /// Starts it. It waits for its first order.
    ///
    /// # Errors
    /// [`ChildError::Spawn`].
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn spawn(role: Role) -> Result<Self, ChildError> {
        let spawned = std::env::current_exe().and_then(|program| {
            Command::new(program)
                .arg(role.subcommand())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                // Apart from the terminal's group, so that Ctrl-C reaches this program alone, which then ends the trial.
                .process_group(0)
                .kill_on_drop(true)
                .spawn()
        });
        let mut process = spawned.map_err(|source| ChildError::Spawn { role, source })?;
        let (stdin, stdout, stderr) = (
            process.stdin.take(),
            process.stdout.take(),
            process.stderr.take(),
        );
        Ok(Self {
            role,
            process,
            orders: stdin.expect("it is piped"),
            reports: BufReader::new(stdout.expect("it is piped")).lines(),
            stderr: Some(tokio::spawn(beginning(stderr.expect("it is piped")))),
        })
    }

    /// What it is for.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The number that the system knows it by; `None` once it has ended.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Tells it something.
    ///
    /// # Errors
    /// [`ChildError::Failed`] or [`ChildError::Ended`].
    ///
    /// # Panics
    /// Never in practice: orders are plain data, which always serialize.
    pub async fn tell(&mut self, order: &Order) -> Result<(), ChildError> {
        let mut line = serde_json::to_string(order).expect("orders are plain data");
        line.push('\n');
        match self.orders.write_all(line.as_bytes()).await {
            Ok(()) => Ok(()),
            Err(_) => Err(self.last_words().await),
        }
    }

    /// Waits for the next thing it says. A call that is dropped half-way loses nothing.
    ///
    /// # Errors
    /// Any but [`ChildError::Spawn`]; [`Report::Failed`] becomes [`ChildError::Failed`].
    pub async fn listen(&mut self, patience: Duration) -> Result<Report, ChildError> {
        let role = self.role;
        match timeout(patience, self.reports.next_line()).await {
            Err(_) => Err(ChildError::Silent {
                role,
                waited: patience,
            }),
            Ok(Ok(Some(line))) => self.understand(&line),
            Ok(_) => Err(self.ended().await),
        }
    }

    /// Tells it to serve, and waits until it does; says where, with the port that was chosen.
    ///
    /// # Errors
    /// Any but [`ChildError::Spawn`].
    pub async fn serve(&mut self, order: ServeOrder) -> Result<String, ChildError> {
        self.tell(&Order::Serve(order)).await?;
        self.address().await
    }

    /// Tells it to stand before a server, and waits until it does; says where.
    ///
    /// # Errors
    /// Any but [`ChildError::Spawn`].
    pub async fn relay(&mut self, order: RelayOrder) -> Result<String, ChildError> {
        self.tell(&Order::Relay(order)).await?;
        self.address().await
    }

    async fn address(&mut self) -> Result<String, ChildError> {
        match self.listen(SERVE_PATIENCE).await? {
            Report::Ready {
                address: Some(address),
            } => Ok(address),
            other => Err(self.unexpected("where it listens", &other)),
        }
    }

    /// Tells it to stop, waits for its end, and kills it if that does not come.
    pub async fn end(mut self) {
        if self.tell(&Order::Stop).await.is_ok()
            && timeout(END_TIMEOUT, self.process.wait()).await.is_ok()
        {
            return;
        }
        // An error says that it has ended already, which is what was wanted.
        drop(self.process.kill().await);
    }

    /// The error for a report that was not due.
    #[must_use]
    pub fn unexpected(&self, expected: &'static str, report: &Report) -> ChildError {
        ChildError::Unexpected {
            role: self.role,
            expected,
            said: format!("{report:?}"),
        }
    }

    fn understand(&self, line: &str) -> Result<Report, ChildError> {
        let role = self.role;
        match serde_json::from_str(line) {
            Ok(Report::Failed { error }) => Err(ChildError::Failed { role, error }),
            Ok(report) => Ok(report),
            Err(_) => {
                let said = line.chars().take(200).collect();
                Err(ChildError::Unexpected {
                    role,
                    expected: "a report",
                    said,
                })
            }
        }
    }

    /// Why an order could not be written: what it still had to say, or how it ended.
    async fn last_words(&mut self) -> ChildError {
        while let Ok(Ok(Some(line))) = timeout(STDERR_TIMEOUT, self.reports.next_line()).await {
            if let Err(failed @ ChildError::Failed { .. }) = self.understand(&line) {
                return failed;
            }
        }
        self.ended().await
    }

    async fn ended(&mut self) -> ChildError {
        let status = match timeout(END_TIMEOUT, self.process.wait()).await {
            Ok(Ok(status)) => describe(status),
            _ => "it closed its output and runs on".to_owned(),
        };
        let stderr = match self.stderr.take() {
            Some(stderr) => timeout(STDERR_TIMEOUT, stderr)
                .await
                .ok()
                .and_then(Result::ok),
            None => None,
        };
        let lines = stderr.as_deref().unwrap_or_default().lines().map(str::trim);
        let said: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("note:"))
            .collect();
        let said = if said.is_empty() {
            String::new()
        } else {
            format!(": {}", said.join(" "))
        };
        ChildError::Ended {
            role: self.role,
            status,
            said,
        }
    }
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "for no known reason".to_owned(),
    }
}

/// Reads all of a stderr, so that nobody blocks on it, and keeps its beginning.
async fn beginning(mut stderr: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(read @ 1..) = stderr.read(&mut buffer).await {
        let room = STDERR_KEPT_BYTES - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}
