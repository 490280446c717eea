//! The bounds and sizes of the SQLite stores.

use std::time::Duration;

/// The most changes that wait for the writer; further ones are refused as `Busy`.
pub(super) const WRITES_WAITING_MAX: usize = 65_536;

/// The most questions that wait for the readers; further ones are refused as `Busy`.
pub(super) const READS_WAITING_MAX: usize = 65_536;

/// The most changes in one commit: bounds how long the first of them waits for the last.
pub(super) const GROUP_MAX: usize = 1_024;

/// How many threads answer questions.
pub(super) const READERS: usize = 2;

/// How many prepared statements a connection keeps; more than there are.
pub(super) const STATEMENTS_KEPT: usize = 64;

/// How long a connection waits for another one's lock before it gives up.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// How much of the file a writer or reader keeps in memory, in KiB.
pub(super) const CACHE_KIB: i64 = 32 * 1024;

/// How long the write-ahead log grows before its pages are moved into the file, in pages of 4 KiB.
pub(super) const CHECKPOINT_PAGES: i64 = 4_096;
