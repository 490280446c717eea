//! Whether a run was under the load that it was said to be under, and whether its sums agree with its latencies.

use reports::schema::{LatencySummary, Measured, Run};

/// What must have been carried of what was offered, for the run to count.
const CARRIED_SHARE_LEAST: f64 = 0.99;

/// What the 99th percentile of send lag may be of that of response time.
const LAG_SHARE_MOST: f64 = 0.1;

/// Send lag up to this is left out of account: it is what a generator of one thread takes to read what another connection
/// has brought, and half of what the self-test asks of latencies.
const LAG_LEFT_OUT_NS: u64 = 25_000;

/// How many arrivals may find no room on their connection: beyond that, a 99th percentile is that of the waiting.
const WAITED_SHARE_MOST: f64 = 0.01;

/// By how much the two sides of Little's law may differ. A histogram of three digits is off by up to 0.05 % in its mean.
const LITTLE_TOLERANCE: f64 = 0.01;

/// What speaks against a run in an open loop, or in its sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objections {
    /// That more was offered than was carried, or than the connections had room for: to be expected at the upper end of
    /// a ramp.
    pub saturation: Vec<String>,
    /// Everything else.
    pub faults: Vec<String>,
}

/// Looks at the load of a run.
#[must_use]
pub fn judge(run: &Run) -> Objections {
    let mut objections = Objections::default();
    let Some(measured) = &run.measured else {
        return objections;
    };
    objections.faults.extend(little(run, measured));
    if run.rate_hz.is_none() {
        return objections;
    }
    if measured.scheduled == 0 {
        let nothing = "Nothing was due in the measured time: the rate is too low for it.";
        objections.faults.push(nothing.to_owned());
        return objections;
    }
    let waited_share = share(measured.waited, measured.scheduled);
    let has_waited = waited_share > WAITED_SHARE_MOST;
    objections.saturation.extend(not_carried(measured));
    let is_saturated = !objections.saturation.is_empty();
    if has_waited && !is_saturated {
        objections.saturation.push(format!(
            "There were too few connections: {:.1} % of the arrivals had to wait because all {} requests that their \
             connection may have unanswered were out; more --accounts or --in-flight, or a lower --rate.",
            waited_share * 100.0,
            run.in_flight
        ));
    } else if let Some(lag) = late(run) {
        objections.saturation.push(lag);
    }
    objections
}

/// Below what was offered.
fn not_carried(measured: &Measured) -> Option<String> {
    let carried_share = share(measured.ok, measured.scheduled);
    (carried_share < CARRIED_SHARE_LEAST).then(|| {
        format!(
            "Of the {} operations that were due, {} were answered in time, {:.1} %, which is less than {:.0} %: more was \
             offered than was carried.",
            measured.scheduled,
            measured.ok,
            carried_share * 100.0,
            CARRIED_SHARE_LEAST * 100.0
        )
    })
}

/// Sent later than it was due, by more than can be left out of account.
fn late(run: &Run) -> Option<String> {
    let (lag, response) = (run.latency.send_lag.as_ref()?, run.latency.ack.as_ref()?);
    let most_ns = to_f64(response.p99_ns) * LAG_SHARE_MOST;
    (lag.p99_ns > LAG_LEFT_OUT_NS && to_f64(lag.p99_ns) > most_ns).then(|| {
        format!(
            "The load generator was late: the 99th percentile of send lag is {} µs, more than a tenth of that of response \
             time, {} µs.",
            lag.p99_ns / 1_000,
            response.p99_ns / 1_000
        )
    })
}

/// Little's law (1961): what is unanswered on average is what arrives on average by how long it stays. The left side was
/// made by counting, the right side by the histogram of service times. What has no service time, because it was refused
/// or nobody saw its end, makes the left side larger.
fn little(run: &Run, measured: &Measured) -> Option<String> {
    let in_flight_mean = run.in_flight_mean?;
    let LatencySummary { count, mean_ns, .. } = run.latency.service.as_ref()?;
    let by_latencies = to_f64(*count) * mean_ns / to_f64(measured.measured_ns);
    let tolerance = by_latencies * LITTLE_TOLERANCE;
    let is_complete = measured.ok == measured.scheduled;
    let differs = in_flight_mean < by_latencies - tolerance
        || is_complete && in_flight_mean > by_latencies + tolerance;
    differs.then(|| {
        format!(
            "Little's law does not hold: {in_flight_mean:.4} operations were unanswered on average, and by rate and \
             service time it would be {by_latencies:.4}."
        )
    })
}

