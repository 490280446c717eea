//! Steps that wait for what they need: a message to read, or to be read. What follows goes on meanwhile.

use std::collections::{BTreeMap, VecDeque};

use crate::model::Model;
use crate::workloads::Step;

/// Steps that wait, by the account whose messages they are about; of each the first has to go first.
#[derive(Default)]
pub(super) struct Parked {
    waiting: BTreeMap<u32, VecDeque<(Step, u64)>>,
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
        let peer = match step {
            Step::ReadFrom { from, .. } => from,
            Step::DeleteMessage { key } => key.from,
            _ => return Some(step),
        };
        if !self.waiting.contains_key(&peer) && model.is_ready(account, &step) {
            return Some(step);
        }
        self.waiting
            .entry(peer)
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
        let peer = *self
            .waiting
            .iter()
            .find(|(_, waiting)| is_ready(waiting))?
            .0;
        let waiting = self.waiting.get_mut(&peer)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&peer);
        }
        self.count -= u64::from(first.is_some());
        first
    }

    /// How many wait.
    pub(super) const fn len(&self) -> u64 {
        self.count
    }
}
