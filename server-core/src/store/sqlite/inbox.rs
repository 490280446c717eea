//! What waits unread: counting, taking, marking.

use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use rusqlite::Row;

use super::accounts;
use super::database::{Database, Failure, account_id, message_id, number, stored};
use super::job::{Herald, Write};
use super::statements;
use crate::error::{ErrorCode, Refusal};
use crate::limits::PAGE_MAX;
use crate::message::{Message, MessageId, UnreadCount};
use crate::store::{AccountId, Fewer, MarkOne};
use crate::text::Text;

/// How many messages wait.
pub(super) fn unread_total(database: &Database, reader: AccountId) -> Result<u64, Failure> {
    accounts::actor(database, reader)?;
    let count = database.one(statements::UNREAD_TOTAL, [stored(reader.0)], |row| {
        number(row, 0)
    })?;
    Ok(count.unwrap_or_default())
}

/// How many messages wait, by sender.
pub(super) fn unread(
    database: &Database,
    reader: AccountId,
) -> Result<Vec<UnreadCount<'static>>, Failure> {
    accounts::actor(database, reader)?;
    let counts = database.all(
        statements::UNREAD_BY_PEER,
        (stored(reader.0), PAGE_MAX),
        |row| {
            Ok(UnreadCount {
                peer: Text::Shared(row.get(0)?),
                count: number(row, 1)?,
            })
        },
    )?;
    Ok(counts)
}

/// Takes the oldest unread messages and marks them as read.
pub(super) struct TakeUnread {
    pub(super) reader: AccountId,
    pub(super) peer: Option<Box<str>>,
    pub(super) limit: u32,
    pub(super) fewer: Fewer,
}

impl Write for TakeUnread {
    type Done = Vec<Message<'static>>;
    type Reply = Vec<Message<'static>>;

    fn apply(&self, database: &Database) -> Result<Self::Done, Failure> {
        let peer = match &self.peer {
            Some(name) => Some(accounts::id_of(database, name)?),
            None => None,
        };
        let reader_name = accounts::actor(database, self.reader)?;
        let waiting = self.oldest(database, peer)?;
        if waiting.len() < self.limit as usize && self.fewer == Fewer::Refused {
            return Err(
                Refusal::with_detail(ErrorCode::NotEnoughUnread, waiting.len() as u64).into(),
            );
        }
        let mut senders = HashMap::new();
        waiting
            .into_iter()
            .map(|id| take(database, id, &reader_name, &mut senders))
            .collect()
    }

    fn announce(&self, messages: Self::Done, _: &mut Herald) -> Self::Reply {
        messages
    }
}

impl TakeUnread {
    /// The oldest that wait, of one peer or of all: as many as are wanted, or all that there are.
    fn oldest(
        &self,
        database: &Database,
        peer: Option<AccountId>,
    ) -> rusqlite::Result<Vec<MessageId>> {
        let mut oldest = Oldest {
            limit: self.limit as usize,
            ids: BinaryHeap::new(),
        };
        let reader = stored(self.reader.0);
        if let Some(peer) = peer {
            oldest.gather(database, reader, stored(peer.0))?;
            return Ok(oldest.ids.into_sorted_vec());
        }
        let mut before = 0;
        let sender = |row: &Row<'_>| row.get(0);
        while let Some(next) =
            database.one(statements::NEXT_SENDER_OF_UNREAD, (reader, before), sender)?
        {
            oldest.gather(database, reader, next)?;
            before = next;
        }
        Ok(oldest.ids.into_sorted_vec())
    }
}

/// The oldest of the ids that were seen. However many messages wait, of each sender no more are looked at than are
/// among the oldest, and one.
struct Oldest {
    limit: usize,
    ids: BinaryHeap<MessageId>,
}

impl Oldest {
    fn gather(&mut self, database: &Database, reader: i64, sender: i64) -> rusqlite::Result<()> {
        let mut statement = database.statement(statements::UNREAD_FROM)?;
        let mut rows = statement.query((reader, sender))?;
        while let Some(row) = rows.next()? {
            let id = message_id(row, 0)?;
            if self.ids.len() == self.limit {
                if self.ids.peek().is_some_and(|&last| last < id) {
                    break;
                }
                self.ids.pop();
            }
            self.ids.push(id);
        }
        Ok(())
    }
}

fn take(
    database: &Database,
    id: MessageId,
    reader: &Arc<str>,
    senders: &mut HashMap<AccountId, Arc<str>>,
) -> Result<Message<'static>, Failure> {
    let taken = database.one(statements::TAKE_MESSAGE, [stored(id.0)], |row| {
        Ok((
            account_id(row, 0)?,
            number(row, 1)?,
            row.get::<_, Arc<str>>(2)?,
        ))
    })?;
    let (sender, sent_at_ms, text) = taken.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    let from = match senders.entry(sender) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(unknown) => unknown.insert(accounts::actor(database, sender)?),
    };
    Ok(Message {
        id,
        from: Text::Shared(Arc::clone(from)),
        to: Text::Shared(Arc::clone(reader)),
        text: Text::Shared(text),
        sent_at_ms,
        read: true,
    })
}

/// Marks messages from a peer as read, up to and with one.
pub(super) struct MarkUpTo {
    pub(super) reader: AccountId,
    pub(super) peer: Box<str>,
    pub(super) up_to: MessageId,
}

impl Write for MarkUpTo {
    type Done = ();
    type Reply = ();

    fn apply(&self, database: &Database) -> Result<(), Failure> {
        let peer = accounts::id_of(database, &self.peer)?;
        accounts::actor(database, self.reader)?;
        let range = (stored(self.reader.0), stored(peer.0), stored(self.up_to.0));
        database.run(statements::MARK_UP_TO, range)?;
        Ok(())
    }

    fn announce(&self, (): (), _: &mut Herald) {}
}

/// Marks one message as read, if it waits.
pub(super) struct MarkWaiting(pub(super) MarkOne);

impl Write for MarkWaiting {
    type Done = ();
    type Reply = ();

    fn apply(&self, database: &Database) -> Result<(), Failure> {
        let Self(MarkOne { reader, id }) = self;
        accounts::actor(database, *reader)?;
        database.run(statements::MARK_ONE, (stored(id.0), stored(reader.0)))?;
        Ok(())
    }

    fn announce(&self, (): (), _: &mut Herald) {}
}
