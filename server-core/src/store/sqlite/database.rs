//! A connection that keeps its statements prepared and counts what it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Params, Row};

use super::statements;
use crate::error::Refusal;
use crate::message::MessageId;
use crate::store::{AccountId, DatabaseCounts};

/// What a store has asked of SQLite since it was opened.
#[derive(Debug, Default)]
pub struct Counters {
    /// Statements, those that begin and end transactions included.
    pub statements: AtomicU64,
    /// Transactions of the writer that were committed; each holds all changes that waited together.
    pub commits: AtomicU64,
}

impl Counters {
    /// Where they stand.
    #[must_use]
    pub fn read(&self) -> DatabaseCounts {
        DatabaseCounts {
            statements: self.statements.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
        }
    }
}

/// One connection.
pub(super) struct Database {
    connection: Connection,
    counters: Arc<Counters>,
}

/// Why a job came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The rules say no.
    Refused(Refusal),
    /// The database could not.
    Broken(rusqlite::Error),
}

impl<R: Into<Refusal>> From<R> for Failure {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Broken(error)
    }
}

impl Database {
    pub(super) fn new(connection: Connection, counters: Arc<Counters>) -> Self {
        Self {
            connection,
            counters,
        }
    }

    /// Runs a statement and takes its first row, if it has one.
    pub(super) fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        shape: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        self.statement(sql)?.query_row(params, shape).optional()
    }

    /// Runs a statement and takes all of its rows.
    pub(super) fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        shape: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.statement(sql)?.query_map(params, shape)?.collect()
    }

    /// Runs a statement; gives back how many rows it changed.
    pub(super) fn run(&self, sql: &'static str, params: impl Params) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(params)
    }

    /// Prepares a statement, or takes it from those that are.
    pub(super) fn statement(&self, sql: &'static str) -> rusqlite::Result<CachedStatement<'_>> {
        self.counters.statements.fetch_add(1, Ordering::Relaxed);
        self.connection.prepare_cached(sql)
    }

    /// The number of the row that was inserted last.
    pub(super) fn last_id(&self) -> i64 {
        self.connection.last_insert_rowid()
    }

    /// Does `work` on one unchanging view of the file.
    pub(super) fn view<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.run(statements::BEGIN_READ, ())?;
        let result = work(self);
        self.end();
        result
    }

    /// Begins a transaction that may write.
    pub(super) fn begin(&self) -> rusqlite::Result<()> {
        self.run(statements::BEGIN_WRITE, ()).map(drop)
    }

    /// Makes the transaction durable.
    pub(super) fn commit(&self) -> rusqlite::Result<()> {
        self.run(statements::COMMIT, ())?;
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the transaction, if there still is one, and takes back what it did.
    pub(super) fn end(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = self.run(statements::ROLLBACK, ()) {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    /// Moves the write-ahead log into the file.
    pub(super) fn checkpoint(&self) -> rusqlite::Result<()> {
        self.one(statements::CHECKPOINT, (), |_| Ok(())).map(drop)
    }
}

/// A number as SQLite keeps it: one that is too large for it stands for one that no row has.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number as it comes back.
pub(super) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// A message's number as it comes back.
pub(super) fn message_id(row: &Row<'_>, column: usize) -> rusqlite::Result<MessageId> {
    number(row, column).map(MessageId)
}

/// An account's number as it comes back.
pub(super) fn account_id(row: &Row<'_>, column: usize) -> rusqlite::Result<AccountId> {
    number(row, column).map(AccountId)
}
