//! A listener that writes down what it is told.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use server_core::message::{Message, MessageId};
use server_core::store::{AccountId, AccountRecord, Addressee, Changes};

/// One change, as a store told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A message was stored.
    Stored(AccountId, Message<'static>),
    /// Messages were deleted.
    Deleted(AccountId, Vec<MessageId>),
    /// Messages came back.
    Restored(AccountId, Vec<MessageId>),
    /// An account is gone.
    Gone(AccountId, String, Vec<AccountId>),
}

/// Writes changes down, and plays those who are online.
#[derive(Default)]
pub(crate) struct Recorder {
    told: Mutex<Vec<Told>>,
    online: Mutex<HashSet<AccountId>>,
    gate: Mutex<()>,
}

impl Recorder {
    /// All that was told since it was last asked.
    pub(crate) fn take(&self) -> Vec<Told> {
        std::mem::take(&mut *self.told.lock().unwrap())
    }

    /// From now on events go out to this account.
    pub(crate) fn put_online(&self, account: AccountId) {
        self.online.lock().unwrap().insert(account);
    }

    /// From now on events don't.
    pub(crate) fn put_offline(&self, account: AccountId) {
        self.online.lock().unwrap().remove(&account);
    }

    /// Until the guard is dropped, whoever tells of a message is held, and with it the store's writer.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().unwrap()
    }

    fn note(&self, told: Told) {
        self.told.lock().unwrap().push(told);
    }
}

impl Changes for Recorder {
    fn message_stored(&self, recipient: AccountId, message: &Message<'static>) -> bool {
        drop(self.gate.lock().unwrap());
        self.note(Told::Stored(recipient, message.clone()));
        self.online.lock().unwrap().contains(&recipient)
    }

    fn messages_deleted(&self, other: Addressee) {
        self.note(Told::Deleted(other.id, other.ids));
    }

    fn messages_restored(&self, other: Addressee) {
        self.note(Told::Restored(other.id, other.ids));
    }

    /// Whether an account is among its own peers is left open: it is past being told.
    fn account_deleted(&self, account: &AccountRecord, peers: &[AccountId]) {
        let peers = peers
            .iter()
            .copied()
            .filter(|&peer| peer != account.id)
            .collect();
        self.note(Told::Gone(account.id, account.name.to_string(), peers));
    }
}
