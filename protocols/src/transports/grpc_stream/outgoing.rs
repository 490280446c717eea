//! Frames on their way into a body: the link puts them in, HTTP/2 takes them out as it has room.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tonic::Status;

/// A queue between a link and the body of its requests or replies. What waits in it is what one flush put there.
#[derive(Clone, Default)]
pub(super) struct Outgoing(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    frames: VecDeque<Vec<u8>>,
    end: Option<Result<(), Status>>,
    /// Waits for frames.
    reader: Option<Waker>,
    /// Waits for the queue to be empty.
    writer: Option<Waker>,
}

impl Outgoing {
    /// Moves all of `staged` here, once what was here before is taken.
    pub(super) fn poll_put(
        &self,
        staged: &mut VecDeque<Vec<u8>>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        if staged.is_empty() {
            return Poll::Ready(());
        }
        let mut queue = self.lock();
        if !queue.frames.is_empty() {
            queue.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        std::mem::swap(&mut queue.frames, staged);
        wake(queue.reader.take());
        Poll::Ready(())
    }

    /// Says that nothing more comes, and how it ended.
    pub(super) fn end(&self, status: Result<(), Status>) {
        let mut queue = self.lock();
        queue.end.get_or_insert(status);
        wake(queue.reader.take());
    }

    /// Takes the next frame; `None` once there is none any more.
    pub(super) fn poll_take(
        &self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Vec<u8>, Status>>> {
        let mut queue = self.lock();
        if let Some(frame) = queue.frames.pop_front() {
            if queue.frames.is_empty() {
                wake(queue.writer.take());
            }
            return Poll::Ready(Some(Ok(frame)));
        }
        match &mut queue.end {
            None => {
                queue.reader = Some(context.waker().clone());
                Poll::Pending
            }
            Some(end) => Poll::Ready(std::mem::replace(end, Ok(())).err().map(Err)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(outgoing: &Outgoing) -> (Vec<Vec<u8>>, &'static str) {
        let mut context = Context::from_waker(Waker::noop());
        let mut frames = Vec::new();
        loop {
            match outgoing.poll_take(&mut context) {
                Poll::Pending => return (frames, "more may come"),
                Poll::Ready(None) => return (frames, "the end"),
                Poll::Ready(Some(Err(_))) => return (frames, "a status"),
                Poll::Ready(Some(Ok(frame))) => frames.push(frame),
            }
        }
    }

    #[test]
    fn a_flush_waits_until_the_last_one_was_taken() {
        let outgoing = Outgoing::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut put = |frames: &[u8]| {
            let mut staged = frames.iter().map(|&byte| vec![byte]).collect();
            outgoing.poll_put(&mut staged, &mut context).is_ready()
        };
        assert!(put(&[1, 2]));
        assert!(!put(&[3]));
        assert!(put(&[]));
        assert_eq!(frames(&outgoing), (vec![vec![1], vec![2]], "more may come"));
        assert!(put(&[3]));
        outgoing.end(Err(Status::unavailable("over")));
        outgoing.end(Ok(()));
        assert_eq!(frames(&outgoing), (vec![vec![3]], "a status"));
        assert_eq!(frames(&outgoing), (vec![], "the end"));
    }
}
