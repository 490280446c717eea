//! Whether a trial had settled: whether the messages that were answered in each interval of time kept one level.
//!
//! The series is cut into 12 batches of neighbouring intervals, because neighbours resemble each other and their means
//! much less (batch means: Law and Kelton, Simulation Modeling and Analysis). At each place between the second batch
//! and the last but one, the batches before are compared with those after by Student's t. A trial has not settled when
//! one of these 9 comparisons shows a difference at 99 % for all of them together (Bonferroni), and the difference is
//! over 5 %: less than that hardly moves the mean over the trial. A start that is slow, a level that is left half-way
//! and a drift are all changes of level to this test; a short dip that recovers is none.

use super::interval::mean;
use super::student;
use crate::numbers::to_f64;
use crate::schema::Run;

/// How many batches the series is cut into.
const BATCHES: usize = 12;

/// How many batches there are at least on either side of a change of level.
const BATCHES_BESIDE: usize = 2;

/// Chance of calling a trial unsettled whose level is constant.
const FALSE_ALARMS: f64 = 0.01;

/// Changes of level up to this share of it do not matter.
const CHANGE_MIN: f64 = 0.05;

/// Whether a trial kept its level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Settling {
    /// It did.
    Settled,
    /// It did not.
    Unsettled(Change),
    /// Too few intervals, or too few messages in them, to tell.
    Unknown,
}

/// The clearest change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    /// After which share of the time, between 0 and 1.
    pub(crate) at: f64,
    /// The level after it by the level before it.
    pub(crate) ratio: f64,
}

/// Checks the intervals of a run.
pub(crate) fn of(run: &Run) -> Settling {
    run.intervals
        .as_ref()
        .map_or(Settling::Unknown, |intervals| {
            check(&intervals.acknowledged)
        })
}

