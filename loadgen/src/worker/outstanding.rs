//! What one connection has sent and has no answer to.

use std::collections::VecDeque;

use protocols::client::Ticket;

use crate::model::Look;
use crate::recorder::Moments;
use crate::workloads::Step;

/// An operation that has left.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) ticket: Ticket,
    pub(super) step: Step,
    pub(super) intended_ns: u64,
    pub(super) actual_ns: u64,
    /// Whether it was due in the measured time.
    pub(super) is_measured: bool,
    /// What was certain when it left.
    pub(super) look: Look,
}

impl Sent {
    /// Its moments, completed now.
    pub(super) const fn until(&self, complete_ns: u64) -> Moments {
        Moments {
            intended_ns: self.intended_ns,
            actual_ns: self.actual_ns,
            complete_ns,
        }
    }
}

/// An operation that was answered.
pub(super) enum Answered {
    /// In time.
    InTime(Sent),
    /// After it had been given up, and counted as that.
    Late(Sent),
}

/// What is unanswered, in the order of leaving, and what was given up but may be answered still.
pub(super) struct Outstanding {
    waiting: VecDeque<Sent>,
    given_up: Vec<Sent>,
    timeout_ns: u64,
}

impl Outstanding {
    pub(super) fn new(timeout_ns: u64) -> Self {
        Self {
            waiting: VecDeque::new(),
            given_up: Vec::new(),
            timeout_ns,
        }
    }

    /// How many are waited for.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn push(&mut self, sent: Sent) {
        self.waiting.push_back(sent);
    }

    /// When the first of them has to be given up.
    pub(super) fn timeout_at_ns(&self) -> Option<u64> {
        let oldest = self.waiting.front()?;
        Some(oldest.actual_ns.saturating_add(self.timeout_ns))
    }

    /// Gives up the oldest if its time is over.
    pub(super) fn give_up(&mut self, now_ns: u64) -> Option<Sent> {
        if self.timeout_at_ns()? > now_ns {
            return None;
        }
        let sent = self.waiting.pop_front()?;
        self.given_up.push(sent.clone());
        Some(sent)
    }

    /// Takes out what an answer belongs to; `None` if it answers nothing.
    pub(super) fn answer(&mut self, ticket: Ticket) -> Option<Answered> {
        if let Some(at) = self.waiting.iter().position(|sent| sent.ticket == ticket) {
            return self.waiting.remove(at).map(Answered::InTime);
        }
        let at = self
            .given_up
            .iter()
            .position(|sent| sent.ticket == ticket)?;
        Some(Answered::Late(self.given_up.swap_remove(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(ticket: u64, actual_ns: u64) -> Sent {
        Sent {
            ticket: Ticket(ticket),
            step: Step::LogIn,
            intended_ns: 0,
            actual_ns,
            is_measured: true,
            look: Look::default(),
        }
    }

    #[test]
    fn an_answer_finds_its_operation_once_in_time_or_late() {
        let mut outstanding = Outstanding::new(10);
        outstanding.push(sent(0, 100));
        outstanding.push(sent(1, 105));
        assert_eq!(outstanding.timeout_at_ns(), Some(110));
        assert!(outstanding.give_up(109).is_none());
        assert_eq!(
            outstanding.give_up(110).map(|sent| sent.ticket),
            Some(Ticket(0))
        );
        assert!(outstanding.give_up(110).is_none());
        assert!(matches!(
            outstanding.answer(Ticket(1)),
            Some(Answered::InTime(_))
        ));
        assert!(outstanding.is_empty());
        assert!(matches!(
            outstanding.answer(Ticket(0)),
            Some(Answered::Late(_))
        ));
        assert!(outstanding.answer(Ticket(0)).is_none());
    }
}