fn share(part: u64, whole: u64) -> f64 {
    to_f64(part) / to_f64(whole)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and nanoseconds of a run are good to 16 digits"
)]
const fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use reports::schema::Latency;

    use super::*;

    fn summary(count: u64, p99_ns: u64) -> LatencySummary {
        LatencySummary {
            count,
            mean_ns: 1_000_000.0,
            p99_ns,
            ..LatencySummary::default()
        }
    }

    /// 1,000 operations in a second, a millisecond each: one is unanswered on average.
    fn run() -> Run {
        Run {
            rate_hz: Some(1_000.0),
            in_flight: 4,
            in_flight_mean: Some(1.0),
            measured: Some(Measured {
                measured_ns: 1_000_000_000,
                scheduled: 1_000,
                ok: 1_000,
                waited: 10,
                ..Measured::default()
            }),
            latency: Latency {
                ack: Some(summary(1_000, 1_200_000)),
                service: Some(summary(1_000, 1_100_000)),
                send_lag: Some(summary(1_000, 120_000)),
                ..Latency::default()
            },
            ..Run::default()
        }
    }

    fn measured(run: &mut Run) -> &mut Measured {
        run.measured.as_mut().expect("there is one")
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Run), saturation: &[&str], faults: &[&str]) {
        let mut run = run();
        change(&mut run);
        let found = judge(&run);
        let check = |found: &[String], expected: &[&str]| {
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.contains(expected), "{found} / {expected}");
            }
        };
        check(&found.saturation, saturation);
        check(&found.faults, faults);
    }

    #[test]
    fn a_load_that_was_carried_is_fine_up_to_the_limits() {
        check(|_| {}, &[], &[]);
        check(|run| measured(run).ok = 990, &[], &[]);
    }

    #[test]
    fn too_much_was_offered() {
        check(|run| measured(run).ok = 989, &["98.9 %"], &[]);
        let crowded = |run: &mut Run| {
            measured(run).ok = 500;
            measured(run).waited = 400;
        };
        check(crowded, &["50.0 %"], &[]);
    }

    #[test]
    fn the_generator_was_late() {
        let late = |run: &mut Run| run.latency.send_lag = Some(summary(1_000, 121_000));
        check(late, &["send lag is 121 µs"], &[]);
    }

    #[test]
    fn a_lag_of_a_few_microseconds_is_left_out_of_account() {
        let reading = |run: &mut Run| {
            run.latency.ack = Some(summary(1_000, 100_000));
            run.latency.send_lag = Some(summary(1_000, 25_000));
        };
        check(reading, &[], &[]);
        let late = |run: &mut Run| {
            reading(run);
            run.latency.send_lag = Some(summary(1_000, 25_100));
        };
        check(late, &["send lag is 25 µs"], &[]);
    }

    #[test]
    fn there_was_no_room() {
        check(
            |run| measured(run).waited = 11,
            &["too few connections: 1.1 %"],
            &[],
        );
    }

    #[test]
    fn a_closed_loop_offers_nothing() {
        let closed = |run: &mut Run| {
            run.rate_hz = None;
            measured(run).ok = 1;
            run.latency.send_lag = Some(summary(1_000, 9_000_000));
        };
        check(closed, &[], &[]);
    }

    #[test]
    fn counting_and_latencies_must_agree() {
        let law = ["Little's law does not hold"];
        check(|run| run.in_flight_mean = Some(1.009), &[], &[]);
        check(|run| run.in_flight_mean = Some(1.011), &[], &law);
        check(|run| run.in_flight_mean = Some(0.989), &[], &law);
        let with_unseen = |run: &mut Run| {
            run.in_flight_mean = Some(1.5);
            measured(run).ok = 995;
        };
        check(with_unseen, &[], &[]);
    }

    #[test]
    fn nothing_due_is_nothing_measured() {
        let empty = |run: &mut Run| {
            *measured(run) = Measured {
                measured_ns: 1,
                ..Measured::default()
            };
            run.latency = Latency::default();
        };
        check(empty, &[], &["Nothing was due"]);
    }
}
