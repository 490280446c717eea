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
    /// Does nothing but stay open: SQLite throws its log away when the last connection closes, and that cost
    /// would drown the one that is to be measured. Closed last, with the log moved into the file.
    _anchor: Anchor,
}

/// A connection is not for several threads to use; nobody uses this one.
struct Anchor(std::sync::Mutex<Database>);

impl SqlitePerRequest {
    /// Opens the file at `path`, creating it if there is none, and reports changes to `changes`.
    ///
    /// # Errors
    /// As [`SqliteStore::open`](super::SqliteStore::open).
    pub fn open(path: impl AsRef<Path>, changes: Arc<dyn Changes>) -> Result<Self, OpenError> {
        let place = Arc::new(Place::take(path.as_ref())?);
        let anchor = Anchor(std::sync::Mutex::new(place.for_writing()?));
        let plan = Plan {
            for_writing: opened(&place, Place::for_writing),
            for_reading: [opened(&place, Place::for_reading), opened(&place, Place::for_reading)],
            group_max: 1,
        };
        Ok(Self { lanes: Lanes::start(place, plan, changes)?, _anchor: anchor })
    }

    /// What was asked of SQLite so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.lanes.counters()
    }
}

fn opened(place: &Arc<Place>, open: fn(&Place) -> rusqlite::Result<Database>) -> Source {
    let place = Arc::clone(place);
    Source::Opened(Box::new(move || open(&place)))
}
