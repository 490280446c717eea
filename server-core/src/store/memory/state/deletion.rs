//! Deleting messages and accounts, and taking the former back.

use std::collections::{BTreeMap, HashSet};

use super::{Deletion, Row, State};
use crate::error::Refusal;
use crate::limits::CLIENT_ID_KEPT_MS;
use crate::message::{ClientId, MessageId};
use crate::store::{AccountId, AccountRecord, Addressee, DeleteIds, Sweep, UndoIds};

/// An account that is gone, and who had a conversation with it.
pub(in super::super) struct Gone {
    pub(in super::super) record: AccountRecord,
    pub(in super::super) peers: Vec<AccountId>,
}

/// Messages that a request applied to, and the other parties.
#[derive(Default)]
pub(in super::super) struct Touched {
    pub(in super::super) ids: Vec<MessageId>,
    pub(in super::super) others: Vec<Addressee>,
}

impl State {
    pub(in super::super) fn delete_account(
        &mut self,
        id: AccountId,
        now_ms: u64,
    ) -> Result<Gone, Refusal> {
        self.actor(id)?;
        let Some(account) = self.accounts.remove(&id) else {
            unreachable!("the account was found above, under the same lock");
        };
        self.by_name.remove(&account.record.name);
        self.names.remove(&account.record.name);
        let mut peers = Vec::new();
        for (peer, conversation) in account.conversations {
            if !conversation.messages.is_empty() {
                peers.push(peer);
            }
            if let Some(other) = self.accounts.get_mut(&peer) {
                other.conversations.remove(&id);
            }
            for message in conversation
                .messages
                .iter()
                .chain(conversation.deleted.iter())
            {
                self.drop_row(message, now_ms);
            }
        }
        peers.sort_unstable();
        Ok(Gone {
            record: account.record,
            peers,
        })
    }

    pub(in super::super) fn delete_messages(
        &mut self,
        delete: &DeleteIds<'_>,
    ) -> Result<Touched, Refusal> {
        self.actor(delete.by)?;
        let may =
            |row: &Row| row.deleted.is_none() && (row.from == delete.by || row.to == delete.by);
        let touched = self.touch(delete.by, delete.ids, may);
        for &id in &touched.ids {
            if delete.undo_grace_ms == 0 {
                self.unlist(id);
                self.drop_row(id, delete.now_ms);
            } else {
                self.hide(
                    id,
                    Deletion {
                        by: delete.by,
                        at_ms: delete.now_ms,
                    },
                );
            }
        }
        Ok(touched)
    }

    pub(in super::super) fn undo(&mut self, undo: &UndoIds<'_>) -> Result<Touched, Refusal> {
        self.actor(undo.by)?;
        let may = |row: &Row| {
            row.deleted.is_some_and(|deletion| {
                deletion.by == undo.by
                    && undo.now_ms < deletion.at_ms.saturating_add(undo.undo_grace_ms)
            })
        };
        let touched = self.touch(undo.by, undo.ids, may);
        touched.ids.iter().for_each(|&id| self.show(id));
        Ok(touched)
    }

    pub(in super::super) fn sweep(&mut self, sweep: Sweep) {
        while let Some(&(at_ms, id)) = self.deletions.front() {
            if sweep.now_ms < at_ms.saturating_add(sweep.undo_grace_ms) {
                break;
            }
            self.deletions.pop_front();
            // A message that was restored, and perhaps deleted again, is not this deletion's any more.
            let same = |row: &Row| row.deleted.is_some_and(|deletion| deletion.at_ms == at_ms);
            if self.messages.get(&id).is_some_and(same) {
                self.unlist(id);
                self.drop_row(id, at_ms);
            }
        }
        while let Some(&(at_ms, account, client_id)) = self.outlived.front() {
            if sweep.now_ms < at_ms.saturating_add(CLIENT_ID_KEPT_MS) {
                break;
            }
            self.outlived.pop_front();
            if let Some(account) = self.accounts.get_mut(&account) {
                account.client_ids.remove(&client_id);
            }
        }
    }

    /// Those of `ids` that a request may touch, each once and in the order asked, and the other parties.
    fn touch(&self, by: AccountId, ids: &[MessageId], may: impl Fn(&Row) -> bool) -> Touched {
        let mut seen = HashSet::new();
        let mut others: BTreeMap<AccountId, Vec<MessageId>> = BTreeMap::new();
        let mut touched = Touched::default();
        for &id in ids {
            let Some(row) = self
                .messages
                .get(&id)
                .filter(|row| may(row) && seen.insert(id))
            else {
                continue;
            };
            touched.ids.push(id);
            let other = if row.from == by { row.to } else { row.from };
            if other != by {
                others.entry(other).or_default().push(id);
            }
        }
        touched.others = others
            .into_iter()
            .map(|(id, ids)| Addressee { id, ids })
            .collect();
        touched
    }

    /// Takes a message out of both parties' lists.
    fn unlist(&mut self, id: MessageId) {
        self.on_both_sides(id, |conversation, _| {
            conversation.messages.remove(id);
            conversation.unread.remove(id);
            conversation.deleted.remove(id);
        });
    }

    fn hide(&mut self, id: MessageId, deletion: Deletion) {
        self.unlist(id);
        self.on_both_sides(id, |conversation, _| conversation.deleted.add(id));
        if let Some(row) = self.messages.get_mut(&id) {
            row.deleted = Some(deletion);
        }
        self.deletions.push_back((deletion.at_ms, id));
    }

    fn show(&mut self, id: MessageId) {
        self.on_both_sides(id, |conversation, waits| {
            conversation.deleted.remove(id);
            conversation.messages.add(id);
            if waits {
                conversation.unread.add(id);
            }
        });
        if let Some(row) = self.messages.get_mut(&id) {
            row.deleted = None;
        }
    }

    /// Visits both parties' sides of a message's conversation; tells each whether the message waits there unread.
    fn on_both_sides(
        &mut self,
        id: MessageId,
        mut visit: impl FnMut(&mut super::super::account::Conversation, bool),
    ) {
        let Some(row) = self.messages.get(&id) else {
            return;
        };
        let (from, to, read) = (row.from, row.to, row.read);
        if from != to
            && let Some(sender) = self.accounts.get_mut(&from)
        {
            visit(sender.with(to), false);
        }
        if let Some(recipient) = self.accounts.get_mut(&to) {
            visit(recipient.with(from), !read);
        }
    }

    /// Forgets a message for good; its `client_id` is kept on for a while.
    fn drop_row(&mut self, id: MessageId, deleted_at_ms: u64) {
        let Some(row) = self.messages.remove(&id) else {
            return;
        };
        if let Some(client_id) = row.client_id {
            // A sweep drops messages that were deleted before others that are gone already.
            let earlier = |&(at_ms, ..): &(u64, AccountId, ClientId)| at_ms <= deleted_at_ms;
            let place = self.outlived.partition_point(earlier);
            self.outlived
                .insert(place, (deleted_at_ms, row.from, client_id));
        }
    }
}
