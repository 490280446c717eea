//! What a transport is: how frames or calls get from one end to the other. A transport knows no message.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;

use server_core::Chat;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::client::Client;
use crate::codec::CodecFactory;
use crate::conditions::Conditions;
use crate::counted::Traffic;
use crate::security::{Identity, Trust};

/// A future that is boxed because it stands at a coarse boundary: one for each listener or connection.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A transport in the registry.
pub trait Transport: Send + Sync {
    /// Its name, as in `codec+name`.
    fn name(&self) -> &'static str;

    /// One line that says what it is.
    fn description(&self) -> &'static str;

    /// What its connections are set to, and what is not equal between it and others.
    fn conditions(&self) -> Conditions;

    /// What carries its bytes.
    fn medium(&self) -> Medium;

    /// How requests travel on it: what it needs of a codec.
    fn carriage(&self) -> Carriage;

    /// An address to listen on of the system's choosing, on this machine alone.
    fn anywhere(&self) -> String {
        "127.0.0.1:0".to_owned()
    }

    /// Whether it encrypts: then [`Listen::identity`] and [`Connect::trust`] must be there.
    fn encryption(&self) -> Encryption {
        Encryption::None
    }

    /// Why this codec does not run on it, in words that finish "because …"; `None` if it does.
    fn obstacle(&self, codec: &dyn CodecFactory) -> Option<&'static str> {
        match self.carriage() {
            Carriage::Frames => None,
            Carriage::Calls => codec.calls().err().map(|no_calls| no_calls.why),
        }
    }

    /// Listens, and serves the core until `listen.stop` is cancelled: then it accepts no more, each connection
    /// finishes what it was asked, flushes and closes. Tasks run on `listen.tasks`.
    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>>;

    /// Connects one client. `TCP_NODELAY` is set, and asked back, on every socket.
    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>>;

    /// How many sockets a client opens.
    fn sockets_per_client(&self) -> u32 {
        1
    }

    /// Whether several clients can ride on one connection.
    fn sharing(&self) -> Sharing {
        Sharing::No {
            why: "a connection is a session",
        }
    }

    /// Connects one socket, and gives this many clients that share it, each with a session of its own. The socket closes
    /// when all of them are dropped.
    ///
    /// # Errors
    /// [`TransportError::NotShared`] unless [`Transport::sharing`] says otherwise.
    fn connect_shared(&self, connect: Connect, clients: NonZeroU32) -> Clients<'_> {
        let transport = self.name();
        let _ = (connect, clients);
        Box::pin(std::future::ready(Err(TransportError::NotShared {
            transport,
        })))
    }

    /// What of its stream is the same again when a client says the same things to the same server, under a fixed clock
    /// and seeded randomness.
    fn repeats(&self) -> Repeats {
        Repeats::Bytes
    }

    /// How messages can be compressed; none unless asked for, at either end.
    fn compressions(&self) -> &'static [Compression] {
        &[]
    }
}

/// What carries a transport's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// TCP sockets: a relay can stand between both ends, and `TCP_INFO` can be asked.
    Tcp,
    /// Unix domain sockets: an address is a path.
    Unix,
    /// UDP sockets.
    Udp,
    /// The memory of one process, in which both ends are.
    Memory,
}

impl Medium {
    /// Checks that an address is one of this kind, whatever listens there.
    ///
    /// # Errors
    /// [`AddressError`], which says what an address looks like.
    pub fn check(self, address: &str) -> Result<(), AddressError> {
        let (is_one, error) = match self {
            Self::Tcp | Self::Udp => (is_host_and_port(address), AddressError::HostAndPort),
            Self::Unix => (
                address.contains('/') && !address.ends_with('/'),
                AddressError::Path,
            ),
            Self::Memory => (false, AddressError::NoOtherProcess),
        };
        if is_one { Ok(()) } else { Err(error) }
    }
}

fn is_host_and_port(address: &str) -> bool {
    let parts = address.rsplit_once(':');
    parts.is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// What is no address for somebody in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// On TCP and UDP.
    #[error("an address is a host and a port, host:port, such as 127.0.0.1:54401")]
    HostAndPort,
    /// On Unix domain sockets.
    #[error("an address is a path, with a slash in it, such as ./chat.sock")]
    Path,
    /// In memory.
    #[error("memory reaches no other process; choose another transport")]
    NoOtherProcess,
}

