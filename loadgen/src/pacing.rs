//! When operations are due. A pacer is a value that knows neither what is sent nor what is recorded, and reads no clock.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

const NANOSECONDS_PER_SECOND: f64 = 1e9;

/// What decides when the next operation is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pacer {
    /// The answers to earlier ones.
    Closed(ClosedLoop),
    /// A plan that no answer changes.
    Open(OpenLoop),
}

impl Pacer {
    /// How many operations a connection has unanswered at most, at least 1.
    #[must_use]
    pub const fn in_flight(self) -> u32 {
        match self {
            Self::Closed(ClosedLoop { in_flight }) | Self::Open(OpenLoop { in_flight, .. }) => {
                in_flight
            }
        }
    }
}

/// The closed loop: the next operation is due as soon as fewer than `in_flight` are unanswered. A server that
/// stalls is asked less; what that hides, only an open loop can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedLoop {
    /// How many operations a connection has unanswered at most, at least 1.
    pub in_flight: u32,
}

/// The open loop: operations are due at times that are fixed before the first is sent, so that a server that stalls is
/// charged for all that were due meanwhile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenLoop {
    /// How many operations a connection has unanswered at most, at least 1. What is due beyond that waits.
    pub in_flight: u32,
    /// How the times lie.
    pub arrivals: Arrivals,
    /// Operations a second over all accounts, above 0.
    pub rate_hz: f64,
    /// What random times are drawn from.
    pub seed: u64,
}

/// How the intended times of an open loop lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Arrivals {
    /// At equal distances, the accounts in turn: the kindest load of that rate. It is the default, because a generator
    /// of one thread can keep to it: no two operations are due at once.
    #[default]
    Constant,
    /// As people come who know nothing of each other: a Poisson process for each account, whose sum is one of the whole
    /// rate. Bursts are what a service meets, and what falls into step with nothing that is periodic; of those that are
    /// due together, the generator sends one after another, and is late for all but the first.
    Poisson,
}

impl Arrivals {
    /// Its name, on the command line and in results.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Poisson => "poisson",
        }
    }
}

/// Which of how many accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The account's number, from 0.
    pub account: u32,
    /// How many accounts there are, at least 1.
    pub accounts: u32,
}

impl OpenLoop {
    /// The intended times of one account's operations in nanoseconds from the start on, never decreasing, without end.
    /// Constant: the n-th of account a among k is due at (a + n·k)/rate. Poisson: the gaps are exponential with mean
    /// k/rate, from a stream of random numbers of this account's own.
    #[must_use]
    pub fn times(&self, share: Share) -> Times {
        let Share { account, accounts } = share;
        let gap_ns = NANOSECONDS_PER_SECOND / self.rate_hz;
        Times(match self.arrivals {
            Arrivals::Constant => Law::Constant {
                turn: account.into(),
                turns: accounts.into(),
                gap_ns,
            },
            Arrivals::Poisson => {
                let mut random = ChaCha8Rng::seed_from_u64(self.seed);
                random.set_stream(account.into());
                Law::Poisson {
                    random: Box::new(random),
                    mean_ns: gap_ns * f64::from(accounts),
                    at_ns: 0.0,
                }
            }
        })
    }
}

/// The intended times of one account's operations; see [`OpenLoop::times`].
#[derive(Clone, Debug)]
pub struct Times(Law);

#[derive(Clone, Debug)]
enum Law {
    Constant {
        turn: u64,
        turns: u64,
        gap_ns: f64,
    },
    Poisson {
        random: Box<ChaCha8Rng>,
        mean_ns: f64,
        at_ns: f64,
    },
}

impl Iterator for Times {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        Some(match &mut self.0 {
            Law::Constant {
                turn,
                turns,
                gap_ns,
            } => {
                let at_ns = whole(as_real(*turn) * *gap_ns);
                *turn += *turns;
                at_ns
            }
            Law::Poisson {
                random,
                mean_ns,
                at_ns,
            } => {
                *at_ns -= above_zero(random).ln() * *mean_ns;
                whole(*at_ns)
            }
        })
    }
}

