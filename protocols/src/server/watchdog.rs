//! Closes connections on which nothing is said.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Barks once a connection has been calm for so long. Each frame costs it a look at the clock; its timer is moved no more
/// often than it fires.
pub(super) struct Watchdog {
    patience: Duration,
    calm_since: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Watchdog {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            patience,
            calm_since: Instant::now(),
            timer: Box::pin(sleep(patience)),
        }
    }

    /// Something was said just now.
    pub(super) fn calm(&mut self) {
        self.calm_since = Instant::now();
    }

    /// Ready once nothing was said for too long.
    pub(super) fn poll_bark(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end = self.calm_since + self.patience;
        while self.timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_barks_after_its_patience_and_not_before() {
        let mut watchdog = Watchdog::new(Duration::from_mins(5));
        for _ in 0..3 {
            advance(Duration::from_secs(299)).await;
            watchdog.calm();
        }
        let begun = Instant::now();
        poll_fn(|context| watchdog.poll_bark(context)).await;
        assert_eq!(begun.elapsed(), Duration::from_mins(5));
    }
}
