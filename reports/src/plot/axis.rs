//! Axes: where a value lies between the ends of an axis, and which values are labelled.

use crate::numbers::{self, TimeUnit};

/// A labelled value on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
}

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Linear,
    Logarithmic,
}

/// An axis.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// What it shows, with the unit.
    pub(crate) label: String,
    scale: Scale,
    from: f64,
    to: f64,
    pub(crate) ticks: Vec<Tick>,
}

/// A linear axis would flatten everything but the largest values beyond this ratio.
const LINEAR_RATIO: f64 = 20.0;

/// About so many labels on an axis.
const TICKS_WANTED: f64 = 5.0;

impl Axis {
    /// From zero to a round number past the largest value; logarithmic where the values are too far apart for that.
    pub(crate) fn for_values(label: &str, values: &[f64]) -> Self {
        let (min, max) = range(values);
        if min > 0.0 && max / min > LINEAR_RATIO {
            return Self::logarithmic(label, min, max);
        }
        let mut axis = Self::from_zero(label, max);
        axis.ticks.retain(|tick| tick.at <= axis.to);
        axis
    }

    /// Linear from zero to a round number past `max`.
    pub(crate) fn from_zero(label: &str, max: f64) -> Self {
        let max = if max > 0.0 { max } else { 1.0 };
        let step = round_step(max / TICKS_WANTED);
        let steps = (max * 1.02 / step).ceil();
        let decimals = usize::from(step < 1.0) + usize::from(step < 0.1) + usize::from(step < 0.01);
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= steps {
            ticks.push(Tick {
                at: at * step,
                label: numbers::decimals(at * step, decimals),
            });
            at += 1.0;
        }
        Self {
            label: label.to_owned(),
            scale: Scale::Linear,
            from: 0.0,
            to: steps * step,
            ticks,
        }
    }

    /// Logarithmic, between the round numbers around `min` and `max`, both positive.
    pub(crate) fn logarithmic(label: &str, min: f64, max: f64) -> Self {
        let decades = (max / min).log10();
        let mantissas: &[f64] = if decades < 1.2 {
            &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
        } else if decades < 3.0 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let all = log_values(min, max, mantissas);
        let from = all.iter().rev().find(|v| **v <= min).copied();
        let to = all.iter().find(|v| **v >= max).copied();
        let (from, to) = (from.unwrap_or(min), to.unwrap_or(max));
        let ticks = all
            .into_iter()
            .filter(|v| (from..=to).contains(v))
            .map(|at| Tick {
                at,
                label: plain(at),
            })
            .collect();
        Self {
            label: format!("{label}, log scale"),
            scale: Scale::Logarithmic,
            from,
            to,
            ticks,
        }
    }

    /// Numbers of accounts: labelled where something was measured, and nowhere else.
    pub(crate) fn accounts(numbers: &[u32]) -> Self {
        let ticks = numbers
            .iter()
            .map(|k| Tick {
                at: f64::from(*k),
                label: numbers::count(u64::from(*k)),
            })
            .collect();
        let first = f64::from(numbers.first().copied().unwrap_or(1));
        let last = f64::from(numbers.last().copied().unwrap_or(1));
        let scale = if last / first >= 16.0 {
            Scale::Logarithmic
        } else {
            Scale::Linear
        };
        let (from, to) = match scale {
            Scale::Linear => {
                let margin = ((last - first) * 0.06).max(0.5);
                (first - margin, last + margin)
            }
            Scale::Logarithmic => (first * 0.8, last * 1.25),
        };
        let note = match scale {
            Scale::Linear => "",
            Scale::Logarithmic => ", log scale",
        };
        Self {
            label: format!("accounts{note}"),
            scale,
            from,
            to,
            ticks,
        }
    }

    /// Groups 0, 1, 2 … each with a label.
    pub(crate) fn groups(label: &str, groups: &[String]) -> Self {
        let mut at = -1.0;
        let ticks: Vec<Tick> = groups
            .iter()
            .map(|group| {
                at += 1.0;
                Tick {
                    at,
                    label: group.clone(),
                }
            })
            .collect();
        Self {
            label: label.to_owned(),
            scale: Scale::Linear,
            from: -0.5,
            to: at + 0.5,
            ticks,
        }
    }