/// How requests travel on a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// As frames of a connection, in order: a codec remembers what it likes ([`CodecFactory::open`]).
    Frames,
    /// Each in a call of its own, whose answers overtake one another ([`CodecFactory::calls`]).
    Calls,
}

/// Whether a transport encrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Bytes travel as they are.
    None,
    /// TLS, by itself or within QUIC.
    Tls,
}

/// The clients of one connection, once it is open.
pub type Clients<'a> = BoxFuture<'a, Result<Vec<Box<dyn Client>>, TransportError>>;

/// What of a stream is the same again when the same is said again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Every byte.
    Bytes,
    /// How many bytes: some of them are drawn anew each time, as the masks of WebSocket frames are.
    Lengths,
    /// Nothing.
    Nothing {
        /// Because of this, in words that finish "because …".
        why: &'static str,
    },
}

/// Whether several clients can ride on one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// They can.
    Yes {
        /// How many at most, so that each can have its event stream and a call at a time.
        clients_max: u32,
    },
    /// They cannot.
    No {
        /// Because of this, in words that finish "because …".
        why: &'static str,
    },
}

/// How messages are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
}

impl Compression {
    /// Its name, on the command line and in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        [Self::Gzip].into_iter().find(|one| one.name() == name)
    }

    /// Checks that a transport has what is asked for.
    ///
    /// # Errors
    /// [`TransportError::NotCompressed`].
    pub fn check(asked: Option<Self>, transport: &dyn Transport) -> Result<(), TransportError> {
        match asked {
            Some(asked) if !transport.compressions().contains(&asked) => {
                Err(TransportError::NotCompressed {
                    transport: transport.name(),
                    compression: asked.name(),
                })
            }
            _ => Ok(()),
        }
    }
}

/// What a front end is made of.
#[derive(Clone)]
pub struct Listen {
    /// Where: `host:port`, where port 0 chooses one; a path on Unix domain sockets; any word in memory.
    pub address: String,
    /// In which format.
    pub codec: &'static dyn CodecFactory,
    /// Which core.
    pub chat: Arc<Chat>,
    /// What the server shows, on transports that encrypt.
    pub identity: Option<Arc<Identity>>,
    /// Where the bytes of all its sockets are counted.
    pub traffic: Arc<Traffic>,
    /// Says when to stop.
    pub stop: CancellationToken,
    /// Keeps track of the tasks that still run.
    pub tasks: TaskTracker,
    /// How messages are compressed for clients that can take it; `None`: compressed ones are neither sent nor taken.
    pub compression: Option<Compression>,
}

/// A front end that listens.
#[derive(Clone, Debug)]
pub struct Listening {
    /// Where, with the port that was chosen.
    pub address: String,
}

/// What a client is made of.
#[derive(Clone)]
pub struct Connect {
    /// Where the server is, as [`Listening::address`] says it.
    pub address: String,
    /// What the server is called, as `host:port`, where the transport says that to it; `None`: as its address. A name
    /// of its own keeps bytes the same whatever port was chosen.
    pub authority: Option<String>,
    /// In which format.
    pub codec: &'static dyn CodecFactory,
    /// Where the bytes of its socket are counted.
    pub traffic: Arc<Traffic>,
    /// How messages are compressed, and asked to be; `None`: not at all.
    pub compression: Option<Compression>,
    /// Whom it trusts, on transports that encrypt.
    pub trust: Option<Arc<Trust>>,
}

impl Connect {
    /// What the server is called.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.authority.as_deref().unwrap_or(&self.address)
    }
}

/// Why a front end does not listen or a client does not connect.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another address or stop what uses it")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server cannot be reached.
    #[error("cannot connect to {address}: {source}; is the server running?")]
    Connect {
        /// The address.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The codec does not run on this transport.
    #[error("{codec} does not run on {transport}, because {why}")]
    Pair {
        /// The codec's name.
        codec: &'static str,
        /// The transport's name.
        transport: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// A transport that encrypts was not told with what, or cannot use it.
    #[error("{transport} {problem}")]
    Security {
        /// The transport's name.
        transport: &'static str,
        /// What is missing or wrong, and what to do.
        problem: String,
    },
    /// Clients cannot share a connection.
    #[error("clients cannot share a connection over {transport}; connect each of them")]
    NotShared {
        /// The transport's name.
        transport: &'static str,
    },
    /// Messages cannot be compressed in this way.
    #[error("{transport} has no compression {compression}; leave it out")]
    NotCompressed {
        /// The transport's name.
        transport: &'static str,
        /// The compression's name.
        compression: &'static str,
    },
}
