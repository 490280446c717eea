//! A store that is plainly right: lists, walked from end to end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use server_core::digest::{DigestBuilder, DigestEntry, StateDigest};
use server_core::limits::CLIENT_ID_KEPT_MS;
use server_core::message::{ClientId, Message, MessageId, UnreadCount, Verifier};
use server_core::name::Name;
use server_core::store::{
    AccountId, AccountRecord, Addressee, Changes, DeleteIds, Fewer, HistoryQuery, ListQuery,
    MarkOne, MarkQuery, NewMessage, Page, ReadQuery, Sent, Store, StoreResult, Sweep, UndoIds,
};
use server_core::{Answer, ErrorCode, Refusal, Text};

/// The model.
pub(crate) struct Model {
    state: Mutex<State>,
    changes: Arc<dyn Changes>,
}

#[derive(Default)]
struct State {
    created: u64,
    sent: u64,
    accounts: Vec<AccountRecord>,
    messages: Vec<Row>,
    known: Vec<Known>,
}

#[derive(Clone)]
struct Row {
    id: MessageId,
    from: AccountId,
    to: AccountId,
    text: String,
    sent_at_ms: u64,
    read: bool,
    deleted: Option<(AccountId, u64)>,
}

struct Known {
    by: AccountId,
    client_id: ClientId,
    sent: Sent,
    deleted_at_ms: Option<u64>,
}

impl Row {
    fn is_of(&self, account: AccountId) -> bool {
        self.from == account || self.to == account
    }

    fn is_between(&self, one: AccountId, other: AccountId) -> bool {
        (self.from, self.to) == (one, other) || (self.from, self.to) == (other, one)
    }

    fn other(&self, account: AccountId) -> AccountId {
        if self.from == account {
            self.to
        } else {
            self.from
        }
    }

    fn waits_for(&self, reader: AccountId) -> bool {
        self.to == reader && !self.read && self.deleted.is_none()
    }
}

impl State {
    fn named(&self, name: &str) -> Result<AccountId, Refusal> {
        let found = self.accounts.iter().find(|account| &*account.name == name);
        found
            .map(|account| account.id)
            .ok_or(Refusal::new(ErrorCode::NoSuchAccount))
    }

    fn record(&self, id: AccountId) -> Result<&AccountRecord, Refusal> {
        let found = self.accounts.iter().find(|account| account.id == id);
        found.ok_or(Refusal::new(ErrorCode::NotLoggedIn))
    }

    fn show(&self, row: &Row) -> Message<'static> {
        let name = |id| Text::Shared(self.record(id).unwrap().name.clone());
        Message {
            id: row.id,
            from: name(row.from),
            to: name(row.to),
            text: row.text.clone().into(),
            sent_at_ms: row.sent_at_ms,
            read: row.read,
        }
    }

    /// Forgets the messages that `gone` names, each deleted at the time that it names.
    fn forget(&mut self, gone: impl Fn(&Row) -> Option<u64>) {
        for row in &self.messages {
            if let (Some(at_ms), Some(known)) = (
                gone(row),
                self.known.iter_mut().find(|known| known.sent.id == row.id),
            ) {
                known.deleted_at_ms = Some(at_ms);
            }
        }
        self.messages.retain(|row| gone(row).is_none());
    }

    /// Those of `ids` that `may` be touched, and who else is concerned.
    fn touch(
        &mut self,
        by: AccountId,
        ids: &[MessageId],
        may: impl Fn(&Row) -> bool,
    ) -> (Vec<MessageId>, Vec<Addressee>) {
        let mut touched = Vec::new();
        let mut others: BTreeMap<AccountId, Vec<MessageId>> = BTreeMap::new();
        for &id in ids {
            if let Some(row) = self.messages.iter().find(|row| row.id == id && may(row))
                && !touched.contains(&id)
            {
                touched.push(id);
                others.entry(row.other(by)).or_default().push(id);
            }
        }
        others.remove(&by);
        (
            touched,
            others
                .into_iter()
                .map(|(id, ids)| Addressee { id, ids })
                .collect(),
        )
    }
}

