//! How long a run waits for what may never come.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::check::{Checked, Stop};

/// The shortest deadline, where the one that was asked for is not shorter still.
const DEADLINE_MIN: Duration = Duration::from_secs(1);

/// A bound on every wait. Each wait that runs out halves those to come, so that a server which leaves much
/// unanswered is done with in bounded time.
pub(super) struct Patience {
    deadline: Duration,
    run_out: AtomicU32,
}

impl Patience {
    pub(super) const fn new(deadline: Duration) -> Self {
        Self {
            deadline,
            run_out: AtomicU32::new(0),
        }
    }

    /// Waits for what is to come, or fails.
    pub(super) async fn wait<T>(&self, what: &str, coming: impl Future<Output = T>) -> Checked<T> {
        let deadline = self.deadline();
        tokio::time::timeout(deadline, coming).await.map_err(|_| {
            self.run_out.fetch_add(1, Ordering::Relaxed);
            Stop::failed(format!(
                "expected {what} within {deadline:?}, but nothing came"
            ))
        })
    }

    fn deadline(&self) -> Duration {
        let halved = 1_u32.checked_shl(self.run_out.load(Ordering::Relaxed));
        let shortened = halved.map_or(Duration::ZERO, |halved| self.deadline / halved);
        shortened.max(DEADLINE_MIN.min(self.deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_wait_that_runs_out_halves_those_to_come() {
        let patience = Patience::new(Duration::from_secs(10));
        for seconds in ["10s", "5s", "2.5s", "1.25s", "1s", "1s"] {
            let waited = patience
                .wait("an answer", std::future::pending::<()>())
                .await;
            let expected = format!("expected an answer within {seconds}, but nothing came");
            assert_eq!(waited, Err(Stop::Failed(expected)));
        }
        assert_eq!(patience.wait("an answer", async { 7 }).await, Ok(7));
        patience.run_out.store(u32::MAX, Ordering::Relaxed);
        assert_eq!(patience.deadline(), DEADLINE_MIN);
    }

    #[test]
    fn a_short_deadline_is_not_made_longer() {
        let patience = Patience::new(Duration::from_millis(300));
        assert_eq!(patience.deadline(), Duration::from_millis(300));
    }
}
