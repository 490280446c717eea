//! Where accounts and messages live.
//!
//! A store keeps the rules that must hold at once: a name belongs to one account, a message has a sender and a
//! recipient that exist, a repeated `client_id` stores nothing. Every change reaches [`Changes`] in the order in
//! which it was committed, after it is durable, so that no event can tell of something that a reader cannot see.

mod contract;
pub mod memory;
mod spec;
pub mod sqlite;

pub use contract::{
    AccountId, AccountRecord, Addressee, Changes, DatabaseCounts, DeleteIds, Fewer, HistoryQuery,
    ListQuery, MarkOne, MarkQuery, NewMessage, Page, ReadQuery, Sent, Store, StoreResult, Sweep,
    UndoIds,
};
pub use spec::{DEFAULT_FILE_NAME, STORES, StoreKind, StoreOpenError, StoreSpec, StoreSpecError};
