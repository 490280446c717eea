//! The client's end: one connection, its calls, and the event stream of its session, all driven by one task.

mod call;
mod connection;
mod session;
mod shared;

use std::io;
use std::num::NonZeroU32;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use server_core::{FromServer, Refusal, Request};
use tokio::net::TcpStream;

pub(in crate::transports) use self::call::USER_AGENT;
use self::call::{Answered, Asked, Caller, Question};
pub(in crate::transports) use self::connection::Connection;
use self::connection::Sender;
use self::session::{Held, Session};
use self::shared::Seat;
use super::Format;
use super::status::Failure;
use crate::client::calls::Change;
use crate::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use crate::counted::Counted;
use crate::transport::BoxFuture;

type Sink<'s> = &'s mut dyn FnMut(Incoming<'_>);

/// A client on an HTTP/2 connection. Calls may overlap, and their answers overtake one another.
///
/// It keeps the token of its session and opens the event stream by itself: the reply that begins a session is handed
/// over once the stream stands, the one that ends it once the stream has ended.
pub(super) struct GrpcClient {
    drive: Drive,
    caller: Caller,
    session: Session,
    staged: Vec<Question>,
    calls: FuturesUnordered<BoxFuture<'static, Answered>>,
    /// How many calls will never be answered, because the connection closes.
    lost: usize,
    next_ticket: u64,
    bytes: MessageBytes,
    format: Format,
}

/// What moves a client's connection.
enum Drive {
    /// The client itself, whenever it is polled.
    Own(Connection),
    /// A task, because other clients ride on the connection, too.
    Task(Seat),
}

impl Drive {
    /// Goes on; tells whether the connection takes no further calls.
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        match self {
            Self::Own(connection) => connection.poll(context),
            Self::Task(seat) => seat.poll(context),
        }
    }
}

impl GrpcClient {
    /// Begins HTTP/2 on a socket.
    pub(super) async fn open(
        stream: Counted<TcpStream>,
        authority: &str,
        format: Format,
    ) -> io::Result<Self> {
        let (connection, sender) = Connection::open(stream, format.content_type.clone()).await?;
        Self::new(Drive::Own(connection), sender, authority, format)
    }

    /// Begins HTTP/2 on a socket that several clients share.
    pub(super) async fn open_shared(
        stream: Counted<TcpStream>,
        authority: &str,
        format: Format,
        clients: NonZeroU32,
    ) -> io::Result<Vec<Self>> {
        let (seats, sender) = shared::open(stream, format.content_type.clone(), clients).await?;
        let client = |seat| Self::new(Drive::Task(seat), sender.clone(), authority, format.clone());
        seats.into_iter().map(client).collect()
    }

    fn new(drive: Drive, sender: Sender, authority: &str, format: Format) -> io::Result<Self> {
        Ok(Self {
            drive,
            caller: Caller::new(sender, authority, format.compression)?,
            session: Session::default(),
            staged: Vec::new(),
            calls: FuturesUnordered::new(),
            lost: 0,
            next_ticket: 0,
            bytes: MessageBytes::default(),
            format,
        })
    }

    /// How many requests will not be answered if the connection is over.
    fn unanswered(&self) -> u64 {
        let held = usize::from(self.session.is_settling());
        (self.staged.len() + self.calls.len() + self.lost + held) as u64
    }

    /// Hands over the answers that are there; tells how many.
    fn poll_calls(
        &mut self,
        context: &mut Context<'_>,
        sink: Sink<'_>,
    ) -> Result<usize, ClientError> {
        let mut handed = 0;
        // What is answered while the session changes waits until it has changed.
        while !self.session.is_settling()
            && let Poll::Ready(Some(answered)) = self.calls.poll_next_unpin(context)
        {
            handed += self.take(answered, sink)?;
        }
        Ok(handed)
    }

    /// Hands over one answer, unless the session has to change first; tells how many were handed over.
    fn take(&mut self, answered: Answered, sink: Sink<'_>) -> Result<usize, ClientError> {
        let Answered { asked, answer } = answered;
        let message = match answer.map_err(Failure::from) {
            Ok(message) => message,
            Err(Failure::Refused(refusal)) => {
                refuse(asked.ticket, refusal, sink);
                return Ok(1);
            }
            Err(Failure::Call(text)) => return Err(ClientError::Call(text)),
            Err(Failure::Io(error)) => return Err(error.into()),
            Err(Failure::Closed) => {
                self.lost += 1;
                return Ok(0);
            }
        };
        let reply = self.format.codec.decode_reply(asked.operation, &message)?;
        if let Some(change) = Change::of(&reply, asked.resumed) {
            drop(reply);
            let held = Held { asked, message };
            self.session.change(change, held, &mut self.caller);
            return Ok(0);
        }
        self.hand_over(&asked, &message, sink)?;
        Ok(1)
    }

    fn hand_over(
        &mut self,
        asked: &Asked,
        message: &Bytes,
        sink: Sink<'_>,
    ) -> Result<(), ClientError> {
        let reply = self.format.codec.decode_reply(asked.operation, message)?;
        self.bytes.replies += message.len() as u64;
        sink(Incoming {
            ticket: Some(asked.ticket),
            message: FromServer::Reply(reply),
            message_bytes: message.len(),
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
        match self.session.settled() {
            None => return Ok(handed),
            Some((held, Ok(()))) => self.hand_over(&held.asked, &held.message, sink)?,
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

impl Client for GrpcClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let mut message = Vec::with_capacity(REQUEST_BYTES);
        self.format.codec.encode_request(request, &mut message)?;
        self.bytes.requests += message.len() as u64;
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
        self.staged.push(Question { asked, message });
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        for question in self.staged.drain(..) {
            self.calls.push(self.caller.call(question));
        }
        // Once so that calls begin before the connection writes, and once for what it has read.
        let mut handed = self.poll_calls(context, sink)?;
        let closing = self.drive.poll(context);
        handed += self.poll_calls(context, sink)?;
        handed += self.poll_session(context, sink)?;
        let over = closing && self.calls.is_empty() && !self.session.has_events();
        match handed {
            0 if over => Poll::Ready(Err(ClientError::Closed {
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
