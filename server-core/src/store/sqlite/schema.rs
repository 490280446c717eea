//! The tables, and how files of earlier versions become files of this one.

use rusqlite::{Connection, TransactionBehavior};

use super::database::{number, stored};
use super::place::OpenError;

/// Every version of the tables: the n-th entry turns a file of version n - 1 into one of version n, and is never
/// edited once it has been released. A new, empty file is version 0.
const MIGRATIONS: &[&str] = &[include_str!("migrations/1.sql")];

/// What marks a file as ours, in its header: "chat" in ASCII.
const APPLICATION_ID: u64 = 0x6368_6174;

/// Brings a file to the newest version, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = ask(&transaction, "PRAGMA user_version")?;
    let known = MIGRATIONS.len() as u64;
    let ours = if found == 0 {
        ask(&transaction, "SELECT count(*) FROM sqlite_schema")? == 0
    } else {
        ask(&transaction, "PRAGMA application_id")? == APPLICATION_ID
    };
    if !ours {
        return Err(OpenError::Foreign);
    }
    let missing = usize::try_from(found)
        .ok()
        .and_then(|found| MIGRATIONS.get(found..));
    for migration in missing.ok_or(OpenError::Newer { found, known })? {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", stored(APPLICATION_ID))?;
    transaction.pragma_update(None, "user_version", stored(known))?;
    transaction.commit()?;
    Ok(())
}

fn ask(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection.query_row(sql, (), |row| number(row, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(setup: &str, matches: impl Fn(Result<(), OpenError>) -> bool) {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(setup).unwrap();
        assert!(matches(migrate(&mut connection)), "{setup}");
    }

    #[test]
    fn files_are_told_apart() {
        check("", |result| result.is_ok());
        check("CREATE TABLE accounts (id)", |result| {
            matches!(result, Err(OpenError::Foreign))
        });
        check("PRAGMA user_version = 1", |result| {
            matches!(result, Err(OpenError::Foreign))
        });
        check(
            "PRAGMA user_version = 9; PRAGMA application_id = 0x63686174",
            |result| matches!(result, Err(OpenError::Newer { found: 9, known }) if known == MIGRATIONS.len() as u64),
        );
    }

    #[test]
    fn a_file_of_this_version_stays_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        let version = |connection: &Connection| ask(connection, "PRAGMA schema_version").unwrap();
        migrate(&mut connection).unwrap();
        let before = version(&connection);
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection), before);
    }
}
