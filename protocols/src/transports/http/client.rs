//! The client's end: a connection for calls, one at a time, and one for the event stream of its session.

mod line;
mod questions;
mod session;

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use server_core::{FromServer, Refusal, Request};
use tokio::net::TcpStream;
use tokio_util::sync::ReusableBoxFuture;

use self::line::Line;
use self::questions::{Asked, Headers, Question, replied};
use self::session::{Held, Session};
use super::failure::Failure;
use super::format::Format;
use crate::client::calls::Change;
use crate::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use crate::counted::Counted;

type Sink<'s> = &'s mut dyn FnMut(Incoming<'_>);

/// A client on two HTTP/1.1 connections. Calls are made one after the other, as they were staged.
///
/// It keeps the token of its session and opens the event stream by itself: the reply that begins a session is handed
/// over once the stream stands, the one that ends it once the stream has ended.
pub(super) struct HttpClient {
    line: Line,
    headers: Headers,
    session: Session,
    staged: VecDeque<Question>,
    /// The call that is under way.
    asked: Option<Asked>,
    /// What it comes to. One allocation serves all calls.
    answer: ReusableBoxFuture<'static, Result<Bytes, Failure>>,
    /// How many calls will never be answered, because the connection closes.
    lost: u64,
    next_ticket: u64,
    bytes: MessageBytes,
    format: Format,
}

/// The connections of a client.
pub(super) struct Streams {
    pub(super) calls: Counted<TcpStream>,
    pub(super) events: Counted<TcpStream>,
}

impl HttpClient {
    /// Begins HTTP on both connections.
    ///
    /// # Errors
    /// If the server cannot be called `authority`.
    pub(super) async fn open(
        streams: Streams,
        authority: &str,
        format: Format,
    ) -> io::Result<Self> {
        let events = Line::open(streams.events).await?;
        Ok(Self {
            line: Line::open(streams.calls).await?,
            headers: Headers::new(authority, format.content_type.clone())?,
            session: Session::new(events, format.events),
            staged: VecDeque::new(),
            asked: None,
            answer: ReusableBoxFuture::new(pending()),
            lost: 0,
            next_ticket: 0,
            bytes: MessageBytes::default(),
            format,
        })
    }

    /// How many requests will not be answered if the connection is over.
    fn unanswered(&self) -> u64 {
        let held = u64::from(self.session.is_settling());
        self.staged.len() as u64 + u64::from(self.asked.is_some()) + self.lost + held
    }

    /// Makes calls and hands over their answers, as far as that goes; tells how many.
    fn poll_calls(
        &mut self,
        context: &mut Context<'_>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let mut handed = 0;
        // What is asked while the session changes waits until it has changed.
        while !self.session.is_settling() {
            self.begin_next(context);
            self.line.poll(context);
            let Some(asked) = self.asked.take() else {
                break;
            };
            match self.answer.poll(context) {
                Poll::Ready(answer) => handed += self.take(asked, answer, sink)?,
                Poll::Pending => {
                    self.asked = Some(asked);
                    break;
                }
            }
        }
        Ok(handed)
    }

    /// Hands the next call to the connection, if that is free.
    fn begin_next(&mut self, context: &mut Context<'_>) {
        if self.asked.is_some() || self.staged.is_empty() {
            return;
        }
        if !self.line.is_ready(context) {
            // It may have what ends the call before.
            self.line.poll(context);
            if !self.line.is_ready(context) {
                return;
            }
        }
        if let Some(Question { asked, body }) = self.staged.pop_front() {
            let request = self.headers.call(asked.operation, body);
            self.answer.set(replied(self.line.send(request)));
            self.asked = Some(asked);
        }
    }

    /// Hands over one answer, unless the session has to change first; tells how many were handed over.
    fn take(
        &mut self,
        asked: Asked,
        answer: Result<Bytes, Failure>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let body = match answer {
            Ok(body) => body,
            Err(failure) => return self.fail(&asked, failure, sink),
        };
        let reply = self.format.codec.decode_reply(asked.operation, &body)?;
        if let Some(change) = Change::of(&reply, asked.resumed) {
            drop(reply);
            let held = Held { asked, body };
            self.session.change(change, held, &mut self.headers);
            return Ok(0);
        }
        self.hand_over(&asked, &body, sink)?;
        Ok(1)
    }

    /// Hands over a refusal, unless the failure is the end of the connection; tells how many were handed over.
    fn fail(
        &mut self,
        asked: &Asked,
        failure: Failure,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let Some(refusal) = failure.into_refusal()? else {
            self.lost += 1;
            return Ok(0);
        };
        refuse(asked.ticket, refusal, sink);
        Ok(1)
    }

    fn hand_over(&mut self, asked: &Asked, body: &[u8], sink: Sink<'_>) -> Result<(), ClientError> {
        let reply = self.format.codec.decode_reply(asked.operation, body)?;
        self.bytes.replies += body.len() as u64;
        sink(Incoming {
            ticket: Some(asked.ticket),
            message: FromServer::Reply(reply),
            message_bytes: body.len(),
        });
        Ok(())
    }

    /// Hands over events, and a reply that waited for the event stream; tells how many.
    fn poll_session(
        &mut self,
        context: &mut Context<'_>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let mut handed = 0;
        let Self {
            session,
            headers,
            bytes,
            format,
            ..
        } = self;
        session.poll_events(context, headers, &mut |body| {
            let message = FromServer::Event(format.codec.decode_event(body)?);
            bytes.events += body.len() as u64;
            sink(Incoming {
                ticket: None,
                message,
                message_bytes: body.len(),
            });
            handed += 1;
            Ok(())
        })?;
        match self.session.settled() {
            None => return Ok(handed),
            Some((held, Ok(()))) => self.hand_over(&held.asked, &held.body, sink)?,
            Some((held, Err(refusal))) => refuse(held.asked.ticket, refusal, sink),
        }
        Ok(handed + 1)
    }
}

/// A refusal has no message: it counts at the layer `stream` alone.
fn refuse(ticket: Ticket, refusal: Refusal, sink: Sink<'_>) {
    sink(Incoming {
        ticket: Some(ticket),
        message: FromServer::Refused(refusal),
        message_bytes: 0,
    });
}

impl Client for HttpClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let mut body = Vec::with_capacity(REQUEST_BYTES);
        self.format.codec.encode_request(request, &mut body)?;
        self.bytes.requests += body.len() as u64;
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let resumed = match request {
            Request::Resume { token } => Some(*token),
            _ => None,
        };
        let asked = Asked {
            ticket,
            operation: request.operation(),
            resumed,
        };
        self.staged.push_back(Question { asked, body });
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        let mut handed = self.poll_calls(context, sink)?;
        handed += self.poll_session(context, sink)?;
        let is_over = self.line.is_over() && self.asked.is_none() && !self.session.has_events();
        match handed {
            0 if is_over => Poll::Ready(Err(ClientError::Closed {
                unanswered: self.unanswered(),
            })),
            0 => Poll::Pending,
            _ => Poll::Ready(Ok(())),
        }
    }

    fn message_bytes(&self) -> MessageBytes {
        self.bytes
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

/// What is reserved for a request, in bytes: most are shorter.
const REQUEST_BYTES: usize = 64;
