//! Comparisons of pairs for those who make measurements of their own, by the statistics of the report.

use crate::statistics::ratio::{Origin, Pair, PairedRatio};

/// The ratio of the first to the second, from pairs of trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The geometric mean of the pairs' ratios.
    pub ratio: f64,
    /// Where its 99 % interval begins (Student's t over the logarithms of the pairs' ratios).
    pub low: f64,
    /// Where it ends.
    pub high: f64,
}

/// The ratio of the first of each pair to the second; `None` of fewer than two pairs of positive numbers.
#[must_use]
pub fn paired_ratio(pairs: &[[f64; 2]]) -> Option<Ratio> {
    let pairs: Vec<Pair> = pairs
        .iter()
        .map(|&[first, second]| Pair { first, second })
        .collect();
    let paired = PairedRatio::of(&pairs, Origin::Measured { resolution: 0.0 })?;
    let interval = paired.interval?;
    Some(Ratio {
        ratio: paired.ratio,
        low: interval.low,
        high: interval.high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_differ_by_a_factor_give_it() {
        let pairs = [[10.0, 5.0], [21.0, 10.0], [38.0, 20.0], [20.2, 10.0]];
        let ratio = paired_ratio(&pairs).expect("there are four");
        assert!((ratio.ratio - 2.0).abs() < 0.05, "{ratio:?}");
        assert!(ratio.low < 2.0 && 2.0 < ratio.high, "{ratio:?}");
        assert_eq!(paired_ratio(&pairs[..1]), None);
    }
}
