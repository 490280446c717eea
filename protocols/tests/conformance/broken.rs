//! Servers that are wrong in one way each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use server_core::Answer;
use server_core::digest::StateDigest;
use server_core::message::{Message, MessageId, UnreadCount, Verifier};
use server_core::name::Name;
use server_core::pattern::Pattern;
use server_core::store::memory::MemoryStore;
use server_core::store::{
    AccountId, AccountRecord, Addressee, Changes, DeleteIds, HistoryQuery, ListQuery, MarkOne,
    MarkQuery, NewMessage, Page, ReadQuery, Sent, Store, StoreResult, Sweep, UndoIds,
};

/// What a store, or the way of its changes to the recipients, does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: as a control.
    None,
    LosesEverySeventhMessage,
    StoresTwice,
    ForgetsClientIds,
    AltersTexts,
    CutsTexts,
    CountsOneMoreAtLogIn,
    CountsOneMoreByPeer,
    ReadsNewestFirst,
    ReadsAllThereIs,
    ReadsFromEverybody,
    MarksEverything,
    ShowsHistoryOldestFirst,
    IgnoresBefore,
    PretendsToDelete,
    PretendsToDeleteAccounts,
    RestoresNothing,
    SaysItRestoredAll,
    TakesNamesTwice,
    IgnoresPatterns,
    IgnoresAfter,
    AlwaysHasMore,
    TellsNobody,
    TellsTwice,
    TellsInPairsSwapped,
    SaysDelivered,
    SaysUndelivered,
    KeepsDeletionsToItself,
    KeepsRestorationsToItself,
    KeepsAccountDeletionsToItself,
}

/// A memory store with a fault.
pub(crate) struct Broken {
    fault: Fault,
    inner: MemoryStore,
    sends: AtomicU64,
}

impl Broken {
    pub(crate) fn new(fault: Fault, changes: Arc<dyn Changes>) -> Self {
        let changes = Arc::new(BrokenChanges {
            fault,
            inner: changes,
            held: Mutex::default(),
        });
        Self {
            fault,
            inner: MemoryStore::new(changes),
            sends: AtomicU64::new(0),
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

fn all() -> Pattern {
    Pattern::new("*").unwrap()
}

impl Store for Broken {
    fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId> {
        match self.inner.account(name.as_str()).block() {
            Ok(account) if self.has(Fault::TakesNamesTwice) => Answer::Ready(Ok(account.id)),
            _ => self.inner.create_account(name, verifier),
        }
    }

    fn account(&self, name: &str) -> StoreResult<AccountRecord> {
        self.inner.account(name)
    }

    fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()> {
        if self.has(Fault::PretendsToDeleteAccounts) {
            return Answer::Ready(Ok(()));
        }
        self.inner.delete_account(id, now_ms)
    }

    fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page> {
        let mut query = query.clone();
        if self.has(Fault::IgnoresPatterns) {
            query.pattern = all();
        }
        if self.has(Fault::IgnoresAfter) {
            query.after = None;
        }
        let page = self.inner.list_accounts(&query);
        let always_more = self.has(Fault::AlwaysHasMore);
        page.map(move |page| {
            page.map(|page| Page {
                more: page.more || always_more,
                ..page
            })
        })
    }

    fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
        let number = self.sends.fetch_add(1, Ordering::Relaxed);
        let mut message = *message;
        let (shouted, cut) = (
            message.text.to_uppercase(),
            message.text.chars().take(200).collect::<String>(),
        );
        match self.fault {
            Fault::LosesEverySeventhMessage if number % 7 == 6 => {
                let sent = Sent {
                    id: MessageId(1_000_000 + number),
                    delivered: false,
                };
                return Answer::Ready(Ok(sent));
            }
            Fault::StoresTwice => drop(self.inner.send(&message).block()),
            Fault::ForgetsClientIds => message.client_id = None,
            Fault::AltersTexts => message.text = &shouted,
            Fault::CutsTexts => message.text = &cut,
            _ => {}
        }
        self.inner.send(&message)
    }

    fn unread_total(&self, reader: AccountId) -> StoreResult<u64> {
        let more = u64::from(self.has(Fault::CountsOneMoreAtLogIn));
        self.inner
            .unread_total(reader)
            .map(move |count| count.map(|count| count + more))
    }

    fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>> {
        let more = u64::from(self.has(Fault::CountsOneMoreByPeer));
        self.inner.unread(reader).map(move |counts| {
            let mut counts = counts?;
            for entry in &mut counts {
                entry.count += more;
            }
            Ok(counts)
        })
    }

    fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        let mut query = *query;
        match self.fault {
            Fault::ReadsAllThereIs => {
                let there = self.inner.unread_total(query.reader).block().unwrap_or(0);
                query.limit = query.limit.max(u32::try_from(there).unwrap());
            }
            Fault::ReadsFromEverybody => query.peer = None,
            _ => {}
        }
        let newest_first = self.has(Fault::ReadsNewestFirst);
        self.inner.read(&query).map(move |messages| {
            let mut messages = messages?;
            if newest_first {
                messages.reverse();
            }
            Ok(messages)
        })
    }

    fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()> {
        let mut query = *query;
        if self.has(Fault::MarksEverything) {
            query.up_to = MessageId(u64::MAX);
        }
        self.inner.mark_read(&query)
    }

    fn mark_one(&self, mark: MarkOne) -> StoreResult<()> {
        self.inner.mark_one(mark)
    }

    fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        let mut query = *query;
        if self.has(Fault::IgnoresBefore) {
            query.before = None;
        }
        let oldest_first = self.has(Fault::ShowsHistoryOldestFirst);
        self.inner.history(&query).map(move |messages| {
            let mut messages = messages?;
            if oldest_first {
                messages.reverse();
            }
            Ok(messages)
        })
    }

    fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>> {
        if self.has(Fault::PretendsToDelete) {
            return Answer::Ready(Ok(delete.ids.to_vec()));
        }
        self.inner.delete_messages(delete)
    }

    fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>> {
        let ids = undo.ids.to_vec();
        match self.fault {
            Fault::RestoresNothing => Answer::Ready(Ok(ids)),
            Fault::SaysItRestoredAll => self.inner.undo(undo).map(|_| Ok(ids)),
            _ => self.inner.undo(undo),
        }
    }

    fn sweep(&self, sweep: Sweep) -> StoreResult<()> {
        self.inner.sweep(sweep)
    }

    fn digest(&self) -> StoreResult<StateDigest> {
        self.inner.digest()
    }
}

/// The way of changes to the recipients, with a fault.
struct BrokenChanges {
    fault: Fault,
    inner: Arc<dyn Changes>,
    /// What waits to be told behind the message after it, by sender and recipient.
    held: Mutex<HashMap<(String, AccountId), Message<'static>>>,
}

impl BrokenChanges {
    /// Tells of a message only together with the one after it, which comes first.
    fn swap(&self, recipient: AccountId, message: &Message<'static>) -> bool {
        let mut held = self.held.lock().unwrap();
        let between = (message.from.to_string(), recipient);
        match held.remove(&between) {
            None => {
                held.insert(between, message.clone());
                true
            }
            Some(earlier) => {
                self.inner.message_stored(recipient, message);
                self.inner.message_stored(recipient, &earlier)
            }
        }
    }
}

impl Changes for BrokenChanges {
    fn message_stored(&self, recipient: AccountId, message: &Message<'static>) -> bool {
        match self.fault {
            Fault::TellsNobody => true,
            Fault::TellsInPairsSwapped => self.swap(recipient, message),
            Fault::TellsTwice => {
                self.inner.message_stored(recipient, message);
                self.inner.message_stored(recipient, message)
            }
            Fault::SaysDelivered => {
                self.inner.message_stored(recipient, message);
                true
            }
            Fault::SaysUndelivered => {
                self.inner.message_stored(recipient, message);
                false
            }
            _ => self.inner.message_stored(recipient, message),
        }
    }

    fn messages_deleted(&self, other: Addressee) {
        if self.fault != Fault::KeepsDeletionsToItself {
            self.inner.messages_deleted(other);
        }
    }

    fn messages_restored(&self, other: Addressee) {
        if self.fault != Fault::KeepsRestorationsToItself {
            self.inner.messages_restored(other);
        }
    }

    fn account_deleted(&self, account: &AccountRecord, peers: &[AccountId]) {
        if self.fault != Fault::KeepsAccountDeletionsToItself {
            self.inner.account_deleted(account, peers);
        }
    }
}
