//! How many messages were acknowledged in each interval of the message phases: whether a run has settled can be seen
//! from it.

use serde::{Deserialize, Serialize};

/// The most intervals that are kept. When there would be more, two become one and the interval doubles.
const INTERVALS_MAX: usize = 512;

/// What an interval is at first, in nanoseconds.
const FIRST_INTERVAL_NS: u64 = 1_000_000;

/// Counts by interval, from the beginning of the first message phase on; time at barriers is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervals {
    /// How long an interval is, in nanoseconds.
    pub interval_ns: u64,
    /// Messages acknowledged in each; intervals at the end in which nothing came are not there.
    pub acknowledged: Vec<u64>,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            interval_ns: FIRST_INTERVAL_NS,
            acknowledged: Vec::with_capacity(INTERVALS_MAX),
        }
    }
}

impl Intervals {
    /// Counts one, so many nanoseconds after the beginning.
    pub fn count(&mut self, at_ns: u64) {
        let at = loop {
            match usize::try_from(at_ns / self.interval_ns) {
                Ok(at) if at < INTERVALS_MAX => break at,
                _ => self.double(),
            }
        };
        if at >= self.acknowledged.len() {
            self.acknowledged.resize(at + 1, 0);
        }
        self.acknowledged[at] += 1;
    }

    fn double(&mut self) {
        self.interval_ns = self.interval_ns.saturating_mul(2);
        let pairs = self.acknowledged.chunks(2).map(|pair| pair.iter().sum());
        self.acknowledged = pairs.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_lands_in_its_interval() {
        let mut intervals = Intervals::default();
        for at_ns in [0, 999_999, 1_000_000, 3_500_000] {
            intervals.count(at_ns);
        }
        assert_eq!(intervals.acknowledged, [2, 1, 0, 1]);
    }

    #[test]
    fn there_are_never_too_many_and_none_is_lost() {
        let mut intervals = Intervals::default();
        for at_ms in 0..60_000 {
            intervals.count(at_ms * 1_000_000);
        }
        assert_eq!(intervals.interval_ns, 128_000_000);
        assert_eq!(intervals.acknowledged.len(), 469);
        assert_eq!(intervals.acknowledged.iter().sum::<u64>(), 60_000);
        assert!(
            intervals.acknowledged[..468]
                .iter()
                .all(|count| *count == 128)
        );
    }

    #[test]
    fn a_time_beyond_all_others_does_not_take_long() {
        let mut intervals = Intervals::default();
        intervals.count(u64::MAX);
        assert!(intervals.acknowledged.len() <= INTERVALS_MAX);
    }
}
