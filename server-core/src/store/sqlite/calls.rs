//! Each call of the contract as a job.

use std::sync::Arc;

use super::accounts::{self, CreateAccount, DeleteAccount};
use super::conversation;
use super::deletion::{DeleteMessages, Swept, UndoDeletions};
use super::inbox::{self, MarkUpTo, MarkWaiting, TakeUnread};
use super::sending::StoreMessage;
use super::{SqlitePerRequest, SqliteStore};
use crate::digest::StateDigest;
use crate::message::{Message, MessageId, UnreadCount, Verifier};
use crate::name::Name;
use crate::store::{
    AccountId, AccountRecord, DatabaseCounts, DeleteIds, HistoryQuery, ListQuery, MarkOne,
    MarkQuery, NewMessage, Page, ReadQuery, Sent, Store, StoreResult, Sweep, UndoIds,
};

/// Both stores do the same jobs; how their threads come by connections is the lanes' business.
macro_rules! store_by_lanes {
    ($($store:ty),*) => {$(
        impl Store for $store {
            fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId> {
                self.lanes.write(CreateAccount { name: name.clone(), verifier: *verifier })
            }

            fn account(&self, name: &str) -> StoreResult<AccountRecord> {
                let name: Box<str> = name.into();
                self.lanes.ask(move |database| accounts::by_name(database, &name))
            }

            fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()> {
                self.lanes.write(DeleteAccount { id, now_ms })
            }

            fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page> {
                let list = accounts::List::from(query);
                self.lanes.ask(move |database| list.page(database))
            }

            fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
                self.lanes.write(StoreMessage {
                    from: message.from,
                    to: Arc::from(message.to),
                    text: Arc::from(message.text),
                    client_id: message.client_id,
                    sent_at_ms: message.sent_at_ms,
                })
            }

            fn unread_total(&self, reader: AccountId) -> StoreResult<u64> {
                self.lanes.ask(move |database| inbox::unread_total(database, reader))
            }

            fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>> {
                self.lanes.ask(move |database| inbox::unread(database, reader))
            }

            fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
                let peer = query.peer.map(Box::from);
                self.lanes.write(TakeUnread { reader: query.reader, peer, limit: query.limit, fewer: query.fewer })
            }

            fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()> {
                let peer = query.peer.into();
                self.lanes.write(MarkUpTo { reader: query.reader, peer, up_to: query.up_to })
            }

            fn mark_one(&self, mark: MarkOne) -> StoreResult<()> {
                self.lanes.write(MarkWaiting(mark))
            }

            fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
                let history = conversation::History::from(query);
                self.lanes.ask(move |database| history.page(database))
            }

            fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>> {
                self.lanes.write(DeleteMessages::from(delete))
            }

            fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>> {
                self.lanes.write(UndoDeletions::from(undo))
            }

            fn sweep(&self, sweep: Sweep) -> StoreResult<()> {
                self.lanes.write(Swept(sweep))
            }

            fn digest(&self) -> StoreResult<StateDigest> {
                self.lanes.ask(conversation::digest)
            }

            fn database_counts(&self) -> Option<DatabaseCounts> {
                Some(self.counters().read())
            }
        }
    )*};
}

store_by_lanes!(SqliteStore, SqlitePerRequest);
