//! The messages of one sender to one recipient, in their order.

use server_core::message::MessageId;

use super::Wrong;

/// What is known of them.
#[derive(Default)]
pub(super) struct Lane {
    entries: Vec<Entry>,
    /// How many of the first ones have a number.
    named: u32,
    arrived: u32,
    read_asked: u32,
    read: u32,
}

#[derive(Clone, Copy)]
struct Entry {
    id: Option<MessageId>,
    delete_asked: bool,
    /// The how-manieth deletion of the run it was; the largest number if it is not.
    deleted_at: u64,
}

impl Lane {
    pub(super) fn send(&mut self) {
        self.entries.push(Entry {
            id: None,
            delete_asked: false,
            deleted_at: u64::MAX,
        });
    }

    /// How many were sent.
    pub(super) fn sent(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// How many the server has for certain.
    pub(super) const fn stored(&self) -> u32 {
        self.named
    }

    /// How many have reached the recipient.
    pub(super) const fn arrived(&self) -> u32 {
        self.arrived
    }

    /// How many are read for certain.
    pub(super) const fn read(&self) -> u32 {
        self.read
    }

    /// How many may be read.
    pub(super) const fn read_asked(&self) -> u32 {
        self.read_asked
    }

    pub(super) fn id(&self, nth: u32) -> Option<MessageId> {
        self.entries.get(nth as usize)?.id
    }

    /// A message has this number.
    pub(super) fn name(&mut self, nth: u32, id: MessageId) -> Result<(), Wrong> {
        let Some(entry) = self.entries.get_mut(nth as usize) else {
            return Err(format!("message {} was never sent", id.0));
        };
        match entry.id.replace(id) {
            Some(before) if before != id => {
                return Err(format!(
                    "one message has the numbers {} and {}",
                    before.0, id.0
                ));
            }
            _ => {}
        }
        while self.id(self.named).is_some() {
            self.named += 1;
        }
        Ok(())
    }

    pub(super) fn arrive(&mut self, nth: u32) {
        self.arrived = self.arrived.max(nth + 1);
    }

    pub(super) fn ask_read(&mut self, end: u32) {
        self.read_asked = self.read_asked.max(end);
    }

    pub(super) fn finish_read(&mut self, end: u32) {
        self.read = self.read.max(end);
    }

    /// Gives its number.
    pub(super) fn ask_delete(&mut self, nth: u32) -> Option<MessageId> {
        let entry = self.entries.get_mut(nth as usize)?;
        entry.delete_asked = true;
        entry.id
    }

    pub(super) fn finish_delete(&mut self, nth: u32, deletions: u64) {
        if let Some(entry) = self.entries.get_mut(nth as usize) {
            entry.deleted_at = deletions;
        }
    }

    /// Whether a message may be missing from an answer, because somebody wants it deleted.
    pub(super) fn may_be_deleted(&self, nth: u32) -> bool {
        self.entries
            .get(nth as usize)
            .is_some_and(|entry| entry.delete_asked)
    }

    /// Whether a message was deleted when so many deletions of the run had been answered.
    pub(super) fn was_deleted(&self, nth: u32, deletions: u64) -> bool {
        self.entries
            .get(nth as usize)
            .is_some_and(|entry| entry.deleted_at <= deletions)
    }
}