impl Model {
    /// An empty one.
    pub(crate) fn new(changes: Arc<dyn Changes>) -> Self {
        Self {
            state: Mutex::default(),
            changes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn try_send(&self, new: &NewMessage<'_>) -> Result<Sent, Refusal> {
        let mut state = self.state();
        state.record(new.from)?;
        let before = state
            .known
            .iter()
            .find(|known| known.by == new.from && Some(known.client_id) == new.client_id);
        if let Some(known) = before {
            return Ok(known.sent);
        }
        let to = state.named(new.to)?;
        state.sent += 1;
        let row = Row {
            id: MessageId(state.sent),
            from: new.from,
            to,
            text: new.text.to_owned(),
            sent_at_ms: new.sent_at_ms,
            read: false,
            deleted: None,
        };
        state.messages.push(row.clone());
        let sent = Sent {
            id: row.id,
            delivered: self.changes.message_stored(to, &state.show(&row)),
        };
        if let Some(client_id) = new.client_id {
            state.known.push(Known {
                by: new.from,
                client_id,
                sent,
                deleted_at_ms: None,
            });
        }
        Ok(sent)
    }

    fn try_delete_account(&self, id: AccountId, now_ms: u64) -> Result<(), Refusal> {
        let mut state = self.state();
        let record = state.record(id)?.clone();
        let visible = state
            .messages
            .iter()
            .filter(|row| row.is_of(id) && row.deleted.is_none());
        let mut peers: Vec<_> = visible.map(|row| row.other(id)).collect();
        peers.sort_unstable();
        peers.dedup();
        state.forget(|row| row.is_of(id).then_some(now_ms));
        state.known.retain(|known| known.by != id);
        state.accounts.retain(|account| account.id != id);
        self.changes.account_deleted(&record, &peers);
        Ok(())
    }

    fn try_read(&self, query: &ReadQuery<'_>) -> Result<Vec<Message<'static>>, Refusal> {
        let mut state = self.state();
        let peer = query.peer.map(|name| state.named(name)).transpose()?;
        state.record(query.reader)?;
        let may =
            |row: &Row| row.waits_for(query.reader) && peer.is_none_or(|peer| row.from == peer);
        let waiting = state.messages.iter().filter(|row| may(row)).count();
        if waiting < query.limit as usize && query.fewer == Fewer::Refused {
            return Err(Refusal::with_detail(
                ErrorCode::NotEnoughUnread,
                waiting as u64,
            ));
        }
        let taken: Vec<_> = state
            .messages
            .iter_mut()
            .filter(|row| may(row))
            .take(query.limit as usize)
            .collect();
        let taken: Vec<Row> = taken
            .into_iter()
            .map(|row| {
                row.read = true;
                row.clone()
            })
            .collect();
        Ok(taken.iter().map(|row| state.show(row)).collect())
    }

    fn try_mark(&self, query: &MarkQuery<'_>) -> Result<(), Refusal> {
        let mut state = self.state();
        let peer = state.named(query.peer)?;
        state.record(query.reader)?;
        let marked = |row: &&mut Row| {
            row.waits_for(query.reader) && row.from == peer && row.id <= query.up_to
        };
        state
            .messages
            .iter_mut()
            .filter(marked)
            .for_each(|row| row.read = true);
        Ok(())
    }

    fn try_mark_one(&self, mark: MarkOne) -> Result<(), Refusal> {
        let mut state = self.state();
        state.record(mark.reader)?;
        let marked = |row: &&mut Row| row.waits_for(mark.reader) && row.id == mark.id;
        state
            .messages
            .iter_mut()
            .filter(marked)
            .for_each(|row| row.read = true);
        Ok(())
    }

    fn try_history(&self, query: &HistoryQuery<'_>) -> Result<Vec<Message<'static>>, Refusal> {
        let state = self.state();
        let peer = state.named(query.peer)?;
        state.record(query.reader)?;
        let seen = |row: &&Row| {
            row.is_between(query.reader, peer)
                && row.deleted.is_none()
                && query.before.is_none_or(|before| row.id < before)
        };
        let page = state
            .messages
            .iter()
            .rev()
            .filter(seen)
            .take(query.limit as usize);
        Ok(page.map(|row| state.show(row)).collect())
    }

    fn try_unread(&self, reader: AccountId) -> Result<Vec<UnreadCount<'static>>, Refusal> {
        let state = self.state();
        state.record(reader)?;
        let mut counts: BTreeMap<Arc<str>, u64> = BTreeMap::new();
        for row in state.messages.iter().filter(|row| row.waits_for(reader)) {
            *counts
                .entry(state.record(row.from)?.name.clone())
                .or_default() += 1;
        }
        Ok(counts
            .into_iter()
            .map(|(name, count)| UnreadCount {
                peer: name.into(),
                count,
            })
            .collect())
    }

    fn try_delete(&self, delete: &DeleteIds<'_>) -> Result<Vec<MessageId>, Refusal> {
        let mut state = self.state();
        state.record(delete.by)?;
        let (touched, others) = state.touch(delete.by, delete.ids, |row| {
            row.is_of(delete.by) && row.deleted.is_none()
        });
        if delete.undo_grace_ms == 0 {
            state.forget(|row| touched.contains(&row.id).then_some(delete.now_ms));
        } else {
            let hidden = |row: &&mut Row| touched.contains(&row.id);
            state
                .messages
                .iter_mut()
                .filter(hidden)
                .for_each(|row| row.deleted = Some((delete.by, delete.now_ms)));
        }
        for other in others {
            self.changes.messages_deleted(other);
        }
        Ok(touched)
    }

    fn try_undo(&self, undo: &UndoIds<'_>) -> Result<Vec<MessageId>, Refusal> {
        let mut state = self.state();
        state.record(undo.by)?;
        let may = |row: &Row| {
            row.deleted.is_some_and(|(by, at_ms)| {
                by == undo.by && undo.now_ms < at_ms + undo.undo_grace_ms
            })
        };
        let (touched, others) = state.touch(undo.by, undo.ids, may);
        let back = |row: &&mut Row| touched.contains(&row.id);
        state
            .messages
            .iter_mut()
            .filter(back)
            .for_each(|row| row.deleted = None);
        for other in others {
            self.changes.messages_restored(other);
        }
        Ok(touched)
    }
}

impl Store for Model {
    fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId> {
        let mut state = self.state();
        if state.named(name.as_str()).is_ok() {
            return Answer::Ready(Err(ErrorCode::AccountExists.into()));
        }
        state.created += 1;
        let id = AccountId(state.created);
        state.accounts.push(AccountRecord {
            id,
            name: name.shared().clone(),
            verifier: *verifier,
        });
        Answer::Ready(Ok(id))
    }

    fn account(&self, name: &str) -> StoreResult<AccountRecord> {
        let state = self.state();
        Answer::Ready(state.named(name).and_then(|id| state.record(id).cloned()))
    }

    fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()> {
        Answer::Ready(self.try_delete_account(id, now_ms))
    }

    fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page> {
        let mut names: Vec<_> = self
            .state()
            .accounts
            .iter()
            .map(|account| account.name.clone())
            .collect();
        names.sort_unstable();
        names.retain(|name| {
            query.pattern.matches(name) && query.after.is_none_or(|after| &**name > after)
        });
        let more = names.len() > query.limit as usize;
        names.truncate(query.limit as usize);
        Answer::Ready(Ok(Page { names, more }))
    }

    fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
        Answer::Ready(self.try_send(message))
    }

    fn unread_total(&self, reader: AccountId) -> StoreResult<u64> {
        Answer::Ready(
            self.try_unread(reader)
                .map(|counts| counts.iter().map(|count| count.count).sum()),
        )
    }

    fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>> {
        Answer::Ready(self.try_unread(reader))
    }

    fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        Answer::Ready(self.try_read(query))
    }

    fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()> {
        Answer::Ready(self.try_mark(query))
    }

    fn mark_one(&self, mark: MarkOne) -> StoreResult<()> {
        Answer::Ready(self.try_mark_one(mark))
    }

    fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        Answer::Ready(self.try_history(query))
    }

    fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>> {
        Answer::Ready(self.try_delete(delete))
    }

    fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>> {
        Answer::Ready(self.try_undo(undo))
    }

    fn sweep(&self, sweep: Sweep) -> StoreResult<()> {
        let mut state = self.state();
        let past = |at_ms: u64, kept_ms: u64| sweep.now_ms >= at_ms + kept_ms;
        state.forget(|row| {
            row.deleted
                .map(|(_, at_ms)| at_ms)
                .filter(|&at_ms| past(at_ms, sweep.undo_grace_ms))
        });
        state.known.retain(|known| {
            known
                .deleted_at_ms
                .is_none_or(|at_ms| !past(at_ms, CLIENT_ID_KEPT_MS))
        });
        Answer::Ready(Ok(()))
    }

    fn digest(&self) -> StoreResult<StateDigest> {
        let state = self.state();
        let mut builder = DigestBuilder::default();
        for row in state.messages.iter().filter(|row| row.deleted.is_none()) {
            let Message {
                from,
                to,
                text,
                read,
                ..
            } = state.show(row);
            builder.add(DigestEntry {
                from: &from,
                to: &to,
                text: &text,
                read,
            });
        }
        Answer::Ready(Ok(builder.finish()))
    }
}
