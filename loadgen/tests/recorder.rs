//! What must hold of whatever is recorded.

use loadgen::recorder::{Moments, Recorder};
use proptest::prelude::*;
use reports::latency::{Quantile, merge};
use reports::schema::LatencySummary;

fn recorded(responses_ns: &[u64]) -> Option<LatencySummary> {
    let mut recorder = Recorder::default();
    for &complete_ns in responses_ns {
        recorder.answered(Moments {
            intended_ns: 0,
            actual_ns: complete_ns / 2,
            complete_ns,
        });
    }
    let carried = LatencySummary {
        hdr: recorder.recorded().ack_hdr?,
        ..LatencySummary::default()
    };
    let histogram = carried.histogram().expect("it was just written");
    Some(LatencySummary::from_histogram(&histogram))
}

/// From nanoseconds to minutes, all magnitudes alike.
fn latencies() -> impl Strategy<Value = Vec<u64>> {
    let latency = (0_u32..36).prop_flat_map(|bits| 0..=(1_u64 << bits));
    proptest::collection::vec(latency, 0..300)
}

proptest! {
    #[test]
    fn percentiles_are_in_order_and_within_what_was_recorded(samples in latencies()) {
        let Some(summary) = recorded(&samples) else {
            prop_assert!(samples.is_empty());
            return Ok(());
        };
        let figures = [
            summary.p50_ns,
            summary.p90_ns,
            summary.p99_ns,
            summary.p999_ns,
            summary.max_ns,
        ];
        prop_assert!(figures.is_sorted(), "{figures:?}");
        prop_assert_eq!(summary.count, samples.len() as u64);
        let largest_ns = samples.iter().copied().max().unwrap_or(0);
        prop_assert!(summary.max_ns.abs_diff(largest_ns) <= largest_ns / 1_000 + 1);
    }

    #[test]
    fn merging_is_pooling(first in latencies(), second in latencies()) {
        let pooled = recorded(&[first.as_slice(), second.as_slice()].concat());
        let apart = [recorded(&first), recorded(&second)];
        let merged = merge(apart.iter().flatten()).expect("they fit together");
        let merged = merged.map(|merged| LatencySummary::from_histogram(&merged));
        let figures = |summary: &LatencySummary| {
            (summary.count, summary.p50_ns, summary.p90_ns, summary.p99_ns, summary.p999_ns, summary.max_ns)
        };
        prop_assert_eq!(merged.as_ref().map(figures), pooled.as_ref().map(figures));
    }

    #[test]
    fn more_that_nobody_saw_the_end_of_never_lowers_a_percentile(
        samples in latencies(),
        censored in 0_u64..400,
        quantile in 0.0..1.0_f64,
    ) {
        let Some(summary) = recorded(&samples) else { return Ok(()) };
        let histogram = summary.histogram().expect("it was just written");
        let without = Quantile::of(&histogram, 0, quantile);
        let with = Quantile::of(&histogram, censored, quantile);
        prop_assert!(with.at_least_ns >= without.at_least_ns);
        prop_assert!(without.is_known);
        prop_assert!(with.is_known || censored > 0);
    }
}
