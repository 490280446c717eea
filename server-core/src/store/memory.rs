//! Everything in memory, behind one lock, so that every rule of the contract holds by construction.
//!
//! Changes are reported while the lock is held: that is what keeps events in the order of the changes.

mod account;
mod id_list;
mod state;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    AccountId, AccountRecord, Changes, DeleteIds, HistoryQuery, ListQuery, MarkOne, MarkQuery,
    NewMessage, Page, ReadQuery, Sent, Store, StoreResult, Sweep, UndoIds,
};
use crate::Answer;
use crate::digest::StateDigest;
use crate::message::{Message, MessageId, UnreadCount, Verifier};
use crate::name::Name;
use state::State;

/// A store that forgets everything when it is dropped.
pub struct MemoryStore {
    state: Mutex<State>,
    changes: Arc<dyn Changes>,
}

impl MemoryStore {
    /// An empty store that reports its changes to `changes`.
    #[must_use]
    pub fn new(changes: Arc<dyn Changes>) -> Self {
        Self {
            state: Mutex::default(),
            changes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId> {
        Answer::Ready(self.state().create_account(name, verifier))
    }

    fn account(&self, name: &str) -> StoreResult<AccountRecord> {
        Answer::Ready(
            self.state()
                .account_by_name(name)
                .map(|account| account.record.clone()),
        )
    }

    fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()> {
        let mut state = self.state();
        Answer::Ready(state.delete_account(id, now_ms).map(|gone| {
            self.changes.account_deleted(&gone.record, &gone.peers);
        }))
    }

    fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page> {
        Answer::Ready(Ok(self.state().list_accounts(query)))
    }

    fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
        Answer::Ready(self.state().send(message, &*self.changes))
    }

    fn unread_total(&self, reader: AccountId) -> StoreResult<u64> {
        Answer::Ready(self.state().unread_total(reader))
    }

    fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>> {
        Answer::Ready(self.state().unread(reader))
    }

    fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        Answer::Ready(self.state().read(query))
    }

    fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()> {
        Answer::Ready(self.state().mark_read(query))
    }

    fn mark_one(&self, mark: MarkOne) -> StoreResult<()> {
        Answer::Ready(self.state().mark_one(mark))
    }

    fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        Answer::Ready(self.state().history(query))
    }

    fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>> {
        let mut state = self.state();
        Answer::Ready(state.delete_messages(delete).map(|touched| {
            touched
                .others
                .into_iter()
                .for_each(|other| self.changes.messages_deleted(other));
            touched.ids
        }))
    }

    fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>> {
        let mut state = self.state();
        Answer::Ready(state.undo(undo).map(|touched| {
            touched
                .others
                .into_iter()
                .for_each(|other| self.changes.messages_restored(other));
            touched.ids
        }))
    }

    fn sweep(&self, sweep: Sweep) -> StoreResult<()> {
        self.state().sweep(sweep);
        Answer::Ready(Ok(()))
    }

    fn digest(&self) -> StoreResult<StateDigest> {
        Answer::Ready(Ok(self.state().digest()))
    }
}