    /// Percentiles as `HdrHistogram` draws them, from the median on: x is 1 / (1 - quantile), up to the number of
    /// samples.
    pub(crate) fn percentiles(samples: f64) -> Self {
        const LABELS: [(f64, &str); 8] = [
            (2.0, "50%"),
            (10.0, "90%"),
            (100.0, "99%"),
            (1e3, "99.9%"),
            (1e4, "99.99%"),
            (1e5, "99.999%"),
            (1e6, "99.9999%"),
            (1e7, "99.99999%"),
        ];
        let to = samples.max(100.0);
        Self {
            label: "percentile of messages".to_owned(),
            scale: Scale::Logarithmic,
            from: 2.0,
            to,
            ticks: LABELS
                .into_iter()
                .filter(|(at, _)| *at <= to)
                .map(|(at, label)| Tick {
                    at,
                    label: label.to_owned(),
                })
                .collect(),
        }
    }

    /// The value itself, or the end of the axis that it lies beyond.
    pub(crate) fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.from, self.to)
    }

    /// Where a value lies, 0 at the axis' beginning, 1 at its end.
    pub(crate) fn position(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => {
                (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
            }
        }
    }
}

/// The unit for an axis of durations that reach up to `max_ns`.
pub(crate) fn time_unit(values_ns: &[f64]) -> TimeUnit {
    TimeUnit::for_ns(range(values_ns).1)
}

fn range(values: &[f64]) -> (f64, f64) {
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(0.0, f64::max);
    (if min.is_finite() { min } else { 0.0 }, max)
}

/// 1, 2 or 5 times a power of ten, at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let mantissa = step / power;
    let rounded = if mantissa <= 1.0 {
        1.0
    } else if mantissa <= 2.0 {
        2.0
    } else if mantissa <= 5.0 {
        5.0
    } else {
        10.0
    };
    rounded * power
}

/// Round values from the decade of `min` to that after `max`.
fn log_values(min: f64, max: f64, mantissas: &[f64]) -> Vec<f64> {
    let mut power = 10f64.powf(min.log10().floor());
    let mut values = Vec::new();
    while power <= max * 10.0 {
        values.extend(mantissas.iter().map(|mantissa| mantissa * power));
        power *= 10.0;
    }
    values
}

/// A round value without needless zeros.
fn plain(value: f64) -> String {
    let text = numbers::decimals(value, if value < 10.0 { 3 } else { 0 });
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn a_linear_axis_begins_at_zero_and_ends_past_the_largest_value() {
        let axis = Axis::for_values("x", &[30.0, 93.0]);
        assert_eq!(labels(&axis), ["0", "20", "40", "60", "80", "100"]);
        assert!(axis.position(93.0) < 1.0);
        assert!((axis.position(50.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn values_far_apart_get_a_logarithmic_axis() {
        let axis = Axis::for_values("x", &[3.0, 900.0]);
        assert!(axis.label.ends_with("log scale"));
        assert_eq!(labels(&axis).first(), Some(&"2"));
        assert_eq!(labels(&axis).last(), Some(&"1,000"));
    }

    #[test]
    fn round_values_have_no_needless_zeros() {
        for (value, expected) in [
            (0.05, "0.05"),
            (0.5, "0.5"),
            (1.5, "1.5"),
            (2.0, "2"),
            (1e4, "10,000"),
        ] {
            assert_eq!(plain(value), expected);
        }
    }

    #[test]
    fn accounts_are_labelled_where_measured() {
        assert_eq!(labels(&Axis::accounts(&[10, 20, 40])), ["10", "20", "40"]);
        let one = Axis::accounts(&[40]);
        assert!((one.position(40.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn percentiles_are_labelled_as_far_as_samples_reach() {
        let axis = Axis::percentiles(5_000.0);
        assert_eq!(labels(&axis), ["50%", "90%", "99%", "99.9%"]);
    }

    #[test]
    fn no_values_still_make_an_axis() {
        let axis = Axis::for_values("x", &[]);
        assert!(axis.position(0.0).is_finite());
    }
}
