//! What is wrong with keeping messages: some are forgotten, some altered, or it takes longer than it should.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use server_core::digest::StateDigest;
use server_core::fanout::Fanout;
use server_core::message::{Message, MessageId, UnreadCount, Verifier};
use server_core::name::Name;
use server_core::store::{
    AccountId, AccountRecord, DeleteIds, HistoryQuery, ListQuery, MarkOne, MarkQuery, NewMessage,
    Page, ReadQuery, Sent, Store, StoreResult, Sweep, UndoIds,
};

use super::delay::Delayer;
use super::{Burner, Fault, is_nth};

/// The number that is given to a message that is forgotten: no store gets that far.
const FORGOTTEN_ID: MessageId = MessageId(1 << 50);

/// A store with a fault.
pub(super) struct FaultyStore {
    fault: Fault,
    inner: Arc<dyn Store>,
    fanout: Arc<Fanout>,
    sent: AtomicU64,
    delayer: Delayer,
}

impl FaultyStore {
    pub(super) fn new(fault: Fault, inner: Arc<dyn Store>, fanout: Arc<Fanout>) -> Self {
        Self {
            fault,
            inner,
            fanout,
            sent: AtomicU64::new(0),
            delayer: Delayer::default(),
        }
    }

    /// Answers as if the message had been stored.
    fn forget(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
        let fanout = Arc::clone(&self.fanout);
        self.inner.account(message.to).map(move |recipient| {
            Ok(Sent {
                id: FORGOTTEN_ID,
                delivered: fanout.is_online(recipient?.id),
            })
        })
    }
}

/// The text with another first character, one that no text of a workload begins with unless the altered one does.
fn altered(text: &str) -> String {
    let first = if text.starts_with('!') { '?' } else { '!' };
    std::iter::once(first).chain(text.chars().skip(1)).collect()
}

impl Store for FaultyStore {
    fn send(&self, message: &NewMessage<'_>) -> StoreResult<Sent> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Fault::Forget(every) if is_nth(number, every) => return self.forget(message),
            Fault::Alter(every) if is_nth(number, every) => {
                return self.inner.send(&NewMessage {
                    text: &altered(message.text),
                    ..*message
                });
            }
            Fault::Burn(percent) => Burner::new(percent).message(),
            Fault::Delay(delay) => {
                let answer = self.inner.send(message);
                return self.delayer.hold_back(delay, number, answer);
            }
            _ => {}
        }
        self.inner.send(message)
    }

    fn create_account(&self, name: &Name, verifier: &Verifier) -> StoreResult<AccountId> {
        self.inner.create_account(name, verifier)
    }

    fn account(&self, name: &str) -> StoreResult<AccountRecord> {
        self.inner.account(name)
    }

    fn delete_account(&self, id: AccountId, now_ms: u64) -> StoreResult<()> {
        self.inner.delete_account(id, now_ms)
    }

    fn list_accounts(&self, query: &ListQuery<'_>) -> StoreResult<Page> {
        self.inner.list_accounts(query)
    }

    fn unread_total(&self, reader: AccountId) -> StoreResult<u64> {
        self.inner.unread_total(reader)
    }

    fn unread(&self, reader: AccountId) -> StoreResult<Vec<UnreadCount<'static>>> {
        self.inner.unread(reader)
    }

    fn read(&self, query: &ReadQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        self.inner.read(query)
    }

    fn mark_read(&self, query: &MarkQuery<'_>) -> StoreResult<()> {
        self.inner.mark_read(query)
    }

    fn mark_one(&self, mark: MarkOne) -> StoreResult<()> {
        self.inner.mark_one(mark)
    }

    fn history(&self, query: &HistoryQuery<'_>) -> StoreResult<Vec<Message<'static>>> {
        self.inner.history(query)
    }

    fn delete_messages(&self, delete: &DeleteIds<'_>) -> StoreResult<Vec<MessageId>> {
        self.inner.delete_messages(delete)
    }

    fn undo(&self, undo: &UndoIds<'_>) -> StoreResult<Vec<MessageId>> {
        self.inner.undo(undo)
    }

    fn sweep(&self, sweep: Sweep) -> StoreResult<()> {
        self.inner.sweep(sweep)
    }

    fn digest(&self) -> StoreResult<StateDigest> {
        self.inner.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_is_altered() {
        assert_eq!(altered("0000a"), "!000a");
        assert_eq!(altered("\u{20ac}5"), "!5");
        assert_eq!(altered("!"), "?");
    }
}
