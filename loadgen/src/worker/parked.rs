//! Steps that wait for what they need: a message to read, or to be read, or the message before to be stored. What
//! follows goes on meanwhile.

use std::collections::{BTreeMap, VecDeque};

use crate::model::Model;
use crate::workloads::Step;

/// The messages that a step is about; of those, steps go in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    From(u32),
    To(u32),
}

/// Steps that wait, by the messages they are about.
#[derive(Default)]
pub(super) struct Parked {
    waiting: BTreeMap<Lane, VecDeque<(Step, u64)>>,
    count: u64,
}

impl Parked {
    /// Keeps a step that cannot go yet, or would overtake one that waits; gives back one that can go.
    pub(super) fn admit(
        &mut self,
        (account, model): (u32, &Model),
        step: Step,
        intended_ns: u64,
    ) -> Option<Step> {
        let lane = match step {
            Step::Send { key, .. } => Lane::To(key.to),
            Step::ReadFrom { from, .. } => Lane::From(from),
            Step::DeleteMessage { key } => Lane::From(key.from),
            _ => return Some(step),
        };
        if !self.waiting.contains_key(&lane) && model.is_ready(account, &step) {
            return Some(step);
        }
        self.waiting
            .entry(lane)
            .or_default()
            .push_back((step, intended_ns));
        self.count += 1;
        None
    }

    /// Takes out a step that can go now, and when it was due.
    pub(super) fn take(&mut self, account: u32, model: &Model) -> Option<(Step, u64)> {
        let is_ready = |waiting: &VecDeque<(Step, u64)>| {
            waiting
                .front()
                .is_some_and(|(step, _)| model.is_ready(account, step))
        };
        let lane = *self
            .waiting
            .iter()
            .find(|(_, waiting)| is_ready(waiting))?
            .0;
        let waiting = self.waiting.get_mut(&lane)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&lane);
        }
        self.count -= u64::from(first.is_some());
        first
    }

    /// How many wait.
    pub(super) const fn len(&self) -> u64 {
        self.count
    }
}