/// Checks a series of counts, one for each interval of the same length.
pub(crate) fn check(counts: &[u64]) -> Settling {
    // The last interval ends when the last message does, and is seldom a whole one.
    let whole = &counts[..counts.len().saturating_sub(1)];
    let size = whole.len() / BATCHES;
    if size == 0 {
        return Settling::Unknown;
    }
    // What does not fill a batch is left out at the end: a slow start must stay in.
    let batches: Vec<f64> = whole
        .chunks_exact(size)
        .take(BATCHES)
        .map(|batch| batch.iter().map(|count| to_f64(*count)).sum())
        .collect();
    if batches.contains(&0.0) && mean(&batches) < 10.0 {
        return Settling::Unknown;
    }
    let places = BATCHES_BESIDE..=BATCHES - BATCHES_BESIDE;
    let comparisons = places.clone().count();
    #[expect(clippy::cast_precision_loss, reason = "there are 9")]
    let tail = FALSE_ALARMS / comparisons as f64;
    let freedom = u32::try_from(BATCHES - 2).unwrap_or(1);
    let critical = student::critical(tail, freedom);
    let clearest = places
        .map(|place| compare(&batches, place))
        .filter(|(statistic, change)| {
            *statistic > critical
                && (change.ratio > 1.0 + CHANGE_MIN || change.ratio < 1.0 - CHANGE_MIN)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match clearest {
        Some((_, change)) => Settling::Unsettled(change),
        None => Settling::Settled,
    }
}

/// Student's t of the batches before a place against those after it, without its sign, and the change there.
fn compare(batches: &[f64], place: usize) -> (f64, Change) {
    let (before, after) = batches.split_at(place);
    let (level_before, level_after) = (mean(before), mean(after));
    let squares = |values: &[f64], mean: f64| -> f64 {
        values.iter().map(|value| (value - mean).powi(2)).sum()
    };
    let count = |values: &[f64]| f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX));
    let (n, m) = (count(before), count(after));
    let variance = (squares(before, level_before) + squares(after, level_after)) / (n + m - 2.0);
    let standard_error = (variance * (1.0 / n + 1.0 / m)).sqrt();
    let change = Change {
        at: n / (n + m),
        ratio: level_after / level_before,
    };
    let difference = (level_after - level_before).abs();
    // Without any scatter, a difference is as clear as it can be, and none is none.
    let statistic = if difference == 0.0 {
        0.0
    } else {
        difference / standard_error
    };
    (statistic, change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::simulation::Random;

    /// Counts around a level that changes with the share of time that has passed.
    fn series(random: &mut Random, length: usize, level: impl Fn(f64) -> f64) -> Vec<u64> {
        #[expect(clippy::cast_precision_loss, reason = "few intervals")]
        let share = |index: usize| (index as f64 + 0.5) / length as f64;
        (0..length)
            .map(|index| {
                let noisy = 200.0 * level(share(index)) * (1.0 + 0.05 * random.normal());
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it is about 200"
                )]
                let count = noisy.max(0.0).round() as u64;
                count
            })
            .collect()
    }

    /// How many of 1,000 simulated trials are called unsettled.
    fn unsettled(length: usize, level: impl Fn(f64) -> f64) -> usize {
        let mut random = Random::new(21);
        (0..1_000)
            .filter(|_| {
                let counts = series(&mut random, length, &level);
                matches!(check(&counts), Settling::Unsettled(_))
            })
            .count()
    }

    #[test]
    fn a_flat_series_passes_however_noisy() {
        // 1 % by construction, less because the change must matter, too: 10 of 1,000, give or take 3.1.
        for length in [13, 25, 50, 250] {
            let alarms = unsettled(length, |_| 1.0);
            assert!(alarms <= 20, "{alarms} of 1000 flat ones of {length}");
        }
    }

    #[test]
    fn a_slow_start_a_step_a_drift_and_a_fall_are_noticed() {
        let slow_start = |share: f64| if share < 0.2 { 0.7 } else { 1.0 };
        let step = |share: f64| if share < 0.5 { 1.0 } else { 1.2 };
        let drift = |share: f64| 0.8 + 0.4 * share;
        let fall = |share: f64| if share < 0.75 { 1.0 } else { 0.8 };
        for (name, level) in [
            ("slow start", slow_start as fn(f64) -> f64),
            ("step", step),
            ("drift", drift),
            ("fall", fall),
        ] {
            let noticed = unsettled(25, level);
            assert!(noticed >= 900, "{name}: {noticed} of 1000");
        }
    }

    #[test]
    fn a_change_that_hardly_matters_is_let_pass() {
        let quiet: Vec<u64> = [vec![10_000; 12], vec![10_300; 13]].concat();
        assert_eq!(check(&quiet), Settling::Settled);
        let loud: Vec<u64> = [vec![10_000; 12], vec![11_000; 13]].concat();
        let Settling::Unsettled(change) = check(&loud) else {
            panic!("10 % more in the second half");
        };
        assert!(
            (change.at - 0.5).abs() < 1e-9 && (change.ratio - 1.1).abs() < 1e-9,
            "{change:?}"
        );
    }

    #[test]
    fn a_dip_that_recovers_is_no_change_of_level() {
        let mut counts = vec![100; 49];
        counts[20] = 0;
        assert_eq!(check(&counts), Settling::Settled);
    }

    #[test]
    fn too_little_to_tell_is_called_that() {
        assert_eq!(check(&[]), Settling::Unknown);
        assert_eq!(check(&[100; 12]), Settling::Unknown);
        assert_eq!(check(&[100; 13]), Settling::Settled);
        let mut rare = vec![0; 25];
        rare[3] = 20;
        assert_eq!(check(&rare), Settling::Unknown);
    }

    #[test]
    fn a_last_interval_that_is_cut_short_does_not_count() {
        let mut counts = vec![100; 13];
        counts[12] = 3;
        assert_eq!(check(&counts), Settling::Settled);
    }
}
