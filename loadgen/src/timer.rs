//! One monotonic clock, and a timer on it that is good to microseconds.
//!
//! A runtime's own timers tick in milliseconds; in an open loop that would show as send lag. Here the kernel is asked
//! for the one moment that is due next (`timerfd`), through the runtime's reactor, so that waiting for it costs no
//! thread and no spinning. Where time is a parameter, a [`Simulation`] holds the same clock: its time moves only when
//! nothing else can happen, so that whatever is measured on it is exact.

mod kernel;
mod queue;
mod simulation;

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use self::kernel::Kernel;
use self::queue::{Key, Queue};
pub use self::simulation::Simulation;

/// A monotonic clock in nanoseconds from its start, and a timer on it. Cloning gives another handle of the same one.
///
/// It may be shared between threads; it is made for runtimes of a single one, where its lock is never contended.
#[derive(Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

/// How sleepers are woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waking {
    /// By the kernel when their time has come. An idle processor takes a while to wake up, tens of microseconds on a
    /// virtual machine.
    InTime,
    /// By the kernel a little before, and then by looking at the clock again and again, while everything else on the
    /// runtime goes on. Precise to a microsecond, and takes a processor for as long as something is due soon.
    Ahead,
}

struct Shared {
    source: Source,
    queue: Mutex<Queue>,
}

enum Source {
    Kernel(Kernel),
    Simulated(simulation::Hand),
}

impl Clock {
    /// The machine's own clock (`CLOCK_MONOTONIC`), from 0 now on. It has one descriptor and one small task on the
    /// current runtime, both gone with its last handle.
    ///
    /// # Errors
    /// If the system gives no timer, because of too many open descriptors for instance.
    ///
    /// # Panics
    /// Outside of a tokio runtime that drives I/O.
    pub fn start() -> io::Result<Self> {
        Self::start_with(Waking::InTime)
    }

    /// The same with a choice of how sleepers are woken.
    ///
    /// # Errors
    /// As [`Clock::start`].
    ///
    /// # Panics
    /// As [`Clock::start`].
    pub fn start_with(waking: Waking) -> io::Result<Self> {
        let (kernel, alarm) = Kernel::start(waking)?;
        let clock = Self::new(Source::Kernel(kernel));
        alarm.attend(Arc::downgrade(&clock.shared));
        Ok(clock)
    }

    fn new(source: Source) -> Self {
        Self {
            shared: Arc::new(Shared {
                source,
                queue: Mutex::default(),
            }),
        }
    }

    /// What time it is, in nanoseconds since the clock's start. Takes some 30 ns.
    #[must_use]
    pub fn now_ns(&self) -> u64 {
        self.shared.now_ns()
    }

