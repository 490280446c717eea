//! The session of a client: its token, and its event stream.

use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use server_core::Refusal;
use tonic::{Status, Streaming};

use super::super::status::Failure;
use super::call::{Asked, Caller};
use crate::client::ClientError;
use crate::client::calls::{Change, bearer};
use crate::transport::BoxFuture;

/// Follows what replies do to the session.
#[derive(Default)]
pub(super) struct Session {
    events: Events,
    /// The reply that changed the session, until the event stream has followed.
    held: Option<Held>,
}

/// A reply that is not handed over yet.
pub(super) struct Held {
    pub(super) asked: Asked,
    pub(super) message: Bytes,
}

/// The event stream.
#[derive(Default)]
enum Events {
    /// There is none.
    #[default]
    None,
    /// It was asked for.
    Opening(BoxFuture<'static, Result<Streaming<Bytes>, Status>>),
    /// It stands: the account is online.
    Open(Streaming<Bytes>),
    /// It was refused, which the held reply is to say.
    Refused(Refusal),
    /// The session has ended, and the stream is about to.
    Ending(Streaming<Bytes>),
}

impl Session {
    /// Whether a reply waits for the event stream to follow.
    pub(super) const fn is_settling(&self) -> bool {
        self.held.is_some()
    }

    /// Whether events may still come.
    pub(super) const fn has_events(&self) -> bool {
        !matches!(self.events, Events::None | Events::Refused(_))
    }

    /// Begins to follow a reply that changes the session.
    pub(super) fn change(&mut self, change: Change, held: Held, caller: &mut Caller) {
        self.held = Some(held);
        match change {
            Change::Begins(token) => {
                caller.authorize(Some(bearer(token)));
                self.events = Events::Opening(caller.subscribe());
            }
            Change::Ends => {
                caller.authorize(None);
                self.events = match std::mem::take(&mut self.events) {
                    Events::Open(stream) => Events::Ending(stream),
                    _ => Events::None,
                };
            }
        }
    }

    /// The held reply once the event stream has followed, or the refusal in its place.
    pub(super) fn settled(&mut self) -> Option<(Held, Result<(), Refusal>)> {
        let result = match self.events {
            Events::Opening(_) | Events::Ending(_) => return None,
            Events::None | Events::Open(_) => Ok(()),
            Events::Refused(refusal) => Err(refusal),
        };
        self.held.take().map(|held| (held, result))
    }

    /// The body of the next event, if there is one.
    pub(super) fn poll_event(
        &mut self,
        context: &mut Context<'_>,
        caller: &mut Caller,
    ) -> Result<Option<Bytes>, ClientError> {
        loop {
            match &mut self.events {
                Events::None | Events::Refused(_) => return Ok(None),
                Events::Opening(opening) => match opening.poll_unpin(context) {
                    Poll::Pending => return Ok(None),
                    Poll::Ready(Ok(stream)) => self.events = Events::Open(stream),
                    Poll::Ready(Err(status)) => self.ended(Some(status), caller)?,
                },
                Events::Open(stream) | Events::Ending(stream) => {
                    match stream.poll_next_unpin(context) {
                        Poll::Pending => return Ok(None),
                        Poll::Ready(Some(Ok(message))) => return Ok(Some(message)),
                        Poll::Ready(Some(Err(status))) => self.ended(Some(status), caller)?,
                        Poll::Ready(None) => self.ended(None, caller)?,
                    }
                }
            }
        }
    }

    /// Without its event stream the session is over for this client, as it is for one whose connection was taken over.
    fn ended(&mut self, status: Option<Status>, caller: &mut Caller) -> Result<(), ClientError> {
        let before = std::mem::take(&mut self.events);
        caller.authorize(None);
        match (status.map(Failure::from), before) {
            (Some(Failure::Refused(refusal)), Events::Opening(_)) => {
                self.events = Events::Refused(refusal);
                Ok(())
            }
            (Some(Failure::Call(text)), _) => Err(ClientError::Call(text)),
            (Some(Failure::Io(error)), _) => Err(error.into()),
            // The connection says that it is over.
            (Some(Failure::Closed | Failure::Refused(_)) | None, _) => Ok(()),
        }
    }
}
