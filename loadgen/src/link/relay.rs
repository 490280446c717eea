//! The link's sockets: a relay that holds back what crosses it for as long as [`shaper`](super::shaper) says.
//!
//! Everything runs on one thread. Each direction of a connection is two tasks: one reads and admits, the other writes
//! what is released.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hdrhistogram::Histogram;
use protocols::transports::tcp::set_nodelay;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Link;
use super::shaper::{Flow, FlowId, Line};
use crate::timer::Clock;

/// How much is read at once, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// How much one direction of a connection holds back at most, in bytes: about what a receiver's window lets be under
/// way on Linux. Then its sender has to wait.
const HELD_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The longest delay that is told apart, in nanoseconds: a minute.
const LAG_MAX_NS: u64 = 60_000_000_000;

/// What a relay does.
#[derive(Clone, Copy, Debug)]
pub struct RelayOptions {
    /// How the link behaves.
    pub link: Link,
    /// Where the server is.
    pub server: SocketAddr,
    /// What its chances are drawn from.
    pub seed: u64,
}

/// What a relay has done so far. Directions are seen from the client.
#[derive(Debug, Default)]
pub struct Relayed {
    counts: Mutex<Counts>,
}

#[derive(Debug)]
struct Counts {
    sent_bytes: u64,
    received_bytes: u64,
    losses: u64,
    lag: Histogram<u64>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            sent_bytes: 0,
            received_bytes: 0,
            losses: 0,
            lag: Histogram::new_with_bounds(1, LAG_MAX_NS, 3)
                .expect("the bounds are constants that fit"),
        }
    }
}

/// [`Relayed`] at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Bytes that have left towards the server.
    pub sent_bytes: u64,
    /// Bytes that have left towards the clients.
    pub received_bytes: u64,
    /// How many segments were lost, repeats included.
    pub losses: u64,
    /// By how much bytes left later than they should have: the median, in nanoseconds.
    pub lag_p50_ns: u64,
    /// The same, the 99th percentile.
    pub lag_p99_ns: u64,
}

