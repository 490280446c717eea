//! Who is online, and where: the one seam that events pass on their way from a sender to a recipient.
//!
//! Within one process it is a table of outboxes. Nothing else may assume that sender and recipient share one.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::message::{Event, Message};
use crate::session::Outbox;
use crate::store::{AccountId, AccountRecord, Addressee, Changes};

/// The outboxes of those who are online.
#[derive(Default)]
pub struct Fanout {
    online: Mutex<Online>,
    telling: Telling,
}

/// Whether those who are online are told of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// As soon as there is something to tell.
    #[default]
    Push,
    /// Never: who wants to know has to ask, and replies say that nothing was delivered. For measuring what that costs.
    WhenAsked,
}

type Online = HashMap<AccountId, Arc<Outbox>, BuildHasherDefault<NumberHasher>>;

impl Fanout {
    /// Tells as it is said here; [`Fanout::default`] pushes.
    #[must_use]
    pub fn new(telling: Telling) -> Self {
        Self {
            telling,
            ..Self::default()
        }
    }

    /// From now on, events for `account` go to `outbox`; gives back the outbox that they went to before.
    pub fn attach(&self, account: AccountId, outbox: Arc<Outbox>) -> Option<Arc<Outbox>> {
        self.online().insert(account, outbox)
    }

    /// Takes `account` offline if its events go to `outbox`; tells whether they did.
    pub fn detach(&self, account: AccountId, outbox: &Arc<Outbox>) -> bool {
        let mut online = self.online();
        let attached = online
            .get(&account)
            .is_some_and(|current| Arc::ptr_eq(current, outbox));
        if attached {
            online.remove(&account);
        }
        attached
    }

    /// Whether events for `account` go anywhere.
    pub fn is_online(&self, account: AccountId) -> bool {
        self.online().contains_key(&account)
    }

    /// Tells everyone who is online.
    pub fn tell_all(&self, event: &Event<'static>) {
        for outbox in self.online().values() {
            outbox.push(event.clone());
        }
    }

    fn tell(&self, account: AccountId, event: impl FnOnce() -> Event<'static>) -> bool {
        match (self.telling, self.online().get(&account)) {
            (Telling::Push, Some(outbox)) => outbox.push(event()),
            _ => false,
        }
    }

    fn online(&self) -> MutexGuard<'_, Online> {
        self.online.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Changes for Fanout {
    fn message_stored(&self, recipient: AccountId, message: &Message<'static>) -> bool {
        self.tell(recipient, || Event::MessageReceived(message.clone()))
    }

    fn messages_deleted(&self, other: Addressee) {
        self.tell(other.id, || Event::MessagesDeleted {
            ids: other.ids.into(),
        });
    }

    fn messages_restored(&self, other: Addressee) {
        self.tell(other.id, || Event::MessagesRestored {
            ids: other.ids.into(),
        });
    }

    fn account_deleted(&self, account: &AccountRecord, peers: &[AccountId]) {
        for &peer in peers.iter().filter(|&&peer| peer != account.id) {
            self.tell(peer, || Event::AccountDeleted {
                name: Arc::clone(&account.name).into(),
            });
        }
    }
}

/// Spreads account numbers, which the server gives out itself, so that nobody can choose colliding ones
/// (Fibonacci hashing; Knuth, TAOCP 3, section 6.4).
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl std::hash::Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(26);
    }
}
