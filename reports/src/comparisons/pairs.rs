//! Which runs belong together: those of one round of trials, in one cell, from one results file.

use std::collections::BTreeMap;

use super::metrics::Metric;
use crate::schema::Run;
use crate::statistics::ratio::{Pair, PairedRatio};

/// A round of trials: the file that it is from, and its number there.
type Round = (u32, u32);

/// Two sets of runs compared by one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Compared {
    /// None where no round has both.
    pub(crate) ratio: Option<PairedRatio>,
    /// Rounds that one or both of them took part in, and that could not be used: a run is missing or invalid, or
    /// measured nothing.
    pub(crate) unpaired: usize,
}

/// Compares the first with the second, both from one cell; invalid runs among them leave their rounds unpaired.
pub(crate) fn compare(metric: &Metric, first: &[&Run], second: &[&Run]) -> Compared {
    let (first, second) = (by_round(metric, first), by_round(metric, second));
    let mut pairs = Vec::new();
    let mut unpaired = second
        .keys()
        .filter(|round| !first.contains_key(round))
        .count();
    for (round, value) in &first {
        match (*value, second.get(round).copied().flatten()) {
            (Some(first), Some(second)) => pairs.push(Pair { first, second }),
            _ => unpaired += 1,
        }
    }
    Compared {
        ratio: PairedRatio::of(&pairs, metric.origin),
        unpaired,
    }
}

/// What each round's run measured; none where that cannot be used, or is not one run.
fn by_round(metric: &Metric, runs: &[&Run]) -> BTreeMap<Round, Option<f64>> {
    let mut rounds = BTreeMap::new();
    for run in runs {
        let value = (metric.of)(run).filter(|value| run.valid && *value > 0.0);
        rounds
            .entry((run.origin, run.trial))
            .and_modify(|before| *before = None)
            .or_insert(value);
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::super::metrics::METRICS;
    use super::*;

    fn run(trial: u32, throughput_hz: f64) -> Run {
        Run {
            trial,
            throughput_hz,
            valid: true,
            ..Run::default()
        }
    }

    #[track_caller]
    fn check(first: &[Run], second: &[Run], pairs: usize, unpaired: usize) -> Option<f64> {
        let compared = compare(
            &METRICS[0],
            &first.iter().collect::<Vec<_>>(),
            &second.iter().collect::<Vec<_>>(),
        );
        let found = compared.ratio.map_or(0, |ratio| ratio.pairs);
        assert_eq!((found, compared.unpaired), (pairs, unpaired));
        compared.ratio.map(|ratio| ratio.ratio)
    }

    #[test]
    fn runs_of_one_round_are_a_pair_in_whatever_order_they_ran() {
        let first = [run(1, 20.0), run(2, 200.0)];
        let second = [run(2, 100.0), run(1, 10.0)];
        let ratio = check(&first, &second, 2, 0).expect("two pairs");
        assert!((ratio - 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_missing_run_leaves_its_round_out() {
        check(
            &[run(1, 1.0), run(2, 1.0)],
            &[run(2, 1.0), run(3, 1.0)],
            1,
            2,
        );
        assert_eq!(check(&[run(1, 1.0)], &[], 0, 1), None);
    }

    #[test]
    fn an_invalid_run_leaves_its_round_out() {
        let mut invalid = run(2, 500.0);
        invalid.valid = false;
        check(&[run(1, 1.0), run(2, 1.0)], &[run(1, 1.0), invalid], 1, 1);
    }

    #[test]
    fn a_run_that_measured_nothing_leaves_its_round_out() {
        check(
            &[run(1, 0.0), run(2, 1.0)],
            &[run(1, 1.0), run(2, 1.0)],
            1,
            1,
        );
    }

    #[test]
    fn rounds_of_different_files_are_different_rounds() {
        let mut other = run(1, 4.0);
        other.origin = 1;
        check(&[run(1, 1.0)], &[other.clone()], 0, 2);
        check(&[run(1, 1.0), other.clone()], &[run(1, 1.0), other], 2, 0);
    }

    #[test]
    fn two_runs_that_claim_to_be_the_same_are_none() {
        check(&[run(1, 1.0), run(1, 2.0)], &[run(1, 1.0)], 0, 1);
    }
}
