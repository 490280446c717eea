//! What hyper runs beside a connection, run on the connection's own task.
//!
//! hyper hands each stream of HTTP/2 to an executor. A task for each would take a turn of the scheduler for each, and
//! would outlive the connection's owner; here all of them go on, and end, with the connection.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;
type Queue = Mutex<Vec<Work>>;

/// The work of one connection.
#[derive(Default)]
pub(super) struct Crew {
    queue: Arc<Queue>,
    running: FuturesUnordered<Work>,
}

/// Takes the work of one connection. What comes after the crew is gone is dropped.
#[derive(Clone)]
pub(in crate::transports) struct Executor(Weak<Queue>);

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, work: F) {
        if let Some(queue) = self.0.upgrade() {
            lock(&queue).push(Box::pin(work));
        }
    }
}

impl Crew {
    pub(super) fn executor(&self) -> Executor {
        Executor(Arc::downgrade(&self.queue))
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty() && lock(&self.queue).is_empty()
    }

    /// Goes on with all that can go on. To be called after whatever may have handed over work was polled, on the same
    /// task: handing over wakes nobody.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        loop {
            self.running.extend(lock(&self.queue).drain(..));
            while let Poll::Ready(Some(())) = self.running.poll_next_unpin(context) {}
            if lock(&self.queue).is_empty() {
                return;
            }
        }
    }
}

fn lock(queue: &Queue) -> MutexGuard<'_, Vec<Work>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use hyper::rt::Executor as _;

    use super::*;

    #[test]
    fn work_that_hands_over_work_is_all_done() {
        let done = Arc::new(AtomicU32::new(0));
        let mut crew = Crew::default();
        let (executor, counter) = (crew.executor(), Arc::clone(&done));
        let inner = executor.clone();
        executor.execute(async move {
            let nested = Arc::clone(&counter);
            inner.execute(async move {
                nested.fetch_add(1, Ordering::Relaxed);
            });
            counter.fetch_add(1, Ordering::Relaxed);
        });
        assert!(!crew.is_idle());
        crew.poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert_eq!(done.load(Ordering::Relaxed), 2);
        assert!(crew.is_idle());
    }

    #[test]
    fn work_ends_with_its_crew() {
        let held = Arc::new(());
        let mut crew = Crew::default();
        let executor = crew.executor();
        for _ in 0..2 {
            let held = Arc::clone(&held);
            executor.execute(async move {
                std::future::pending::<()>().await;
                drop(held);
            });
            crew.poll(&mut Context::from_waker(std::task::Waker::noop()));
        }
        let late = Arc::clone(&held);
        executor.execute(async move { drop(late) });
        drop(crew);
        let late = Arc::clone(&held);
        executor.execute(async move { drop(late) });
        assert_eq!(Arc::strong_count(&held), 1);
    }
}
