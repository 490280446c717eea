//! One account as the memory store keeps it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::id_list::IdList;
use crate::fanout::NumberHasher;
use crate::message::ClientId;
use crate::store::{AccountId, AccountRecord, Sent};

/// A table by numbers that the store gives out itself.
pub(super) type ByNumber<K, V> = HashMap<K, V, BuildHasherDefault<NumberHasher>>;

/// One account, its side of each conversation, and what its client called its messages.
pub(super) struct Account {
    pub(super) record: AccountRecord,
    pub(super) conversations: ByNumber<AccountId, Conversation>,
    pub(super) client_ids: HashMap<ClientId, Sent>,
}

/// One party's side of a conversation. Messages to oneself are in one conversation with oneself.
#[derive(Default)]
pub(super) struct Conversation {
    /// All messages of both parties that are not deleted.
    pub(super) messages: IdList,
    /// Those from the peer that this party has not read.
    pub(super) unread: IdList,
    /// Deleted ones that can still be undone.
    pub(super) deleted: IdList,
}

impl Account {
    pub(super) fn new(record: AccountRecord) -> Self {
        Self {
            record,
            conversations: ByNumber::default(),
            client_ids: HashMap::new(),
        }
    }

    pub(super) fn with(&mut self, peer: AccountId) -> &mut Conversation {
        self.conversations.entry(peer).or_default()
    }

    pub(super) fn unread_total(&self) -> u64 {
        self.conversations
            .values()
            .map(|conversation| conversation.unread.len() as u64)
            .sum()
    }
}
