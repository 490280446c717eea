//! The least that any chat relay can do, as a reference.
//!
//! `frame` is what crosses the wire, `links` moves it; `relay` is the server and `load` what drives it.

mod frame;
mod links;
mod load;
mod relay;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::conditions::{Conditions, Nature};
use crate::counted::{ByteCount, Traffic};

/// A protocol without the chat core: its server and its load are its own, and equally bare.
pub trait Reference: Send + Sync {
    /// One line that says what it is.
    fn description(&self) -> &'static str;

    /// What its connections are set to, and what is not equal between it and others.
    fn conditions(&self) -> Conditions;

    /// Listens on `address` and serves on a thread of its own for as long as the process lives.
    ///
    /// # Errors
    /// Whatever the system says, a port in use for instance.
    fn serve(&self, address: &str) -> std::io::Result<RunningReference>;

    /// Opens one connection an account, and asks each socket about its options.
    ///
    /// # Errors
    /// Whatever the system says.
    fn connect(
        &self,
        address: &str,
        accounts: u32,
        traffic: &Traffic,
    ) -> std::io::Result<Box<dyn ReferenceLoad>>;
}

/// A reference server that runs.
pub struct RunningReference {
    /// Where, with the port that was chosen.
    pub address: String,
    /// The bytes of all its sockets.
    pub traffic: Arc<Traffic>,
}

/// The load of a reference: as bare as its server, without names, checks or recording.
pub trait ReferenceLoad {
    /// Each account sends to every other account, starting with its successor, over and over; returns when every
    /// message was acknowledged and delivered. Runs on the calling thread.
    ///
    /// # Errors
    /// Whatever the system says, or a connection that ended early.
    fn run(&mut self, rounds: &Rounds) -> std::io::Result<()>;

    /// The bytes of all connections so far.
    fn bytes(&self) -> ByteCount;
}

/// How much a reference load sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// How often each account sends to every other one.
    pub count: u32,
    /// How many messages an account may have unacknowledged.
    pub in_flight: u32,
}

/// Fixed frames of 8 bytes, no names, no checks, no store, no core.
pub struct Floor;

impl Reference for Floor {
    fn description(&self) -> &'static str {
        "the least that any relay can do: frames of 8 bytes, one thread, no names, no checks, no store"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: None,
            nature: Nature {
                connection: "a connection is an account",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the connection, by a number that nobody checks",
                framing: "8 bytes, which are the whole message",
                upkeep: "none",
                runtime: "a loop of its own over epoll on one thread; no core, no store, no checks",
            },
        }
    }

    fn serve(&self, address: &str) -> std::io::Result<RunningReference> {
        relay::start(address)
    }

    fn connect(
        &self,
        address: &str,
        accounts: u32,
        traffic: &Traffic,
    ) -> std::io::Result<Box<dyn ReferenceLoad>> {
        Ok(Box::new(load::Load::connect(address, accounts, traffic)?))
    }
}
