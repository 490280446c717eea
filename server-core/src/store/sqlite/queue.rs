//! A bounded queue whose taker can wait for several items at once.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A queue between callers, who never wait, and the threads that work for them.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
    bound: usize,
}

struct State<T> {
    items: VecDeque<T>,
    /// How many takers sleep.
    sleeping: usize,
    /// How many items a sleeping taker waits for.
    wanted: usize,
    closed: bool,
}

/// Why an item was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotQueued {
    /// As many as allowed are waiting.
    Full,
    /// Nobody will take it any more.
    Closed,
}

/// What a taker would like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    /// The most items.
    pub(super) most: usize,
    /// How many further items than those that are there now are worth waiting for ...
    pub(super) further: usize,
    /// ... and for how long. With nothing there at all, the wait for the first item has no end.
    pub(super) patience: Duration,
}

impl Wish {
    /// One item, as soon as there is one.
    pub(super) const ONE: Self = Self {
        most: 1,
        further: 0,
        patience: Duration::ZERO,
    };
}

impl<T> Queue<T> {
    pub(super) fn new(bound: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            sleeping: 0,
            wanted: 1,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            ready: Condvar::new(),
            bound,
        }
    }

    /// Adds an item to the end.
    pub(super) fn push(&self, item: T) -> Result<(), NotQueued> {
        let mut state = self.state();
        if state.closed {
            return Err(NotQueued::Closed);
        }
        if state.items.len() >= self.bound {
            return Err(NotQueued::Full);
        }
        state.items.push_back(item);
        let wake = state.sleeping > 0 && state.items.len() >= state.wanted;
        drop(state);
        if wake {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Takes items from the front, in order; `None` once the queue is closed and empty.
    pub(super) fn take(&self, wish: Wish) -> Option<Vec<T>> {
        let mut state = self.state();
        let wanted = (state.items.len() + wish.further).min(wish.most);
        if state.items.len() < wanted {
            let until = Instant::now() + wish.patience;
            state = self.first(state);
            state = self.further(state, wanted, until);
        } else {
            state = self.first(state);
        }
        let count = state.items.len().min(wish.most);
        (count > 0).then(|| state.items.drain(..count).collect())
    }

    /// Takes no further items in. What waits can still be taken.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.ready.notify_all();
    }

    /// Throws away what waits.
    pub(super) fn clear(&self) {
        let items = std::mem::take(&mut self.state().items);
        drop(items);
    }

    fn first<'q>(&'q self, mut state: MutexGuard<'q, State<T>>) -> MutexGuard<'q, State<T>> {
        while state.items.is_empty() && !state.closed {
            state.wanted = 1;
            state.sleeping += 1;
            state = self
                .ready
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.sleeping -= 1;
        }
        state
    }

    fn further<'q>(
        &'q self,
        mut state: MutexGuard<'q, State<T>>,
        wanted: usize,
        until: Instant,
    ) -> MutexGuard<'q, State<T>> {
        while state.items.len() < wanted && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state.wanted = wanted;
            state.sleeping += 1;
            state = self
                .ready
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            state.sleeping -= 1;
        }
        state
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Wish = Wish {
        most: usize::MAX,
        further: 0,
        patience: Duration::ZERO,
    };

    #[test]
    fn keeps_the_order_and_the_bound() {
        let queue = Queue::new(3);
        for item in 1..=3 {
            assert_eq!(queue.push(item), Ok(()));
        }
        assert_eq!(queue.push(4), Err(NotQueued::Full));
        assert_eq!(queue.take(Wish::ONE), Some(vec![1]));
        assert_eq!(queue.push(4), Ok(()));
        assert_eq!(queue.take(ALL), Some(vec![2, 3, 4]));
    }

    #[test]
    fn gives_out_what_waits_after_closing_and_takes_nothing_in() {
        let queue = Queue::new(3);
        queue.push(1).unwrap();
        queue.close();
        assert_eq!(queue.push(2), Err(NotQueued::Closed));
        let patient = Wish {
            further: 5,
            patience: Duration::from_hours(1),
            ..ALL
        };
        assert_eq!(queue.take(patient), Some(vec![1]));
        assert_eq!(queue.take(patient), None);
    }

    #[test]
    fn waits_until_all_that_were_wished_for_are_there() {
        let queue = Queue::new(10);
        queue.push(0).unwrap();
        std::thread::scope(|scope| {
            let taker = scope.spawn(|| {
                queue.take(Wish {
                    further: 4,
                    patience: Duration::from_hours(1),
                    ..ALL
                })
            });
            while queue.state().sleeping == 0 {
                std::thread::yield_now();
            }
            (1..=4).for_each(|item| queue.push(item).unwrap());
            assert_eq!(taker.join().unwrap(), Some(vec![0, 1, 2, 3, 4]));
        });
    }

    #[test]
    fn every_sleeping_taker_is_woken() {
        let queue = Queue::new(10);
        std::thread::scope(|scope| {
            let takers: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| queue.take(Wish::ONE)))
                .collect();
            while queue.state().sleeping < 2 {
                std::thread::yield_now();
            }
            queue.push(1).unwrap();
            queue.push(2).unwrap();
            let mut got: Vec<_> = takers
                .into_iter()
                .flat_map(|taker| taker.join().unwrap().unwrap())
                .collect();
            got.sort_unstable();
            assert_eq!(got, [1, 2]);
        });
    }
}
