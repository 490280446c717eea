//! Rates and times on the command line: what they default to, and where they would have no effect.

use std::time::Duration;

use clap::Args;

use crate::control::{DURATION_DEFAULT, TIMEOUT_DEFAULT, Timing, WARM_UP_SHARE};
use crate::exit::UsageError;
use crate::pacing::Arrivals;
use crate::workloads::{PhaseKind, WORKLOADS, Workload};

/// How many rates a ramp has if nobody says.
const RATE_STEPS_DEFAULT: u32 = 8;

/// How many requests a connection may have unanswered in the closed loop if nobody says: each waits for its answer.
const IN_FLIGHT_CLOSED: u32 = 1;

/// The same in an open loop: room for what a server's short delays let come together, so that they are seen as the
/// server's and not as a want of connections.
const IN_FLIGHT_OPEN: u32 = 16;

/// At which rate, and for how long.
#[derive(Args, Clone, Debug, Default)]
pub struct TimingArgs {
    /// Messages a second over all accounts, in an open loop: they are due when they are due, whatever the server does.
    /// `FROM..TO` is a ramp: several rates, each measured apart. With the workload steady; without it, steady is a closed
    /// loop.
    #[arg(long, value_name = "R|FROM..TO", value_parser = rate)]
    pub rate: Option<Rate>,

    /// How many rates a ramp has, its ends included; each is a constant factor above the one before [default: 8].
    #[arg(long, value_name = "N", requires = "rate", value_parser = clap::value_parser!(u32).range(2..=100))]
    pub rate_steps: Option<u32>,

    /// How the times lie at which messages are due in an open loop [default: constant].
    #[arg(long, value_name = "LAW", value_enum, requires = "rate")]
    pub arrivals: Option<Arrivals>,

    /// How long messages are sent in the workload steady, warm-up included: 10s, 500ms, 2m [default: 10s].
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,

    /// How much of `--duration` passes before anything is measured [default: a tenth of it].
    #[arg(long, value_name = "TIME", value_parser = duration_or_none)]
    pub warm_up: Option<Duration>,

    /// How long an operation may be unanswered before it is given up, and how long what is in flight at the end is waited
    /// for.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// An offered load, in operations a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// A single one.
    One(u32),
    /// From the lower to the higher.
    Ramp {
        /// The lower one.
        from_hz: u32,
        /// The higher one.
        to_hz: u32,
    },
}

impl TimingArgs {
    /// What a trial is told, apart from its rate.
    ///
    /// # Errors
    /// When an option would have no effect on these workloads, or the warm-up leaves nothing to measure.
    pub fn resolve(&self, workloads: &[&dyn Workload]) -> Result<Timing, UsageError> {
        if !workloads.iter().any(|workload| is_timed(*workload)) {
            self.refuse_without_effect()?;
        }
        if let (Some(Rate::One(_)), Some(_)) = (self.rate, self.rate_steps) {
            let problem = "--rate-steps has no effect here: it goes with a ramp, --rate 1000..20000 for instance";
            return Err(UsageError(problem.to_owned()));
        }
        let duration = self.duration.unwrap_or(DURATION_DEFAULT);
        let warm_up = self.warm_up.unwrap_or(duration / WARM_UP_SHARE);
        if warm_up >= duration {
            return Err(UsageError(format!(
                "a warm-up of {} ms leaves nothing of the {} ms of --duration to measure; make it shorter",
                warm_up.as_millis(),
                duration.as_millis()
            )));
        }
        Ok(Timing {
            rate_hz: None,
            arrivals: self.arrivals.unwrap_or_default(),
            duration,
            warm_up,
            timeout: self.timeout.unwrap_or(TIMEOUT_DEFAULT),
        })
    }

    /// The offered loads of a workload, ascending; `None` alone is the closed loop.
    #[must_use]
    pub fn rates_hz(&self, workload: &dyn Workload) -> Vec<Option<u32>> {
        match self.rate {
            Some(Rate::One(rate_hz)) if is_timed(workload) => vec![Some(rate_hz)],
            Some(Rate::Ramp { from_hz, to_hz }) if is_timed(workload) => {
                let steps = self.rate_steps.unwrap_or(RATE_STEPS_DEFAULT);
                let mut rates_hz: Vec<_> = (0..steps)
                    .map(|step| {
                        Some(step_hz(
                            from_hz,
                            to_hz,
                            f64::from(step) / f64::from(steps - 1),
                        ))
                    })
                    .collect();
                rates_hz.dedup();
                rates_hz
            }
            _ => vec![None],
        }
    }

    /// How many requests a connection may have unanswered, if it was not said.
    #[must_use]
    pub const fn in_flight_default(&self) -> u32 {
        match self.rate {
            Some(_) => IN_FLIGHT_OPEN,
            None => IN_FLIGHT_CLOSED,
        }
    }

    /// The timeout is for all workloads.
    fn refuse_without_effect(&self) -> Result<(), UsageError> {
        let given = [
            ("--rate", self.rate.is_some()),
            ("--duration", self.duration.is_some()),
            ("--warm-up", self.warm_up.is_some()),
        ];
        match given.into_iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((option, _)) => Err(UsageError(format!(
                "{option} has no effect here: it goes with --workload {}",
                timed_names()
            ))),
        }
    }
}

