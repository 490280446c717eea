//! What is behind the memory store's lock.

mod deletion;
mod reading;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use super::account::{Account, ByNumber};
use crate::error::{ErrorCode, Refusal};
use crate::message::{ClientId, Message, MessageId, Verifier};
use crate::name::Name;
use crate::store::{AccountId, AccountRecord, Changes, ListQuery, NewMessage, Page, Sent};
use crate::text::Text;

/// All accounts and messages.
#[derive(Default)]
pub(super) struct State {
    last_account: u64,
    last_message: u64,
    by_name: HashMap<Arc<str>, AccountId>,
    names: BTreeSet<Arc<str>>,
    accounts: ByNumber<AccountId, Account>,
    messages: ByNumber<MessageId, Row>,
    /// Deletions that can be undone, oldest first.
    deletions: VecDeque<(u64, MessageId)>,
    /// `client_id`s that outlive their messages, oldest deletion first.
    outlived: VecDeque<(u64, AccountId, ClientId)>,
}

/// One message; names are the accounts'.
struct Row {
    from: AccountId,
    to: AccountId,
    text: Arc<str>,
    sent_at_ms: u64,
    read: bool,
    client_id: Option<ClientId>,
    deleted: Option<Deletion>,
}

/// A deletion that can be undone.
#[derive(Clone, Copy)]
struct Deletion {
    by: AccountId,
    at_ms: u64,
}

impl State {
    pub(super) fn create_account(
        &mut self,
        name: &Name,
        verifier: &Verifier,
    ) -> Result<AccountId, Refusal> {
        if self.by_name.contains_key(name.as_str()) {
            return Err(ErrorCode::AccountExists.into());
        }
        self.last_account += 1;
        let id = AccountId(self.last_account);
        let name = Arc::clone(name.shared());
        self.by_name.insert(Arc::clone(&name), id);
        self.names.insert(Arc::clone(&name));
        self.accounts.insert(
            id,
            Account::new(AccountRecord {
                id,
                name,
                verifier: *verifier,
            }),
        );
        Ok(id)
    }

    pub(super) fn account_by_name(&self, name: &str) -> Result<&Account, Refusal> {
        let id = self.id_of(name)?;
        self.accounts
            .get(&id)
            .ok_or_else(|| ErrorCode::NoSuchAccount.into())
    }

    pub(super) fn list_accounts(&self, query: &ListQuery<'_>) -> Page {
        let start = query.after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut matching = self
            .names
            .range::<str, _>((start, Bound::Unbounded))
            .filter(|name| query.pattern.matches(name));
        let names = matching
            .by_ref()
            .take(query.limit as usize)
            .cloned()
            .collect();
        Page {
            names,
            more: matching.next().is_some(),
        }
    }

    pub(super) fn send(
        &mut self,
        message: &NewMessage<'_>,
        changes: &dyn Changes,
    ) -> Result<Sent, Refusal> {
        let from = self
            .accounts
            .get(&message.from)
            .ok_or(ErrorCode::NotLoggedIn)?;
        if let Some(sent) = message
            .client_id
            .and_then(|client_id| from.client_ids.get(&client_id))
        {
            return Ok(*sent);
        }
        let from_name = Arc::clone(&from.record.name);
        let (to_name, &to) = self
            .by_name
            .get_key_value(message.to)
            .ok_or(ErrorCode::NoSuchAccount)?;
        self.last_message += 1;
        let id = MessageId(self.last_message);
        let text: Arc<str> = Arc::from(message.text);
        let told = Message {
            id,
            from: Text::Shared(from_name),
            to: Text::Shared(Arc::clone(to_name)),
            text: Text::Shared(Arc::clone(&text)),
            sent_at_ms: message.sent_at_ms,
            read: false,
        };
        self.insert(
            id,
            Row {
                from: message.from,
                to,
                text,
                sent_at_ms: message.sent_at_ms,
                read: false,
                client_id: message.client_id,
                deleted: None,
            },
        );
        let sent = Sent {
            id,
            delivered: changes.message_stored(to, &told),
        };
        self.remember(message, sent);
        Ok(sent)
    }

    fn insert(&mut self, id: MessageId, row: Row) {
        if row.from != row.to
            && let Some(sender) = self.accounts.get_mut(&row.from)
        {
            sender.with(row.to).messages.add(id);
        }
        if let Some(recipient) = self.accounts.get_mut(&row.to) {
            let conversation = recipient.with(row.from);
            conversation.messages.add(id);
            conversation.unread.add(id);
        }
        self.messages.insert(id, row);
    }

    fn remember(&mut self, message: &NewMessage<'_>, sent: Sent) {
        if let (Some(client_id), Some(from)) =
            (message.client_id, self.accounts.get_mut(&message.from))
        {
            from.client_ids.insert(client_id, sent);
        }
    }

    fn id_of(&self, name: &str) -> Result<AccountId, Refusal> {
        self.by_name
            .get(name)
            .copied()
            .ok_or_else(|| ErrorCode::NoSuchAccount.into())
    }

    /// The account that acts; one that is gone has no session.
    fn actor(&self, id: AccountId) -> Result<&Account, Refusal> {
        self.accounts
            .get(&id)
            .ok_or_else(|| ErrorCode::NotLoggedIn.into())
    }

    fn actor_mut(&mut self, id: AccountId) -> Result<&mut Account, Refusal> {
        self.accounts
            .get_mut(&id)
            .ok_or_else(|| ErrorCode::NotLoggedIn.into())
    }

    fn name_of(&self, id: AccountId) -> Arc<str> {
        self.accounts
            .get(&id)
            .map_or_else(|| Arc::from(""), |account| Arc::clone(&account.record.name))
    }
}
