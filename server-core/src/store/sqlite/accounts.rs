//! Accounts: creating, finding, listing, deleting.

use std::sync::Arc;

use rusqlite::Row;

use super::database::{Database, Failure, account_id, stored};
use super::job::{Herald, Write};
use super::statements;
use crate::error::ErrorCode;
use crate::message::Verifier;
use crate::name::Name;
use crate::pattern::Pattern;
use crate::store::{AccountId, AccountRecord, ListQuery, Page};

/// Finds an account; `NoSuchAccount` if there is none.
pub(super) fn by_name(database: &Database, name: &str) -> Result<AccountRecord, Failure> {
    let found = database.one(statements::ACCOUNT_BY_NAME, [name], record)?;
    found.ok_or_else(|| ErrorCode::NoSuchAccount.into())
}

/// The number that a name stands for; `NoSuchAccount` if it stands for none.
pub(super) fn id_of(database: &Database, name: &str) -> Result<AccountId, Failure> {
    let found = database.one(statements::ID_OF_NAME, [name], |row| account_id(row, 0))?;
    found.ok_or_else(|| ErrorCode::NoSuchAccount.into())
}

/// The name of the account that acts; `NotLoggedIn` if it is gone.
pub(super) fn actor(database: &Database, id: AccountId) -> Result<Arc<str>, Failure> {
    let found = database.one(statements::NAME_OF_ID, [stored(id.0)], |row| row.get(0))?;
    found.ok_or_else(|| ErrorCode::NotLoggedIn.into())
}

fn record(row: &Row<'_>) -> rusqlite::Result<AccountRecord> {
    Ok(AccountRecord {
        id: account_id(row, 0)?,
        name: row.get(1)?,
        verifier: Verifier {
            salt: row.get(2)?,
            iterations: row.get(3)?,
            stored_key: row.get(4)?,
            server_key: row.get(5)?,
        },
    })
}

/// Creates an account.
pub(super) struct CreateAccount {
    pub(super) name: Name,
    pub(super) verifier: Verifier,
}

impl Write for CreateAccount {
    type Done = AccountId;
    type Reply = AccountId;

    fn apply(&self, database: &Database) -> Result<AccountId, Failure> {
        let Verifier {
            salt,
            iterations,
            stored_key,
            server_key,
        } = &self.verifier;
        let values = (self.name.as_str(), salt, iterations, stored_key, server_key);
        match database.run(statements::ADD_ACCOUNT, values)? {
            0 => Err(ErrorCode::AccountExists.into()),
            _ => Ok(AccountId(database.last_id().cast_unsigned())),
        }
    }

    fn announce(&self, id: AccountId, _: &mut Herald) -> AccountId {
        id
    }
}

/// Deletes an account with all that it sent and received.
pub(super) struct DeleteAccount {
    pub(super) id: AccountId,
    pub(super) now_ms: u64,
}

/// An account that is gone, and who had a conversation with it.
pub(super) struct Gone {
    record: AccountRecord,
    peers: Vec<AccountId>,
}

impl Write for DeleteAccount {
    type Done = Gone;
    type Reply = ();

    fn apply(&self, database: &Database) -> Result<Gone, Failure> {
        let id = [stored(self.id.0)];
        let found = database.one(statements::ACCOUNT_BY_ID, id, record)?;
        let record = found.ok_or(ErrorCode::NotLoggedIn)?;
        let peers = database.all(statements::PEERS_OF, id, |row| account_id(row, 0))?;
        database.run(statements::OUTLIVE_RECEIVED, (id[0], stored(self.now_ms)))?;
        for statement in [
            statements::DROP_CLIENT_IDS,
            statements::DROP_DELETIONS_RECEIVED,
            statements::DROP_DELETIONS_SENT,
            statements::DROP_RECEIVED,
            statements::DROP_SENT,
            statements::DROP_CONVERSATIONS_BACK,
            statements::DROP_CONVERSATIONS,
            statements::DROP_ACCOUNT,
        ] {
            database.run(statement, id)?;
        }
        Ok(Gone { record, peers })
    }

    fn announce(&self, gone: Gone, herald: &mut Herald) {
        herald.changes().account_deleted(&gone.record, &gone.peers);
    }
}

/// Which accounts to list.
pub(super) struct List {
    pattern: Pattern,
    after: Box<str>,
    limit: usize,
}

impl From<&ListQuery<'_>> for List {
    fn from(query: &ListQuery<'_>) -> Self {
        // Every name is behind the empty one.
        let after = query.after.unwrap_or_default().into();
        Self {
            pattern: query.pattern.clone(),
            after,
            limit: query.limit as usize,
        }
    }
}

impl List {
    pub(super) fn page(&self, database: &Database) -> Result<Page, Failure> {
        let mut statement = database.statement(statements::NAMES_BEHIND)?;
        let mut rows = statement.query([&*self.after])?;
        let mut page = Page {
            names: Vec::new(),
            more: false,
        };
        while let Some(row) = rows.next()? {
            let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            if !self.pattern.matches(name) {
                continue;
            }
            if page.names.len() == self.limit {
                page.more = true;
                break;
            }
            page.names.push(Arc::from(name));
        }
        Ok(page)
    }
}
