//! An interval for Hodges and Lehmann's estimate by bootstrap: for showing, never for deciding.
//!
//! Percentiles of the estimates of samples that are drawn from the sample, with replacement (Efron, "Bootstrap methods:
//! another look at the jackknife", 1979), made wider around the estimate: of few values they are too narrow by what
//! Student's t is wider than the normal distribution, and by √(n/(n−1)) because the spread is taken around the sample's
//! own middle (Hesterberg, "What teachers should know about the bootstrap", 2015, section 5.3).

use super::interval::Interval;
use super::signed_rank::hodges_lehmann;
use super::simulation::Random;
use super::student;
use crate::numbers::to_f64;

/// How many samples are drawn.
const SAMPLES: usize = 1_000;

/// The seed of the drawing: the same values give the same interval.
const SEED: u64 = 1;

/// The probability outside an interval of 95 %.
const TAIL: f64 = 0.05;

/// What a normal distribution exceeds with that probability, on both sides together.
const NORMAL: f64 = 1.959_964;

/// The interval of 95 % for the middle of differences; none of fewer than three.
pub(crate) fn around_hodges_lehmann(differences: &[f64]) -> Option<Interval> {
    by_samples(differences, SAMPLES)
}

fn by_samples(differences: &[f64], samples: usize) -> Option<Interval> {
    if differences.len() < 3 {
        return None;
    }
    let estimate = hodges_lehmann(differences)?;
    let mut random = Random::new(SEED);
    let mut drawn = vec![0.0; differences.len()];
    let mut estimates: Vec<f64> = (0..samples)
        .filter_map(|_| {
            for value in &mut drawn {
                *value = differences[random.below(differences.len())];
            }
            hodges_lehmann(&drawn)
        })
        .collect();
    estimates.sort_unstable_by(f64::total_cmp);
    let last = estimates.len().checked_sub(1)?;
    // Rounded outwards: as many samples lie beyond one end as beyond the other.
    let beyond = (0..=last).take_while(|rank| share(*rank, samples) <= TAIL / 2.0);
    let beyond = beyond.count().saturating_sub(1);
    let wider = wider(differences.len());
    let end = |rank: usize| estimate + wider * (estimates[rank] - estimate);
    Some(Interval {
        low: end(beyond),
        high: end(last - beyond),
    })
}

fn share(of: usize, all: usize) -> f64 {
    let float = |count: usize| to_f64(u64::try_from(count).unwrap_or(u64::MAX));
    float(of) / float(all)
}

/// By what factor percentiles of so many values are too narrow.
fn wider(values: usize) -> f64 {
    let freedom = u32::try_from(values - 1).unwrap_or(u32::MAX);
    let n = f64::from(freedom) + 1.0;
    student::critical(TAIL, freedom) / NORMAL * (n / f64::from(freedom)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of 300 intervals 285 should hold the middle, give or take 3.8 (the binomial's standard deviation); four of those
    /// are allowed, the seed is fixed, and it is to hold where one value in ten sticks out, too.
    #[test]
    fn the_interval_holds_the_middle_as_often_as_it_says() {
        for (pairs, sticking_out, seed) in [(11, 1.0, 31), (11, 4.0, 32), (22, 4.0, 33)] {
            let mut random = Random::new(seed);
            let held = (0..300)
                .filter(|_| {
                    let differences: Vec<f64> = (0..pairs)
                        .map(|_| {
                            let sticks_out = random.uniform() < 0.1;
                            let spread = if sticks_out { sticking_out } else { 1.0 };
                            0.3 + 0.05 * spread * random.normal()
                        })
                        .collect();
                    let interval = by_samples(&differences, 120).expect("enough");
                    interval.contains(0.3)
                })
                .count();
            assert!(held.abs_diff(285) <= 15, "{held} of 300, {pairs} pairs");
        }
    }

    #[test]
    fn the_same_values_give_the_same_interval() {
        let values = [
            0.01, -0.02, 0.04, 0.03, 0.02, 0.05, 0.01, 0.0, 0.02, 0.06, 0.03,
        ];
        let first = around_hodges_lehmann(&values).expect("enough");
        assert_eq!(around_hodges_lehmann(&values), Some(first));
        let estimate = hodges_lehmann(&values).expect("enough");
        assert!(first.low < estimate && estimate < first.high, "{first:?}");
    }

    #[test]
    fn too_few_values_have_none_and_equal_ones_have_no_width() {
        assert_eq!(around_hodges_lehmann(&[0.1, 0.2]), None);
        let equal = around_hodges_lehmann(&[0.1; 11]).expect("enough");
        assert!(equal.high - equal.low < 1e-12);
    }
}
