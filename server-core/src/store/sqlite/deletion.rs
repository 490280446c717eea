//! Deleting messages, taking that back, and forgetting for good.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::accounts;
use super::database::{Database, Failure, account_id, message_id, number, stored};
use super::job::{Herald, Write};
use super::statements;
use crate::limits::CLIENT_ID_KEPT_MS;
use crate::message::MessageId;
use crate::store::{AccountId, Addressee, DeleteIds, Sweep, UndoIds};

/// From this state on, a message is deleted.
const DELETED: u8 = 2;

/// What is to be known of a message before it is deleted or comes back.
struct Parties {
    sender: AccountId,
    recipient: AccountId,
    state: u8,
    client_id: Option<[u8; 16]>,
}

fn parties(database: &Database, id: MessageId) -> rusqlite::Result<Option<Parties>> {
    database.one(statements::PARTIES, [stored(id.0)], |row| {
        Ok(Parties {
            sender: account_id(row, 0)?,
            recipient: account_id(row, 1)?,
            state: row.get(2)?,
            client_id: row.get(3)?,
        })
    })
}

/// Messages that a request applied to, and the other parties.
#[derive(Default)]
pub(super) struct Touched {
    ids: Vec<MessageId>,
    others: BTreeMap<AccountId, Vec<MessageId>>,
}

impl Touched {
    fn add(&mut self, by: AccountId, id: MessageId, parties: &Parties) {
        self.ids.push(id);
        let other = if parties.sender == by {
            parties.recipient
        } else {
            parties.sender
        };
        if other != by {
            self.others.entry(other).or_default().push(id);
        }
    }

    fn tell(self, mut tell: impl FnMut(Addressee)) -> Vec<MessageId> {
        self.others
            .into_iter()
            .for_each(|(id, ids)| tell(Addressee { id, ids }));
        self.ids
    }
}

/// Deletes messages for both parties.
pub(super) struct DeleteMessages {
    by: AccountId,
    ids: Box<[MessageId]>,
    now_ms: u64,
    undo_grace_ms: u64,
}

impl From<&DeleteIds<'_>> for DeleteMessages {
    fn from(delete: &DeleteIds<'_>) -> Self {
        let &DeleteIds {
            by,
            ids,
            now_ms,
            undo_grace_ms,
        } = delete;
        Self {
            by,
            ids: ids.into(),
            now_ms,
            undo_grace_ms,
        }
    }
}

impl Write for DeleteMessages {
    type Done = Touched;
    type Reply = Vec<MessageId>;

    fn apply(&self, database: &Database) -> Result<Touched, Failure> {
        accounts::actor(database, self.by)?;
        let mut touched = Touched::default();
        for &id in &self.ids {
            // What this request has deleted already is gone or hidden by now, so that each id counts once.
            let Some(parties) = parties(database, id)? else {
                continue;
            };
            if parties.state >= DELETED || ![parties.sender, parties.recipient].contains(&self.by) {
                continue;
            }
            if self.undo_grace_ms == 0 {
                drop_message(database, id, &parties, self.now_ms)?;
            } else {
                self.hide(database, id)?;
            }
            touched.add(self.by, id, &parties);
        }
        Ok(touched)
    }

    fn announce(&self, touched: Touched, herald: &mut Herald) -> Vec<MessageId> {
        touched.tell(|other| herald.changes().messages_deleted(other))
    }
}

impl DeleteMessages {
    fn hide(&self, database: &Database, id: MessageId) -> rusqlite::Result<()> {
        let id = stored(id.0);
        database.run(statements::HIDE_MESSAGE, [id])?;
        database.run(
            statements::ADD_DELETION,
            (id, stored(self.by.0), stored(self.now_ms)),
        )?;
        Ok(())
    }
}

/// Forgets a message for good; what its sender called it is kept on for a while.
fn drop_message(
    database: &Database,
    id: MessageId,
    parties: &Parties,
    deleted_at_ms: u64,
) -> rusqlite::Result<()> {
    database.run(statements::DROP_MESSAGE, [stored(id.0)])?;
    if let Some(client_id) = parties.client_id {
        let values = (stored(parties.sender.0), client_id, stored(deleted_at_ms));
        database.run(statements::OUTLIVE, values)?;
    }
    Ok(())
}

/// Takes deletions back.
pub(super) struct UndoDeletions {
    by: AccountId,
    ids: Box<[MessageId]>,
    now_ms: u64,
    undo_grace_ms: u64,
}

impl From<&UndoIds<'_>> for UndoDeletions {
    fn from(undo: &UndoIds<'_>) -> Self {
        let &UndoIds {
            by,
            ids,
            now_ms,
            undo_grace_ms,
        } = undo;
        Self {
            by,
            ids: ids.into(),
            now_ms,
            undo_grace_ms,
        }
    }
}

impl Write for UndoDeletions {
    type Done = Touched;
    type Reply = Vec<MessageId>;

    fn apply(&self, database: &Database) -> Result<Touched, Failure> {
        accounts::actor(database, self.by)?;
        let mut touched = Touched::default();
        for &id in &self.ids {
            if !self.may_undo(database, id)? {
                continue;
            }
            let Some(parties) = parties(database, id)? else {
                continue;
            };
            database.run(statements::SHOW_MESSAGE, [stored(id.0)])?;
            database.run(statements::DROP_DELETION, [stored(id.0)])?;
            touched.add(self.by, id, &parties);
        }
        Ok(touched)
    }

    fn announce(&self, touched: Touched, herald: &mut Herald) -> Vec<MessageId> {
        touched.tell(|other| herald.changes().messages_restored(other))
    }
}

impl UndoDeletions {
    fn may_undo(&self, database: &Database, id: MessageId) -> rusqlite::Result<bool> {
        let deletion = |row: &Row<'_>| Ok((account_id(row, 0)?, number(row, 1)?));
        let found = database.one(statements::DELETION, [stored(id.0)], deletion)?;
        Ok(found.is_some_and(|(by, at_ms)| {
            by == self.by && self.now_ms < at_ms.saturating_add(self.undo_grace_ms)
        }))
    }
}

/// Forgets what is past its time.
pub(super) struct Swept(pub(super) Sweep);

impl Write for Swept {
    type Done = ();
    type Reply = ();

    fn apply(&self, database: &Database) -> Result<(), Failure> {
        let Sweep {
            now_ms,
            undo_grace_ms,
        } = self.0;
        if let Some(until) = now_ms.checked_sub(undo_grace_ms) {
            let last = [stored(until)];
            let deletion = |row: &Row<'_>| Ok((message_id(row, 0)?, number(row, 1)?));
            for (id, deleted_at_ms) in database.all(statements::FINAL_DELETIONS, last, deletion)? {
                if let Some(parties) = parties(database, id)? {
                    drop_message(database, id, &parties, deleted_at_ms)?;
                }
                database.run(statements::DROP_DELETION, [stored(id.0)])?;
            }
        }
        if let Some(until) = now_ms.checked_sub(CLIENT_ID_KEPT_MS) {
            database.run(statements::FORGET_CLIENT_IDS, [stored(until)])?;
        }
        Ok(())
    }

    fn announce(&self, (): (), _: &mut Herald) {}
}
