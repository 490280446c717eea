//! The store that opens a connection for each request.

use std::path::Path;
use std::sync::Arc;

use super::database::{Counters, Database};
use super::lanes::{Lanes, Plan, Source};
use super::place::{OpenError, Place};
use crate::store::Changes;

/// A store in a SQLite file that opens a connection for each request, commits that request alone and closes the
/// connection again, as the main notebook's gRPC server did. It is there to be measured.
///
/// The log, the durability and the statements are [`SqliteStore`](super::SqliteStore)'s, and changes happen one
/// after the other here too, because a commit and what it sets off must not be overtaken by the next one. What
/// differs is opening, preparing, committing alone, and closing.
pub struct SqlitePerRequest {
    pub(super) lanes: Lanes,
}

impl SqlitePerRequest {
    /// Opens the file at `path`, creating it if there is none, and reports changes to `changes`.
    ///
    /// # Errors
    /// As [`SqliteStore::open`](super::SqliteStore::open).
    pub fn open(path: impl AsRef<Path>, changes: Arc<dyn Changes>) -> Result<Self, OpenError> {
        let place = Arc::new(Place::take(path.as_ref())?);
        let for_writing = {
            // SQLite throws its log away when the last connection closes, and that cost would drown the one that
            // is to be measured: the writer holds one open, and does nothing with it.
            let anchor = place.for_writing()?;
            let open = opener(&place, Place::for_writing);
            move || {
                let _stays_open = &anchor;
                open()
            }
        };
        let reading = || Source::Opened(Box::new(opener(&place, Place::for_reading)));
        let plan = Plan {
            for_writing: Source::Opened(Box::new(for_writing)),
            for_reading: [reading(), reading()],
            group_max: 1,
        };
        Ok(Self {
            lanes: Lanes::start(Arc::clone(&place), plan, changes)?,
        })
    }

    /// What was asked of SQLite so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.lanes.counters()
    }
}

fn opener(
    place: &Arc<Place>,
    open: fn(&Place) -> rusqlite::Result<Database>,
) -> impl Fn() -> rusqlite::Result<Database> + Send + use<> {
    let place = Arc::clone(place);
    move || open(&place)
}
