//! The queues and threads of a store.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::bounds::{READERS, READS_WAITING_MAX, WRITES_WAITING_MAX};
use super::database::{Counters, Database, Failure};
use super::job::{self, Herald, Write};
use super::place::{OpenError, Place};
use super::queue::{NotQueued, Queue};
use super::reader::{self, Questions};
use super::writer::{Jobs, Writer};
use crate::answer::Answer;
use crate::error::ErrorCode;
use crate::store::{Changes, StoreResult};

/// Where a thread's connection comes from.
pub(super) enum Source {
    /// It was opened once.
    Kept(Database),
    /// It is opened for each piece of work, and closed after it.
    Opened(Box<dyn Fn() -> rusqlite::Result<Database> + Send>),
}

impl Source {
    /// Does `work` with a connection.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Database) -> T) -> rusqlite::Result<T> {
        match self {
            Self::Kept(database) => Ok(work(database)),
            Self::Opened(open) => open().map(|database| work(&database)),
        }
    }
}

/// How a store's threads get their connections, and how much one commit holds.
pub(super) struct Plan {
    pub(super) for_writing: Source,
    pub(super) for_reading: [Source; READERS],
    pub(super) group_max: usize,
}

/// One queue and one thread for changes, one queue and [`READERS`] threads for questions.
pub(super) struct Lanes {
    jobs: Arc<Jobs>,
    questions: Arc<Questions>,
    readers: Vec<JoinHandle<()>>,
    writer: Option<JoinHandle<()>>,
    /// Released last: nobody else may open the file while a thread still works on it.
    place: Arc<Place>,
}

impl Lanes {
    pub(super) fn start(
        place: Arc<Place>,
        plan: Plan,
        changes: Arc<dyn Changes>,
    ) -> Result<Self, OpenError> {
        let mut lanes = Self {
            jobs: Arc::new(Queue::new(WRITES_WAITING_MAX)),
            questions: Arc::new(Queue::new(READS_WAITING_MAX)),
            readers: Vec::new(),
            writer: None,
            place,
        };
        let writer = Writer {
            jobs: Arc::clone(&lanes.jobs),
            source: plan.for_writing,
            herald: Herald::new(changes),
            group_max: plan.group_max,
        };
        let jobs = Arc::clone(&lanes.jobs);
        lanes.writer = Some(spawn("sqlite-writer", jobs, move || writer.run())?);
        for source in plan.for_reading {
            let questions = Arc::clone(&lanes.questions);
            let work = move || reader::run(&questions, &source);
            lanes
                .readers
                .push(spawn("sqlite-reader", Arc::clone(&lanes.questions), work)?);
        }
        Ok(lanes)
    }

    /// Hands a change to the writer.
    pub(super) fn write<W: Write>(&self, write: W) -> StoreResult<W::Reply> {
        let (job, reply) = job::job(write);
        hand_over(&self.jobs, job, reply)
    }

    /// Hands a question to the readers.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
    ) -> StoreResult<T> {
        let (question, reply) = job::question(ask);
        hand_over(&self.questions, question, reply)
    }

    pub(super) fn counters(&self) -> &Counters {
        self.place.counters()
    }
}

/// What waits is still done, the log is moved into the file, and the threads end.
impl Drop for Lanes {
    fn drop(&mut self) {
        self.questions.close();
        self.readers.drain(..).for_each(join);
        self.jobs.close();
        self.writer.take().into_iter().for_each(join);
    }
}

fn hand_over<I, T: Send + 'static>(
    queue: &Queue<I>,
    item: I,
    reply: job::Reply<T>,
) -> StoreResult<T> {
    match queue.push(item) {
        Ok(()) => Answer::Later(Box::pin(async move {
            reply
                .await
                .unwrap_or_else(|_| Err(ErrorCode::StoreFailed.into()))
        })),
        Err(NotQueued::Full) => Answer::Ready(Err(ErrorCode::Busy.into())),
        Err(NotQueued::Closed) => Answer::Ready(Err(ErrorCode::StoreFailed.into())),
    }
}

/// A thread that closes its queue however it ends, so that nobody waits for it in vain.
fn spawn<T: Send + 'static>(
    name: &str,
    queue: Arc<Queue<T>>,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    struct CloseAtEnd<T>(Arc<Queue<T>>);
    impl<T> Drop for CloseAtEnd<T> {
        fn drop(&mut self) {
            self.0.close();
            self.0.clear();
        }
    }
    let guard = CloseAtEnd(queue);
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _guard = guard;
        work();
    })
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a thread of the store ended by a panic");
    }
}
