//! A store with a listener, and short ways to call it.

use std::sync::Arc;

use server_core::message::{ClientId, Message, MessageId, Verifier};
use server_core::name::Name;
use server_core::pattern::Pattern;
use server_core::store::memory::MemoryStore;
use server_core::store::sqlite::{SqlitePerRequest, SqliteStore};
use server_core::store::{
    AccountId, DeleteIds, Fewer, HistoryQuery, ListQuery, MarkOne, MarkQuery, NewMessage, Page,
    ReadQuery, Sent, Store, Sweep, UndoIds,
};
use server_core::{ErrorCode, Refusal};

use super::model::Model;
use super::told::Recorder;

/// When it is, unless a test says otherwise.
pub(crate) const NOW_MS: u64 = 1_700_000_000_000;

/// How long deletions can be undone, where they can.
pub(crate) const GRACE_MS: u64 = 30_000;

/// A store and all that it told.
pub(crate) struct World {
    /// Which kind it is.
    pub(crate) kind: Kind,
    /// The store.
    pub(crate) store: Arc<dyn Store>,
    /// What it told.
    pub(crate) told: Arc<Recorder>,
    _folder: Option<tempfile::TempDir>,
}

/// The stores that there are, and the model that they are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Memory,
    Sqlite,
    SqlitePerRequest,
    Model,
}

impl Kind {
    /// An empty store of this kind.
    pub(crate) fn open(self) -> World {
        match self {
            Self::Memory => memory(),
            Self::Sqlite => sqlite(),
            Self::SqlitePerRequest => sqlite_per_request(),
            Self::Model => model(),
        }
    }

    /// How many random scripts are worth their time: those that wait for the disk get fewer.
    pub(crate) fn cases(self) -> u32 {
        match self {
            Self::Memory | Self::Model => 512,
            Self::Sqlite => 48,
            Self::SqlitePerRequest => 16,
        }
    }
}

impl World {
    /// The world of a store whose file is the caller's.
    pub(crate) fn of(kind: Kind, store: Arc<dyn Store>, told: Arc<Recorder>) -> Self {
        Self {
            kind,
            store,
            told,
            _folder: None,
        }
    }
}

/// A world whose store is in memory.
pub(crate) fn memory() -> World {
    let told = Arc::<Recorder>::default();
    World {
        kind: Kind::Memory,
        store: Arc::new(MemoryStore::new(told.clone())),
        told,
        _folder: None,
    }
}

/// A world whose store is the plain model.
pub(crate) fn model() -> World {
    let told = Arc::<Recorder>::default();
    World {
        kind: Kind::Model,
        store: Arc::new(Model::new(told.clone())),
        told,
        _folder: None,
    }
}

/// A world whose store is in a file, with connections that are kept.
pub(crate) fn sqlite() -> World {
    let (told, folder) = (Arc::<Recorder>::default(), tempfile::tempdir().unwrap());
    let store = SqliteStore::open(folder.path().join("chat.db"), told.clone()).unwrap();
    World {
        kind: Kind::Sqlite,
        store: Arc::new(store),
        told,
        _folder: Some(folder),
    }
}

/// A world whose store is in a file, with connections that are opened for each request.
pub(crate) fn sqlite_per_request() -> World {
    let (told, folder) = (Arc::<Recorder>::default(), tempfile::tempdir().unwrap());
    let store = SqlitePerRequest::open(folder.path().join("chat.db"), told.clone()).unwrap();
    World {
        kind: Kind::SqlitePerRequest,
        store: Arc::new(store),
        told,
        _folder: Some(folder),
    }
}

/// A verifier that differs by `seed`.
pub(crate) fn verifier(seed: u8) -> Verifier {
    Verifier {
        salt: [seed; 16],
        iterations: 4_096 + u32::from(seed),
        stored_key: [seed; 32],
        server_key: [!seed; 32],
    }
}

/// Whether a call was refused with this code.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>, code: ErrorCode) {
    assert_eq!(result.unwrap_err().code, code);
}

