//! The contract between the rules and a store.

use std::sync::Arc;

use crate::answer::Answer;
use crate::digest::StateDigest;
use crate::error::Refusal;
use crate::message::{ClientId, Message, MessageId, UnreadCount, Verifier};
use crate::name::Name;
use crate::pattern::Pattern;

/// The number of an account: never used again, so that a name's next owner is somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u64);

/// What a store knows of an account.
#[derive(Clone, Debug)]
pub struct AccountRecord {
    /// Its number.
    pub id: AccountId,
    /// Its name.
    pub name: Arc<str>,
    /// What its password is checked with.
    pub verifier: Verifier,
}

/// What a store gives back, now or later.
pub type StoreResult<T> = Answer<Result<T, Refusal>>;

/// Whom a change concerns.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The account's number.
    pub id: AccountId,
    /// The messages of a conversation with that account that were changed, if any were named.
    pub ids: Vec<MessageId>,
}

/// Is told of every change, in the order of commits, once it is durable. Must not block or call the store.
pub trait Changes: Send + Sync + 'static {
    /// A message was stored; returns whether an event went out to the recipient.
    fn message_stored(&self, recipient: AccountId, message: &Message<'static>) -> bool;

    /// Messages of one conversation were deleted, or came back, and this is the party that did not do it.
    fn messages_deleted(&self, other: Addressee);

    /// As [`Changes::messages_deleted`], for the way back.
    fn messages_restored(&self, other: Addressee);

    /// An account is gone; `peers` had a conversation with it.
    fn account_deleted(&self, account: &AccountRecord, peers: &[AccountId]);
}

/// A message to be stored. The text has been checked; the accounts are the store's to check.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Who sends it.
    pub from: AccountId,
    /// The recipient's name.
    pub to: &'a str,
    /// What it says.
    pub text: &'a str,
    /// What the client calls it.
    pub client_id: Option<ClientId>,
    /// When the server took it, in milliseconds since 1970-01-01 UTC.
    pub sent_at_ms: u64,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its number.
    pub id: MessageId,
    /// Whether an event went out to the recipient.
    pub delivered: bool,
}

/// Which accounts to list.
#[derive(Clone, Debug)]
pub struct ListQuery<'a> {
    /// What names must match.
    pub pattern: Pattern,
    /// Only names behind this one, in the order of bytes.
    pub after: Option<&'a str>,
    /// The most names, at least 1.
    pub limit: u32,
}

/// Names, and whether further ones match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The names, in the order of their bytes.
    pub names: Vec<Arc<str>>,
    /// Whether further names match.
    pub more: bool,
}

/// Which unread messages to take.
#[derive(Clone, Copy, Debug)]
pub struct ReadQuery<'a> {
    /// Who reads.
    pub reader: AccountId,
    /// Only those from this account.
    pub peer: Option<&'a str>,
    /// How many, at least 1.
    pub limit: u32,
    /// What becomes of it where fewer wait.
    pub fewer: Fewer,
}

/// What becomes of asking for more messages than wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fewer {
    /// It is refused, and says how many wait.
    Refused,
    /// All that wait are taken, if there are any.
    Taken,
}

/// Which messages to mark.
#[derive(Clone, Copy, Debug)]
pub struct MarkQuery<'a> {
    /// Who marks.
    pub reader: AccountId,
    /// Who sent them.
    pub peer: &'a str,
    /// The last one.
    pub up_to: MessageId,
}

/// Which message to mark.
#[derive(Clone, Copy, Debug)]
pub struct MarkOne {
    /// Who marks; a message to somebody else stays as it is.
    pub reader: AccountId,
    /// The message.
    pub id: MessageId,
}

/// Which part of a conversation to look at.
#[derive(Clone, Copy, Debug)]
pub struct HistoryQuery<'a> {
    /// Who looks.
    pub reader: AccountId,
    /// The other party.
    pub peer: &'a str,
    /// Only messages before this one.
    pub before: Option<MessageId>,
    /// The most messages, at least 1.
    pub limit: u32,
}

