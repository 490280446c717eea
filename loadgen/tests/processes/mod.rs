//! Programs that tests start, and servers that they stand before.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use loadgen::control::{Order, Report, ServeOrder};
use loadgen::delivery::Delivery;
use loadgen::foreign::ForeignProcess;
use protocols::security::{Throwaway, Trust};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// How long a test waits for another process before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the program with these words and this `--out`.
pub(crate) fn loadgen(arguments: &str, out: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command
        .args(arguments.split(' '))
        .arg("--out")
        .arg(out)
        .output()
        .expect("the program starts")
}

/// Runs the program with these words in this directory.
pub(crate) fn loadgen_in(arguments: &str, directory: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadgen"));
    command
        .args(arguments.split(' '))
        .current_dir(directory)
        .output()
        .expect("the program starts")
}

/// What a server is told to be.
pub(crate) fn serve_order(protocol: &str, address: &str) -> ServeOrder {
    ServeOrder {
        protocol: protocol.to_owned(),
        address: address.to_owned(),
        store: "memory".to_owned(),
        threads: 1,
        compression: None,
        delivery: Delivery::Push,
        fixed_seed: None,
        fault: None,
        identity: None,
    }
}

/// A server that runs for as long as this does.
pub(crate) struct Server {
    process: Child,
    orders: ChildStdin,
    reports: BufReader<ChildStdout>,
    /// Where it listens, once it was told to.
    pub(crate) address: String,
    /// Whom to trust there, where the protocol encrypts.
    pub(crate) trust: Option<Trust>,
}

impl Server {
    /// One that was told nothing yet.
    pub(crate) fn spawn() -> Self {
        Self::spawn_as("child-server")
    }

    /// A process of another part in a trial, which is led in the same way.
    pub(crate) fn spawn_as(subcommand: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .arg(subcommand)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let orders = process.stdin.take().expect("it is piped");
        let reports = BufReader::new(process.stdout.take().expect("it is piped"));
        Self {
            process,
            orders,
            reports,
            address: String::new(),
            trust: None,
        }
    }

    /// One that listens.
    pub(crate) fn start(protocol: &str) -> Self {
        let mut server = Self::spawn();
        let found = protocols::registry::find(protocol).expect("it is registered");
        let Throwaway { identity, trust } = found.throwaway();
        server.trust = trust.map(Arc::unwrap_or_clone);
        server.tell(&Order::Serve(ServeOrder {
            identity: identity.map(Arc::unwrap_or_clone),
            ..serve_order(protocol, &found.anywhere())
        }));
        match server.listen() {
            Report::Ready {
                address: Some(address),
            } => server.address = address,
            other => panic!("{other:?}"),
        }
        server
    }

    pub(crate) fn tell(&mut self, order: &Order) {
        let line = serde_json::to_string(order).expect("orders are plain data");
        writeln!(self.orders, "{line}").expect("it runs");
    }

    pub(crate) fn listen(&mut self) -> Report {
        let mut line = String::new();
        self.reports.read_line(&mut line).expect("it runs");
        serde_json::from_str(&line).expect("it says reports")
    }

    /// The digest of all that it holds.
    pub(crate) fn digest(&mut self) -> String {
        self.tell(&Order::Digest);
        match self.listen() {
            Report::Digest {
                digest: Some(digest),
            } => digest,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Told to stop, it removes what it made; one that has failed already takes no orders.
        let stop = serde_json::to_string(&Order::Stop).expect("orders are plain data");
        if writeln!(self.orders, "{stop}").is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// Stands before a server, and tells when so many bytes went to it in all.
pub(crate) struct Proxy {
    /// Where it stands.
    pub(crate) address: String,
    crossed: Receiver<()>,
}

/// What a [`Proxy`] does once enough bytes went through it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Afterwards {
    /// It goes on.
    Pass,
    /// It cuts every connection, and accepts no other.
    Cut,
}

impl Proxy {
    pub(crate) fn before(server: &str, bytes: u64, afterwards: Afterwards) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (cross, crossed) = channel();
        let (server, passed) = (server.to_owned(), Arc::new(AtomicU64::new(0)));
        let is_open = move |passed: u64| passed < bytes || afterwards == Afterwards::Pass;
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if !is_open(passed.load(Ordering::Relaxed)) {
                    break;
                }
                let server = TcpStream::connect(&server).expect("it runs");
                let copy = |stream: &TcpStream| stream.try_clone().expect("descriptors are left");
                let (there, back) = ((copy(&client), copy(&server)), (server, client));
                let (passed, cross) = (Arc::clone(&passed), cross.clone());
                let count = move |more| {
                    let passed = passed.fetch_add(more, Ordering::Relaxed) + more;
                    if passed >= bytes {
                        let _ = cross.send(());
                    }
                    is_open(passed)
                };
                std::thread::spawn(move || pass(there, count));
                std::thread::spawn(move || pass(back, |_| true));
            }
        });
        Self { address, crossed }
    }

    /// Waits until enough bytes went through.
    pub(crate) fn wait(&self) {
        self.crossed
            .recv_timeout(PATIENCE)
            .expect("enough bytes go through");
    }
}

/// Passes on what comes, for as long as `more` wants it; then both connections end.
fn pass((mut from, mut to): (TcpStream, TcpStream), more: impl Fn(u64) -> bool) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !more(read as u64) || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(std::net::Shutdown::Both);
    }
}

/// Presses Ctrl-C.
pub(crate) fn interrupt(process: &Child) {
    kill_process(pid(process.id()), Signal::INT).expect("it runs");
}

/// The children of a process, once there are so many.
pub(crate) fn children(process: &Child, count: usize) -> Vec<u32> {
    let path = format!("/proc/{0}/task/{0}/children", process.id());
    wait_for(|| {
        let ids = std::fs::read_to_string(&path).expect("it runs");
        let ids = ids.split_whitespace().filter_map(|id| id.parse().ok());
        Some(ids.collect()).filter(|ids: &Vec<u32>| ids.len() == count)
    })
}

/// The server among a trial's processes, once it has worked so much that messages must be under way.
pub(crate) fn busy_server(process: &Child) -> u32 {
    const WORK_NS: u64 = 300_000_000;
    let ids = children(process, 2);
    wait_for(|| {
        ids.iter().copied().find(|id| {
            // Until it has become the program that it is to be, a child has its parent's words.
            let words = std::fs::read_to_string(format!("/proc/{id}/cmdline")).expect("it runs");
            let watched = ForeignProcess::new(i32::try_from(*id).expect("ids are small"));
            let worked = watched.read().expect("it runs");
            words.contains("child-server") && worked.cpu_user_ns + worked.cpu_system_ns >= WORK_NS
        })
    })
}

/// Looks again and again until something is there.
fn wait_for<T>(look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "it did not come");
        std::thread::yield_now();
    }
}

/// Kills a process.
pub(crate) fn kill(id: u32) {
    kill_process(pid(id), Signal::KILL).expect("it runs");
}

/// Waits until a process has ended; one that nobody waits for any more may be gone already.
pub(crate) fn wait_for_end(id: u32) {
    let Ok(process) = pidfd_open(pid(id), PidfdFlags::empty()) else {
        return;
    };
    let patience = rustix::event::Timespec {
        tv_sec: 30,
        tv_nsec: 0,
    };
    let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&patience))
        .expect("it can be watched");
    assert_eq!(ended, 1, "the process {id} is still there");
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(i32::try_from(id).expect("ids are small")).expect("it is no 0")
}