impl Relayed {
    /// What it has done so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let counts = self.lock();
        Snapshot {
            sent_bytes: counts.sent_bytes,
            received_bytes: counts.received_bytes,
            losses: counts.losses,
            lag_p50_ns: counts.lag.value_at_quantile(0.5),
            lag_p99_ns: counts.lag.value_at_quantile(0.99),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Relays every connection that `listener` gets to the server, until it is dropped.
///
/// # Errors
/// When the system gives no timer or takes the listener away. A connection that fails ends alone, at both ends.
///
/// # Panics
/// Outside of a [`tokio::task::LocalSet`] on a runtime that drives I/O.
pub async fn relay(
    listener: TcpListener,
    options: RelayOptions,
    relayed: Arc<Relayed>,
) -> io::Result<()> {
    let shared = Rc::new(Shared {
        options,
        clock: Clock::start()?,
        lines: [&options.link, &options.link].map(|link| RefCell::new(Line::new(link))),
        relayed,
    });
    let mut connections = JoinSet::new();
    for number in 0.. {
        let (client, _) = listener.accept().await?;
        let opened_ns = shared.clock.now_ns();
        let shared = Rc::clone(&shared);
        connections.spawn_local(async move {
            let opening = Opening { number, opened_ns };
            if let Err(error) = connection(client, opening, &shared).await {
                tracing::debug!(%error, "a connection ended");
            }
        });
        while connections.try_join_next().is_some() {}
    }
    Ok(())
}

/// What all connections share.
struct Shared {
    options: RelayOptions,
    clock: Clock,
    lines: [RefCell<Line>; 2],
    relayed: Arc<Relayed>,
}

/// Which connection, and since when the client takes it for open.
#[derive(Clone, Copy)]
struct Opening {
    number: u32,
    opened_ns: u64,
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

impl Direction {
    const fn index(self) -> usize {
        match self {
            Self::ToServer => 0,
            Self::ToClient => 1,
        }
    }

    /// From when on bytes may enter the link, counted from the client's first segment: the handshake takes a round trip
    /// until the client may speak, and half of one more until the server knows that it may.
    const fn handshake_ns(self, link: &Link) -> u64 {
        match self {
            Self::ToServer => link.rtt_ns,
            Self::ToClient => link.rtt_ns + link.rtt_ns / 2,
        }
    }
}

async fn connection(client: TcpStream, opening: Opening, shared: &Rc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect(shared.options.server).await?;
    set_nodelay(&client)?;
    set_nodelay(&server)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pass(
        (from_client, to_server),
        Direction::ToServer,
        opening,
        shared,
    );
    let back = pass(
        (from_server, to_client),
        Direction::ToClient,
        opening,
        shared,
    );
    // What fails in one direction ends both: the sockets close when the tasks that hold them are dropped.
    tokio::try_join!(there, back).map(drop)
}

/// One direction of one connection.
async fn pass(
    (from, to): (OwnedReadHalf, OwnedWriteHalf),
    direction: Direction,
    opening: Opening,
    shared: &Rc<Shared>,
) -> io::Result<()> {
    let id = FlowId {
        seed: shared.options.seed,
        connection: opening.number,
        direction: u8::try_from(direction.index()).unwrap_or(0),
    };
    let channel = Channel {
        direction,
        held: RefCell::new(Held {
            flow: Flow::new(shared.options.link, id),
            bytes: VecDeque::new(),
        }),
        came: Notify::new(),
        left: Notify::new(),
    };
    let opens_ns = opening.opened_ns + direction.handshake_ns(&shared.options.link);
    shared.clock.sleep_until(opens_ns).await;
    let reading = channel.read(from, shared);
    let writing = channel.write(to, shared);
    tokio::try_join!(reading, writing).map(drop)
}

/// What is between the reading and the writing end of one direction.
struct Channel {
    direction: Direction,
    held: RefCell<Held>,
    came: Notify,
    left: Notify,
}

/// What is under way, and its bytes.
struct Held {
    flow: Flow,
    bytes: VecDeque<u8>,
}

impl Channel {
    /// Reads until the end of the stream.
    async fn read(&self, from: OwnedReadHalf, shared: &Shared) -> io::Result<()> {
        let line = &shared.lines[self.direction.index()];
        let mut buffer = vec![0; READ_BYTES];
        loop {
            self.room(line, &shared.clock).await;
            from.readable().await?;
            let read = match from.try_read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                read => read?,
            };
            let arrival_ns = shared.clock.now_ns();
            let Held { flow, bytes } = &mut *self.held.borrow_mut();
            let losses_before = flow.losses();
            if read == 0 {
                flow.admit_end(&mut line.borrow_mut(), arrival_ns);
            } else {
                flow.admit(&mut line.borrow_mut(), arrival_ns, read);
            }
            bytes.extend(&buffer[..read]);
            shared.relayed.lock().losses += flow.losses() - losses_before;
            self.came.notify_one();
            if read == 0 {
                return Ok(());
            }
        }
    }

    /// Waits until there is room in the queue before the line, and in the window of this connection.
    async fn room(&self, line: &RefCell<Line>, clock: &Clock) {
        loop {
            while self.held.borrow().flow.held_bytes() >= HELD_MAX_BYTES {
                self.left.notified().await;
            }
            let takes_from_ns = line.borrow().takes_from_ns();
            if takes_from_ns <= clock.now_ns() {
                return;
            }
            clock.sleep_until(takes_from_ns).await;
        }
    }

    /// Writes what leaves the link, until the end of the stream has left it.
    async fn write(&self, mut to: OwnedWriteHalf, shared: &Shared) -> io::Result<()> {
        let mut buffer = Vec::new();
        loop {
            self.wait_until_due(&shared.clock).await;
            let is_end = self.take(&mut buffer, shared);
            to.write_all(&buffer).await?;
            if is_end {
                return to.shutdown().await;
            }
        }
    }

    /// What is due may change with everything that comes: what was lost is noticed by what follows it.
    async fn wait_until_due(&self, clock: &Clock) {
        loop {
            let due_ns = self.held.borrow().flow.due_ns();
            match due_ns {
                None => self.came.notified().await,
                Some(due_ns) if due_ns <= clock.now_ns() => return,
                Some(due_ns) => tokio::select! {
                    biased;
                    () = clock.sleep_until(due_ns) => {}
                    () = self.came.notified() => {}
                },
            }
        }
    }

    /// Takes out what is due; tells whether that is the end of the stream.
    fn take(&self, buffer: &mut Vec<u8>, shared: &Shared) -> bool {
        let now_ns = shared.clock.now_ns();
        let Held { flow, bytes } = &mut *self.held.borrow_mut();
        let released = flow.release(now_ns);
        buffer.clear();
        buffer.extend(bytes.drain(..released.bytes));
        self.left.notify_one();
        let mut counts = shared.relayed.lock();
        counts
            .lag
            .saturating_record(now_ns.saturating_sub(released.due_ns));
        let moved = released.bytes as u64;
        match self.direction {
            Direction::ToServer => counts.sent_bytes += moved,
            Direction::ToClient => counts.received_bytes += moved,
        }
        released.is_end
    }
}
