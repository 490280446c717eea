//! The client's end: one connection, its calls, and the event stream of its session, all driven by one task.

mod call;
mod session;

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use h2::client::{Builder, Connection};
use server_core::limits::{CONNECTION_WINDOW_BYTES, HEADER_LIST_MAX_BYTES, STREAM_WINDOW_BYTES};
use server_core::{FromServer, Refusal, Request};
use tokio::net::TcpStream;

use self::call::{Answer, Call, Caller, Question};
use self::session::{Held, Session};
use super::prefix::PREFIX_BYTES;
use super::{Format, prefix};
use crate::client::calls::Change;
use crate::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use crate::counted::Counted;

type Sink<'s> = &'s mut dyn FnMut(Incoming<'_>);

/// A client on one HTTP/2 connection. Calls may overlap, and their answers overtake one another.
///
/// It keeps the token of its session and opens the event stream by itself: the reply that begins a session is handed
/// over once the stream stands, the one that ends it once the stream has ended.
pub(super) struct GrpcClient {
    connection: Connection<Counted<TcpStream>, Bytes>,
    caller: Caller,
    session: Session,
    staged: VecDeque<Question>,
    calls: Vec<Call>,
    next_ticket: u64,
    bytes: MessageBytes,
    format: Format,
    /// The connection is over, and has been polled for the last time.
    over: bool,
}

impl GrpcClient {
    /// Begins HTTP/2 on a socket.
    pub(super) async fn open(
        stream: Counted<TcpStream>,
        address: &str,
        format: Format,
    ) -> io::Result<Self> {
        let (requests, connection) = builder().handshake(stream).await.map_err(into_io)?;
        Ok(Self {
            connection,
            caller: Caller::new(requests, address, &format)?,
            session: Session::default(),
            staged: VecDeque::new(),
            calls: Vec::new(),
            next_ticket: 0,
            bytes: MessageBytes::default(),
            format,
            over: false,
        })
    }

    /// Begins the calls that are staged, as far as the server allows further ones.
    fn begin_calls(&mut self, context: &mut Context<'_>) -> Result<(), ClientError> {
        while !self.staged.is_empty() && self.caller.poll_ready(context) {
            if let Some(question) = self.staged.pop_front() {
                self.calls.push(self.caller.call(question)?);
            }
        }
        Ok(())
    }

    /// Writes and reads; gives the end of the connection, if this is it.
    fn poll_connection(&mut self, context: &mut Context<'_>) -> Option<ClientError> {
        if !self.over {
            match Pin::new(&mut self.connection).poll(context) {
                Poll::Pending => return None,
                Poll::Ready(end) => {
                    self.over = true;
                    if let Err(error) = end {
                        return Some(ClientError::Io(into_io(error)));
                    }
                }
            }
        }
        let unanswered =
            self.staged.len() + self.calls.len() + usize::from(self.session.is_settling());
        Some(ClientError::Closed {
            unanswered: unanswered as u64,
        })
    }

    /// Hands over the answers that are there; tells how many.
    fn poll_calls(
        &mut self,
        context: &mut Context<'_>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let (mut at, mut handed) = (0, 0);
        // What is answered while the session changes waits until it has changed.
        while at < self.calls.len() && !self.session.is_settling() {
            match self.calls[at].poll(context)? {
                Poll::Pending => at += 1,
                Poll::Ready(answer) => {
                    let call = self.calls.remove(at);
                    handed += self.take(&call, answer, sink)?;
                }
            }
        }
        Ok(handed)
    }

    /// Hands over one answer, unless the session has to change first; tells how many were handed over.
    fn take(&mut self, call: &Call, answer: Answer, sink: Sink<'_>) -> Result<usize, ClientError> {
        let body = match answer {
            Answer::Refused(refusal) => {
                refuse(call.ticket, refusal, sink);
                return Ok(1);
            }
            Answer::Message(body) => body,
        };
        let reply = self.format.codec.decode_reply(call.operation, &body)?;
        if let Some(change) = Change::of(&reply, call.resumed) {
            drop(reply);
            let held = Held {
                ticket: call.ticket,
                operation: call.operation,
                body,
            };
            self.session.change(change, held, &mut self.caller);
            return Ok(0);
        }
        self.bytes.replies += body.len() as u64;
        let message = FromServer::Reply(reply);
        sink(Incoming {
            ticket: Some(call.ticket),
            message,
            message_bytes: body.len(),
        });
        Ok(1)
    }

    /// Hands over events, and a reply that waited for the event stream; tells how many.
    fn poll_session(
        &mut self,
        context: &mut Context<'_>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let mut handed = 0;
        while let Some(body) = self.session.poll_event(context, &mut self.caller)? {
            let message = FromServer::Event(self.format.codec.decode_event(&body)?);
            self.bytes.events += body.len() as u64;
            sink(Incoming {
                ticket: None,
                message,
                message_bytes: body.len(),
            });
            handed += 1;
        }
        if let Some((held, result)) = self.session.settled() {
            let Held {
                ticket,
                operation,
                body,
            } = held;
            handed += 1;
            if let Err(refusal) = result {
                refuse(ticket, refusal, sink);
            } else {
                let reply = self.format.codec.decode_reply(operation, &body)?;
                self.bytes.replies += body.len() as u64;
                sink(Incoming {
                    ticket: Some(ticket),
                    message: FromServer::Reply(reply),
                    message_bytes: body.len(),
                });
            }
        }
        Ok(handed)
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

impl Client for GrpcClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let mut body = Vec::with_capacity(REQUEST_BYTES);
        prefix::append(&mut body, |out| {
            self.format.codec.encode_request(request, out)
        })?;
        self.bytes.requests += (body.len() - PREFIX_BYTES) as u64;
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let resumed = match request {
            Request::Resume { token } => Some(*token),
            _ => None,
        };
        self.staged.push_back(Question {
            ticket,
            operation: request.operation(),
            resumed,
            body: body.into(),
        });
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        self.begin_calls(context)?;
        let end = self.poll_connection(context);
        // What is opened from here on wakes this task, as h2 wakes it for all that it has to write.
        let mut handed = self.poll_calls(context, sink)?;
        handed += self.poll_session(context, sink)?;
        match end {
            _ if handed > 0 => Poll::Ready(Ok(())),
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Pending,
        }
    }

    fn message_bytes(&self) -> MessageBytes {
        self.bytes
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .max_header_list_size(HEADER_LIST_MAX_BYTES)
        .initial_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
    builder
}

/// What the socket said, or what HTTP/2 says of the other end.
fn into_io(error: h2::Error) -> io::Error {
    let text = error.to_string();
    error.into_io().unwrap_or_else(|| io::Error::other(text))
}

/// What is reserved for a request, in bytes: most are shorter.
const REQUEST_BYTES: usize = 64;
