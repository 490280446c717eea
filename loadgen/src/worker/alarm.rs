//! A waking at the latest moment that something has to be looked at, as cheap as it can be where it is hardly ever
//! needed.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::timer::{Clock, Sleep};

/// Wakes a task at a moment. Being set to a later one costs nothing: it then wakes too early, once, and is set anew.
pub(super) struct Alarm {
    sleep: Sleep,
    set_for: Option<Waker>,
}

impl Alarm {
    pub(super) fn new(clock: &Clock) -> Self {
        Self {
            sleep: clock.sleep_until(u64::MAX),
            set_for: None,
        }
    }

    /// Wakes the task of `context` at `at_ns` or before.
    pub(super) fn set(&mut self, at_ns: u64, context: &mut Context<'_>) {
        let is_set = self
            .set_for
            .as_ref()
            .is_some_and(|waker| waker.will_wake(context.waker()));
        if is_set && self.sleep.due_ns() <= at_ns {
            return;
        }
        self.sleep.reset(at_ns);
        self.set_for = match Pin::new(&mut self.sleep).poll(context) {
            Poll::Pending => Some(context.waker().clone()),
            Poll::Ready(()) => None,
        };
    }

    /// Whether it has rung at `now_ns`; it is not set any more then.
    pub(super) fn rang(&mut self, now_ns: u64) -> bool {
        let rang = now_ns >= self.sleep.due_ns();
        if rang {
            self.set_for = None;
        }
        rang
    }
}
