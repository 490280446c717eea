//! A server under test: by which doors new clients come to it.

use std::sync::Arc;
use std::time::Duration;

use server_core::environment::{Environment as _, System};

use crate::capabilities::{self, Capabilities};
use crate::client::Client;
use crate::codec::CodecFactory;
use crate::registry::{self, Front, Pair, Protocol};
use crate::security::Trust;
use crate::transport::{BoxFuture, Connect, TransportError};

/// How long each answer and each event may take before the check that waits for it fails.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A way in: clients of one protocol, connected to one address.
pub trait Door: Send + Sync {
    /// The protocol, by the name that people use.
    fn protocol(&self) -> &str;

    /// The codec whose frames the client's bytes are made of; `None` if it has none.
    fn codec(&self) -> Option<&'static dyn CodecFactory>;

    /// What its format can say, and by which rules accounts and sessions work behind it.
    fn capabilities(&self) -> &'static Capabilities {
        self.codec()
            .map_or(&capabilities::EVERYTHING, CodecFactory::capabilities)
    }

    /// Connects one more client.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>>;
}

/// A server under test.
///
/// With several doors the users of a check take turns: the first comes by the first door, the second by the second,
/// so that a server's front ends are tested against one another.
#[derive(Clone)]
pub struct Target {
    pub(super) doors: Vec<Arc<dyn Door>>,
    pub(super) prefix: String,
    /// What stands between the parts of a name.
    pub(super) separator: char,
    pub(super) deadline: Duration,
}

/// What was to be tested is no chat service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{protocol} is no chat service and cannot be tested; choose one of {}", chat_names().join(", "))]
pub struct NotTestable {
    /// What was asked for.
    pub protocol: &'static str,
}

fn chat_names() -> Vec<&'static str> {
    registry::chat_protocols()
        .map(Protocol::short_name)
        .collect()
}

impl Target {
    /// A server that speaks `protocol` at `address`, as `host:port`.
    ///
    /// # Errors
    /// [`NotTestable`] if the protocol is a reference beside the ranking.
    pub fn new(protocol: &'static Protocol, address: &str) -> Result<Self, NotTestable> {
        let door: Arc<dyn Door> = Arc::new(Registered::new(protocol, address)?);
        Ok(Self::through(vec![door]))
    }

    /// A server that is reached by each of `doors`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn through(doors: Vec<Arc<dyn Door>>) -> Self {
        assert!(
            !doors.is_empty(),
            "a server is reached by at least one door"
        );
        let separator = separator(&doors);
        Self {
            prefix: format!("{}{separator}", random_prefix()),
            separator,
            doors,
            deadline: DEADLINE,
        }
    }

    /// The same server, with another bound on each wait than [`DEADLINE`].
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// What the name of every account of this run begins with, so that nobody else's are touched.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// Sets the accounts of one run apart from those of any other.
fn random_prefix() -> String {
    let mut bytes = [0; 4];
    System.fill_random(&mut bytes);
    format!("conf{:08x}", u32::from_be_bytes(bytes))
}

/// A character that every door's names have, and that no random part of a name has.
fn separator(doors: &[Arc<dyn Door>]) -> char {
    let all_have = |character| {
        doors
            .iter()
            .all(|door| door.capabilities().names.alphabet.has(character))
    };
    if all_have('-') { '-' } else { 'x' }
}

/// A protocol of the registry at an address.
pub struct Registered {
    protocol: &'static str,
    pair: Pair,
    address: String,
    trust: Option<Arc<Trust>>,
}

impl Registered {
    /// The door to a server that speaks `protocol` at `address`, as `host:port`.
    ///
    /// # Errors
    /// As [`Target::new`].
    pub fn new(protocol: &'static Protocol, address: &str) -> Result<Self, NotTestable> {
        match protocol.front {
            Front::Chat(pair) => Ok(Self {
                protocol: protocol.short_name(),
                pair,
                address: address.to_owned(),
                trust: None,
            }),
            Front::Reference(_) => Err(NotTestable {
                protocol: protocol.short_name(),
            }),
        }
    }

    /// The same door, to a server that shows who it is.
    #[must_use]
    pub fn trusting(self, trust: Option<Arc<Trust>>) -> Self {
        Self { trust, ..self }
    }
}

impl Door for Registered {
    fn protocol(&self) -> &str {
        self.protocol
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        Some(self.pair.codec)
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        self.pair.transport.connect(Connect {
            address: self.address.clone(),
            authority: None,
            codec: self.pair.codec,
            traffic: Arc::default(),
            compression: None,
            trust: self.trust.clone(),
        })
    }
}
