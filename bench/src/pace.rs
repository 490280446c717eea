//! How long Criterion measures: what there is to measure grows with the registry, and the time that people wait does not.

use std::path::Path;
use std::time::Duration;

use criterion::Criterion;

/// The least that a bench gets, warming up included: below it figures jump.
const SHARE_MIN: Duration = Duration::from_millis(40);

/// The most that a bench gets: beyond it figures hardly become steadier.
const SHARE_MAX: Duration = Duration::from_millis(300);

/// How many samples are taken of each bench.
const SAMPLES: usize = 20;

/// How often the samples are drawn again for the intervals.
const RESAMPLES: usize = 2_000;

/// Criterion, with what it finds in `target/criterion`, where `target` is the directory that cargo builds into; each of
/// so many benches gets the same share of the time in all.
#[must_use]
pub fn criterion(target: &Path, benches: usize, in_all: Duration) -> Criterion {
    let share = share(benches, in_all);
    let warm_up = share / 4;
    Criterion::default()
        .warm_up_time(warm_up)
        .measurement_time(share.saturating_sub(warm_up))
        .sample_size(SAMPLES)
        .nresamples(RESAMPLES)
        .output_directory(&target.join("criterion"))
}

fn share(benches: usize, in_all: Duration) -> Duration {
    let benches = u32::try_from(benches).unwrap_or(u32::MAX).max(1);
    (in_all / benches).clamp(SHARE_MIN, SHARE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_benches_take_no_longer_than_some() {
        let in_all = Duration::from_mins(2);
        assert_eq!(share(1_200, in_all) * 1_200, in_all);
        assert_eq!(share(10, in_all), SHARE_MAX);
        assert_eq!(share(1_000_000, in_all), SHARE_MIN);
        assert_eq!(share(0, in_all), SHARE_MAX);
    }
}
