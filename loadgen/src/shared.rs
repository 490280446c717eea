//! What the workers of one generator share. The generator runs on one thread, so that none of it is locked.

use std::task::Waker;

use crate::control::{Layers, Ledger};
use crate::intervals::Intervals;
use crate::model::Model;
use crate::operations::Operations;
use crate::oracle::Oracle;
use crate::recorder::Recorder;
use crate::tally::Tally;
use crate::workloads::{MessageKey, Workload};

/// What all workers write to.
pub(crate) struct Shared {
    pub(crate) oracle: Oracle,
    pub(crate) recorder: Recorder,
    pub(crate) ledger: Ledger,
    /// Payloads and counts; the codec's layers are the clients' to know.
    pub(crate) layers: Layers,
    pub(crate) departures: Departures,
    /// What the server must hold, where operations are mixed.
    pub(crate) model: Model,
    /// Response times by kind, where operations are mixed.
    pub(crate) operations: Operations,
    /// What is on its way to each account.
    pub(crate) inbound: Vec<Inbound>,
    /// How many workers may still send in a timed phase, and so let others hear something.
    pub(crate) senders: u32,
    pub(crate) tally: Tally,
    pub(crate) intervals: Intervals,
    /// Where the clock of the intervals stands at the clock's 0: message phases follow each other there.
    pub(crate) messaging_start_ns: u64,
    /// How long the message phases have taken so far.
    pub(crate) messaging_ns: u64,
    /// Messages that were acknowledged in time.
    pub(crate) acknowledged: u64,
    /// Grows whenever something was answered or delivered.
    pub(crate) progress: u64,
    /// Messages that were acknowledged by each account, while no other was refused or given up.
    pub(crate) acknowledged_by: Vec<u64>,
    /// Messages of which nobody knows whether the server has them: given up, or unanswered at the end.
    pub(crate) undecided: u64,
    /// What was not tried because the format cannot say it, in words.
    pub(crate) left_out: Vec<String>,
}

/// Messages on their way to one account.
#[derive(Debug, Default)]
pub(crate) struct Inbound {
    /// How many must come in this phase, as far as is known.
    pub(crate) expected: u64,
    /// How many have come.
    pub(crate) arrived: u64,
    /// Whom to wake when fewer are expected than before.
    pub(crate) waker: Option<Waker>,
}

impl Inbound {
    /// None has come, and so many must.
    pub(crate) const fn expecting(expected: u64) -> Self {
        Self {
            expected,
            arrived: 0,
            waker: None,
        }
    }

    /// Whether nothing more must come.
    pub(crate) const fn is_complete(&self) -> bool {
        self.arrived >= self.expected
    }

    /// One of those that were expected will not come.
    pub(crate) fn expect_less(&mut self) {
        self.expected = self.expected.saturating_sub(1);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Shared {
    /// A worker sends nothing more in this timed phase.
    pub(crate) fn stop_sending(&mut self) {
        self.senders = self.senders.saturating_sub(1);
        if self.senders == 0 {
            let wakers = self
                .inbound
                .iter_mut()
                .filter_map(|inbound| inbound.waker.take());
            wakers.for_each(Waker::wake);
        }
    }

    pub(crate) fn new(oracle: Oracle, accounts: u32) -> Self {
        Self {
            oracle,
            recorder: Recorder::default(),
            ledger: Ledger::default(),
            layers: Layers::default(),
            departures: Departures {
                sent_at_ns: vec![(0, Vec::new()); accounts as usize],
            },
            model: Model::new(accounts),
            operations: Operations::default(),
            inbound: Vec::new(),
            senders: 0,
            tally: Tally::default(),
            intervals: Intervals::default(),
            messaging_start_ns: 0,
            messaging_ns: 0,
            acknowledged: 0,
            progress: 0,
            acknowledged_by: vec![0; accounts as usize],
            undecided: 0,
            left_out: Vec::new(),
        }
    }
}

/// When each message of the current phase was due to leave, by sender and place.
pub(crate) struct Departures {
    /// For each sender, the place of its first message of this phase among all of its, and the times.
    sent_at_ns: Vec<(u64, Vec<u64>)>,
}

impl Departures {
    /// Forgets all; the messages behind them follow.
    pub(crate) fn clear(&mut self) {
        for (first_place, sent_at_ns) in &mut self.sent_at_ns {
            *first_place += sent_at_ns.len() as u64;
            sent_at_ns.clear();
        }
    }

    /// Notes a message, one of those that follow what was forgotten.
    pub(crate) fn note(&mut self, workload: &dyn Workload, key: &MessageKey, intended_ns: u64) {
        let (first_place, sent_at_ns) = &mut self.sent_at_ns[key.from as usize];
        let place = workload.place(key).saturating_sub(*first_place);
        let Ok(at) = usize::try_from(place) else {
            return;
        };
        if at >= sent_at_ns.len() {
            sent_at_ns.resize(at + 1, intended_ns);
        }
        sent_at_ns[at] = intended_ns;
    }

    /// When a message was due to leave, in nanoseconds on the run's clock.
    pub(crate) fn of(&self, workload: &dyn Workload, key: &MessageKey) -> Option<u64> {
        let (first_place, sent_at_ns) = &self.sent_at_ns[key.from as usize];
        let place = workload.place(key).checked_sub(*first_place)?;
        sent_at_ns.get(usize::try_from(place).ok()?).copied()
    }
}

/// Steps that are being taken. However it comes to its end, those that were not taken are counted as never sent.
pub(crate) struct Steps<'a, S: Iterator> {
    steps: S,
    shared: &'a std::cell::RefCell<Shared>,
}

impl<'a, S: Iterator> Steps<'a, S> {
    pub(crate) const fn new(steps: S, shared: &'a std::cell::RefCell<Shared>) -> Self {
        Self { steps, shared }
    }
}

impl<S: Iterator> Iterator for Steps<'_, S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        self.steps.next()
    }
}

impl<S: Iterator> Drop for Steps<'_, S> {
    fn drop(&mut self) {
        let left = self.steps.by_ref().count() as u64;
        self.shared.borrow_mut().ledger.never_sent += left;
    }
}
