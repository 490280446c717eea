//! A server whose replies wait for a known time, on a timer that is good to microseconds: what is measured of it must be
//! that time.

use std::fmt;
use std::sync::OnceLock;

use server_core::Answer;
use server_core::store::{Sent, StoreResult};

use super::is_nth;
use crate::timer::{Clock, Waking};

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/// How long replies to messages wait, in milliseconds. Events do not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    common_ms: u32,
    rare: Option<Rare>,
}

/// What some replies wait for in place of the common time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rare {
    ms: u32,
    /// One in how many.
    every: u64,
}

impl Delay {
    /// The same for every reply.
    #[must_use]
    pub const fn constant(common_ms: u32) -> Self {
        Self {
            common_ms,
            rare: None,
        }
    }

    pub(super) fn parse(asked: &str) -> Option<Self> {
        let ms = |asked: &str| asked.strip_suffix("ms")?.parse().ok();
        let parts: Vec<&str> = asked.split('/').collect();
        match parts.as_slice() {
            [common] => Some(Self::constant(ms(common)?)),
            [common, rare, every] => Some(Self {
                common_ms: ms(common)?,
                rare: Some(Rare {
                    ms: ms(rare)?,
                    every: every.parse().ok().filter(|every| *every > 0)?,
                }),
            }),
            _ => None,
        }
    }

    /// How long the reply to the message with this number, from 1, waits.
    fn of_ns(self, number: u64) -> u64 {
        let ms = match self.rare {
            Some(rare) if is_nth(number, rare.every) => rare.ms,
            _ => self.common_ms,
        };
        u64::from(ms) * NANOSECONDS_PER_MILLISECOND
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.common_ms)?;
        match self.rare {
            Some(Rare { ms, every }) => write!(f, "/{ms}ms/{every}"),
            None => Ok(()),
        }
    }
}

/// Holds replies back.
#[derive(Default)]
pub(super) struct Delayer {
    clock: OnceLock<Clock>,
}

impl Delayer {
    /// Gives the answer to the message with this number when its time has passed from now on.
    ///
    /// # Panics
    /// If the system gives no timer, and outside of the server's runtime.
    pub(super) fn hold_back(
        &self,
        delay: Delay,
        number: u64,
        answer: StoreResult<Sent>,
    ) -> StoreResult<Sent> {
        let start =
            || Clock::start_with(Waking::Ahead).expect("a server for tests has a descriptor left");
        let clock = self.clock.get_or_init(start);
        let sleep = clock.sleep_until(clock.now_ns() + delay.of_ns(number));
        Answer::Later(Box::pin(async move {
            sleep.await;
            answer.wait().await
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_so_manieth_waits_for_the_rare_time() {
        let delay = Delay::parse("20ms/80ms/10").unwrap();
        assert_eq!(delay.to_string(), "20ms/80ms/10");
        let rare = (1..=100).filter(|&number| delay.of_ns(number) == 80_000_000);
        let expected: Vec<u64> = (1..=10).map(|tens| tens * 10).collect();
        assert_eq!(rare.collect::<Vec<_>>(), expected);
        assert_eq!(delay.of_ns(9), 20_000_000);
    }

    #[tokio::test]
    async fn an_answer_is_not_there_before_its_time() {
        let sent = Sent {
            id: server_core::message::MessageId(1),
            delivered: true,
        };
        let (delayer, started) = (Delayer::default(), std::time::Instant::now());
        let answer = delayer.hold_back(Delay::constant(3), 1, Answer::Ready(Ok(sent)));
        assert_eq!(answer.wait().await.unwrap(), sent);
        assert!(started.elapsed() >= std::time::Duration::from_millis(3));
    }
}
