//! `chat` as a process, and clients for it.
#![expect(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use protocols::client::{Caller, LoggedIn};
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Protocol};
use protocols::security::{Trust, throwaway};
use protocols::transport::{Connect, Encryption};
use rustix::process::{Pid, Signal, kill_process};
use server_core::Request;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{Nonce, Operation};
use server_core::scram::{ClientKeys, Hashing};
use tempfile::TempDir;

/// Bounds what would hang; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_mins(1);

/// The names of protocols that `chat` serves.
pub(crate) fn protocols() -> Vec<&'static str> {
    let between_processes = registry::each_once().filter(|protocol| !protocol.is_in_process());
    between_processes.map(Protocol::short_name).collect()
}

/// The names of those whose accounts have no passwords, on one transport.
pub(crate) fn without_passwords() -> Vec<&'static str> {
    let is_without = |protocol: &&Protocol| {
        let capabilities = protocol.capabilities();
        capabilities.is_some_and(|capabilities| !capabilities.has_passwords())
    };
    let over_tcp = registry::chat_protocols().filter(|protocol| protocol.name.ends_with("+tcp"));
    over_tcp
        .filter(is_without)
        .map(Protocol::short_name)
        .collect()
}

/// Names of protocols as accounts can have them.
pub(crate) fn account_name(of_protocols: &str) -> String {
    of_protocols.replace('+', "_")
}

/// A server that speaks every protocol, on ports of its own choosing. It ends with the value.
pub(crate) struct Server {
    child: Option<Child>,
    stdout: Option<Lines<BufReader<ChildStdout>>>,
    log: Option<JoinHandle<std::io::Result<String>>>,
    addresses: Vec<(String, String)>,
    secrets: Secrets,
}

/// A certificate for this machine's loopback, its key, and who trusts it.
pub(crate) struct Secrets {
    directory: TempDir,
    trust: Arc<Trust>,
}

