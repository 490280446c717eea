//! Message ids in growing order.

use std::collections::VecDeque;

use crate::message::MessageId;

/// A sorted list of ids: new ones go to its end, where they belong almost always.
#[derive(Default)]
pub(super) struct IdList(VecDeque<MessageId>);

impl IdList {
    pub(super) fn add(&mut self, id: MessageId) {
        if self.0.back().is_none_or(|&last| last < id) {
            self.0.push_back(id);
        } else if let Err(place) = self.0.binary_search(&id) {
            self.0.insert(place, id);
        }
    }

    pub(super) fn remove(&mut self, id: MessageId) -> bool {
        let found = self.0.binary_search(&id);
        if let Ok(place) = found {
            self.0.remove(place);
        }
        found.is_ok()
    }

    /// Takes out all up to and with `id`.
    pub(super) fn take_up_to(&mut self, id: MessageId) -> impl Iterator<Item = MessageId> {
        let count = self.0.partition_point(|&each| each <= id);
        self.0.drain(..count)
    }

    /// All ids below `before`, from the last one down.
    pub(super) fn back_from(&self, before: Option<MessageId>) -> impl Iterator<Item = MessageId> {
        let count = before.map_or(self.0.len(), |id| self.0.partition_point(|&each| each < id));
        self.0.range(..count).rev().copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = MessageId> {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
