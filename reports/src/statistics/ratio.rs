//! Two things compared by pairs of trials: the ratio, its interval, and whether it may be called a difference.

use super::interval::{self, Interval, Level};

/// With fewer pairs than this no difference is claimed, whatever the interval.
pub(crate) const PAIRS_MIN: usize = 8;

/// One round of trials: what the first of the two measured, and what the second did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) first: f64,
    pub(crate) second: f64,
}

/// How the values of pairs came about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Origin {
    /// They were counted: where all trials agree, their ratio is no estimate.
    Counted,
    /// They were measured, and rounded to this share of themselves; 0 where they were not.
    Measured { resolution: f64 },
}

/// What the pairs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The first is more than the second.
    More,
    /// The first is less than the second.
    Less,
    /// The interval holds 1.
    NoDifferenceShown,
    /// Fewer than [`PAIRS_MIN`] pairs.
    TooFewTrials,
}

/// The ratio of the first to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PairedRatio {
    pub(crate) pairs: usize,
    /// The geometric mean of the pairs' ratios.
    pub(crate) ratio: f64,
    /// 99 %, Student's t over the logarithms of the pairs' ratios; none of a single pair, or of counts that agree.
    pub(crate) interval: Option<Interval>,
    /// Counts that are the same in all of several trials: the ratio is what it is.
    pub(crate) is_exact: bool,
}

impl PairedRatio {
    /// Of some pairs; those in which something is not positive are left out. None if none is left.
    pub(crate) fn of(pairs: &[Pair], origin: Origin) -> Option<Self> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let pairs: Vec<&Pair> = pairs
            .iter()
            .filter(|pair| positive(pair.first) && positive(pair.second))
            .collect();
        if pairs.is_empty() {
            return None;
        }
        let logarithms: Vec<f64> = pairs
            .iter()
            .map(|pair| (pair.first / pair.second).ln())
            .collect();
        let is_exact = origin == Origin::Counted && pairs.len() > 1 && all_agree(&pairs);
        let around = interval::around_mean(&logarithms, Level::Percent99).filter(|_| !is_exact);
        Some(Self {
            pairs: pairs.len(),
            ratio: interval::mean(&logarithms).exp(),
            interval: around.map(|around| widened(around, origin)),
            is_exact,
        })
    }

    /// What may be said.
    pub(crate) fn finding(&self) -> Finding {
        let differs = |more: bool| if more { Finding::More } else { Finding::Less };
        if self.is_exact {
            return if self.ratio.to_bits() == 1.0_f64.to_bits() {
                Finding::NoDifferenceShown
            } else {
                differs(self.ratio > 1.0)
            };
        }
        match self.interval {
            Some(interval) if self.pairs >= PAIRS_MIN => {
                if interval.contains(1.0) {
                    Finding::NoDifferenceShown
                } else {
                    differs(interval.low > 1.0)
                }
            }
            _ => Finding::TooFewTrials,
        }
    }

    /// The ratio that would have been called a difference half of the time: the half-width of the interval.
    pub(crate) fn smallest_visible(&self) -> Option<f64> {
        self.interval.map(|interval| interval.half_width_ratio())
    }
}

fn all_agree(pairs: &[&Pair]) -> bool {
    let of = |side: fn(&Pair) -> f64| pairs.iter().map(|pair| side(pair)).collect::<Vec<f64>>();
    interval::agreed(&of(|pair| pair.first)).is_some()
        && interval::agreed(&of(|pair| pair.second)).is_some()
}