impl Secrets {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (identity, trust) = throwaway();
        let secrets = Self {
            directory,
            trust: Arc::new(trust),
        };
        std::fs::write(secrets.path("cert.pem"), identity.certificates_pem).unwrap();
        std::fs::write(secrets.path("key.pem"), identity.key_pem).unwrap();
        secrets
    }

    /// Where `cert.pem` and `key.pem` are.
    pub(crate) fn path(&self, file: &str) -> String {
        let path = self.directory.path().join(file);
        path.to_str().unwrap().to_owned()
    }
}

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Server {
    /// Starts one with `arguments` behind those that say where to listen.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::of(&protocols(), arguments)
    }

    /// The same, of these protocols alone.
    pub(crate) fn of(protocols: &[&str], arguments: &[&str]) -> Self {
        let mut command = chat(&["serve"]);
        let secrets = Secrets::new();
        for protocol in protocols {
            let found = registry::find(protocol).unwrap();
            let anywhere = match found.check_address("/a/path") {
                // A server that is killed leaves its socket behind; here it goes with the directory.
                Ok(()) => secrets.path(&account_name(protocol)),
                Err(_) => found.anywhere(),
            };
            command.args(["--listen", &format!("{protocol}={anywhere}")]);
        }
        let encrypts = |name: &&str| registry::find(name).unwrap().encryption() == Encryption::Tls;
        if protocols.iter().any(encrypts) {
            command.args(["--tls-cert", &secrets.path("cert.pem")]);
            command.args(["--tls-key", &secrets.path("key.pem")]);
        }
        let mut child = command.args(arguments).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut stderr = child.stderr.take().unwrap();
        // A log that nobody reads would stop the server once its pipe is full.
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log)
        });
        let mut server = Self {
            child: Some(child),
            stdout: None,
            log: Some(log),
            addresses: Vec::new(),
            secrets,
        };
        for _ in protocols {
            let line = stdout.next().and_then(Result::ok).unwrap_or_default();
            let ready = line
                .strip_prefix("READY ")
                .and_then(|ready| ready.split_once('='));
            let Some((protocol, address)) = ready else {
                panic!("not ready: {line:?}, {:?}", server.end());
            };
            server
                .addresses
                .push((protocol.to_owned(), address.to_owned()));
        }
        server.stdout = Some(stdout);
        server
    }

    /// Starts one on the database in `directory`.
    pub(crate) fn on_database(directory: &Path) -> Self {
        Self::start(&["--store", &store(directory)])
    }

    pub(crate) fn address(&self, protocol: &str) -> &str {
        &self
            .addresses
            .iter()
            .find(|(name, _)| name == protocol)
            .expect("it is served")
            .1
    }

    /// What `chat token` must be told of whom to trust.
    pub(crate) fn trust_arguments(&self, protocol: &str) -> Vec<String> {
        match registry::find(protocol).unwrap().encryption() {
            Encryption::None => Vec::new(),
            Encryption::Tls => vec!["--tls-ca".to_owned(), self.secrets.path("cert.pem")],
        }
    }

    /// A client that has said hello.
    pub(crate) async fn connect(&self, protocol: &str) -> Caller {
        let Front::Chat(pair) = registry::find(protocol).unwrap().front else {
            panic!("{protocol} has no chat behind it");
        };
        let address = self.address(protocol).to_owned();
        let connect = Connect {
            address,
            authority: None,
            codec: pair.codec,
            traffic: Arc::new(Traffic::default()),
            compression: None,
            trust: Some(Arc::clone(&self.secrets.trust)),
        };
        let mut caller = Caller::new(pair.transport.connect(connect).await.unwrap());
        if !pair.codec.capabilities().says(Operation::Hello) {
            return caller;
        }
        let hello = Request::Hello {
            version: PROTOCOL_VERSION,
        };
        caller.call(&hello).await.unwrap().unwrap();
        caller
    }

    /// A client that has created the account `name` and is logged in.
    pub(crate) async fn newcomer(&self, protocol: &str, name: &str) -> Caller {
        let mut caller = self.connect(protocol).await;
        caller.create_account(name, &keys()).await.unwrap();
        log_in(&mut caller, name).await;
        caller
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let child = self.child.as_ref().expect("it runs");
        kill_process(Pid::from_child(child), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(&mut self) -> Ended {
        let child = self.child.take().expect("it runs");
        let stdout = self.stdout.take();
        let mut ended = wait(child);
        let rest = stdout.into_iter().flatten().map(Result::unwrap);
        rest.for_each(|line| ended.stdout += &line);
        let log = self.log.take().expect("it was not read yet");
        ended.stderr = log.join().expect("it is read").expect("it is text");
        ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// The store's spec for the database in `directory`.
pub(crate) fn store(directory: &Path) -> String {
    format!("sqlite:{}", directory.join("chat.db").display())
}

/// Runs `chat` to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    wait(chat(arguments).spawn().unwrap())
}

/// Runs `chat` to its end, with `lines` on its stdin.
pub(crate) fn run_with(arguments: &[&str], lines: &str) -> Ended {
    let mut child = chat(arguments).stdin(Stdio::piped()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    wait(child)
}

/// Logs in by the password that all tests share.
pub(crate) async fn log_in(caller: &mut Caller, name: &str) -> LoggedIn {
    caller
        .log_in_with(name, Nonce([7; 18]), |_| keys())
        .await
        .unwrap()
}

fn keys() -> ClientKeys {
    ClientKeys::derive(
        "a password",
        Hashing {
            salt: [5; 16],
            iterations: 4_096,
        },
    )
}

fn chat(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat"));
    command
        .args(arguments)
        .env_remove("RUST_LOG")
        .env_remove("CHAT_PASSWORD");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn wait(child: Child) -> Ended {
    let id = Pid::from_child(&child);
    let (done, ended) = mpsc::channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = ended.recv_timeout(PATIENCE) else {
        kill_process(id, Signal::KILL).ok();
        panic!("chat does not end");
    };
    let Output {
        status,
        stdout,
        stderr,
    } = output.unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Ended {
        code: status.code(),
        stdout,
        stderr,
    }
}
