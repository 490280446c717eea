//! Memory: a stream of bytes between two ends that are in one process, without a socket and without the kernel.
//!
//! What remains of a message's time is the codec, the core, and the runtime that wakes whoever waits. It is there to tell
//! these from what a transport takes, and is no transport that anybody would choose: [`Medium::Memory`] is never ranked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use server_core::limits::{BACKLOG_MAX, PIPE_MAX_BYTES};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;

use crate::client::{Client, StreamClient};
use crate::conditions::{Conditions, Nature};
use crate::counted::Counted;
use crate::server::{StreamParts, serve_accepted};
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Transport, TransportError,
};

/// The transport.
pub struct Mem;

impl Transport for Mem {
    fn name(&self) -> &'static str {
        "mem"
    }

    fn description(&self) -> &'static str {
        "memory between two ends in one process, without a socket: what the others are held against"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: None,
            nature: Nature {
                connection: "a connection is a session",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the connection",
                framing: "the codec's own frame",
                upkeep: "none",
                runtime: "tokio: a task for each connection, in the process of the clients; no socket and no system call",
            },
        }
    }

    fn medium(&self) -> Medium {
        Medium::Memory
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }

    fn anywhere(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        format!("mem{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let address = listen.address.clone();
            let listener = Listener::bind(&address)?;
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(listener, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let stream = Counted::new(dial(&connect.address).await?, connect.traffic);
            Ok(Box::new(StreamClient::on(stream, connect.codec)) as Box<dyn Client>)
        })
    }
}

/// The listeners of this process, by their words.
static LISTENERS: LazyLock<Mutex<HashMap<String, Backlog>>> = LazyLock::new(Mutex::default);

/// Where the ends of new connections wait to be accepted.
type Backlog = mpsc::Sender<DuplexStream>;

fn listeners() -> MutexGuard<'static, HashMap<String, Backlog>> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A word that is listened on, until this is dropped.
struct Listener {
    word: String,
    accepted: mpsc::Receiver<DuplexStream>,
}

impl Listener {
    fn bind(word: &str) -> Result<Self, TransportError> {
        let failed = |source| TransportError::Listen {
            address: word.to_owned(),
            source,
        };
        if word.is_empty() {
            let nameless = std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "an address in memory is a word",
            );
            return Err(failed(nameless));
        }
        let mut listeners = listeners();
        if listeners.contains_key(word) {
            return Err(failed(std::io::ErrorKind::AddrInUse.into()));
        }
        let (backlog, accepted) = mpsc::channel(BACKLOG_MAX as usize);
        listeners.insert(word.to_owned(), backlog);
        Ok(Self {
            word: word.to_owned(),
            accepted,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        listeners().remove(&self.word);
    }
}

/// Connects to who listens on a word in this process.
async fn dial(word: &str) -> Result<DuplexStream, TransportError> {
    let refused = || TransportError::Connect {
        address: word.to_owned(),
        source: std::io::Error::new(
            std::io::ErrorKind::ConnectionRefused,
            "nobody in this process listens there, and memory reaches no other",
        ),
    };
    let backlog = listeners().get(word).cloned().ok_or_else(refused)?;
    let (near, far) = tokio::io::duplex(PIPE_MAX_BYTES);
    backlog.send(far).await.map_err(|_| refused())?;
    Ok(near)
}

async fn accept_all(mut listener: Listener, listen: Listen) {
    let stop = listen.stop.clone();
    let serve = async {
        while let Some(stream) = listener.accepted.recv().await {
            let stream = Counted::new(stream, Arc::clone(&listen.traffic));
            let parts = StreamParts::of(stream, &listen);
            listen.tasks.spawn(serve_accepted(parts, "memory"));
        }
    };
    stop.run_until_cancelled(serve).await;
}
