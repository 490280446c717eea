//! Sending messages.

use std::sync::Arc;

use super::accounts;
use super::database::{Database, Failure, message_id, stored};
use super::job::{Herald, Write};
use super::statements;
use crate::message::{ClientId, Message, MessageId};
use crate::store::{AccountId, Sent};
use crate::text::Text;

/// Stores a message as unread, or finds the one that was stored under this `client_id` before.
pub(super) struct StoreMessage {
    pub(super) from: AccountId,
    pub(super) to: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) client_id: Option<ClientId>,
    pub(super) sent_at_ms: u64,
}

/// What became of it.
pub(super) enum Stored {
    /// It is new.
    New {
        recipient: AccountId,
        message: Message<'static>,
    },
    /// It was there before.
    Known(Sent),
}

impl Write for StoreMessage {
    type Done = Stored;
    type Reply = Sent;

    fn apply(&self, database: &Database) -> Result<Stored, Failure> {
        let from_name = accounts::actor(database, self.from)?;
        if let Some(sent) = self.sent_before(database)? {
            return Ok(Stored::Known(sent));
        }
        let recipient = accounts::id_of(database, &self.to)?;
        let id = self.insert(database, recipient)?;
        let message = Message {
            id,
            from: Text::Shared(from_name),
            to: Text::Shared(Arc::clone(&self.to)),
            text: Text::Shared(Arc::clone(&self.text)),
            sent_at_ms: self.sent_at_ms,
            read: false,
        };
        Ok(Stored::New { recipient, message })
    }

    fn announce(&self, done: Stored, herald: &mut Herald) -> Sent {
        match done {
            Stored::New { recipient, message } => {
                let sent = Sent {
                    id: message.id,
                    delivered: herald.changes().message_stored(recipient, &message),
                };
                if let (true, Some(client_id)) = (sent.delivered, self.client_id) {
                    herald.delivered(self.from, client_id, sent.id);
                }
                sent
            }
            Stored::Known(Sent { id, delivered }) => Sent {
                id,
                delivered: delivered || herald.has_delivered(id),
            },
        }
    }
}

impl StoreMessage {
    fn sent_before(&self, database: &Database) -> Result<Option<Sent>, Failure> {
        let Some(client_id) = self.client_id else {
            return Ok(None);
        };
        let key = (stored(self.from.0), client_id.0);
        let sent = database.one(statements::SENT_AS, key, |row| {
            Ok(Sent {
                id: message_id(row, 0)?,
                delivered: row.get(1)?,
            })
        })?;
        Ok(sent)
    }

    fn insert(&self, database: &Database, recipient: AccountId) -> Result<MessageId, Failure> {
        let (from, to) = (stored(self.from.0), stored(recipient.0));
        let client_id = self.client_id.map(|client_id| client_id.0);
        let values = (from, to, stored(self.sent_at_ms), &*self.text, client_id);
        database.run(statements::ADD_MESSAGE, values)?;
        let id = database.last_id();
        if database.run(statements::ADD_CONVERSATION, (from, to))? > 0 {
            database.run(statements::ADD_CONVERSATION, (to, from))?;
        }
        if let Some(client_id) = client_id {
            database.run(statements::ADD_CLIENT_ID, (from, client_id, id))?;
        }
        Ok(MessageId(id.cast_unsigned()))
    }
}
