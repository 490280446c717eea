//! How much is done in a phase, and when.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;

use super::OPERATIONS_MAX;
use crate::scenario::file::PhaseTable;
use crate::scenario::problem::Problem;
use crate::scenario::spec::{Pace, Scenario};

/// The highest rate that a phase may ask for; no generator on one thread reaches it.
const RATE_MAX_HZ: f64 = 10_000_000.0;

pub(super) fn pace(table: &PhaseTable) -> Result<Pace, Problem> {
    match (&table.rate, &table.arrivals) {
        (Some(rate), _) if !(*rate.get_ref() > 0.0 && *rate.get_ref() <= RATE_MAX_HZ) => {
            Err(Problem::new(
                rate.span(),
                format!(
                    "a rate of {} is not possible; say how many operations a second, 500 for instance",
                    rate.get_ref()
                ),
            ))
        }
        (Some(rate), arrivals) => Ok(Pace::Open {
            rate_hz: *rate.get_ref(),
            arrivals: arrivals
                .as_ref()
                .map(|arrivals| *arrivals.get_ref())
                .unwrap_or_default(),
        }),
        (None, Some(arrivals)) => Err(Problem::new(
            arrivals.span(),
            "arrivals has no effect without rate; add rate = 500 for instance, or leave it out",
        )),
        (None, None) => Ok(Pace::Closed),
    }
}

pub(super) fn operations(table: &PhaseTable, pace: Pace) -> Result<u64, Problem> {
    match (&table.operations, &table.duration, pace) {
        (Some(_), Some(duration), _) => Err(Problem::new(
            duration.span(),
            "a phase has either operations or a duration; leave one of them out",
        )),
        (Some(operations), None, _) => match *operations.get_ref() {
            count @ 1..=OPERATIONS_MAX => Ok(count),
            count => Err(Problem::new(
                operations.span(),
                format!("{count} operations are not possible; say from 1 to {OPERATIONS_MAX}"),
            )),
        },
        (None, Some(duration), Pace::Open { rate_hz, .. }) => {
            let seconds = length(duration)?.as_secs_f64();
            match (rate_hz * seconds).round() {
                count if count >= 1.0 => Ok(whole(count)),
                _ => Err(Problem::new(
                    duration.span(),
                    format!(
                        "{:?} at {rate_hz} operations a second has no operation; make one of them larger",
                        duration.get_ref()
                    ),
                )),
            }
        }
        (None, Some(duration), Pace::Closed) => Err(Problem::new(
            duration.span(),
            "a duration goes with a rate; without one, a faster protocol would do more work than a slower one and could \
             not be compared: say operations = 1000 for instance",
        )),
        (None, None, _) => Err(Problem::new(
            table.name.span(),
            format!(
                "the phase {:?} has no end; say operations = 1000 for instance, or a rate and a duration",
                table.name.get_ref()
            ),
        )),
    }
}

pub(super) fn in_flight(table: &PhaseTable) -> Result<Option<u32>, Problem> {
    match &table.in_flight {
        Some(in_flight) if *in_flight.get_ref() == 0 => Err(Problem::new(
            in_flight.span(),
            "with in_flight = 0 nothing is ever sent; say 1 or more",
        )),
        in_flight => Ok(in_flight.as_ref().map(|in_flight| *in_flight.get_ref())),
    }
}

/// All phases together must not have more than can be planned.
pub(super) fn check_total(scenario: &Scenario, spans: &[Range<usize>]) -> Result<(), Problem> {
    let mut total = 0_u64;
    for (phase, span) in scenario.phases.iter().zip(spans) {
        total = total.saturating_add(phase.operations);
        if total > OPERATIONS_MAX {
            let words = format!(
                "the phase {:?} is one too much: {total} operations up to here, and {OPERATIONS_MAX} can be planned; \
                 shorten it, or lower its rate",
                phase.name
            );
            return Err(Problem::new(span.clone(), words));
        }
    }
    Ok(())
}

/// A number and a unit: `500ms`, `10s`, `1.5m`.
fn length(duration: &Spanned<String>) -> Result<Duration, Problem> {
    let text = duration.get_ref();
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let scale = match unit {
        "ms" => Some(0.001),
        "s" => Some(1.0),
        "m" => Some(60.0),
        _ => None,
    };
    let seconds = scale.and_then(|scale| Some(number.parse::<f64>().ok()? * scale));
    match seconds.map(Duration::try_from_secs_f64) {
        Some(Ok(length)) if !length.is_zero() => Ok(length),
        _ => Err(Problem::new(
            duration.span(),
            format!("{text:?} is no duration; write \"10s\", \"500ms\" or \"2m\""),
        )),
    }
}

/// Saturates; what is too much is refused when all phases are added up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is at least 1, and a conversion from a float saturates"
)]
const fn whole(count: f64) -> u64 {
    count as u64
}
