//! What every account has received, read and deleted so far, as far as the plan goes.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::workloads::{Fate, MessageKey};

/// Everything that was sent, by sender and recipient.
#[derive(Default)]
pub(super) struct Mailboxes {
    lanes: HashMap<(u32, u32), Lane>,
    boxes: HashMap<u32, Mailbox>,
    /// How many messages each account has sent.
    sent: HashMap<u32, u32>,
}

/// The messages of one sender to one recipient.
#[derive(Default)]
struct Lane {
    /// The place of each among all of its sender's.
    places: Vec<u32>,
    /// How many of them are read: the first ones.
    read: u32,
    /// Which of them are deleted, as far as any is.
    deleted: Vec<bool>,
}

/// What one account has received.
#[derive(Default)]
struct Mailbox {
    /// The sender of each message, oldest first; those that are read are passed over later.
    unread: VecDeque<(u32, u32)>,
    unread_count: u64,
    /// Read and not deleted, oldest first.
    deletable: VecDeque<(u32, u32)>,
}

impl Mailboxes {
    /// The next message from one account to another.
    pub(super) fn send(&mut self, from: u32, to: u32, accounts: u32) -> MessageKey {
        let sent = self.sent.entry(from).or_default();
        let lane = self.lanes.entry((from, to)).or_default();
        let nth = u32::try_from(lane.places.len()).unwrap_or(u32::MAX);
        lane.places.push(*sent);
        *sent += 1;
        let mailbox = self.boxes.entry(to).or_default();
        mailbox.unread.push_back((from, nth));
        mailbox.unread_count += 1;
        MessageKey {
            from,
            to,
            nth,
            accounts,
        }
    }

    pub(super) fn has_unread(&self, account: u32) -> bool {
        self.boxes
            .get(&account)
            .is_some_and(|mailbox| mailbox.unread_count > 0)
    }

    pub(super) fn has_deletable(&self, account: u32) -> bool {
        self.boxes
            .get(&account)
            .is_some_and(|mailbox| !mailbox.deletable.is_empty())
    }

    /// Reads what the sender of the oldest unread message has sent, up to `most` messages.
    pub(super) fn read(&mut self, account: u32, most: u32) -> Option<(u32, Range<u32>)> {
        let mailbox = self.boxes.get_mut(&account)?;
        let from = loop {
            let &(from, nth) = mailbox.unread.front()?;
            if self
                .lanes
                .get(&(from, account))
                .is_some_and(|lane| nth >= lane.read)
            {
                break from;
            }
            mailbox.unread.pop_front();
        };
        let lane = self.lanes.get_mut(&(from, account))?;
        let waiting = u32::try_from(lane.places.len()).unwrap_or(u32::MAX) - lane.read;
        let nths = lane.read..lane.read + waiting.min(most);
        lane.read = nths.end;
        mailbox.unread_count -= u64::from(nths.end - nths.start);
        mailbox
            .deletable
            .extend(nths.clone().map(|nth| (from, nth)));
        Some((from, nths))
    }

    /// Deletes the oldest message that was read.
    pub(super) fn delete(&mut self, account: u32, accounts: u32) -> Option<MessageKey> {
        let (from, nth) = self.boxes.get_mut(&account)?.deletable.pop_front()?;
        let lane = self.lanes.get_mut(&(from, account))?;
        let at = nth as usize;
        if lane.deleted.len() <= at {
            lane.deleted.resize(at + 1, false);
        }
        lane.deleted[at] = true;
        Some(MessageKey {
            from,
            to: account,
            nth,
            accounts,
        })
    }

    /// The place of a message among all of its sender's.
    pub(super) fn place(&self, key: &MessageKey) -> Option<u32> {
        let lane = self.lanes.get(&(key.from, key.to))?;
        lane.places.get(key.nth as usize).copied()
    }

    /// What becomes of a message in the end.
    pub(super) fn fate(&self, key: &MessageKey) -> Fate {
        let Some(lane) = self.lanes.get(&(key.from, key.to)) else {
            return Fate::Unread;
        };
        if lane
            .deleted
            .get(key.nth as usize)
            .is_some_and(|deleted| *deleted)
        {
            Fate::Deleted
        } else if key.nth < lane.read {
            Fate::Read
        } else {
            Fate::Unread
        }
    }
}
