//! What a figure came to over rounds of trials. Ratios have a geometric mean and an interval over logarithms; amounts and
//! shares, which may be 0 or below it, have an arithmetic mean and an interval over the values themselves.

use super::data::ByRound;
use crate::statistics::interval::{self, Interval, Level};
use crate::statistics::ratio::{Origin, PairedRatio};

/// A figure over rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) value: f64,
    /// 99 %; none of a single round, or of counts that agree.
    pub(super) interval: Option<Interval>,
    pub(super) rounds: usize,
    /// Counts that are the same in all of several rounds.
    pub(super) is_exact: bool,
}

impl Found {
    /// Of an amount, with all its zeros; none of no rounds. What is no number is left out.
    pub(super) fn amount(by_round: &ByRound, origin: Origin) -> Option<Self> {
        let values = by_round.values().copied();
        let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        if values.is_empty() {
            return None;
        }
        let is_exact =
            origin == Origin::Counted && values.len() > 1 && interval::agreed(&values).is_some();
        Some(Self {
            value: interval::mean(&values),
            interval: interval::around_mean(&values, Level::Percent99).filter(|_| !is_exact),
            rounds: values.len(),
            is_exact,
        })
    }
}

impl From<PairedRatio> for Found {
    fn from(ratio: PairedRatio) -> Self {
        Self {
            value: ratio.ratio,
            interval: ratio.interval,
            rounds: ratio.pairs,
            is_exact: ratio.is_exact,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(values: &[f64], origin: Origin) -> Option<Found> {
        let by_round = (1..).zip(values).map(|(round, value)| ((0, round), *value));
        Found::amount(&by_round.collect(), origin)
    }

    #[test]
    fn an_amount_of_nothing_is_a_figure() {
        let found = amount(&[0.0; 3], Origin::Counted).expect("three rounds");
        assert_eq!((found.value, found.rounds), (0.0, 3));
        assert_eq!((found.is_exact, found.interval), (true, None));
        assert_eq!(amount(&[], Origin::Counted), None);
    }

    #[test]
    fn zeros_and_less_count_as_much_as_anything() {
        let values = [0.0, -1.0, 1.0, 0.0, 4.0, 4.0, 4.0, 4.0];
        let found = amount(&values, Origin::Counted).expect("eight rounds");
        assert_eq!((found.value, found.rounds), (2.0, 8));
        // Squares of 34 around 2, t of 7 degrees at 99 % 3.4995.
        let half_width = 3.499_5 * (34.0_f64 / 7.0 / 8.0).sqrt();
        let interval = found.interval.expect("it varies");
        assert!((interval.high - 2.0 - half_width).abs() < 1e-3);
        assert!((interval.low - 2.0 + half_width).abs() < 1e-3);
    }

    #[test]
    fn what_was_measured_is_never_exact() {
        let measured = Origin::Measured { resolution: 0.0 };
        let found = amount(&[0.5; 8], measured).expect("eight rounds");
        assert!(!found.is_exact && found.interval.is_some());
    }
}
