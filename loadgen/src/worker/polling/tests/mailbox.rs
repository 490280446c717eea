//! A server that keeps messages until they are asked for, behind the interface of a client. It answers at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use protocols::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use server_core::message::{MessageId, UnreadCount};
use server_core::{FromServer, Message, Reply, Request};

/// The unread messages of everybody, by name.
#[derive(Default)]
pub(super) struct Office {
    unread: Mutex<BTreeMap<String, VecDeque<Message<'static>>>>,
}

/// One account's client.
pub(super) struct Mailbox {
    name: String,
    office: Arc<Office>,
    requests: u64,
    answers: VecDeque<(Ticket, Reply<'static>)>,
}

impl Mailbox {
    pub(super) fn new(name: &str, office: &Arc<Office>) -> Self {
        Self {
            name: name.to_owned(),
            office: Arc::clone(office),
            requests: 0,
            answers: VecDeque::new(),
        }
    }

    fn answer(&self, request: &Request<'_>) -> Reply<'static> {
        let mut unread = self.office.unread.lock().unwrap();
        match request {
            Request::Send { to, text, .. } => {
                let id = MessageId(self.requests);
                let message = Message {
                    id,
                    from: self.name.clone().into(),
                    to: to.to_string().into(),
                    text: text.to_string().into(),
                    sent_at_ms: 0,
                    read: true,
                };
                unread.entry(to.to_string()).or_default().push_back(message);
                Reply::Send {
                    id,
                    delivered: false,
                }
            }
            Request::Unread => {
                let count = unread.get(&self.name).map_or(0, VecDeque::len) as u64;
                let peer = "all".into();
                Reply::Unread {
                    counts: vec![UnreadCount { peer, count }],
                }
            }
            Request::Read { limit, .. } => {
                let own = unread.entry(self.name.clone()).or_default();
                Reply::Read {
                    messages: own.drain(..*limit as usize).collect(),
                }
            }
            other => panic!("nobody asks for {other:?} here"),
        }
    }
}

impl Client for Mailbox {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let ticket = Ticket(self.requests);
        let reply = self.answer(request);
        self.requests += 1;
        self.answers.push_back((ticket, reply));
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        _context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        if self.answers.is_empty() {
            return Poll::Pending;
        }
        for (ticket, reply) in self.answers.drain(..) {
            sink(Incoming {
                ticket: Some(ticket),
                message: FromServer::Reply(reply),
                message_bytes: 0,
            });
        }
        Poll::Ready(Ok(()))
    }

    fn message_bytes(&self) -> MessageBytes {
        MessageBytes::default()
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}