/// What messages say, in their order.
pub(crate) fn texts(messages: &[Message<'_>]) -> Vec<String> {
    messages
        .iter()
        .map(|message| message.text.to_string())
        .collect()
}

impl World {
    pub(crate) fn try_create(&self, name: &str) -> Result<AccountId, Refusal> {
        self.store
            .create_account(&Name::new(name).unwrap(), &verifier(1))
            .block()
    }

    pub(crate) fn create(&self, name: &str) -> AccountId {
        self.try_create(name).unwrap()
    }

    pub(crate) fn create_all<const N: usize>(&self, names: [&str; N]) -> [AccountId; N] {
        names.map(|name| self.create(name))
    }

    pub(crate) fn delete_account(&self, id: AccountId) {
        self.store.delete_account(id, NOW_MS).block().unwrap();
    }

    pub(crate) fn try_send(&self, from: AccountId, to: &str, text: &str) -> Result<Sent, Refusal> {
        self.store.send(&new_message(from, to, text)).block()
    }

    pub(crate) fn send(&self, from: AccountId, to: &str, text: &str) -> MessageId {
        self.try_send(from, to, text).unwrap().id
    }

    /// Sends "hello" under a `client_id` of 16 times this byte.
    pub(crate) fn try_send_as(
        &self,
        from: AccountId,
        to: &str,
        client_id: u8,
    ) -> Result<Sent, Refusal> {
        let client_id = Some(ClientId([client_id; 16]));
        self.store
            .send(&NewMessage {
                client_id,
                ..new_message(from, to, "hello")
            })
            .block()
    }

    pub(crate) fn send_as(&self, from: AccountId, to: &str, client_id: u8) -> Sent {
        self.try_send_as(from, to, client_id).unwrap()
    }

    pub(crate) fn try_read(
        &self,
        reader: AccountId,
        peer: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Message<'static>>, Refusal> {
        let fewer = Fewer::Refused;
        self.store
            .read(&ReadQuery {
                reader,
                peer,
                limit,
                fewer,
            })
            .block()
    }

    /// Takes up to so many.
    pub(crate) fn take(&self, reader: AccountId, peer: Option<&str>, limit: u32) -> Vec<String> {
        let fewer = Fewer::Taken;
        let query = ReadQuery {
            reader,
            peer,
            limit,
            fewer,
        };
        texts(&self.store.read(&query).block().unwrap())
    }

    pub(crate) fn mark_one(&self, reader: AccountId, id: MessageId) {
        self.store.mark_one(MarkOne { reader, id }).block().unwrap();
    }

    pub(crate) fn read(&self, reader: AccountId, limit: u32) -> Vec<String> {
        texts(&self.try_read(reader, None, limit).unwrap())
    }

    pub(crate) fn try_mark(
        &self,
        reader: AccountId,
        peer: &str,
        up_to: MessageId,
    ) -> Result<(), Refusal> {
        self.store
            .mark_read(&MarkQuery {
                reader,
                peer,
                up_to,
            })
            .block()
    }

    pub(crate) fn mark(&self, reader: AccountId, peer: &str, up_to: MessageId) {
        self.try_mark(reader, peer, up_to).unwrap();
    }

    pub(crate) fn unread(&self, reader: AccountId) -> Vec<(String, u64)> {
        let counts = self.store.unread(reader).block().unwrap();
        let counts: Vec<_> = counts
            .into_iter()
            .map(|count| (count.peer.to_string(), count.count))
            .collect();
        let total = self.store.unread_total(reader).block().unwrap();
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), total);
        counts
    }

    pub(crate) fn unread_total(&self, reader: AccountId) -> u64 {
        self.unread(reader).iter().map(|(_, count)| count).sum()
    }

    pub(crate) fn try_history(
        &self,
        reader: AccountId,
        peer: &str,
    ) -> Result<Vec<Message<'static>>, Refusal> {
        self.store
            .history(&HistoryQuery {
                reader,
                peer,
                before: None,
                limit: 1_000,
            })
            .block()
    }

    pub(crate) fn history(&self, reader: AccountId, peer: &str) -> Vec<Message<'static>> {
        self.try_history(reader, peer).unwrap()
    }

    pub(crate) fn page(
        &self,
        reader: AccountId,
        peer: &str,
        before: Option<MessageId>,
        limit: u32,
    ) -> Vec<String> {
        texts(
            &self
                .store
                .history(&HistoryQuery {
                    reader,
                    peer,
                    before,
                    limit,
                })
                .block()
                .unwrap(),
        )
    }

    pub(crate) fn list(&self, pattern: &str, after: Option<&str>, limit: u32) -> Page {
        let pattern = Pattern::new(pattern).unwrap();
        self.store
            .list_accounts(&ListQuery {
                pattern,
                after,
                limit,
            })
            .block()
            .unwrap()
    }

    /// Deletes for good.
    pub(crate) fn delete(&self, by: AccountId, ids: &[MessageId]) -> Vec<MessageId> {
        let delete = DeleteIds {
            by,
            ids,
            now_ms: NOW_MS,
            undo_grace_ms: 0,
        };
        self.store.delete_messages(&delete).block().unwrap()
    }

    /// Deletes in such a way that it can be undone.
    pub(crate) fn hide(&self, by: AccountId, ids: &[MessageId]) -> Vec<MessageId> {
        let delete = DeleteIds {
            by,
            ids,
            now_ms: NOW_MS,
            undo_grace_ms: GRACE_MS,
        };
        self.store.delete_messages(&delete).block().unwrap()
    }

    pub(crate) fn undo_at(&self, by: AccountId, ids: &[MessageId], now_ms: u64) -> Vec<MessageId> {
        let undo = UndoIds {
            by,
            ids,
            now_ms,
            undo_grace_ms: GRACE_MS,
        };
        self.store.undo(&undo).block().unwrap()
    }

    pub(crate) fn undo(&self, by: AccountId, ids: &[MessageId]) -> Vec<MessageId> {
        self.undo_at(by, ids, NOW_MS)
    }

    pub(crate) fn sweep_at(&self, now_ms: u64) {
        self.store
            .sweep(Sweep {
                now_ms,
                undo_grace_ms: GRACE_MS,
            })
            .block()
            .unwrap();
    }
}

/// A message without a `client_id`.
pub(crate) fn new_message<'a>(from: AccountId, to: &'a str, text: &'a str) -> NewMessage<'a> {
    NewMessage {
        from,
        to,
        text,
        client_id: None,
        sent_at_ms: NOW_MS,
    }
}
