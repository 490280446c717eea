//! What a server must hold of a scenario's messages: what was sent, has arrived, was read, was deleted. Every answer is
//! held against it.
//!
//! Accounts act at the same time, so at some moments two answers are right: a message that is being deleted may or may
//! not be seen. A [`Look`] notes what was certain when a question left; what is certain when the answer comes bounds it
//! from the other side, and nothing in between is taken for wrong.

mod history;
mod lane;

use std::collections::HashMap;

use server_core::Message;
use server_core::message::{MessageId, UnreadCount};
use server_core::text::Text;

pub use self::history::Asked;
use self::lane::Lane;
use crate::oracle::Names;
use crate::workloads::{MessageKey, Step, Workload};

/// What is known of all messages of a run.
#[derive(Default)]
pub struct Model {
    accounts: u32,
    /// By sender and recipient.
    lanes: HashMap<(u32, u32), Lane>,
    /// Deletions of which the sender of the message has not been told.
    untold: HashMap<MessageId, MessageKey>,
    /// Grows with every deletion that was answered.
    deletions: u64,
}

/// What was certain when a question left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    deletions: u64,
    /// Of the two accounts of a conversation: to the one who asks, and from it. For a question about all, of each other
    /// account to the one who asks.
    lanes: Vec<Certain>,
}

/// What was certain of the messages of one sender to one recipient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Certain {
    /// How many the server had.
    stored: u32,
    /// How many of them were read.
    read: u32,
}

/// Something wrong, in words.
pub type Wrong = String;

impl Model {
    /// Knows nothing of so many accounts yet.
    #[must_use]
    pub fn new(accounts: u32) -> Self {
        Self {
            accounts,
            ..Self::default()
        }
    }

    /// Whether what a step needs has come.
    #[must_use]
    pub fn is_ready(&self, account: u32, step: &Step) -> bool {
        let lane = |from| self.lanes.get(&(from, account));
        match *step {
            Step::ReadFrom { from, first, count } => lane(from)
                .is_some_and(|lane| lane.read() == first && lane.arrived() >= first + count),
            // Where calls travel apart, only messages that do not overlap keep their order.
            Step::Send { key, .. } => {
                let lane = self.lanes.get(&(key.from, key.to));
                lane.map_or(0, Lane::stored) >= key.nth
            }
            Step::DeleteMessage { key } => lane(key.from).is_some_and(|lane| key.nth < lane.read()),
            _ => true,
        }
    }

    /// A step leaves; gives what is certain now.
    pub fn leave(&mut self, account: u32, step: &Step) -> Look {
        let mut look = Look {
            deletions: self.deletions,
            lanes: Vec::new(),
        };
        match *step {
            Step::Send { key, .. } => self.lane_mut(&key).send(),
            Step::ReadFrom { from, first, count } => {
                self.lanes
                    .entry((from, account))
                    .or_default()
                    .ask_read(first + count);
            }
            Step::DeleteMessage { key } => {
                let id = self.lane_mut(&key).ask_delete(key.nth);
                self.untold.extend(id.map(|id| (id, key)));
            }
            Step::History { peer, .. } => {
                look.lanes = vec![self.certain(peer, account), self.certain(account, peer)];
            }
            Step::Unread => {
                let others = 0..self.accounts;
                look.lanes = others.map(|other| self.certain(other, account)).collect();
            }
            _ => {}
        }
        look
    }

    /// The number of a message that is to be deleted.
    #[must_use]
    pub fn id(&self, key: &MessageKey) -> Option<MessageId> {
        self.lanes.get(&(key.from, key.to))?.id(key.nth)
    }

    /// A message was acknowledged under this number.
    ///
    /// # Errors
    /// If its event had another number.
    pub fn acknowledge(&mut self, key: &MessageKey, id: MessageId) -> Result<(), Wrong> {
        self.lane_mut(key).name(key.nth, id)
    }

    /// A message has reached its recipient, who had not heard of it before.
    ///
    /// # Errors
    /// If it was acknowledged under another number, or is marked as read.
    pub fn arrive(&mut self, key: &MessageKey, message: &Message<'_>) -> Result<(), Wrong> {
        if message.read {
            return Err(format!(
                "message {} was read before it had arrived",
                message.id.0
            ));
        }
        let lane = self.lane_mut(key);
        lane.arrive(key.nth);
        lane.name(key.nth, message.id)
    }

    /// An account was told that others deleted messages.
    ///
    /// # Errors
    /// If nobody deleted them, or they were not this account's, or it was told before.
    pub fn told(&mut self, account: u32, ids: &[MessageId]) -> Result<(), Wrong> {
        for id in ids {
            match self.untold.remove(id) {
                Some(key) if key.from == account => {}
                _ => {
                    return Err(format!(
                        "account {account} was told that {} is deleted, which is not so",
                        id.0
                    ));
                }
            }
        }
        if ids.is_empty() {
            return Err(format!(
                "account {account} was told of a deletion of nothing"
            ));
        }
        Ok(())
    }

