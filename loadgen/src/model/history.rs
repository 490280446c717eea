//! Whether a look back in a conversation shows what it must: newest first, nothing left out, nothing that was gone.

use server_core::Message;
use server_core::message::MessageId;

use super::lane::Lane;
use super::{Certain, Look, Model, Wrong, same};
use crate::oracle::Names;
use crate::workloads::{MessageKey, Workload};

/// Who asked for what.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Who asked.
    pub account: u32,
    /// About the conversation with whom.
    pub peer: u32,
    /// For how many messages at most.
    pub limit: u32,
}

/// How far back the messages of one direction have been followed.
struct Cursor<'a> {
    lane: Option<&'a Lane>,
    from: u32,
    to: u32,
    certain: Certain,
    /// All from here on are accounted for.
    nth: u32,
    has_begun: bool,
}

impl Model {
    /// A look back was answered.
    ///
    /// # Errors
    /// If the messages are not in their order, or one is missing, wrong, or should be gone.
    pub fn looked_back(
        &self,
        asked: Asked,
        look: &Look,
        messages: &[Message<'_>],
        (workload, names): (&dyn Workload, &Names),
    ) -> Result<(), Wrong> {
        let Asked {
            account,
            peer,
            limit,
        } = asked;
        if messages.len() > limit as usize {
            return Err(format!(
                "{} messages came in place of at most {limit}",
                messages.len()
            ));
        }
        if !messages.is_sorted_by(|newer, older| newer.id > older.id) {
            return Err("a history is not newest first".to_owned());
        }
        let cursor = |from, to, at: usize| self.cursor((from, to), look.lanes.get(at));
        let mut cursors = [cursor(peer, account, 0), cursor(account, peer, 1)];
        for message in messages {
            let cursor = cursors
                .iter_mut()
                .find(|cursor| message.from == *names.name(cursor.from))
                .ok_or_else(|| format!("a history has a message of {}", message.from))?;
            cursor.follow(message, look, (workload, names))?;
        }
        let oldest = messages.last().map(|message| message.id);
        let is_cut_off = messages.len() == limit as usize;
        cursors
            .iter()
            .try_for_each(|cursor| cursor.end(oldest.filter(|_| is_cut_off)))
    }

    fn cursor(&self, (from, to): (u32, u32), certain: Option<&Certain>) -> Cursor<'_> {
        let lane = self.lanes.get(&(from, to));
        Cursor {
            lane,
            from,
            to,
            certain: certain.copied().unwrap_or_default(),
            nth: lane.map_or(0, Lane::sent),
            has_begun: false,
        }
    }
}

impl Cursor<'_> {
    /// Finds the message, and sees that nothing between it and the one before was left out.
    fn follow(
        &mut self,
        message: &Message<'_>,
        look: &Look,
        (workload, names): (&dyn Workload, &Names),
    ) -> Result<(), Wrong> {
        let key = |cursor: &Self, nth| MessageKey {
            from: cursor.from,
            to: cursor.to,
            nth,
            accounts: names.count(),
        };
        let mut why = format!("a history has message {}, which was not sent", message.id.0);
        while let Some(nth) = self.nth.checked_sub(1) {
            self.nth = nth;
            let known = self.id(nth);
            if known.is_none_or(|id| id == message.id) {
                match same(&key(self, nth), message, (workload, names)) {
                    Ok(()) => {
                        self.has_begun = true;
                        return self.check_state(nth, message, look);
                    }
                    Err(words) => why = words,
                }
            } else if !self.may_be_missing(nth) {
                why = format!("a history leaves out message {:?}", known.map(|id| id.0));
            }
            if !self.may_be_missing(nth) {
                break;
            }
        }
        Err(why)
    }

    /// Whether it must be gone, and whether it is marked as it must be.
    fn check_state(&self, nth: u32, message: &Message<'_>, look: &Look) -> Result<(), Wrong> {
        let Some(lane) = self.lane else { return Ok(()) };
        if lane.was_deleted(nth, look.deletions) {
            return Err(format!(
                "a history has message {}, which was deleted",
                message.id.0
            ));
        }
        let (must, may) = (nth < self.certain.read, nth < lane.read_asked());
        if message.read && !may || !message.read && must {
            return Err(format!(
                "a history says of message {} that it is read: {}",
                message.id.0, message.read
            ));
        }
        Ok(())
    }

    /// What was not shown is older than all that was, if the answer was cut off there, or is gone.
    fn end(&self, cut_off_at: Option<MessageId>) -> Result<(), Wrong> {
        let left = (0..self.nth).rev().find(|&nth| !self.may_be_missing(nth));
        let Some(nth) = left else { return Ok(()) };
        match (cut_off_at, self.id(nth)) {
            (Some(oldest), Some(id)) if id < oldest => Ok(()),
            (_, id) => Err(format!(
                "a history leaves out message {:?}",
                id.map(|id| id.0)
            )),
        }
    }

    fn id(&self, nth: u32) -> Option<MessageId> {
        self.lane?.id(nth)
    }

    /// Somebody wants it deleted; or it may have come too late, as all behind it then have.
    fn may_be_missing(&self, nth: u32) -> bool {
        let is_late = !self.has_begun && nth >= self.certain.stored;
        is_late || self.lane.is_some_and(|lane| lane.may_be_deleted(nth))
    }
}
