//! What a client is, whatever it speaks: requests are staged, flushed together, and answered later.

mod caller;
pub(crate) mod calls;
mod framed;

use std::task::{Context, Poll};

use server_core::{FromServer, Request};

pub use caller::{Caller, LogInError, LoggedIn};
pub use framed::{FramedClient, StreamClient};

use crate::codec::{DecodeError, NotExpressible};
use crate::transport::Carriage;

/// One client's connection. It is driven by polling, from one task, and allocates no future per message.
pub trait Client: Send {
    /// Encodes a request and keeps it until the next [`Client::poll_exchange`]. Any number may be staged; framed
    /// transports answer them in this order.
    ///
    /// # Errors
    /// [`ClientError::NotExpressible`] if the format cannot say it; nothing was staged then.
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError>;

    /// Writes what is staged, reads what is there, and hands each reply and event to `sink`, in the order in which
    /// they came.
    ///
    /// `Ready(Ok(()))`: at least one was handed over. `Pending`: none yet; the task is woken when there may be.
    /// A call that is dropped half-way loses nothing: it goes on where it was.
    ///
    /// # Errors
    /// [`ClientError`]: the connection is over. What came before the error was handed over first.
    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>>;

    /// What counts at the layer `message` so far: encoded requests, and replies with events.
    fn message_bytes(&self) -> MessageBytes;

    /// Puts bytes into the stream as they are, for tests of what a typed client cannot send. `false` if this
    /// transport has no stream of bytes to put them into.
    fn stage_raw(&mut self, bytes: &[u8]) -> bool;

    /// How its requests travel: in order, for as long as the connection lasts, or each in a call of its own.
    fn carriage(&self) -> Carriage {
        Carriage::Calls
    }
}

/// The number of a staged request, counted from 0 on each client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What a client receives.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// Which request it answers; `None` for an event.
    pub ticket: Option<Ticket>,
    /// The reply, refusal or event, borrowed from the frame.
    pub message: FromServer<'a>,
    /// What counts at the layer `message`, in bytes.
    pub message_bytes: usize,
}

/// Bytes at the layer `message`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageBytes {
    /// All requests.
    pub requests: u64,
    /// All replies and refusals.
    pub replies: u64,
    /// All events.
    pub events: u64,
}

impl std::ops::AddAssign for MessageBytes {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.replies += other.replies;
        self.events += other.events;
    }
}

/// Why a client's connection is over, or a request was not staged.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The format cannot say the request.
    #[error(transparent)]
    NotExpressible(#[from] NotExpressible),
    /// The socket failed.
    #[error("the connection failed: {0}")]
    Io(#[from] std::io::Error),
    /// The server closed the connection.
    #[error("the server closed the connection with {unanswered} requests unanswered")]
    Closed {
        /// How many requests were open.
        unanswered: u64,
    },
    /// The server sent what this format does not have.
    #[error("the server's bytes make no sense: {0}")]
    Decode(#[from] DecodeError),
    /// The server answered what nobody had asked.
    #[error("the server sent a reply to no request")]
    Unasked,
    /// The transport failed in a way of its own.
    #[error("the call failed: {0}")]
    Call(String),
}