/// Whether a workload lasts for a time that is given.
#[must_use]
pub fn is_timed(workload: &dyn Workload) -> bool {
    let mut phases = workload.phases().iter();
    phases.any(|phase| phase.kind == PhaseKind::Timed)
}

fn timed_names() -> String {
    let timed = WORKLOADS.iter().filter(|workload| is_timed(**workload));
    timed
        .map(|workload| workload.name())
        .collect::<Vec<_>>()
        .join(" or ")
}

/// A time in whole nanoseconds.
#[must_use]
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The rate at a share of the way, on a logarithmic scale.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between two numbers of 32 bits"
)]
fn step_hz(from_hz: u32, to_hz: u32, share: f64) -> u32 {
    let factor = f64::from(to_hz) / f64::from(from_hz);
    (f64::from(from_hz) * factor.powf(share)).round() as u32
}

/// Understands a rate.
///
/// # Errors
/// When it is none, with what would be.
fn rate(asked: &str) -> Result<Rate, String> {
    let number = |text: &str| {
        let rate_hz = text.parse().ok().filter(|rate_hz| *rate_hz > 0);
        rate_hz.ok_or("a rate is a whole number of messages a second, 5000, or a ramp, 1000..20000")
    };
    match asked.split_once("..") {
        None => Ok(Rate::One(number(asked)?)),
        Some((from, to)) => {
            let (from_hz, to_hz) = (number(from)?, number(to)?);
            if from_hz < to_hz {
                Ok(Rate::Ramp { from_hz, to_hz })
            } else {
                Err(format!("a ramp goes up: {to_hz}..{from_hz}"))
            }
        }
    }
}

/// Understands a time above 0.
///
/// # Errors
/// When it is none, with what would be.
fn duration(asked: &str) -> Result<Duration, String> {
    match duration_or_none(asked)? {
        Duration::ZERO => Err("it must be more than nothing, 10s for instance".to_owned()),
        duration => Ok(duration),
    }
}

/// As [`duration`], and 0.
fn duration_or_none(asked: &str) -> Result<Duration, String> {
    const UNITS: [(&str, u64); 3] = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    /// A day.
    const MOST_MS: u64 = 86_400_000;
    let found = UNITS.into_iter().find_map(|(unit, unit_ms)| {
        let number: u64 = asked.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(unit_ms)
    });
    match found {
        Some(ms @ ..=MOST_MS) => Ok(Duration::from_millis(ms)),
        Some(_) => Err("that is longer than a day".to_owned()),
        None => Err("a time is a whole number and its unit: 10s, 500ms, 2m".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::{scaling::Scaling, steady::Steady};

    #[test]
    fn rates_and_times_are_understood_or_explained() {
        assert_eq!(rate("5000"), Ok(Rate::One(5_000)));
        let ramp = Rate::Ramp {
            from_hz: 10,
            to_hz: 20,
        };
        assert_eq!(rate("10..20"), Ok(ramp));
        for wrong in ["", "0", "-1", "1.5", "20..10", "10..10", "..5", "5.."] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("1500ms"), Ok(Duration::from_millis(1_500)));
        assert_eq!(duration_or_none("0s"), Ok(Duration::ZERO));
        for wrong in [
            "",
            "10",
            "s",
            "0s",
            "1h",
            "-1s",
            "2000m",
            "18446744073709551615m",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_ramp_climbs_by_a_constant_factor() {
        let args = TimingArgs {
            rate: rate("1000..8000").ok(),
            rate_steps: Some(4),
            ..TimingArgs::default()
        };
        let steps = [1_000, 2_000, 4_000, 8_000].map(Some);
        assert_eq!(args.rates_hz(&Steady), steps);
        assert_eq!(args.rates_hz(&Scaling), [None]);
        let narrow = TimingArgs {
            rate: rate("1..3").ok(),
            ..TimingArgs::default()
        };
        assert_eq!(narrow.rates_hz(&Steady), [1, 2, 3].map(Some));
    }

    #[track_caller]
    fn check_refused(args: &TimingArgs, workload: &'static dyn Workload, words: &str) {
        let refused = args.resolve(&[workload]).expect_err("it makes no sense");
        assert!(refused.0.contains(words), "{refused}");
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        let second = Some(Duration::from_secs(1));
        let rated = TimingArgs {
            rate: Some(Rate::One(1)),
            ..TimingArgs::default()
        };
        check_refused(&rated, &Scaling, "--rate has no effect here");
        let timed = TimingArgs {
            duration: second,
            ..TimingArgs::default()
        };
        check_refused(&timed, &Scaling, "goes with --workload steady");
        let all_warm_up = TimingArgs {
            warm_up: second,
            ..timed
        };
        check_refused(&all_warm_up, &Steady, "leaves nothing");
        let no_ramp = TimingArgs {
            rate_steps: Some(3),
            ..rated
        };
        check_refused(&no_ramp, &Steady, "--rate-steps");
    }

    #[test]
    fn a_tenth_of_the_time_warms_up() {
        let timing = TimingArgs::default()
            .resolve(&[&Steady])
            .expect("it is fine");
        assert_eq!(timing.warm_up * 10, timing.duration);
        assert_eq!(timing.timeout, TIMEOUT_DEFAULT);
    }
}
