//! Messages: staged as the pacer says, flushed together, matched with their replies, and checked.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use protocols::client::{Client, ClientError, Incoming, Ticket};
use server_core::{Event, FromServer, Reply, Request, Text};

use super::{Surroundings, Worker, WorkerError};
use crate::oracle::Arrival;
use crate::payload;
use crate::shared::Shared;
use crate::workloads::{Recipient, Step};

/// A message that was sent and is not acknowledged.
struct Outstanding {
    ticket: Ticket,
    intended_ns: u64,
    recipient: Recipient,
}

/// What one worker has to do in one phase of messages.
struct Conversation<'a, S> {
    account: u32,
    steps: S,
    outstanding: VecDeque<Outstanding>,
    /// How many messages must still be pushed to this account.
    awaited: u64,
    around: Surroundings<'a>,
    text: String,
    /// When the last batch was read: what it answers was complete then, and what follows is due then.
    now_ns: u64,
}

impl Worker {
    /// Sends what `steps` say, and waits until all of it is acknowledged and `awaited` messages have come.
    pub(super) async fn converse(
        &mut self,
        steps: impl Iterator<Item = Step>,
        awaited: u64,
        around: Surroundings<'_>,
    ) -> Result<(), WorkerError> {
        self.drain_events(around);
        let now_ns = around.shared.borrow().now_ns();
        let mut conversation = Conversation {
            account: self.account,
            steps,
            outstanding: VecDeque::new(),
            awaited,
            around,
            text: String::new(),
            now_ns,
        };
        let client = self.caller.client_mut();
        let ended = poll_fn(|context| conversation.poll(client, context)).await;
        Ok(ended?)
    }
}

impl<S: Iterator<Item = Step>> Conversation<'_, S> {
    fn poll(
        &mut self,
        client: &mut dyn Client,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ClientError>> {
        loop {
            let more = self.stage(client)?;
            if !more && self.outstanding.is_empty() && self.awaited == 0 {
                return Poll::Ready(Ok(()));
            }
            ready!(self.exchange(client, context))?;
        }
    }

    /// Stages what is due; tells whether there is more to come.
    fn stage(&mut self, client: &mut dyn Client) -> Result<bool, ClientError> {
        while self.around.pacer.is_due(self.outstanding.len()) {
            let Some(step) = self.steps.next() else {
                return Ok(false);
            };
            self.send(step, client)?;
        }
        Ok(true)
    }

    fn send(&mut self, step: Step, client: &mut dyn Client) -> Result<(), ClientError> {
        let Step::Send { key, recipient } = step else {
            unreachable!("phases of messages have no other steps");
        };
        self.text.clear();
        self.around.workload.text(&key, &mut self.text);
        let request = Request::Send {
            to: Text::Borrowed(self.around.names.name(key.to)),
            text: Text::Borrowed(&self.text),
            client_id: None,
        };
        let ticket = client.stage(&request)?;
        let intended_ns = self.now_ns;
        self.outstanding.push_back(Outstanding {
            ticket,
            intended_ns,
            recipient,
        });
        let mut shared = self.around.shared.borrow_mut();
        shared.layers.payload_sent_bytes += payload::of_request(&request);
        shared.departures.note(key.from, intended_ns);
        shared.ledger.in_flight += 1;
        Ok(())
    }

    fn exchange(
        &mut self,
        client: &mut dyn Client,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ClientError>> {
        let mut batch = None;
        let mut sink = |incoming: Incoming<'_>| {
            let mut shared = self.around.shared.borrow_mut();
            // One look at the clock for all that one read has brought.
            self.now_ns = *batch.get_or_insert_with(|| shared.now_ns());
            shared.progress += 1;
            shared.layers.payload_received_bytes += payload::of_incoming(&incoming.message);
            if let Some(ticket) = incoming.ticket {
                shared.layers.replies += 1;
                let answer = (ticket, &incoming.message);
                acknowledge(&mut self.outstanding, answer, self.now_ns, &mut shared);
            } else {
                shared.layers.events += 1;
                let (account, around) = (self.account, self.around);
                let delivered =
                    receive(account, &incoming.message, around, self.now_ns, &mut shared);
                self.awaited = self.awaited.saturating_sub(delivered);
            }
        };
        client.poll_exchange(context, &mut sink)
    }
}

/// Matches an answer with its message.
fn acknowledge(
    outstanding: &mut VecDeque<Outstanding>,
    (ticket, answer): (Ticket, &FromServer<'_>),
    now_ns: u64,
    shared: &mut Shared,
) {
    let Some(at) = outstanding.iter().position(|sent| sent.ticket == ticket) else {
        shared
            .oracle
            .wrong(|| format!("an answer came to no message: {answer:?}"));
        return;
    };
    let Some(sent) = outstanding.remove(at) else {
        return;
    };
    shared.ledger.in_flight -= 1;
    match answer {
        FromServer::Reply(Reply::Send { delivered, .. }) => {
            shared.ledger.ok += 1;
            shared.acknowledged += 1;
            shared.recorder.ack(now_ns - sent.intended_ns);
            if *delivered != (sent.recipient == Recipient::Online) {
                shared
                    .oracle
                    .wrong(|| format!("a message's reply says delivered: {delivered}"));
            }
        }
        other => {
            shared.ledger.errors += 1;
            shared
                .oracle
                .wrong(|| format!("a message was answered with {other:?}"));
        }
    }
}

/// Checks an event; gives how many messages it delivered.
fn receive(
    account: u32,
    message: &FromServer<'_>,
    around: Surroundings<'_>,
    now_ns: u64,
    shared: &mut Shared,
) -> u64 {
    let FromServer::Event(Event::MessageReceived(message)) = message else {
        shared
            .oracle
            .wrong(|| format!("{message:?} came between messages"));
        return 0;
    };
    match shared.oracle.deliver(account, message) {
        Arrival::Due(key) => {
            if let Some(intended_ns) = shared.departures.of(around.workload, &key) {
                shared.recorder.delivery(now_ns - intended_ns);
            }
            1
        }
        Arrival::Wrong => 1,
        Arrival::Extra => 0,
    }
}