    /// Completes at a moment of this clock, or at once if that has passed. Dropping it costs nothing and wakes nobody.
    #[must_use]
    pub fn sleep_until(&self, due_ns: u64) -> Sleep {
        Sleep {
            id: self.shared.queue().new_id(),
            shared: Arc::clone(&self.shared),
            due_ns,
            is_queued: false,
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("now_ns", &self.now_ns())
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn now_ns(&self) -> u64 {
        match &self.source {
            Source::Kernel(kernel) => kernel.now_ns(),
            Source::Simulated(hand) => hand.now_ns(),
        }
    }

    /// Wakers run without it; a panic elsewhere leaves a queue that is whole.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a waking at `key`, sooner if that is sooner than what was asked for.
    fn enqueue(&self, key: Key, waker: &Waker) {
        let mut queue = self.queue();
        queue.insert(key, waker);
        self.rearm(&mut queue);
    }

    /// Wakes all whose time has come. Says whether the next is due so soon that the clock should be looked at again
    /// instead of setting the kernel's timer.
    fn fire(&self) -> bool {
        let now_ns = self.now_ns();
        let (due, is_soon) = {
            let mut queue = self.queue();
            let due = queue.take_due(now_ns);
            let next_ns = queue.next_due_ns();
            let soon_ns = now_ns.saturating_add(self.ahead_ns());
            let is_soon = next_ns.is_some_and(|next_ns| next_ns <= soon_ns);
            queue.armed_ns = next_ns.filter(|_| is_soon);
            self.rearm(&mut queue);
            (due, is_soon)
        };
        due.into_iter().for_each(Waker::wake);
        is_soon
    }

    fn ahead_ns(&self) -> u64 {
        match &self.source {
            Source::Kernel(kernel) => kernel.ahead_ns(),
            Source::Simulated(_) => 0,
        }
    }

    /// Sets the kernel's timer if the first that is due comes before what it is set to. One that was set too early
    /// wakes nobody, and is set anew.
    fn rearm(&self, queue: &mut Queue) {
        let Some(next_ns) = queue.next_due_ns() else {
            return;
        };
        if queue.armed_ns.is_some_and(|armed_ns| armed_ns <= next_ns) {
            return;
        }
        if let Source::Kernel(kernel) = &self.source {
            kernel.arm(next_ns);
        }
        queue.armed_ns = Some(next_ns);
    }
}

/// A moment that is waited for; see [`Clock::sleep_until`].
pub struct Sleep {
    shared: Arc<Shared>,
    id: u64,
    due_ns: u64,
    is_queued: bool,
}

impl Sleep {
    /// Waits for another moment from now on, in nanoseconds on the same clock.
    pub fn reset(&mut self, due_ns: u64) {
        if due_ns != self.due_ns {
            self.leave();
            self.due_ns = due_ns;
        }
    }

    /// What it waits for, in nanoseconds on its clock.
    #[must_use]
    pub const fn due_ns(&self) -> u64 {
        self.due_ns
    }

    const fn key(&self) -> Key {
        Key {
            due_ns: self.due_ns,
            id: self.id,
        }
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.is_queued) {
            self.shared.queue().remove(self.key());
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.now_ns() >= self.due_ns {
            self.leave();
            return Poll::Ready(());
        }
        self.is_queued = true;
        self.shared.enqueue(self.key(), context.waker());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.leave();
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("due_ns", &self.due_ns)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves that the kernel's timer fires, and never early; how late it may be is not for a test to say.
    #[tokio::test]
    async fn sleeps_end_and_never_early() {
        let clock = Clock::start().unwrap();
        let now_ns = clock.now_ns();
        let sleep = async |after_ns: u64| {
            clock.sleep_until(now_ns + after_ns).await;
            assert!(clock.now_ns() >= now_ns + after_ns);
        };
        tokio::join!(
            sleep(900_000),
            sleep(0),
            sleep(300_000),
            sleep(600_000),
            sleep(300_001)
        );
        assert_eq!(clock.shared.queue().next_due_ns(), None, "nobody waits");
    }

    #[tokio::test]
    async fn waking_ahead_is_not_early() {
        let clock = Clock::start_with(Waking::Ahead).unwrap();
        for after_ns in [1_000, 150_000, 400_000] {
            let due_ns = clock.now_ns() + after_ns;
            tokio::join!(clock.sleep_until(due_ns), clock.sleep_until(due_ns + 1));
            assert!(clock.now_ns() > due_ns);
        }
    }

    #[tokio::test]
    async fn a_sleep_can_be_moved_either_way() {
        let clock = Clock::start().unwrap();
        let mut sleep = clock.sleep_until(u64::MAX);
        let is_pending = futures_util::poll!(&mut sleep).is_pending();
        assert!(is_pending, "the end of time has not come");
        sleep.reset(clock.now_ns() + 100_000);
        (&mut sleep).await;
        sleep.reset(u64::MAX);
        assert!(futures_util::poll!(&mut sleep).is_pending());
        drop(sleep);
        assert_eq!(clock.shared.queue().next_due_ns(), None, "nothing is left");
    }

    #[tokio::test]
    async fn the_last_handle_takes_the_timer_along() {
        let clock = Clock::start().unwrap();
        let shared = Arc::downgrade(&clock.shared);
        let tasks = tokio::runtime::Handle::current().metrics();
        clock.sleep_until(clock.now_ns() + 1_000).await;
        assert_eq!(tasks.num_alive_tasks(), 1);
        drop(clock);
        assert!(shared.upgrade().is_none());
        while tasks.num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    }
}
