//! A client with no protocol in between: requests are applied to the core as they are.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};

use protocols::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use protocols::codec::CodecFactory;
use protocols::conformance::Door;
use protocols::transport::{BoxFuture, TransportError};
use server_core::answer::Later;
use server_core::{Answer, Chat, Connection, FromServer, Refusal, Reply, Request};

/// The way straight into a core.
pub(crate) struct Direct(Arc<Chat>);

impl Direct {
    pub(crate) fn new(chat: Arc<Chat>) -> Self {
        Self(chat)
    }
}

impl Door for Direct {
    fn protocol(&self) -> &'static str {
        "direct"
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        None
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        let client = DirectClient {
            connection: self.0.connection(),
            waiting: VecDeque::new(),
            next: 0,
        };
        Box::pin(async move { Ok(Box::new(client) as Box<dyn Client>) })
    }
}

type Answered = Result<Reply<'static>, Refusal>;

struct DirectClient {
    connection: Connection,
    waiting: VecDeque<(Ticket, Later<Answered>)>,
    next: u64,
}

impl Client for DirectClient {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        if !request.overlaps() {
            for (_, later) in &mut self.waiting {
                let earlier = std::mem::replace(later, Box::pin(std::future::pending()));
                let answered = Answer::Later(earlier).block();
                *later = Box::pin(std::future::ready(answered));
            }
        }
        let answer = match self.connection.apply(request) {
            Answer::Later(later) if request.overlaps() => later,
            answer => Box::pin(std::future::ready(answer.block())),
        };
        let ticket = Ticket(self.next);
        self.next += 1;
        self.waiting.push_back((ticket, answer));
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        let mut any = false;
        while let Some((ticket, later)) = self.waiting.front_mut() {
            let Poll::Ready(answer) = later.as_mut().poll(context) else {
                break;
            };
            sink(Incoming {
                ticket: Some(*ticket),
                message: answer.into(),
                message_bytes: 0,
            });
            self.waiting.pop_front();
            any = true;
        }
        while let Poll::Ready(Some(event)) = self.connection.outbox().poll_pop(context) {
            sink(Incoming {
                ticket: None,
                message: FromServer::Event(event),
                message_bytes: 0,
            });
            any = true;
        }
        if any {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn message_bytes(&self) -> MessageBytes {
        MessageBytes::default()
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}