/// Which messages to delete.
#[derive(Clone, Copy, Debug)]
pub struct DeleteIds<'a> {
    /// Who deletes.
    pub by: AccountId,
    /// Which; ids that are no message of this account are passed over.
    pub ids: &'a [MessageId],
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now_ms: u64,
    /// How long it can be undone, in milliseconds; 0 deletes for good.
    pub undo_grace_ms: u64,
}

/// Which deletions to take back.
#[derive(Clone, Copy, Debug)]
pub struct UndoIds<'a> {
    /// Who takes them back; only what this account deleted comes back.
    pub by: AccountId,
    /// Which.
    pub ids: &'a [MessageId],
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now_ms: u64,
    /// How long it can be undone, in milliseconds.
    pub undo_grace_ms: u64,
}

/// Where accounts and messages live. Calls may come from any thread.
///
/// Changes take effect in the order of the calls of one thread, and a call sees all changes whose answers are
/// there. An account that is deleted is unknown from then on: calls in its name are refused with
/// [`crate::error::ErrorCode::NotLoggedIn`], and calls that name it with `NoSuchAccount`.
pub trait Store: Send + Sync + 'static {
    /// Creates an account. Of many at once with one name, exactly one succeeds; the others get `AccountExists`.
    fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId>;

    /// Looks an account up; `NoSuchAccount` if there is none of that name.
    fn account(&self, name: &str) -> StoreResult<AccountRecord>;

    /// Deletes an account with all that it sent and received, read or unread, deleted or not. `now_ms`, in
    /// milliseconds since 1970-01-01 UTC, is when: the peers' `client_id`s are kept on from then.
    fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()>;

    /// Lists accounts.
    fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page>;

    /// Stores a message as unread, or finds the one that the sender gave this `client_id` before.
    fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent>;

    /// How many unread messages wait for an account.
    fn unread_total(&self, reader: AccountId) -> StoreResult<u64>;

    /// How many unread messages wait, by sender, in the order of their names' bytes; at most
    /// [`crate::limits::PAGE_MAX`] senders.
    fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>>;

    /// Takes the oldest unread messages and marks them as read. More than wait, unless fewer may be taken:
    /// `NotEnoughUnread` with how many do, and nothing is marked. An unknown peer is `NoSuchAccount`.
    fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>>;

    /// Marks messages from a peer as read, up to and with one.
    fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()>;

    /// Marks one message as read, if it waits for the reader; earlier ones of its sender stay as they are.
    fn mark_one(&self, mark: MarkOne) -> StoreResult<()>;

    /// Looks back in a conversation, newest first. An unknown peer is `NoSuchAccount`.
    fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>>;

    /// Deletes messages for both parties; the answer names those that were, in the order asked, each once.
    fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>>;

    /// Takes deletions back; the answer names those that came back, in the order asked, each once. A message keeps
    /// its place and whether it was read.
    fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>>;

    /// Forgets what is past its time: deletions that can no longer be undone, and `client_id`s of messages deleted
    /// more than [`crate::limits::CLIENT_ID_KEPT_MS`] ago.
    fn sweep(&self, sweep: Sweep) -> StoreResult<()>;

    /// The digest of all conversations as they stand.
    fn digest(&self) -> StoreResult<StateDigest>;

    /// What was asked of the database so far; `None` if there is none. An answer that was given is counted in full.
    fn database_counts(&self) -> Option<DatabaseCounts> {
        None
    }
}

/// What a store has asked of its database since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatabaseCounts {
    /// SQL statements, those that begin and end transactions included.
    pub statements: u64,
    /// Transactions that were committed.
    pub commits: u64,
}

/// When [`Store::sweep`] happens.
#[derive(Clone, Copy, Debug)]
pub struct Sweep {
    /// Now, in milliseconds since 1970-01-01 UTC.
    pub now_ms: u64,
    /// How long a deletion can be undone, in milliseconds.
    pub undo_grace_ms: u64,
}