    /// Messages of one sender were read: exactly the next ones, in their order.
    ///
    /// # Errors
    /// If they are others, or not marked.
    pub fn read(
        &mut self,
        (from, nths): (u32, std::ops::Range<u32>),
        account: u32,
        messages: &[Message<'_>],
        (workload, names): (&dyn Workload, &Names),
    ) -> Result<(), Wrong> {
        let accounts = self.accounts;
        let lane = self.lanes.entry((from, account)).or_default();
        lane.finish_read(nths.end);
        if messages.len() != nths.len() {
            return Err(format!(
                "{} messages were read in place of {}",
                messages.len(),
                nths.len()
            ));
        }
        for (nth, message) in nths.zip(messages) {
            let key = MessageKey {
                from,
                to: account,
                nth,
                accounts,
            };
            same(&key, message, (workload, names))?;
            if lane.id(nth) != Some(message.id) {
                return Err(format!(
                    "message {} arrived under another number",
                    message.id.0
                ));
            }
            if !message.read {
                return Err(format!(
                    "message {} was read and is not marked",
                    message.id.0
                ));
            }
        }
        Ok(())
    }

    /// A deletion was answered.
    ///
    /// # Errors
    /// If it did not apply to the message, and to nothing else.
    pub fn deleted(&mut self, key: &MessageKey, ids: &[MessageId]) -> Result<(), Wrong> {
        self.deletions += 1;
        let deletions = self.deletions;
        let lane = self.lane_mut(key);
        lane.finish_delete(key.nth, deletions);
        match (lane.id(key.nth), ids) {
            (Some(asked), [done]) if asked == *done => Ok(()),
            (asked, done) => Err(format!("the deletion of {asked:?} applied to {done:?}")),
        }
    }

    /// Unread messages were counted: a peer with none is left out, and peers stand in the order of their names.
    ///
    /// # Errors
    /// If a count cannot be right.
    pub fn counted(
        &self,
        account: u32,
        look: &Look,
        counts: &[UnreadCount<'_>],
        names: &Names,
    ) -> Result<(), Wrong> {
        if !counts.is_sorted_by(|one, next| one.peer < next.peer) {
            return Err("unread counts are not in the order of their peers' names".to_owned());
        }
        let mut left = counts.iter();
        let mut next = left.next();
        for (other, certain) in (0..self.accounts).zip(&look.lanes) {
            let entry = next.filter(|count| count.peer == *names.name(other));
            let count = entry.map_or(0, |count| count.count);
            if entry.is_some() {
                next = left.next();
            }
            let (asked, sent) = self
                .lanes
                .get(&(other, account))
                .map_or((0, 0), |lane| (lane.read_asked(), lane.sent()));
            let least = certain.stored.saturating_sub(asked);
            let most = sent - certain.read;
            if !(u64::from(least)..=u64::from(most)).contains(&count)
                || entry.is_some() && count == 0
            {
                return Err(format!(
                    "{count} unread messages of {} are counted, and there are {least} to {most}",
                    names.name(other)
                ));
            }
        }
        match next {
            Some(count) => Err(format!(
                "unread messages of {} are counted, who is not of this run",
                count.peer
            )),
            None => Ok(()),
        }
    }

    /// Names were listed: all of the run behind one of them, up to a limit.
    ///
    /// # Errors
    /// If they are others, or it is wrong whether there are more.
    pub fn listed(
        &self,
        (after, limit): (Option<u32>, u32),
        (listed, more): (&[Text<'_>], bool),
        names: &Names,
    ) -> Result<(), Wrong> {
        let first = after.map_or(0, |after| after + 1);
        let end = self.accounts.min(first.saturating_add(limit));
        let expected = (first..end).map(|account| names.name(account));
        if !expected.eq(listed.iter().map(Text::as_str)) {
            return Err(format!(
                "{} names were listed from {first}, and not the right ones",
                listed.len()
            ));
        }
        if more != (end < self.accounts) {
            return Err(format!(
                "a listing up to {end} of {} names says more: {more}",
                self.accounts
            ));
        }
        Ok(())
    }

    fn certain(&self, from: u32, to: u32) -> Certain {
        self.lanes
            .get(&(from, to))
            .map_or_else(Certain::default, |lane| Certain {
                stored: lane.stored(),
                read: lane.read(),
            })
    }

    fn lane_mut(&mut self, key: &MessageKey) -> &mut Lane {
        self.lanes.entry((key.from, key.to)).or_default()
    }
}

/// Whether a message is between the right accounts and has the right text.
fn same(
    key: &MessageKey,
    message: &Message<'_>,
    (workload, names): (&dyn Workload, &Names),
) -> Result<(), Wrong> {
    let mut text = String::new();
    workload.text(key, &mut text);
    let (from, to) = (names.name(key.from), names.name(key.to));
    if message.from == *from && message.to == *to && message.text == *text {
        return Ok(());
    }
    Err(format!(
        "message {} from {} to {}: {:?} should be from {from} to {to}: {text:?}",
        message.id.0, message.from, message.to, message.text
    ))
}

#[cfg(test)]
mod tests;
