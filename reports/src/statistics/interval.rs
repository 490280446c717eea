//! A figure of several trials with its interval: Student's t over the logarithms of the trials.
//!
//! Times, rates and costs are positive, vary by factors, and lean to the right: their logarithms are nearer to a normal
//! distribution than they are themselves, and an interval made there is never negative.

use super::student;

/// How sure an interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// For a figure.
    Percent95,
    /// For a comparison.
    Percent99,
}

impl Level {
    /// The probability that is left out, both sides together.
    pub(crate) fn tail(self) -> f64 {
        match self {
            Self::Percent95 => 0.05,
            Self::Percent99 => 0.01,
        }
    }
}

/// From where to where, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Interval {
    /// Whether a value lies in it.
    pub(crate) fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Its half-width as a ratio: 1.03 for an interval of 3 % to both sides.
    pub(crate) fn half_width_ratio(&self) -> f64 {
        (self.high / self.low).sqrt()
    }
}

/// How much is known of a figure besides its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Certainty {
    /// A count that was the same in all of several trials.
    Exact,
    /// It varied.
    Interval(Interval),
    /// A single trial, or trials of which one measured nothing: no interval can be had.
    Unknown,
}

/// A figure of several trials.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// The geometric mean over trials, so that the ratio of two figures is the mean ratio of their trials.
    pub(crate) value: f64,
    pub(crate) certainty: Certainty,
}

impl Estimate {
    /// Of something measured, one value a trial, with its 95 % interval; none without values.
    pub(crate) fn measured(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        if values.is_empty() {
            return None;
        }
        if values.iter().any(|value| *value <= 0.0) {
            return Some(Self {
                value: mean(&values),
                certainty: Certainty::Unknown,
            });
        }
        let logarithms: Vec<f64> = values.iter().map(|value| value.ln()).collect();
        let certainty = around_mean(&logarithms, Level::Percent95).map(|around| {
            Certainty::Interval(Interval {
                low: around.low.exp(),
                high: around.high.exp(),
            })
        });
        Some(Self {
            value: mean(&logarithms).exp(),
            certainty: certainty.unwrap_or(Certainty::Unknown),
        })
    }

    /// Of something counted: exact where all of several trials agree, like something measured where they do not.
    pub(crate) fn counted(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect();
        match agreed(&values) {
            Some(value) if values.len() > 1 => Some(Self {
                value,
                certainty: Certainty::Exact,
            }),
            Some(value) => Some(Self {
                value,
                certainty: Certainty::Unknown,
            }),
            None => Self::measured(values),
        }
    }

    /// Its interval, if it has one.
    pub(crate) fn interval(&self) -> Option<Interval> {
        match self.certainty {
            Certainty::Interval(interval) => Some(interval),
            Certainty::Exact | Certainty::Unknown => None,
        }
    }
}

/// The value that all share; none where they differ, or where there are none.
pub(crate) fn agreed(values: &[f64]) -> Option<f64> {
    let (first, others) = values.split_first()?;
    // Quotients of the same counts are the same bits.
    others
        .iter()
        .all(|value| value.to_bits() == first.to_bits())
        .then_some(*first)
}

/// The interval of the mean of some values; none of fewer than 2.
pub(crate) fn around_mean(values: &[f64], level: Level) -> Option<Interval> {
    let freedom = u32::try_from(values.len().checked_sub(1)?).ok()?;
    if freedom == 0 {
        return None;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let count = f64::from(freedom) + 1.0;
    let standard_error = (squares / f64::from(freedom) / count).sqrt();
    let half_width = student::critical(level.tail(), freedom) * standard_error;
    Some(Interval {
        low: mean - half_width,
        high: mean + half_width,
    })
}

/// The arithmetic mean of at least one value.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gosset's own example, in the form that Fisher gave it: ten differences in hours of sleep (mean 1.58, standard
    /// error 0.3890, 9 degrees of freedom, t at 95 % 2.262).
    #[test]
    fn an_interval_is_that_of_the_sleep_data() {
        let hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        let found = around_mean(&hours, Level::Percent95).expect("ten values");
        assert!((found.low - 0.700_1).abs() < 1e-3, "{found:?}");
        assert!((found.high - 2.459_9).abs() < 1e-3, "{found:?}");
        let wider = around_mean(&hours, Level::Percent99).expect("ten values");
        assert!(wider.low < found.low && wider.high > found.high);
    }

    #[test]
    fn a_figure_is_the_geometric_mean_within_its_interval() {
        let estimate = Estimate::measured([100.0, 400.0]).expect("two values");
        assert!((estimate.value - 200.0).abs() < 1e-9);
        let interval = estimate.interval().expect("it varied");
        // One degree of freedom: 12.706 times the standard error of the logarithm, which is ln 2.
        assert!((interval.high.ln() - 200.0_f64.ln() - 12.706_2 * 2.0_f64.ln()).abs() < 1e-3);
        assert!((interval.half_width_ratio() - interval.high / 200.0).abs() < 1e-6);
    }

    #[test]
    fn a_single_trial_has_no_interval() {
        for one in [Estimate::measured([7.0]), Estimate::counted([7.0])] {
            let one = one.expect("one value");
            assert_eq!(
                (one.value.round(), one.certainty),
                (7.0, Certainty::Unknown)
            );
        }
        assert_eq!(Estimate::measured([]), None);
    }

    #[test]
    fn only_counts_that_agree_are_exact() {
        let counted = |values: [f64; 3]| Estimate::counted(values).expect("values").certainty;
        assert_eq!(counted([21.9, 21.9, 21.9]), Certainty::Exact);
        assert!(matches!(
            counted([21.9, 21.9, 22.0]),
            Certainty::Interval(_)
        ));
        let measured = Estimate::measured([21.9, 21.9, 21.9]).expect("values");
        assert!(matches!(measured.certainty, Certainty::Interval(_)));
    }

    #[test]
    fn where_a_trial_measured_nothing_there_is_no_interval() {
        let estimate = Estimate::measured([0.0, 4.0]).expect("values");
        assert_eq!(
            (estimate.value.round(), estimate.certainty),
            (2.0, Certainty::Unknown)
        );
    }
}
