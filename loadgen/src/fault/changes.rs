//! What is wrong with the way of changes to those who are online: messages come twice, or in another order.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use server_core::Message;
use server_core::store::{AccountId, AccountRecord, Addressee, Changes};

use super::{Fault, is_nth};

/// Tells `inner` of all changes, but for a fault.
pub(super) struct FaultyChanges {
    fault: Fault,
    inner: Arc<dyn Changes>,
    stored: AtomicU64,
    /// What is told behind the next message from its sender to its recipient.
    held: Mutex<HashMap<Between, Message<'static>>>,
}

/// A sender and a recipient.
type Between = (String, AccountId);

impl FaultyChanges {
    pub(super) fn new(fault: Fault, inner: Arc<dyn Changes>) -> Self {
        Self {
            fault,
            inner,
            stored: AtomicU64::new(0),
            held: Mutex::default(),
        }
    }

    fn swap(&self, recipient: AccountId, message: &Message<'static>, is_due: bool) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let between = (message.from.to_string(), recipient);
        match held.remove(&between) {
            Some(earlier) => {
                let went_out = self.inner.message_stored(recipient, message);
                self.inner.message_stored(recipient, &earlier);
                went_out
            }
            None if is_due => {
                held.insert(between, message.clone());
                true
            }
            None => self.inner.message_stored(recipient, message),
        }
    }
}

impl Changes for FaultyChanges {
    fn message_stored(&self, recipient: AccountId, message: &Message<'static>) -> bool {
        let number = self.stored.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Fault::Double(every) if is_nth(number, every) => {
                self.inner.message_stored(recipient, message);
                self.inner.message_stored(recipient, message)
            }
            Fault::Swap(every) => self.swap(recipient, message, is_nth(number, every)),
            _ => self.inner.message_stored(recipient, message),
        }
    }

    fn messages_deleted(&self, other: Addressee) {
        self.inner.messages_deleted(other);
    }

    fn messages_restored(&self, other: Addressee) {
        self.inner.messages_restored(other);
    }

    fn account_deleted(&self, account: &AccountRecord, peers: &[AccountId]) {
        self.inner.account_deleted(account, peers);
    }
}

#[cfg(test)]
mod tests {
    use server_core::message::MessageId;

    use super::*;

    #[derive(Default)]
    struct Heard(Mutex<Vec<u64>>);

    impl Changes for Heard {
        fn message_stored(&self, _recipient: AccountId, message: &Message<'static>) -> bool {
            self.0.lock().expect("nobody panicked").push(message.id.0);
            true
        }

        fn messages_deleted(&self, _other: Addressee) {}

        fn messages_restored(&self, _other: Addressee) {}

        fn account_deleted(&self, _account: &AccountRecord, _peers: &[AccountId]) {}
    }

    #[track_caller]
    fn check(fault: Fault, messages: &[(&'static str, u64)], heard: &[u64]) {
        let inner = Arc::new(Heard::default());
        let changes = FaultyChanges::new(fault, Arc::clone(&inner) as _);
        for (from, id) in messages {
            let message = Message {
                id: MessageId(*id),
                from: (*from).into(),
                to: "c".into(),
                text: "x".into(),
                sent_at_ms: 0,
                read: false,
            };
            assert!(changes.message_stored(AccountId(1), &message), "{id}");
        }
        assert_eq!(*inner.0.lock().expect("nobody panicked"), heard);
    }

    #[test]
    fn messages_come_twice_or_swapped() {
        check(
            Fault::Double(2),
            &[("a", 1), ("a", 2), ("a", 3)],
            &[1, 2, 2, 3],
        );
        check(Fault::Swap(2), &[("a", 1), ("a", 2), ("a", 3)], &[1, 3, 2]);
        check(
            Fault::Swap(2),
            &[("a", 1), ("a", 2), ("b", 3), ("a", 4)],
            &[1, 3, 4, 2],
        );
    }
}
