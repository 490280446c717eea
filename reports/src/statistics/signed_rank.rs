//! Wilcoxon's signed-rank test, exact: whether the middle of paired differences lies off zero.
//!
//! Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945). The distribution is that of the
//! observed ranks, ties included, with every sign as likely as its opposite; nothing is approximated by a normal
//! distribution. Differences of exactly zero say nothing about a direction and are left out, as Wilcoxon did.
//!
//! Time grows with the third power of the number of differences: a fraction of a millisecond for 44 of them.

use crate::numbers::to_f64;

/// What the test says of some differences.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SignedRank {
    /// Differences that are not zero.
    pub(crate) used: usize,
    /// The sum of the ranks of positive differences.
    pub(crate) positive_ranks: f64,
    /// The probability of this much or more of positive ranks if no direction were favoured: small if the differences
    /// are positive.
    pub(crate) p_greater: f64,
    /// The same for negative ranks.
    pub(crate) p_less: f64,
}

impl SignedRank {
    /// Of differences, such as logarithms of the ratios of pairs. Those that are no numbers are left out.
    pub(crate) fn of(differences: &[f64]) -> Self {
        let used: Vec<f64> = differences
            .iter()
            .copied()
            .filter(|difference| difference.is_finite() && *difference != 0.0)
            .collect();
        let doubled = doubled_ranks(&used);
        let positive: usize = used
            .iter()
            .zip(&doubled)
            .filter(|(difference, _)| **difference > 0.0)
            .map(|(_, rank)| rank)
            .sum();
        let distribution = distribution(&doubled);
        let total: usize = doubled.iter().sum();
        let at_least = |sum: usize| distribution[sum..].iter().sum::<f64>().min(1.0);
        Self {
            used: used.len(),
            positive_ranks: halved(positive),
            p_greater: at_least(positive),
            // The distribution is symmetric: as much of negative ranks is as likely as of positive ones.
            p_less: at_least(total - positive),
        }
    }

    /// The probability of so much in either direction.
    pub(crate) fn p_two_sided(&self) -> f64 {
        (2.0 * self.p_greater.min(self.p_less)).min(1.0)
    }
}

/// The ranks of magnitudes, doubled, so that the middle rank of ties is whole.
fn doubled_ranks(differences: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..differences.len()).collect();
    let magnitude = |at: usize| differences[at].abs();
    order.sort_by(|&a, &b| magnitude(a).total_cmp(&magnitude(b)));
    let mut ranks = vec![0; differences.len()];
    let mut first = 0;
    for tied in order.chunk_by(|&a, &b| magnitude(a).total_cmp(&magnitude(b)).is_eq()) {
        let last = first + tied.len() - 1;
        // Ranks count from 1: the middle of first + 1 and last + 1, doubled.
        for &at in tied {
            ranks[at] = first + last + 2;
        }
        first = last + 1;
    }
    ranks
}

/// The probability of each sum of positive ranks, when each rank is positive or negative with even chances.
fn distribution(doubled_ranks: &[usize]) -> Vec<f64> {
    let total: usize = doubled_ranks.iter().sum();
    let mut probabilities = vec![0.0; total + 1];
    probabilities[0] = 1.0;
    let mut reached = 0;
    for &rank in doubled_ranks {
        reached += rank;
        for sum in (0..=reached).rev() {
            let without = probabilities[sum];
            let with = if sum >= rank {
                probabilities[sum - rank]
            } else {
                0.0
            };
            probabilities[sum] = f64::midpoint(without, with);
        }
    }
    probabilities
}

fn halved(doubled: usize) -> f64 {
    to_f64(u64::try_from(doubled).unwrap_or(u64::MAX)) / 2.0
}

/// The least sum of positive ranks whose probability is at most `p`, of `used` differences without ties; none where even
/// that of all ranks is more likely.
fn critical_sum(used: usize, p: f64) -> Option<usize> {
    let distribution = distribution(&(1..=used).collect::<Vec<usize>>());
    let mut tail = 0.0;
    let within = distribution.iter().rev().take_while(|probability| {
        tail += **probability;
        tail <= p
    });
    let reaching = within.count();
    (reaching > 0).then(|| distribution.len() - reaching)
}

/// By how much differences with this spread around zero would have to be shifted for [`SignedRank::p_greater`] to reach
/// `p`; none where no shift could.
///
/// The sum of positive ranks is the number of positive means of pairs of differences (Tukey, 1949), and a shift moves
/// all of those alike: so it is the distance from the means' middle to the one that must still be positive.
pub(crate) fn smallest_shift(differences: &[f64], p: f64) -> Option<f64> {
    let middle = hodges_lehmann(differences)?;
    let positive = critical_sum(differences.len(), p)?;
    let mut means = means(differences);
    let last = means.len() - positive;
    let (_, still_positive, _) = means.select_nth_unstable_by(last, f64::total_cmp);
    Some(middle - *still_positive)
}

