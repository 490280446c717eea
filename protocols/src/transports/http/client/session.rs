//! The session of a client: its token, and its event stream on a connection of its own.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt as _;
use hyper::body::{Body as _, Incoming};
use server_core::Refusal;

use super::super::failure::Failure;
use super::super::format::EventData;
use super::super::sse::Reader;
use super::line::Line;
use super::questions::{Asked, Headers, subscribed};
use crate::client::ClientError;
use crate::client::calls::{Change, bearer};
use crate::transport::BoxFuture;

/// Follows what replies do to the session.
pub(super) struct Session {
    line: Line,
    data: EventData,
    events: Events,
    /// The reply that changed the session, until the event stream has followed.
    held: Option<Held>,
}

/// A reply that is not handed over yet.
pub(super) struct Held {
    pub(super) asked: Asked,
    pub(super) body: Bytes,
}

/// The event stream.
#[derive(Default)]
enum Events {
    /// There is none.
    #[default]
    None,
    /// It was asked for.
    Opening(BoxFuture<'static, Result<Incoming, Failure>>),
    /// It stands: the account is online.
    Open(Stream),
    /// It was refused, which the held reply is to say.
    Refused(Refusal),
    /// The session has ended, and the stream is about to.
    Ending(Stream),
}

struct Stream {
    body: Incoming,
    reader: Reader,
}

impl Session {
    pub(super) fn new(line: Line, data: EventData) -> Self {
        Self {
            line,
            data,
            events: Events::None,
            held: None,
        }
    }

    /// Whether a reply waits for the event stream to follow.
    pub(super) const fn is_settling(&self) -> bool {
        self.held.is_some()
    }

    /// Whether events may still come.
    pub(super) const fn has_events(&self) -> bool {
        !matches!(self.events, Events::None | Events::Refused(_))
    }

    /// Begins to follow a reply that changes the session.
    pub(super) fn change(&mut self, change: Change, held: Held, headers: &mut Headers) {
        self.held = Some(held);
        match change {
            Change::Begins(token) => {
                headers.authorize(Some(bearer(token)));
                let response = self.line.send(headers.subscribe());
                self.events = Events::Opening(Box::pin(subscribed(response)));
            }
            Change::Ends => {
                headers.authorize(None);
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

    /// Hands the body of each event that has come to `take`.
    pub(super) fn poll_events(
        &mut self,
        context: &mut Context<'_>,
        headers: &mut Headers,
        take: &mut dyn FnMut(&[u8]) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        loop {
            // What the connection reads goes to the stream, and what the stream takes lets the connection read on.
            self.line.poll(context);
            match &mut self.events {
                Events::None | Events::Refused(_) => return Ok(()),
                Events::Opening(opening) => match opening.poll_unpin(context) {
                    Poll::Pending => return Ok(()),
                    Poll::Ready(Ok(body)) => {
                        let reader = Reader::new(self.data);
                        self.events = Events::Open(Stream { body, reader });
                    }
                    Poll::Ready(Err(failure)) => self.ended(Some(failure), headers)?,
                },
                Events::Open(stream) | Events::Ending(stream) => {
                    match stream.poll_piece(context, take)? {
                        Poll::Pending if !self.line.is_over() => return Ok(()),
                        Poll::Pending | Poll::Ready(None) => self.ended(None, headers)?,
                        Poll::Ready(Some(Ok(()))) => {}
                        Poll::Ready(Some(Err(failure))) => self.ended(Some(failure), headers)?,
                    }
                }
            }
        }
    }

    /// Without its event stream the session is over for this client, as it is for one whose connection was taken over. One
    /// that cannot have a stream at all has not begun.
    fn ended(
        &mut self,
        failure: Option<Failure>,
        headers: &mut Headers,
    ) -> Result<(), ClientError> {
        let before = std::mem::take(&mut self.events);
        headers.authorize(None);
        let refusal = failure.map_or(Ok(None), Failure::into_refusal)?;
        match (before, refusal) {
            (Events::Opening(_), Some(refusal)) => self.events = Events::Refused(refusal),
            (Events::Opening(_), None) => {
                let text = "the connection for events was closed before their stream stood";
                return Err(ClientError::Call(text.to_owned()));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Stream {
    /// Takes the next piece of the stream, if it has come; `None` once there are no more.
    fn poll_piece(
        &mut self,
        context: &mut Context<'_>,
        take: &mut dyn FnMut(&[u8]) -> Result<(), ClientError>,
    ) -> Result<Poll<Option<Result<(), Failure>>>, ClientError> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending => return Ok(Poll::Pending),
            Poll::Ready(None) => return Ok(Poll::Ready(None)),
            Poll::Ready(Some(Err(error))) => return Ok(Poll::Ready(Some(Err(error.into())))),
            Poll::Ready(Some(Ok(frame))) => frame,
        };
        if let Some(piece) = frame.data_ref() {
            self.reader.push(piece);
        }
        let unreadable =
            |error: super::super::sse::Unreadable| ClientError::Call(error.to_string());
        while let Some(body) = self.reader.next_body().map_err(unreadable)? {
            take(body)?;
        }
        Ok(Poll::Ready(Some(Ok(()))))
    }
}
