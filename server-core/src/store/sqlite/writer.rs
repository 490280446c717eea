//! The writer: one thread, group commit.
//!
//! All changes that wait are done in one transaction, so that they share one wait for the disk. Their answers are
//! released, and their events go out, in that order and only after the commit.
//!
//! **When the next group begins.** Whoever was just answered is likely to ask again within microseconds, while a
//! commit costs a hundred or some thousands of them. A writer that begins at once with whatever is there splits its
//! clients into two halves that take turns in waiting for each other's commits. So it gives those that it just
//! answered half the time of the last commit to come back, and begins as soon as all have. A lone client never
//! waits for anybody: when it is back, all are. (40 clients with one message out each, on a disk that syncs in 0.2 ms:
//! groups of 20 and 60,000 messages a second without that wait, groups of 40 and 75,000 with it.)

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::database::Database;
use super::job::{Herald, Job};
use super::lanes::Source;
use super::queue::{Queue, Wish};

/// The writer's queue.
pub(super) type Jobs = Queue<Box<dyn Job>>;

/// What the writer thread works with.
pub(super) struct Writer {
    /// What is to be done.
    pub(super) jobs: Arc<Jobs>,
    /// Where its connection comes from.
    pub(super) source: Source,
    /// Who is told.
    pub(super) herald: Herald,
    /// The most changes in one commit.
    pub(super) group_max: usize,
}

/// Where a group came to grief.
enum Broken {
    /// Before or at the commit: it concerns all.
    Group(rusqlite::Error),
    /// In one of its changes: the others might do without it.
    Job(rusqlite::Error),
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut wish = Wish {
            most: self.group_max,
            further: 0,
            patience: Duration::ZERO,
        };
        while let Some(group) = self.jobs.take(wish) {
            wish.further = group.len();
            wish.patience = self.work(group) / 2;
        }
        self.finish();
    }

    /// Does a group; returns how long its commit took.
    fn work(&mut self, group: Vec<Box<dyn Job>>) -> Duration {
        let Self { source, herald, .. } = self;
        let mut left = Some(group);
        let worked =
            source.with(|database| left.take().map(|group| work_on(database, herald, group)));
        match worked {
            Ok(took) => took.unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "the store could not be opened for a change");
                left.into_iter().flatten().for_each(Job::fail);
                Duration::ZERO
            }
        }
    }

    /// Leaves the file in order: what is still to be written is, and the log is moved into the file.
    fn finish(self) {
        let Self {
            source, mut herald, ..
        } = self;
        let finished = source.with(|database| {
            if herald.has_news() {
                attempt(database, &mut herald, &mut [])
                    .map_err(|(Broken::Group(error) | Broken::Job(error))| error)?;
            }
            database.checkpoint()
        });
        if let Err(error) = finished.and_then(|result| result) {
            tracing::warn!(%error, "the store was not put in order; it will be when it is opened again");
        }
    }
}

fn work_on(database: &Database, herald: &mut Herald, mut group: Vec<Box<dyn Job>>) -> Duration {
    match attempt(database, herald, &mut group) {
        Ok(took) => {
            for job in group {
                job.release(herald);
            }
            took
        }
        // One change spoiled the group: each is done again by itself, so that the others don't suffer.
        Err(Broken::Job(_)) if group.len() > 1 => group
            .into_iter()
            .map(|job| work_on(database, herald, vec![job]))
            .sum(),
        Err(Broken::Group(error) | Broken::Job(error)) => {
            tracing::error!(%error, changes = group.len(), "the store could not make changes");
            group.into_iter().for_each(Job::fail);
            Duration::ZERO
        }
    }
}

/// Does a group in one transaction, or leaves everything as it was. Returns how long the commit took.
fn attempt(
    database: &Database,
    herald: &mut Herald,
    group: &mut [Box<dyn Job>],
) -> Result<Duration, Broken> {
    let result = transact(database, herald, group);
    if result.is_err() {
        database.end();
    } else {
        herald.news_written();
    }
    result
}

fn transact(
    database: &Database,
    herald: &Herald,
    group: &mut [Box<dyn Job>],
) -> Result<Duration, Broken> {
    database.begin().map_err(Broken::Group)?;
    herald.write_news(database).map_err(Broken::Group)?;
    for job in group {
        job.apply(database).map_err(Broken::Job)?;
    }
    let start = Instant::now();
    database.commit().map_err(Broken::Group)?;
    Ok(start.elapsed())
}
