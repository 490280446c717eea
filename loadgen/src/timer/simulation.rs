//! Time as a parameter: it moves only when nothing else can happen.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::{Clock, Source};

/// Runs a future on a clock of its own. While anything in it can go on, no time passes; when all of it waits, the clock
/// jumps to the next moment that is waited for. So hours take milliseconds, and every duration is exact.
#[derive(Debug)]
pub struct Simulation {
    clock: Clock,
}

/// The hand of a simulated clock.
#[derive(Default)]
pub(super) struct Hand {
    now_ns: AtomicU64,
}

impl Hand {
    pub(super) fn now_ns(&self) -> u64 {
        self.now_ns.load(Ordering::Relaxed)
    }

    fn move_to(&self, now_ns: u64) {
        self.now_ns.fetch_max(now_ns, Ordering::Relaxed);
    }
}

impl Default for Simulation {
    fn default() -> Self {
        Self::new()
    }
}

impl Simulation {
    /// At 0.
    #[must_use]
    pub fn new() -> Self {
        Self {
            clock: Clock::new(Source::Simulated(Hand::default())),
        }
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Lets time pass while something holds the thread: a system call that blocks, a computation.
    pub fn pass(&self, duration_ns: u64) {
        self.move_to(self.clock.now_ns() + duration_ns);
    }

    /// Runs a future to its end.
    ///
    /// # Panics
    /// If it waits for something that is not time: nothing else could ever happen here.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            while woken.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                    return output;
                }
            }
            let next_ns = self.clock.shared.queue().next_due_ns();
            self.move_to(next_ns.expect("all wait, and nobody waits for a moment"));
            self.clock.shared.fire();
        }
    }

    fn move_to(&self, now_ns: u64) {
        if let Source::Simulated(hand) = &self.clock.shared.source {
            hand.move_to(now_ns);
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_NS: u64 = 3_600_000_000_000;

    #[test]
    fn time_moves_only_when_all_wait() {
        let simulation = Simulation::new();
        let clock = simulation.clock();
        let naps = async |count: u64| {
            for nap in 1..=count {
                clock.sleep_until(nap * HOUR_NS).await;
                assert_eq!(clock.now_ns(), nap * HOUR_NS);
            }
        };
        simulation.run(futures_util::future::join(naps(3), naps(5)));
        assert_eq!(simulation.clock().now_ns(), 5 * HOUR_NS);
    }

    #[test]
    fn sleeps_end_in_the_order_in_which_they_are_due() {
        let simulation = Simulation::new();
        let clock = simulation.clock();
        let ended = std::cell::RefCell::new(Vec::new());
        let sleep = async |due_ns: u64| {
            clock.sleep_until(due_ns).await;
            ended.borrow_mut().push(due_ns);
        };
        simulation.run(futures_util::future::join5(
            sleep(900),
            sleep(0),
            sleep(300),
            sleep(600),
            sleep(301),
        ));
        assert_eq!(ended.into_inner(), [0, 300, 301, 600, 900]);
    }

    #[test]
    fn a_thread_that_is_held_lets_time_pass() {
        let simulation = Simulation::new();
        let clock = simulation.clock();
        let woken_ns = simulation.run(async {
            let sleep = clock.sleep_until(1_000);
            simulation.pass(7_000);
            sleep.await;
            clock.now_ns()
        });
        assert_eq!(woken_ns, 7_000);
    }

    #[test]
    #[should_panic(expected = "nobody waits for a moment")]
    fn what_can_never_happen_is_said() {
        Simulation::new().run(std::future::pending::<()>());
    }
}
