//! What the measured part of the message phases says: latencies, and the sums that stand beside them.

use reports::schema::{Intervals, Latency, LatencySummary, Measured, Run};

use super::NANOSECONDS_PER_SECOND;
use super::arithmetic::quotient;
use crate::control::{Ledger, Outcome};
use crate::tally::Tally;

/// Fills in latencies, the tally and intervals.
pub(super) fn fill_in(run: &mut Run, outcome: &Outcome) -> Result<(), String> {
    let Outcome {
        recorded, tally, ..
    } = outcome;
    let measured = measured(tally);
    let unanswered = Unanswered::of(&measured, &outcome.ledger);
    let summary = |hdr: &Option<String>, censored| summary(hdr.as_deref(), censored);
    run.latency = Latency {
        ack: summary(&recorded.ack_hdr, measured.censored)?,
        service: summary(&recorded.service_hdr, unanswered.sent)?,
        send_lag: summary(&recorded.send_lag_hdr, unanswered.never_sent)?,
        delivery: summary(&recorded.delivery_hdr, measured.censored)?,
        errors: summary(&recorded.errors_hdr, 0)?,
        timeouts: summary(&recorded.timeouts_hdr, 0)?,
    };
    for (name, hdr) in &outcome.operations {
        let of_kind = summary(&Some(hdr.clone()), 0)?;
        run.operations
            .extend(of_kind.map(|of_kind| (name.clone(), of_kind)));
    }
    if tally.measured_ns == 0 {
        return Ok(());
    }
    run.measured = Some(measured);
    run.in_flight_mean = Some(quotient(tally.outstanding_ns, tally.measured_ns));
    run.intervals = Some(Intervals {
        interval_ns: outcome.intervals.interval_ns,
        acknowledged: outcome.intervals.acknowledged.clone(),
    });
    if run.duration_ns.is_some() {
        run.throughput_hz = quotient(
            tally.acknowledged_meanwhile * NANOSECONDS_PER_SECOND,
            tally.measured_ns,
        );
    }
    Ok(())
}

const fn measured(tally: &Tally) -> Measured {
    Measured {
        measured_ns: tally.measured_ns,
        scheduled: tally.scheduled,
        ok: tally.ok,
        errors: tally.errors,
        censored: tally.scheduled.saturating_sub(tally.ok + tally.errors),
        waited: tally.waited,
    }
}

/// Where measured operations without an answer ended, as far as it is known: the ledger knows those of the warm-up too.
struct Unanswered {
    sent: u64,
    never_sent: u64,
}

impl Unanswered {
    fn of(measured: &Measured, ledger: &Ledger) -> Self {
        let never_sent = measured.censored.min(ledger.never_sent);
        Self {
            sent: measured.censored - never_sent,
            never_sent,
        }
    }
}

fn summary(hdr: Option<&str>, censored: u64) -> Result<Option<LatencySummary>, String> {
    let Some(hdr) = hdr else { return Ok(None) };
    let carried = LatencySummary {
        hdr: hdr.to_owned(),
        ..LatencySummary::default()
    };
    match carried.histogram() {
        Ok(histogram) => {
            let summary = LatencySummary::from_histogram(&histogram);
            Ok(Some(summary.with_censored(&histogram, censored)))
        }
        Err(error) => Err(format!(
            "The generator's latencies cannot be read: {error}."
        )),
    }
}
