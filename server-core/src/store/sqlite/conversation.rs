//! Looking back in a conversation, and at all of them.

use std::sync::Arc;

use super::accounts;
use super::database::{Database, Failure, account_id, message_id, number, stored};
use super::statements;
use crate::digest::{DigestBuilder, DigestEntry, StateDigest};
use crate::message::{Message, MessageId};
use crate::store::{AccountId, HistoryQuery};
use crate::text::Text;

/// The state of a message that was read.
const READ: u8 = 1;

/// Which part of a conversation to look at.
pub(super) struct History {
    reader: AccountId,
    peer: Arc<str>,
    before: MessageId,
    limit: u32,
}

impl From<&HistoryQuery<'_>> for History {
    fn from(query: &HistoryQuery<'_>) -> Self {
        Self {
            reader: query.reader,
            peer: query.peer.into(),
            before: query.before.unwrap_or(MessageId(u64::MAX)),
            limit: query.limit,
        }
    }
}

impl History {
    pub(super) fn page(&self, database: &Database) -> Result<Vec<Message<'static>>, Failure> {
        let peer = accounts::id_of(database, &self.peer)?;
        let reader_name = accounts::actor(database, self.reader)?;
        let range = (
            stored(self.reader.0),
            stored(peer.0),
            stored(self.before.0),
            self.limit,
        );
        let messages = database.all(statements::HISTORY, range, |row| {
            let (from, to) = if account_id(row, 1)? == self.reader {
                (&reader_name, &self.peer)
            } else {
                (&self.peer, &reader_name)
            };
            Ok(Message {
                id: message_id(row, 0)?,
                from: Text::Shared(Arc::clone(from)),
                to: Text::Shared(Arc::clone(to)),
                text: Text::Shared(row.get(4)?),
                sent_at_ms: number(row, 3)?,
                read: row.get::<_, u8>(2)? == READ,
            })
        })?;
        Ok(messages)
    }
}

/// The digest of all conversations as they stand.
pub(super) fn digest(database: &Database) -> Result<StateDigest, Failure> {
    let mut statement = database.statement(statements::EVERYTHING)?;
    let mut rows = statement.query(())?;
    let mut builder = DigestBuilder::default();
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        builder.add(DigestEntry {
            from: text(0)?,
            to: text(1)?,
            text: text(2)?,
            read: row.get::<_, u8>(3)? == READ,
        });
    }
    Ok(builder.finish())
}
