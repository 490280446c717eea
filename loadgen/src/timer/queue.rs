//! Who is to be woken when: a queue in the order of time, from which those who changed their mind can be taken.

use std::collections::BTreeMap;
use std::task::Waker;

/// A place in the queue. Of two that are due at once, the one that was made first comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) due_ns: u64,
    pub(super) id: u64,
}

/// All who wait for a moment.
#[derive(Default)]
pub(super) struct Queue {
    waiting: BTreeMap<Key, Waker>,
    ids: u64,
    /// What the kernel's timer is set to; `None` after it has fired.
    pub(super) armed_ns: Option<u64>,
}

impl Queue {
    /// A number that no other has.
    pub(super) const fn new_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    pub(super) fn insert(&mut self, key: Key, waker: &Waker) {
        self.waiting
            .entry(key)
            .and_modify(|known| known.clone_from(waker))
            .or_insert_with(|| waker.clone());
    }

    pub(super) fn remove(&mut self, key: Key) {
        self.waiting.remove(&key);
    }

    pub(super) fn next_due_ns(&self) -> Option<u64> {
        self.waiting.first_key_value().map(|(key, _)| key.due_ns)
    }

    /// Takes out all whose time has come, in the order of their times.
    pub(super) fn take_due(&mut self, now_ns: u64) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some(first) = self.waiting.first_entry()
            && first.key().due_ns <= now_ns
        {
            due.push(first.remove());
        }
        due
    }
}
