//! The readers: threads that answer questions, each on one unchanging view of the file.

use super::job::Question;
use super::lanes::Source;
use super::queue::{Queue, Wish};

/// The readers' queue.
pub(super) type Questions = Queue<Question>;

/// Works until the queue is closed and empty.
pub(super) fn run(questions: &Questions, source: &Source) {
    while let Some(taken) = questions.take(Wish::ONE) {
        for question in taken {
            // A question that is dropped unasked is answered with `StoreFailed`.
            if let Err(error) = source.with(question) {
                tracing::error!(%error, "the store could not be opened for a question");
            }
        }
    }
}