/// Hodges and Lehmann's estimate of the middle of differences: the median of the means of all pairs of them, each with
/// itself included ("Estimates of location based on rank tests", 1963). None of no differences.
pub(crate) fn hodges_lehmann(differences: &[f64]) -> Option<f64> {
    let mut means = means(differences);
    let middle = means.len() / 2;
    if means.is_empty() {
        return None;
    }
    let is_even = means.len().is_multiple_of(2);
    let (below, upper, _) = means.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = below.iter().copied().max_by(f64::total_cmp);
    let lower = lower.filter(|_| is_even).unwrap_or(*upper);
    Some(f64::midpoint(lower, *upper))
}

/// The means of all pairs of differences, each with itself included (Walsh averages), in no order.
fn means(differences: &[f64]) -> Vec<f64> {
    let all = differences.len();
    let mut means = Vec::with_capacity(all * (all + 1) / 2);
    for (at, first) in differences.iter().enumerate() {
        for second in &differences[at..] {
            means.push(f64::midpoint(*first, *second));
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// All sums of positive ranks, by trying all signs.
    fn by_enumeration(differences: &[f64]) -> f64 {
        let ranks = doubled_ranks(differences);
        let observed: usize = ranks
            .iter()
            .zip(differences)
            .filter(|(_, d)| **d > 0.0)
            .map(|(r, _)| r)
            .sum();
        let all = 1_u32 << ranks.len();
        let reaching = (0..all)
            .filter(|signs| {
                let sum: usize = ranks
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| signs >> at & 1 == 1)
                    .map(|(_, r)| r)
                    .sum();
                sum >= observed
            })
            .count();
        f64::from(u32::try_from(reaching).unwrap()) / f64::from(all)
    }

    /// Differences of the magnitudes 1 to n whose negative ranks sum up to `sum`.
    fn with_negative_ranks(n: u32, mut sum: u32) -> Vec<f64> {
        (1..=n)
            .rev()
            .map(|rank| {
                if rank <= sum {
                    sum -= rank;
                    -f64::from(rank)
                } else {
                    f64::from(rank)
                }
            })
            .collect()
    }

    /// The largest sums whose two-sided probability is at most 0.05 and 0.01: Wilcoxon and Wilcox, "Some rapid
    /// approximate statistical procedures" (1964), table 2.
    #[test]
    fn critical_values_are_those_of_the_tables() {
        let at_5_percent = [
            (6, 0),
            (7, 2),
            (8, 3),
            (9, 5),
            (10, 8),
            (11, 10),
            (12, 13),
            (13, 17),
            (14, 21),
            (15, 25),
            (16, 29),
            (17, 34),
            (18, 40),
            (19, 46),
            (20, 52),
            (25, 89),
            (30, 137),
        ];
        let at_1_percent = [
            (8, 0),
            (9, 1),
            (10, 3),
            (11, 5),
            (12, 7),
            (13, 9),
            (14, 12),
            (15, 15),
            (16, 19),
            (17, 23),
            (18, 27),
            (19, 32),
            (20, 37),
            (25, 68),
            (30, 109),
        ];
        for (n, sum) in at_5_percent {
            assert!(
                SignedRank::of(&with_negative_ranks(n, sum)).p_two_sided() <= 0.05,
                "{n}"
            );
            assert!(
                SignedRank::of(&with_negative_ranks(n, sum + 1)).p_two_sided() > 0.05,
                "{n}"
            );
        }
        for (n, sum) in at_1_percent {
            assert!(
                SignedRank::of(&with_negative_ranks(n, sum)).p_two_sided() <= 0.01,
                "{n}"
            );
            assert!(
                SignedRank::of(&with_negative_ranks(n, sum + 1)).p_two_sided() > 0.01,
                "{n}"
            );
        }
    }

    #[test]
    fn ties_are_exact_as_well() {
        for differences in [
            vec![1.0, 1.0, -1.0, 2.0],
            vec![0.5, -0.5, 3.0, 3.0, -3.0, 7.0, 7.0],
            vec![-1.0; 9],
            vec![2.0, 2.0, 2.0, -2.0, 1.0, 1.0, -4.0, 4.0, 4.0, 9.0],
        ] {
            let test = SignedRank::of(&differences);
            assert!(
                (test.p_greater - by_enumeration(&differences)).abs() < 1e-12,
                "{differences:?}"
            );
            let opposite: Vec<f64> = differences.iter().map(|d| -d).collect();
            assert!((test.p_less - by_enumeration(&opposite)).abs() < 1e-12);
        }
    }

    #[test]
    fn nothing_and_zeros_say_nothing() {
        for differences in [&[][..], &[0.0, -0.0], &[f64::NAN]] {
            let test = SignedRank::of(differences);
            assert_eq!(
                (test.used, test.p_greater, test.p_less, test.p_two_sided()),
                (0, 1.0, 1.0, 1.0)
            );
        }
        assert_eq!(hodges_lehmann(&[]), None);
    }

    #[test]
    fn the_estimate_is_the_middle_of_the_pairs_means() {
        assert_eq!(hodges_lehmann(&[3.0]), Some(3.0));
        // The means are 1, 2, 3, 4.5, 5.5, 8.
        assert_eq!(hodges_lehmann(&[1.0, 3.0, 8.0]), Some(3.75));
    }

    /// With 11 differences and no ties, a sum of 2 of negative ranks and less has a probability of 3/2048.
    #[test]
    fn the_shift_that_would_be_seen_lies_where_the_test_turns() {
        let spread = [-5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.5, 2.5, 3.5, 4.5, 5.5];
        assert_eq!(critical_sum(11, 3.0 / 2_048.0), Some(64));
        assert_eq!(critical_sum(11, 2.9 / 2_048.0), Some(65));
        assert_eq!(critical_sum(11, 0.9 / 2_048.0), None);
        assert_eq!(smallest_shift(&spread, 0.9 / 2_048.0), None);
        assert_eq!(smallest_shift(&[], 0.5), None);
        // All must be positive: the middle is 0.25 and the least −5.
        assert_eq!(smallest_shift(&spread, 1.0 / 2_048.0), Some(5.25));
    }

    /// Differences without ties, magnitudes of one sign and the other included, as they come from clocks.
    fn untied() -> impl Strategy<Value = Vec<f64>> {
        let differences = prop::collection::vec(-1.0_f64..1.0, 1..30);
        differences.prop_filter("no ties", |differences| {
            let magnitudes = differences.iter().map(|d| d.abs().to_bits());
            magnitudes.collect::<BTreeSet<u64>>().len() == differences.len()
        })
    }

    /// Differences that are often tied, or zero.
    fn tied() -> impl Strategy<Value = Vec<f64>> {
        let whole = (-4_i32..=4).prop_map(f64::from);
        prop::collection::vec(whole, 0..11)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    proptest! {
        #[test]
        fn the_distribution_is_that_of_all_signs(differences in tied()) {
            let used: Vec<f64> = differences.iter().copied().filter(|d| *d != 0.0).collect();
            let test = SignedRank::of(&differences);
            prop_assert!(close(test.p_greater, by_enumeration(&used)));
        }

        #[test]
        fn opposite_differences_say_the_opposite(differences in untied()) {
            let opposite: Vec<f64> = differences.iter().map(|d| -d).collect();
            let (test, opposite) = (SignedRank::of(&differences), SignedRank::of(&opposite));
            prop_assert!(close(test.p_greater, opposite.p_less));
            prop_assert!(close(test.p_less, opposite.p_greater));
            prop_assert!(close(test.p_two_sided(), opposite.p_two_sided()));
        }

        #[test]
        fn neither_scale_nor_order_matters(differences in tied(), at in 0_usize..11) {
            let test = SignedRank::of(&differences);
            let mut other: Vec<f64> = differences.iter().map(|d| d * 0.125).collect();
            other.rotate_left(at.min(differences.len()));
            prop_assert_eq!(SignedRank::of(&other), test);
        }

        #[test]
        fn more_is_never_less_significant(differences in untied(), shift in 0.0_f64..2.0) {
            let more: Vec<f64> = differences.iter().map(|d| d + shift).collect();
            prop_assert!(SignedRank::of(&more).p_greater <= SignedRank::of(&differences).p_greater + 1e-12);
            let (less, more) = (hodges_lehmann(&differences), hodges_lehmann(&more));
            let (less, more) = (less.expect("some"), more.expect("some"));
            prop_assert!(close(more, less + shift));
        }

        #[test]
        fn a_shift_is_seen_from_the_smallest_on(differences in untied(), p in 0.000_5_f64..0.2) {
            let middle = hodges_lehmann(&differences).expect("some");
            let shifted = |by: f64| -> Vec<f64> {
                differences.iter().map(|d| d - middle + by).collect()
            };
            match smallest_shift(&differences, p) {
                Some(shift) => {
                    prop_assert!(SignedRank::of(&shifted(shift + 1e-6)).p_greater <= p + 1e-12);
                    prop_assert!(SignedRank::of(&shifted(shift - 1e-6)).p_greater >= p - 1e-12);
                }
                None => prop_assert!(SignedRank::of(&shifted(1e6)).p_greater > p),
            }
        }
    }
}
