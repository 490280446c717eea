//! A server that is a script, behind the interface of a client.

use std::collections::BTreeSet;
use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use protocols::client::{Client, ClientError, Incoming, MessageBytes, Ticket};
use server_core::message::MessageId;
use server_core::{FromServer, Reply, Request};

use crate::timer::{Simulation, Sleep};
use crate::workloads::{Fate, MessageKey, Part, Phase, PhaseKind, Recipient, Step, Workload};

/// When requests are answered.
pub(super) trait Script: Send {
    /// When the n-th request, which was sent at `sent_ns`, is answered; `None`: never.
    fn answer_ns(&mut self, nth: u64, sent_ns: u64) -> Option<u64>;

    /// For how long staging the n-th request holds the thread.
    fn held_ns(&mut self, _nth: u64) -> u64 {
        0
    }
}

impl<F: FnMut(u64, u64) -> Option<u64> + Send> Script for F {
    fn answer_ns(&mut self, nth: u64, sent_ns: u64) -> Option<u64> {
        self(nth, sent_ns)
    }
}

/// Staging one request of every so many holds the thread.
pub(super) struct Blocking {
    pub(super) every: u64,
    pub(super) held_ns: u64,
    pub(super) delay_ns: u64,
}

impl Script for Blocking {
    fn answer_ns(&mut self, _nth: u64, sent_ns: u64) -> Option<u64> {
        Some(sent_ns + self.delay_ns)
    }

    fn held_ns(&mut self, nth: u64) -> u64 {
        if nth.is_multiple_of(self.every) {
            self.held_ns
        } else {
            0
        }
    }
}

/// The client of a script.
pub(super) struct Scripted<S> {
    simulation: Arc<Simulation>,
    script: S,
    sleep: Sleep,
    requests: u64,
    staged: Vec<Ticket>,
    answers: BTreeSet<(u64, Ticket)>,
}

impl<S: Script> Scripted<S> {
    pub(super) fn new(simulation: &Arc<Simulation>, script: S) -> Self {
        Self {
            simulation: Arc::clone(simulation),
            script,
            sleep: simulation.clock().sleep_until(u64::MAX),
            requests: 0,
            staged: Vec::new(),
            answers: BTreeSet::new(),
        }
    }
}

impl<S: Script> Client for Scripted<S> {
    fn stage(&mut self, _request: &Request<'_>) -> Result<Ticket, ClientError> {
        let ticket = Ticket(self.requests);
        self.requests += 1;
        self.staged.push(ticket);
        self.simulation.pass(self.script.held_ns(ticket.0));
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        let now_ns = self.simulation.clock().now_ns();
        for ticket in self.staged.drain(..) {
            let answer_ns = self.script.answer_ns(ticket.0, now_ns);
            self.answers
                .extend(answer_ns.map(|answer_ns| (answer_ns, ticket)));
        }
        let Some((next_ns, _)) = self.answers.first() else {
            return Poll::Pending;
        };
        self.sleep.reset(*next_ns);
        ready!(Pin::new(&mut self.sleep).poll(context));
        while let Some((at_ns, ticket)) = self.answers.pop_first() {
            if at_ns > now_ns {
                self.answers.insert((at_ns, ticket));
                break;
            }
            sink(Incoming {
                ticket: Some(ticket),
                message: FromServer::Reply(Reply::Send {
                    id: MessageId(ticket.0),
                    delivered: false,
                }),
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

/// A workload in which one account sends without end, and nobody hears it.
pub(super) struct Monologue;

impl Workload for Monologue {
    fn name(&self) -> &'static str {
        "monologue"
    }

    fn description(&self) -> &'static str {
        "one account sends to nobody who is there"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        Some(1)
    }

    fn phases(&self) -> &'static [Phase] {
        &[Phase {
            name: "message",
            kind: PhaseKind::Timed,
        }]
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        let (from, accounts) = (part.account, part.accounts);
        Box::new((0..).map(move |nth| Step::Send {
            key: MessageKey {
                from,
                to: from,
                nth,
                accounts,
            },
            recipient: Recipient::Offline,
        }))
    }

    fn deliveries(&self, _part: &Part<'_>) -> u64 {
        0
    }

    fn text(&self, _key: &MessageKey, out: &mut String) {
        out.push('x');
    }

    fn text_bytes(&self) -> Option<u32> {
        Some(1)
    }

    fn place(&self, key: &MessageKey) -> u64 {
        key.nth.into()
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Unread
    }
}