/// Uniform above 0 and up to 1, so that its logarithm is finite.
fn above_zero(random: &mut ChaCha8Rng) -> f64 {
    const STEPS: u64 = 1 << 53;
    as_real((random.next_u64() >> 11) + 1) / as_real(STEPS)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of operations stay below 2^53, where all are exact"
)]
const fn as_real(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are not negative, and the cast keeps to what 64 bits hold"
)]
fn whole(nanoseconds: f64) -> u64 {
    nanoseconds.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(arrivals: Arrivals, rate_hz: f64) -> OpenLoop {
        OpenLoop {
            in_flight: 1,
            arrivals,
            rate_hz,
            seed: 7,
        }
    }

    fn of(pacer: OpenLoop, account: u32, accounts: u32) -> impl Iterator<Item = u64> {
        pacer.times(Share { account, accounts })
    }

    #[test]
    fn constant_arrivals_are_exact() {
        let pacer = open(Arrivals::Constant, 4_000.0);
        let of_2: Vec<u64> = of(pacer, 2, 8).take(4).collect();
        assert_eq!(of_2, [500_000, 2_500_000, 4_500_000, 6_500_000]);
        let thirds = open(Arrivals::Constant, 3.0);
        let of_0: Vec<u64> = of(thirds, 0, 1).take(4).collect();
        assert_eq!(of_0, [0, 333_333_333, 666_666_667, 1_000_000_000]);
        let after_an_hour = of(pacer, 0, 1).nth(4_000 * 3_600);
        assert_eq!(after_an_hour, Some(3_600_000_000_000), "no drift");
    }

    #[test]
    fn a_seed_repeats_poisson_arrivals_and_accounts_differ() {
        let times = |seed, account| -> Vec<u64> {
            let pacer = OpenLoop {
                seed,
                ..open(Arrivals::Poisson, 1_000.0)
            };
            of(pacer, account, 10).take(100).collect()
        };
        assert_eq!(times(1, 3), times(1, 3));
        assert_ne!(times(1, 3), times(2, 3));
        assert_ne!(times(1, 3), times(1, 4));
        assert!(times(1, 3).is_sorted());
    }

    /// Counts in a second are Poisson with the mean of the rate over the accounts; all accounts together have the whole
    /// rate, and the variance that independence gives.
    #[test]
    fn poisson_arrivals_have_the_whole_rate_together() {
        const SECONDS: usize = 200;
        let pacer = open(Arrivals::Poisson, 1_000.0);
        let mut counts = [0_u32; SECONDS];
        for account in 0..20 {
            of(pacer, account, 20)
                .map(|at_ns| usize::try_from(at_ns / 1_000_000_000).unwrap())
                .take_while(|second| *second < SECONDS)
                .for_each(|second| counts[second] += 1);
        }
        let seconds = 200.0;
        let mean = counts.iter().map(|n| f64::from(*n)).sum::<f64>() / seconds;
        let squares = counts.iter().map(|n| (f64::from(*n) - mean).powi(2));
        let variance = squares.sum::<f64>() / (seconds - 1.0);
        // Four standard errors; the seed is fixed, so this holds or does not for good.
        assert!((mean - 1_000.0).abs() < 4.0 * (1_000.0_f64 / seconds).sqrt());
        assert!((variance / 1_000.0 - 1.0).abs() < 4.0 * (2.0 / seconds).sqrt());
    }

    /// Of exponential gaps, 1/e are longer than the mean, and the standard deviation is the mean.
    #[test]
    fn poisson_gaps_are_exponential() {
        let pacer = open(Arrivals::Poisson, 100.0);
        let times: Vec<u64> = of(pacer, 0, 1).take(100_001).collect();
        let gaps_ns: Vec<f64> = times
            .windows(2)
            .map(|two| as_real(two[1] - two[0]))
            .collect();
        let longer = gaps_ns.iter().filter(|gap_ns| **gap_ns > 1e7).count();
        assert!(longer.abs_diff(36_788) < 4 * 153, "{longer}");
        let mean_ns = gaps_ns.iter().sum::<f64>() / 1e5;
        let squares = gaps_ns.iter().map(|gap_ns| (gap_ns - mean_ns).powi(2));
        let deviation_ns = (squares.sum::<f64>() / 1e5).sqrt();
        assert!((deviation_ns / mean_ns - 1.0).abs() < 0.02);
    }
}
