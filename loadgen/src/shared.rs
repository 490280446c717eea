//! What the workers of one generator share. The generator runs on one thread, so that none of it is locked.

use std::time::Instant;

use crate::control::{Layers, Ledger};
use crate::oracle::Oracle;
use crate::recorder::Recorder;
use crate::workloads::{MessageKey, Workload};

/// What all workers write to.
pub(crate) struct Shared {
    pub(crate) oracle: Oracle,
    pub(crate) recorder: Recorder,
    pub(crate) ledger: Ledger,
    /// Payloads and counts; the codec's layers are the clients' to know.
    pub(crate) layers: Layers,
    pub(crate) departures: Departures,
    /// Messages that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Grows whenever something was answered or delivered.
    pub(crate) progress: u64,
    clock: Instant,
}

impl Shared {
    pub(crate) fn new(oracle: Oracle, accounts: u32) -> Self {
        Self {
            oracle,
            recorder: Recorder::default(),
            ledger: Ledger::default(),
            layers: Layers::default(),
            departures: Departures {
                first_place: 0,
                sent_at_ns: vec![Vec::new(); accounts as usize],
            },
            acknowledged: 0,
            progress: 0,
            clock: Instant::now(),
        }
    }

    /// Nanoseconds on the one monotonic clock of this run.
    pub(crate) fn now_ns(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// When each message of the current phase was due to leave, by sender and place.
pub(crate) struct Departures {
    first_place: u64,
    sent_at_ns: Vec<Vec<u64>>,
}

impl Departures {
    /// Forgets all; messages from `first_place` on follow.
    pub(crate) fn clear(&mut self, first_place: u64) {
        self.first_place = first_place;
        self.sent_at_ns.iter_mut().for_each(Vec::clear);
    }

    /// Notes the next message of a sender.
    pub(crate) fn note(&mut self, from: u32, intended_ns: u64) {
        self.sent_at_ns[from as usize].push(intended_ns);
    }

    /// When a message was due to leave, in nanoseconds on the run's clock.
    pub(crate) fn of(&self, workload: &dyn Workload, key: &MessageKey) -> Option<u64> {
        let place = workload.place(key).checked_sub(self.first_place)?;
        self.sent_at_ns[key.from as usize]
            .get(usize::try_from(place).ok()?)
            .copied()
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
