//! Servers whose rules are wrong in one way each: requests or answers are changed on their way.

use std::sync::Arc;
use std::task::{Context, Poll};

use protocols::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use protocols::codec::CodecFactory;
use protocols::conformance::Door;
use protocols::transport::{BoxFuture, TransportError};
use server_core::message::Operation;
use server_core::{ErrorCode, FromServer, Refusal, Reply, Request};

/// What happens on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// The server says that it takes texts one character shorter than it does.
    SmallerTextLimit,
    /// It refuses without the number that goes with the code.
    NoDetails,
    /// It says of every refusal that the frame was malformed.
    OneRefusalForAll,
    /// It replies to marking as if it had been pinged.
    AnotherReply,
    /// It says that it logged out, and did not.
    LogsNobodyOut,
    /// It never answers this kind of request.
    Silent(Operation),
}

/// The way to a server, with a lie on it.
pub(crate) struct Lying {
    pub(crate) lie: Lie,
    pub(crate) inner: Arc<dyn Door>,
}

impl Door for Lying {
    fn protocol(&self) -> &'static str {
        "lying"
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        None
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async {
            let inner = self.inner.connect().await?;
            Ok(Box::new(LyingClient {
                lie: self.lie,
                inner,
                silenced: Vec::new(),
            }) as Box<dyn Client>)
        })
    }
}

struct LyingClient {
    lie: Lie,
    inner: Box<dyn Client>,
    silenced: Vec<Ticket>,
}

impl Client for LyingClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        if self.lie == Lie::LogsNobodyOut && *request == Request::LogOut {
            return self.inner.stage(&Request::Ping);
        }
        let ticket = self.inner.stage(request)?;
        if self.lie == Lie::Silent(request.operation()) {
            self.silenced.push(ticket);
        }
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        let Self {
            lie,
            inner,
            silenced,
        } = self;
        inner.poll_exchange(context, &mut |incoming| {
            if incoming
                .ticket
                .is_none_or(|ticket| !silenced.contains(&ticket))
            {
                sink(Incoming {
                    message: lie.tell(incoming.message),
                    ..incoming
                });
            }
        })
    }

    fn message_bytes(&self) -> MessageBytes {
        self.inner.message_bytes()
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

impl Lie {
    fn tell(self, message: FromServer<'_>) -> FromServer<'_> {
        match (self, message) {
            (
                Self::SmallerTextLimit,
                FromServer::Reply(Reply::Hello {
                    version,
                    text_max_chars,
                    page_max,
                    undo_grace_ms,
                }),
            ) => FromServer::Reply(Reply::Hello {
                version,
                text_max_chars: text_max_chars - 1,
                page_max,
                undo_grace_ms,
            }),
            (Self::NoDetails, FromServer::Refused(refusal)) => {
                FromServer::Refused(Refusal::new(refusal.code))
            }
            (Self::OneRefusalForAll, FromServer::Refused(_)) => {
                FromServer::Refused(ErrorCode::Malformed.into())
            }
            (Self::AnotherReply, FromServer::Reply(Reply::MarkRead)) => {
                FromServer::Reply(Reply::Ping)
            }
            (Self::LogsNobodyOut, FromServer::Reply(Reply::Ping)) => {
                FromServer::Reply(Reply::LogOut)
            }
            (_, message) => message,
        }
    }
}
