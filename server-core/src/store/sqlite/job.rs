//! What callers hand to the writer and to the readers, and how they get their answers.

use std::sync::Arc;

use futures_channel::oneshot;

use super::database::{Database, Failure, stored};
use super::statements;
use crate::error::{ErrorCode, Refusal};
use crate::message::{ClientId, MessageId};
use crate::store::{AccountId, Changes};

/// A change.
pub(super) trait Write: Send + 'static {
    /// What was done, as far as it is known before the commit.
    type Done: Send + 'static;
    /// What the caller gets.
    type Reply: Send + 'static;

    /// Does it within the writer's transaction. A refusal must come before the first change, because others share
    /// the transaction; and it may be done again after a rollback.
    fn apply(&self, database: &Database) -> Result<Self::Done, Failure>;

    /// Tells of it after the commit.
    fn announce(&self, done: Self::Done, herald: &mut Herald) -> Self::Reply;
}

/// A change that waits, together with whoever waits for it.
pub(super) trait Job: Send {
    /// Does it, and keeps what came of it.
    fn apply(&mut self, database: &Database) -> rusqlite::Result<()>;

    /// Tells of it and answers: the commit is durable.
    fn release(self: Box<Self>, herald: &mut Herald);

    /// Answers that it came to nothing.
    fn fail(self: Box<Self>);
}

/// What a caller waits for.
pub(super) type Reply<T> = oneshot::Receiver<Result<T, Refusal>>;

/// Wraps a change up for the writer.
pub(super) fn job<W: Write>(write: W) -> (Box<dyn Job>, Reply<W::Reply>) {
    let (reply, receiver) = oneshot::channel();
    (
        Box::new(Waiting {
            write,
            outcome: None,
            reply,
        }),
        receiver,
    )
}

struct Waiting<W: Write> {
    write: W,
    outcome: Option<Result<W::Done, Refusal>>,
    reply: oneshot::Sender<Result<W::Reply, Refusal>>,
}

impl<W: Write> Job for Waiting<W> {
    fn apply(&mut self, database: &Database) -> rusqlite::Result<()> {
        self.outcome = Some(match self.write.apply(database) {
            Ok(done) => Ok(done),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(Failure::Broken(error)) => return Err(error),
        });
        Ok(())
    }

    fn release(self: Box<Self>, herald: &mut Herald) {
        let Self {
            write,
            outcome,
            reply,
        } = *self;
        let outcome = outcome.unwrap_or_else(|| Err(ErrorCode::StoreFailed.into()));
        answer(reply, outcome.map(|done| write.announce(done, herald)));
    }

    fn fail(self: Box<Self>) {
        answer(self.reply, Err(ErrorCode::StoreFailed.into()));
    }
}

/// A question for the readers.
pub(super) type Question = Box<dyn FnOnce(&Database) + Send>;

/// Wraps a question up for the readers.
pub(super) fn question<T: Send + 'static>(
    ask: impl FnOnce(&Database) -> Result<T, Failure> + Send + 'static,
) -> (Question, Reply<T>) {
    let (reply, receiver) = oneshot::channel();
    let question = move |database: &Database| {
        let result = database.view(ask).map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Broken(error) => {
                tracing::error!(%error, "the store could not answer a question");
                ErrorCode::StoreFailed.into()
            }
        });
        answer(reply, result);
    };
    (Box::new(question), receiver)
}

/// A caller who has gone away gets no answer; what was done stays done.
fn answer<T>(reply: oneshot::Sender<T>, value: T) {
    drop(reply.send(value));
}

/// Tells of changes, and remembers until the next commit what it learned by telling.
pub(super) struct Herald {
    changes: Arc<dyn Changes>,
    delivered: Vec<Delivered>,
}

/// A message with a `client_id` of which an event went out, to be written with the next group: whether one did is
/// known only after the message's own commit. If the server dies in between, a repeat is told that none did.
struct Delivered {
    from: AccountId,
    client_id: ClientId,
    id: MessageId,
}

impl Herald {
    pub(super) fn new(changes: Arc<dyn Changes>) -> Self {
        Self {
            changes,
            delivered: Vec::new(),
        }
    }

    pub(super) fn changes(&self) -> &dyn Changes {
        &*self.changes
    }

    /// An event of this message went out.
    pub(super) fn delivered(&mut self, from: AccountId, client_id: ClientId, id: MessageId) {
        self.delivered.push(Delivered {
            from,
            client_id,
            id,
        });
    }

    /// Whether an event of this message went out since the last group was written.
    pub(super) fn has_delivered(&self, id: MessageId) -> bool {
        self.delivered.iter().any(|delivered| delivered.id == id)
    }

    /// Whether there is something to write.
    pub(super) fn has_news(&self) -> bool {
        !self.delivered.is_empty()
    }

    /// Writes what was learned, within the next group's transaction ...
    pub(super) fn write_news(&self, database: &Database) -> rusqlite::Result<()> {
        for Delivered {
            from,
            client_id,
            id,
        } in &self.delivered
        {
            database.run(
                statements::SET_DELIVERED,
                (stored(from.0), client_id.0, stored(id.0)),
            )?;
        }
        Ok(())
    }

    /// ... and forgets it once that is durable.
    pub(super) fn news_written(&mut self) {
        self.delivered.clear();
    }
}
