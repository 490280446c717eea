//! The store whose connections are kept.

use std::path::Path;
use std::sync::Arc;

use super::bounds::GROUP_MAX;
use super::database::Counters;
use super::lanes::{Lanes, Plan, Source};
use super::place::{OpenError, Place};
use crate::store::Changes;

/// A store in a SQLite file, with full durability: an answer that something was done is given when it is on the
/// disk. Changes that wait at the same time share one commit.
///
/// Dropping it does what still waits and closes the file in good order; that may block for some commits.
pub struct SqliteStore {
    pub(super) lanes: Lanes,
}

impl SqliteStore {
    /// Opens the file at `path`, creating it if there is none, and reports changes to `changes`.
    ///
    /// # Errors
    /// If another store has the file open, if it belongs to a newer version or another program, or if the system
    /// or SQLite cannot work with it.
    pub fn open(path: impl AsRef<Path>, changes: Arc<dyn Changes>) -> Result<Self, OpenError> {
        let place = Arc::new(Place::take(path.as_ref())?);
        let plan = Plan {
            for_writing: Source::Kept(place.for_writing()?),
            for_reading: [
                Source::Kept(place.for_reading()?),
                Source::Kept(place.for_reading()?),
            ],
            group_max: GROUP_MAX,
        };
        Ok(Self {
            lanes: Lanes::start(place, plan, changes)?,
        })
    }

    /// What was asked of SQLite so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.lanes.counters()
    }
}
