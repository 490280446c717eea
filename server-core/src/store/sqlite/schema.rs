//! The tables, and how files of earlier versions become files of this one.

use rusqlite::{Connection, TransactionBehavior};

use super::place::OpenError;

/// Every version of the tables: the n-th entry turns a file of version n - 1 into one of version n, and is never
/// edited once it has been released. A new, empty file is version 0.
const MIGRATIONS: &[&str] = &[include_str!("migrations/1.sql")];

/// Brings a file to the newest version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let Some(missing) = MIGRATIONS.get(found..) else {
        return Err(OpenError::Newer { found, known: MIGRATIONS.len() });
    };
    if found == 0 && tables(&transaction)? > 0 {
        return Err(OpenError::Foreign);
    }
    for migration in missing {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(())
}

fn tables(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| super::database::number(row, 0))
}