/// Back from logarithms. What was rounded may hide that much of a difference, or be nothing else.
fn widened(around: Interval, origin: Origin) -> Interval {
    let rounded = match origin {
        Origin::Counted => 0.0,
        Origin::Measured { resolution } => resolution.ln_1p(),
    };
    Interval {
        low: (around.low - rounded).exp(),
        high: (around.high + rounded).exp(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::simulation::Random;

    const MEASURED: Origin = Origin::Measured { resolution: 0.0 };

    fn pairs(ratios: &[f64]) -> Vec<Pair> {
        let pair = |(round, ratio): (usize, &f64)| {
            // What both share, a slow minute for instance, cancels.
            let second = 50.0 + 10.0 * f64::from(u32::try_from(round).expect("few"));
            Pair {
                first: second * ratio,
                second,
            }
        };
        ratios.iter().enumerate().map(pair).collect()
    }

    fn ratio(ratios: &[f64]) -> PairedRatio {
        PairedRatio::of(&pairs(ratios), MEASURED).expect("there are pairs")
    }

    #[test]
    fn the_interval_is_that_of_the_logarithms() {
        // Logarithms ±0.01 around 0.2: standard deviation 0.01 √(8/7), t of 7 degrees at 99 % 3.4995.
        let found = ratio(&[0.19, 0.21, 0.19, 0.21, 0.19, 0.21, 0.19, 0.21].map(f64::exp));
        let half_width = 3.499_5 * 0.01 * (8.0_f64 / 7.0).sqrt() / 8.0_f64.sqrt();
        let interval = found.interval.expect("eight pairs");
        assert!((found.ratio.ln() - 0.2).abs() < 1e-12);
        assert!((interval.low.ln() - (0.2 - half_width)).abs() < 1e-6);
        assert!((interval.high.ln() - (0.2 + half_width)).abs() < 1e-6);
        let visible = found.smallest_visible().expect("an interval");
        assert!((visible.ln() - half_width).abs() < 1e-6);
    }

    #[test]
    fn seven_rounds_are_too_few_and_eight_are_enough() {
        let ratios = [2.0, 2.1, 2.0, 2.1, 2.0, 2.1, 2.0, 2.1];
        assert_eq!(ratio(&ratios[..7]).finding(), Finding::TooFewTrials);
        assert_eq!(ratio(&ratios).finding(), Finding::More);
        assert_eq!(ratio(&ratios.map(|r| 1.0 / r)).finding(), Finding::Less);
        assert_eq!(ratio(&[2.0]).interval, None);
    }

    #[test]
    fn an_interval_that_touches_1_shows_no_difference() {
        let touching = |low: f64, high: f64| PairedRatio {
            pairs: PAIRS_MIN,
            ratio: (low * high).sqrt(),
            interval: Some(Interval { low, high }),
            is_exact: false,
        };
        assert_eq!(touching(1.0, 1.2).finding(), Finding::NoDifferenceShown);
        assert_eq!(touching(0.8, 1.0).finding(), Finding::NoDifferenceShown);
        assert_eq!(touching(1.000_001, 1.2).finding(), Finding::More);
        assert_eq!(touching(0.8, 0.999_999).finding(), Finding::Less);
    }

    #[test]
    fn what_was_rounded_is_no_difference() {
        let same = [Pair {
            first: 1_001.0,
            second: 1_000.0,
        }; 8];
        let of = |origin| PairedRatio::of(&same, origin).expect("pairs").finding();
        assert_eq!(of(MEASURED), Finding::More);
        let rounded = Origin::Measured { resolution: 0.001 };
        assert_eq!(of(rounded), Finding::NoDifferenceShown);
    }

    #[test]
    fn counts_that_agree_need_no_statistics() {
        let of = |first, second| {
            let pairs = [Pair { first, second }; 2];
            PairedRatio::of(&pairs, Origin::Counted).expect("pairs")
        };
        assert_eq!(of(22.0, 44.0).finding(), Finding::Less);
        assert_eq!(of(44.0, 22.0).finding(), Finding::More);
        assert_eq!(of(22.0, 22.0).finding(), Finding::NoDifferenceShown);
        let once = [Pair {
            first: 22.0,
            second: 44.0,
        }];
        let once = PairedRatio::of(&once, Origin::Counted).expect("a pair");
        assert_eq!(once.finding(), Finding::TooFewTrials);
        let mut varying = [Pair {
            first: 22.0,
            second: 44.0,
        }; 4];
        varying[3].first = 22.5;
        let varying = PairedRatio::of(&varying, Origin::Counted).expect("pairs");
        assert_eq!(varying.finding(), Finding::TooFewTrials);
    }

    #[test]
    fn what_is_not_positive_is_left_out() {
        let mut some = pairs(&[2.0; 4]);
        some[0].first = 0.0;
        some[1].second = f64::NAN;
        assert_eq!(PairedRatio::of(&some, MEASURED).expect("two left").pairs, 2);
        assert_eq!(PairedRatio::of(&some[..1], MEASURED), None);
    }

    /// Of 4,000 intervals of lognormal pairs 3,960 should hold the true ratio, give or take 6.3 (the binomial's
    /// standard deviation); four of those are allowed, and the seed is fixed.
    #[test]
    fn the_interval_holds_the_true_ratio_as_often_as_it_says() {
        for (rounds, seed) in [(8, 11), (20, 12)] {
            let mut random = Random::new(seed);
            let held = (0..4_000)
                .filter(|_| {
                    let ratios: Vec<f64> = (0..rounds)
                        .map(|_| 1.25 * (0.07 * random.normal()).exp())
                        .collect();
                    ratio(&ratios).interval.expect("pairs").contains(1.25)
                })
                .count();
            assert!(
                held.abs_diff(3_960) <= 25,
                "{held} of 4000, {rounds} rounds"
            );
        }
    }

    /// The same for what matters more: how often two equal things are called different, where noise leans to one side
    /// as that of latencies does. The binomial allows for 40 of 4,000, give or take 6.3.
    #[test]
    fn equal_things_are_called_different_once_in_a_hundred() {
        let mut random = Random::new(13);
        let mut lopsided = || 100.0 - 8.0 * random.uniform().ln();
        let differences = (0..4_000)
            .filter(|_| {
                let pairs: Vec<Pair> = (0..8)
                    .map(|_| Pair {
                        first: lopsided(),
                        second: lopsided(),
                    })
                    .collect();
                let found = PairedRatio::of(&pairs, MEASURED).expect("pairs").finding();
                found != Finding::NoDifferenceShown
            })
            .count();
        assert!(differences <= 65, "{differences} of 4000");
        assert!(
            differences >= 5,
            "{differences} of 4000: intervals are too wide"
        );
    }

    /// 10 % more against noise of 3 % a trial: the half-width is 5.3 % in the mean, so nearly all are seen.
    #[test]
    fn a_difference_of_twice_the_half_width_is_seen() {
        let mut random = Random::new(14);
        let seen = (0..1_000)
            .filter(|_| {
                let ratios: Vec<f64> = (0..8)
                    .map(|_| 1.1 * (0.03 * 2.0_f64.sqrt() * random.normal()).exp())
                    .collect();
                ratio(&ratios).finding() == Finding::More
            })
            .count();
        assert!(seen > 900, "{seen} of 1000");
    }
}
