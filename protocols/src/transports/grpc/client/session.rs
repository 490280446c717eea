//! The session of a client: its token, and its event stream.

use std::task::{Context, Poll};

use bytes::Bytes;
use server_core::message::Operation;
use server_core::{ErrorCode, Refusal};

use super::super::method::Method;
use super::super::prefix::PREFIX_BYTES;
use super::call::{Caller, Part, Response};
use crate::client::calls::{Change, bearer};
use crate::client::{ClientError, Ticket};

/// Follows what replies do to the session.
#[derive(Default)]
pub(super) struct Session {
    events: Events,
    /// The reply that changed the session, until the event stream has followed.
    held: Option<Held>,
}

/// A reply that is not handed over yet.
pub(super) struct Held {
    pub(super) ticket: Ticket,
    pub(super) operation: Operation,
    pub(super) body: Bytes,
}

/// The event stream.
#[derive(Default)]
enum Events {
    /// There is none.
    #[default]
    None,
    /// It is to be opened as soon as the connection takes a further call.
    Wanted,
    /// It was asked for.
    Opening(Response),
    /// It stands: the account is online.
    Open(Response),
    /// It was refused, which the held reply is to say.
    Refused(Refusal),
    /// The session has ended, and the stream is about to.
    Ending(Response),
}

impl Session {
    /// Whether a reply waits for the event stream to follow.
    pub(super) const fn is_settling(&self) -> bool {
        self.held.is_some()
    }

    /// Begins to follow a reply that changes the session.
    pub(super) fn change(&mut self, change: Change, held: Held, caller: &mut Caller) {
        self.held = Some(held);
        match change {
            Change::Begins(token) => {
                caller.authorize(Some(bearer(token)));
                self.events = Events::Wanted;
            }
            Change::Ends => {
                caller.authorize(None);
                self.events = match std::mem::take(&mut self.events) {
                    Events::Open(response) => Events::Ending(response),
                    _ => Events::None,
                };
            }
        }
    }

    /// The held reply once the event stream has followed, or the refusal in its place.
    pub(super) fn settled(&mut self) -> Option<(Held, Result<(), Refusal>)> {
        let result = match self.events {
            Events::Wanted | Events::Opening(_) | Events::Ending(_) => return None,
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
            let response = match &mut self.events {
                Events::None | Events::Refused(_) => return Ok(None),
                Events::Wanted if !caller.poll_ready(context) => return Ok(None),
                Events::Wanted => {
                    let body = Bytes::from_static(&[0; PREFIX_BYTES]);
                    self.events = Events::Opening(caller.open(Method::Subscribe, body)?);
                    continue;
                }
                Events::Opening(response) | Events::Open(response) | Events::Ending(response) => {
                    response
                }
            };
            match response.poll_part(context)? {
                Poll::Pending => return Ok(None),
                Poll::Ready(Part::Head) => self.opened(),
                Poll::Ready(Part::Message(body)) => return Ok(Some(body)),
                Poll::Ready(Part::End(end)) => self.ended(end, caller),
            }
        }
    }

    fn opened(&mut self) {
        if let Events::Opening(response) = std::mem::take(&mut self.events) {
            self.events = Events::Open(response);
        }
    }

    /// Without its event stream the session is over for this client, as it is for one whose connection was taken over.
    fn ended(&mut self, end: Result<(), Refusal>, caller: &mut Caller) {
        self.events = match self.events {
            Events::Opening(_) => {
                Events::Refused(end.err().unwrap_or(ErrorCode::SessionEnded.into()))
            }
            _ => Events::None,
        };
        caller.authorize(None);
    }
}
