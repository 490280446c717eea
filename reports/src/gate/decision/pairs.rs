//! The pairs of runs of one protocol in one stage: which are complete, and how many are still wanted.

use crate::gate::stages::Arm;
use crate::gate::timing::Values;

/// How many pairs are tried for each that is wanted, where runs turn out invalid.
const ATTEMPTS_PER_PAIR: usize = 2;

/// All pairs that were tried, in the order in which they were begun.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts(Vec<Attempt>);

#[derive(Clone, Debug)]
struct Attempt {
    number: u32,
    arms: [Slot; 3],
}

#[derive(Clone, Copy, Debug, Default)]
enum Slot {
    #[default]
    Missing,
    Invalid,
    Measured(Values),
}

/// A pair whose three arms are valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) base: Values,
    pub(super) head: Values,
    pub(super) again: Values,
}

/// The pairs that count for one step of a gate.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) pairs: Vec<Pair>,
    /// How many were tried for them.
    pub(super) attempts: usize,
    pub(super) wanted: usize,
}

impl Attempts {
    /// Takes a run: what it measured, or none if it is not valid. A second run of an arm begins another attempt.
    pub(super) fn add(&mut self, number: u32, arm: Arm, values: Option<Values>) {
        let slot = values.map_or(Slot::Invalid, Slot::Measured);
        let place = place_of(arm);
        let mut with_number = self.0.iter_mut().rev();
        let latest = with_number.find(|attempt| attempt.number == number);
        match latest {
            Some(attempt) if matches!(attempt.arms[place], Slot::Missing) => {
                attempt.arms[place] = slot;
            }
            _ => {
                let mut arms = [Slot::Missing; 3];
                arms[place] = slot;
                self.0.push(Attempt { number, arms });
            }
        }
    }

    /// The first `wanted` complete pairs behind the attempts that were `used` before.
    pub(super) fn batch(&self, used: usize, wanted: usize) -> Batch {
        let mut batch = Batch {
            pairs: Vec::new(),
            attempts: 0,
            wanted,
        };
        for attempt in self.0.iter().skip(used) {
            if batch.is_complete() || batch.is_hopeless() {
                break;
            }
            batch.attempts += 1;
            batch.pairs.extend(attempt.pair());
        }
        batch
    }
}

impl Attempt {
    fn pair(&self) -> Option<Pair> {
        let of = |arm| match self.arms[place_of(arm)] {
            Slot::Measured(values) => Some(values),
            Slot::Missing | Slot::Invalid => None,
        };
        Some(Pair {
            base: of(Arm::Base)?,
            head: of(Arm::Head)?,
            again: of(Arm::Again)?,
        })
    }
}

impl Batch {
    pub(super) fn is_complete(&self) -> bool {
        self.pairs.len() >= self.wanted
    }

    /// Whether so many pairs were lost that no more are tried.
    pub(super) fn is_hopeless(&self) -> bool {
        !self.is_complete() && self.attempts >= ATTEMPTS_PER_PAIR * self.wanted
    }

    /// How many more pairs are to be measured now.
    pub(super) fn missing(&self) -> usize {
        let attempts_left = ATTEMPTS_PER_PAIR * self.wanted - self.attempts;
        (self.wanted - self.pairs.len()).min(attempts_left)
    }
}

fn place_of(arm: Arm) -> usize {
    match arm {
        Arm::Base => 0,
        Arm::Head => 1,
        Arm::Again => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARMS: [Arm; 3] = [Arm::Base, Arm::Head, Arm::Again];
    const VALUES: Values = [Some(1.0); 6];

    fn add(attempts: &mut Attempts, number: u32, valid: [bool; 3]) {
        for (arm, valid) in ARMS.into_iter().zip(valid) {
            attempts.add(number, arm, valid.then_some(VALUES));
        }
    }

    #[test]
    fn lost_pairs_are_replaced_until_there_is_no_hope() {
        let mut attempts = Attempts::default();
        assert_eq!(attempts.batch(0, 2).missing(), 2);
        add(&mut attempts, 1, [true, false, true]);
        add(&mut attempts, 2, [true; 3]);
        assert_eq!(attempts.batch(0, 2).missing(), 1);
        add(&mut attempts, 3, [false; 3]);
        assert_eq!(attempts.batch(0, 2).missing(), 1);
        add(&mut attempts, 4, [false; 3]);
        let batch = attempts.batch(0, 2);
        assert!(batch.is_hopeless() && batch.missing() == 0);
        assert_eq!((batch.pairs.len(), batch.attempts), (1, 4));
    }

    #[test]
    fn numbers_may_begin_again() {
        let mut attempts = Attempts::default();
        for _ in 0..3 {
            add(&mut attempts, 1, [true; 3]);
        }
        let first = attempts.batch(0, 2);
        assert!(first.is_complete());
        assert_eq!(attempts.batch(first.attempts, 2).missing(), 1);
    }
}
