//! The file: who may open it, and how each connection to it is set up.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::bounds::{CACHE_KIB, CHECKPOINT_PAGES, LOCK_PATIENCE, STATEMENTS_KEPT};
use super::database::{Counters, Database};
use super::schema;

/// Why a file could not be opened as a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another store, in this process or another one, has the file open.
    #[error("{} is in use by another server; stop that one or choose another file", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a later version of this program.
    #[error(
        "the file has tables of version {found}, this program knows up to {known}; use a newer program"
    )]
    Newer {
        /// The version that the file has.
        found: u64,
        /// The newest version that this program knows.
        known: u64,
    },
    /// The file is a database of something else.
    #[error("the file is a database, but not one of this program; choose another file")]
    Foreign,
    /// The file, or the lock beside it, cannot be created or read, or a thread cannot be started.
    #[error("cannot open the file; check that its folder exists and can be written")]
    File(#[from] io::Error),
    /// SQLite cannot work with the file.
    #[error("cannot use the file as a database; check that it is one")]
    Database(#[from] rusqlite::Error),
    /// The file system lacks what the write-ahead log needs.
    #[error(
        "the database answers in journal mode {mode}, not wal; put the file on a local file system"
    )]
    NoLog {
        /// The journal mode that SQLite fell back to.
        mode: String,
    },
}

/// A file that this store alone writes to, until the value is dropped.
pub(super) struct Place {
    path: PathBuf,
    counters: Arc<Counters>,
    /// Held, never read: a lock on a file beside the database, because closing any handle of the database itself
    /// would drop SQLite's own locks on it.
    _lock: File,
}

impl Place {
    /// Takes the file, creating it if need be, and brings its tables to the newest version.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        drop(create(path)?);
        let path = path.canonicalize()?;
        let lock = lock_beside(&path)?;
        let mut connection =
            Connection::open_with_flags(&path, flags(OpenFlags::SQLITE_OPEN_READ_WRITE))?;
        connection.busy_timeout(LOCK_PATIENCE)?;
        schema::migrate(&mut connection)?;
        let mode: String =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            return Err(OpenError::NoLog { mode });
        }
        Ok(Self {
            path,
            counters: Arc::default(),
            _lock: lock,
        })
    }

    /// A connection that may write. What it commits is on the disk when it says so.
    pub(super) fn for_writing(&self) -> rusqlite::Result<Database> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        Ok(Database::new(connection, Arc::clone(&self.counters)))
    }

    /// A connection that only reads.
    pub(super) fn for_reading(&self) -> rusqlite::Result<Database> {
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Database::new(connection, Arc::clone(&self.counters)))
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.counters
    }

    fn connect(&self, access: OpenFlags) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, flags(access))?;
        connection.busy_timeout(LOCK_PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        Ok(connection)
    }
}

/// Every connection belongs to one thread at a time, so that SQLite need not lock it; and a path is a path, even if
/// it looks like a URI.
fn flags(access: OpenFlags) -> OpenFlags {
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Verifiers and messages are nobody else's to read; the log and its index take the file's permissions over.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn lock_beside(path: &Path) -> Result<File, OpenError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-lock");
    let file = create(Path::new(&beside))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::statements;
    use super::*;
    use crate::store::sqlite::database::number;

    fn place() -> (tempfile::TempDir, Place) {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::take(&folder.path().join("chat.db")).unwrap();
        (folder, place)
    }

    #[track_caller]
    fn check(database: &Database, pragma: &'static str, expected: u64) {
        let found = database.one(pragma, (), |row| number(row, 0)).unwrap();
        assert_eq!(found, Some(expected), "{pragma}");
    }

    #[test]
    fn what_is_committed_is_synced() {
        const FULL: u64 = 2;
        let (_folder, place) = place();
        check(&place.for_writing().unwrap(), "PRAGMA synchronous", FULL);
    }

    #[test]
    fn readers_cannot_write() {
        let (_folder, place) = place();
        let _writer = place.for_writing().unwrap();
        let refused = place
            .for_reading()
            .unwrap()
            .run(statements::DROP_ACCOUNT, [1])
            .unwrap_err();
        assert_eq!(
            refused.sqlite_error_code(),
            Some(rusqlite::ErrorCode::ReadOnly)
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, _place) = place();
        for file in ["chat.db", "chat.db-lock"] {
            let mode = folder
                .path()
                .join(file)
                .metadata()
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o077, 0, "{file}");
        }
    }
}
