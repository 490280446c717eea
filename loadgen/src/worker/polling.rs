//! Asking for what is unread every so often, and reading it: what a client does where nothing is pushed.

use protocols::client::{Client, ClientError, Ticket};
use server_core::limits::PAGE_MAX;
use server_core::{FromServer, Message, Reply, Request};

use super::Surroundings;
use crate::pacing::Share;
use crate::payload;
use crate::shared::Shared;

/// One account's questions in one phase.
pub(super) struct Polling {
    every_ns: u64,
    /// When the next question is due.
    due_ns: u64,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    /// The next question's time has not come.
    Waiting,
    /// What is unread was asked for.
    Asked(Ticket),
    /// So many messages are unread, and have to be read.
    Found(u64),
    /// So many are being read, and so many are left.
    Reading {
        ticket: Ticket,
        count: u32,
        left: u64,
    },
}

impl Polling {
    /// Asks from the start of a phase on, every so often. The accounts' questions are spread over that time evenly, as
    /// those of people are who did not start their clients together.
    pub(super) fn new(every_ns: u64, share: Share, start_ns: u64) -> Self {
        let place = u128::from(share.account) + 1;
        let offset_ns = u128::from(every_ns) * place / u128::from(share.accounts.max(1));
        Self {
            every_ns,
            due_ns: start_ns + u64::try_from(offset_ns).unwrap_or(every_ns),
            state: State::Waiting,
        }
    }

    /// When there is something to be done though nothing comes; `None` while an answer is awaited.
    pub(super) const fn look_at_ns(&self) -> Option<u64> {
        match self.state {
            State::Waiting => Some(self.due_ns),
            _ => None,
        }
    }

    /// Whether nothing is asked or found that has not been read.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting)
    }

    /// Stages what is due: a question, or the reading of what the last one found.
    pub(super) fn stage(
        &mut self,
        now_ns: u64,
        around: Surroundings<'_>,
        client: &mut dyn Client,
    ) -> Result<(), ClientError> {
        let (request, left) = match self.state {
            State::Waiting if now_ns >= self.due_ns => (Request::Unread, None),
            State::Found(unread) => {
                let limit = u32::try_from(unread).unwrap_or(PAGE_MAX).min(PAGE_MAX);
                let read = Request::Read { peer: None, limit };
                (read, Some((limit, unread - u64::from(limit))))
            }
            _ => return Ok(()),
        };
        let ticket = client.stage(&request)?;
        self.state = match left {
            None => {
                self.skip_to_after(now_ns);
                State::Asked(ticket)
            }
            Some((count, left)) => State::Reading {
                ticket,
                count,
                left,
            },
        };
        let mut shared = around.shared.borrow_mut();
        shared.layers.payload_sent_bytes += payload::of_request(&request);
        shared.ledger.scheduled += 1;
        shared.ledger.in_flight += 1;
        Ok(())
    }

    /// A question whose time came while another was under way is not asked.
    const fn skip_to_after(&mut self, now_ns: u64) {
        let passed = (now_ns - self.due_ns) / self.every_ns;
        self.due_ns += (passed + 1) * self.every_ns;
    }

    /// Whether an answer is to what was asked here.
    pub(super) fn expects(&self, answered: Ticket) -> bool {
        match self.state {
            State::Asked(ticket) | State::Reading { ticket, .. } => ticket == answered,
            State::Waiting | State::Found(_) => false,
        }
    }

    /// Takes an answer that was expected; gives the messages that it brought.
    pub(super) fn take<'m>(
        &mut self,
        answer: &'m FromServer<'m>,
        shared: &mut Shared,
    ) -> &'m [Message<'m>] {
        shared.ledger.in_flight -= 1;
        let before = std::mem::replace(&mut self.state, State::Waiting);
        let (messages, wrong): (&[Message<'_>], _) = match (before, answer) {
            (State::Asked(_), FromServer::Reply(Reply::Unread { counts })) => {
                let unread = counts.iter().map(|peer| peer.count).sum();
                if unread > 0 {
                    self.state = State::Found(unread);
                }
                (&[], false)
            }
            (State::Reading { count, left, .. }, FromServer::Reply(Reply::Read { messages })) => {
                if left > 0 {
                    self.state = State::Found(left);
                }
                let all = messages.len() == count as usize;
                (
                    messages,
                    !all || messages.iter().any(|message| !message.read),
                )
            }
            _ => (&[], true),
        };
        if wrong {
            shared.ledger.errors += 1;
            let words = || format!("asking for what is unread was answered with {answer:?}");
            shared.oracle.wrong(words);
        } else {
            shared.ledger.ok += 1;
        }
        messages
    }
}

#[cfg(test)]
mod tests;
