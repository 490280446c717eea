//! What is said of a comparison: a word of difference, or why there is none.

use super::contest::Contest;
use super::control::{Control, Floor};
use super::metrics::{Metric, Wording};
use super::pairs::Compared;
use crate::numbers::{self, NONE};
use crate::statistics::ratio::{Finding, PAIRS_MIN};

/// How differences are claimed, for whoever reads a table of them.
pub(crate) const METHOD: &str = "Ratios are geometric means over the rounds of trials in which both ran, with 99 % \
    intervals: Student's t over the logarithms of the rounds' ratios. A word of difference needs an interval without 1 \
    in it, and at least 8 rounds; counts that are the same in all trials are compared as they are. “Could have seen” \
    is the half-width of the interval: a true difference of that size is shown half of the time.";

/// What is said of the first of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// A difference in favour of the first.
    Better(&'static str),
    /// A difference in favour of the second.
    Worse(&'static str),
    /// None that chance would not explain.
    NoDifferenceShown,
    /// None can be said yet.
    TooFewTrials,
    /// The control differed from itself by this metric.
    Withheld,
}

impl Said {
    /// What a comparison comes to; `floor` is how the control compared with itself by the same metric.
    pub(crate) fn of(metric: &Metric, compared: &Compared, floor: Option<&Floor>) -> Self {
        let said = compared.ratio.map_or(Self::TooFewTrials, |ratio| {
            match (ratio.finding(), metric.wording) {
                (Finding::NoDifferenceShown, _) => Self::NoDifferenceShown,
                (Finding::TooFewTrials, _) => Self::TooFewTrials,
                (Finding::More, Wording::Rate) | (Finding::Less, Wording::Time) => {
                    Self::Better("faster")
                }
                (Finding::Less, Wording::Rate) | (Finding::More, Wording::Time) => {
                    Self::Worse("slower")
                }
                (Finding::Less, Wording::Amount) => Self::Better("less"),
                (Finding::More, Wording::Amount) => Self::Worse("more"),
            }
        });
        let claims = matches!(said, Self::Better(_) | Self::Worse(_));
        if claims && floor.is_some_and(Floor::says_difference) {
            return Self::Withheld;
        }
        said
    }

    /// As it is printed.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Better(word) | Self::Worse(word) => word,
            Self::NoDifferenceShown => "no difference shown",
            Self::TooFewTrials => "too few trials",
            Self::Withheld => "withheld",
        }
    }
}

/// A ratio, as precise as it is known.
pub(crate) fn ratio(compared: &Compared) -> String {
    compared
        .ratio
        .map_or(NONE.to_owned(), |ratio| numbers::ratio(ratio.ratio))
}

/// An interval whose ends are further apart than this says nothing: that is what two trials give.
const WIDEST: f64 = 1_000.0;

/// The interval of a ratio, or that it needs none.
pub(crate) fn interval(compared: &Compared) -> String {
    match compared.ratio {
        Some(ratio) if ratio.is_exact => "exact".to_owned(),
        Some(ratio) => ratio.interval.map_or(NONE.to_owned(), |interval| {
            if interval.high > interval.low * WIDEST {
                return "unknown".to_owned();
            }
            format!(
                "{} to {}",
                numbers::ratio(interval.low),
                numbers::ratio(interval.high)
            )
        }),
        None => NONE.to_owned(),
    }
}

/// The smallest difference that would have been shown half of the time.
pub(crate) fn smallest_visible(compared: &Compared) -> String {
    let ratio = compared.ratio.filter(|ratio| !ratio.is_exact);
    ratio
        .and_then(|ratio| ratio.smallest_visible())
        .map_or(NONE.to_owned(), numbers::margin)
}

/// How far a metric of one protocol is from itself.
pub(crate) fn noise(floor: Option<&Floor>) -> String {
    let reach = floor.and_then(Floor::reach);
    reach.map_or(NONE.to_owned(), numbers::margin)
}

/// What it takes for words to be said, where rounds were too few for any.
pub(crate) fn advice() -> String {
    format!("With --trials {PAIRS_MIN} or more, words of difference can be said.")
}

/// What 99 % means for several comparisons together.
pub(crate) fn together(comparisons: usize) -> String {
    let expected = 0.01 * numbers::to_f64(u64::try_from(comparisons).unwrap_or(u64::MAX));
    format!(
        "99 % holds for each of the {comparisons} comparisons, not for all together: if nothing differed, {} of them \
         would still be called a difference, in the mean.",
        numbers::decimals(expected, 2)
    )
}

/// How many rounds were no pair.
pub(crate) fn unpaired(rounds: usize) -> String {
    let (rounds, were) = if rounds == 1 {
        ("1 round".to_owned(), "was")
    } else {
        (format!("up to {rounds} rounds"), "were")
    };
    format!("{rounds} of a comparison {were} left out, because one of both was missing or invalid.")
}

/// How many contests are not shown after the first `shown`, if any are.
pub(crate) fn further(contests: &[Contest<'_, '_>], shown: usize) -> Option<String> {
    let further = contests.len().saturating_sub(shown);
    (further > 0).then(|| {
        format!(
            "The same protocols under {further} other conditions: in the report, under “Between protocols”."
        )
    })
}

/// Which pairs are there, where not all are.
pub(crate) fn against_first() -> String {
    "Of so many protocols each is compared with the first one only.".to_owned()
}

/// What the noise floor is made of.
pub(crate) fn control(control: &Control) -> String {
    format!(
        "Noise floor: how far {} was from itself, run twice in each of {} rounds ({} with {} accounts); the far end of \
         the 99 % interval.",
        control.label,
        control.pairs(),
        control.workload,
        numbers::count(u64::from(control.accounts)),
    )
}

/// That there is no noise floor.
pub(crate) fn no_control() -> String {
    "No protocol has run twice in valid runs, so how much one thing differs from itself is not known here.".to_owned()
}

/// By what the control differed from itself, if by anything.
pub(crate) fn untrusted(control: &Control) -> Option<String> {
    let metrics = control.untrusted();
    (!metrics.is_empty()).then(|| {
        format!(
            "{} differed from itself by {}: something other than the protocol moved these numbers, so no word of \
             difference is said of them. Measure again, on a quiet machine.",
            control.label,
            metrics.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::metrics::METRICS;
    use super::super::pairs;
    use super::*;
    use crate::schema::{Latency, LatencySummary, ProcessCost, Run};

    /// Runs whose every metric is `level`, a little more in every other trial.
    fn runs(trials: u32, level: f64) -> Vec<Run> {
        (1..=trials)
            .map(|trial| {
                let value = level * (1.0 + 0.004 * f64::from(trial % 2));
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "made up to fit"
                )]
                let whole = value as u64;
                let ack = LatencySummary {
                    p99_ns: whole,
                    ..LatencySummary::default()
                };
                Run {
                    trial,
                    valid: true,
                    throughput_hz: value,
                    latency: Latency {
                        ack: Some(ack),
                        ..Latency::default()
                    },
                    server: Some(ProcessCost {
                        cpu_user_ns: whole,
                        ..ProcessCost::default()
                    }),
                    cost_window_messages: 1,
                    ..Run::default()
                }
            })
            .collect()
    }

    fn metric(title: &str) -> &'static Metric {
        let found = METRICS.iter().find(|metric| metric.title == title);
        found.expect("there is such a metric")
    }

    fn compare(title: &str, first: &[Run], second: &[Run]) -> Compared {
        let [first, second] = [first, second].map(|runs| runs.iter().collect::<Vec<_>>());
        pairs::compare(metric(title), &first, &second)
    }

    #[track_caller]
    fn check(title: &str, (first, second): (f64, f64), trials: u32, expected: Said) {
        let compared = compare(title, &runs(trials, first), &runs(trials, second));
        assert_eq!(
            Said::of(metric(title), &compared, None),
            expected,
            "{title}"
        );
    }

    #[test]
    fn each_metric_has_its_own_words() {
        check("messages/s", (2e6, 1e6), 8, Said::Better("faster"));
        check("messages/s", (1e6, 2e6), 8, Said::Worse("slower"));
        check("ack p99", (1e6, 2e6), 8, Said::Better("faster"));
        check("ack p99", (2e6, 1e6), 8, Said::Worse("slower"));
        check("server CPU", (1e6, 2e6), 8, Said::Better("less"));
        check("server CPU", (2e6, 1e6), 8, Said::Worse("more"));
    }

    #[test]
    fn without_enough_rounds_no_word_is_said() {
        check("messages/s", (2e6, 1e6), 7, Said::TooFewTrials);
        check("messages/s", (2e6, 1e6), 1, Said::TooFewTrials);
        check("messages/s", (1e6, 1e6), 8, Said::NoDifferenceShown);
    }

    #[test]
    fn words_are_withheld_where_the_control_differs_from_itself() {
        let floor = |again: f64| Floor {
            metric: metric("messages/s"),
            compared: compare("messages/s", &runs(8, again), &runs(8, 1e6)),
        };
        let compared = compare("messages/s", &runs(8, 2e6), &runs(8, 1e6));
        let said = |floor: &Floor| Said::of(metric("messages/s"), &compared, Some(floor));
        assert_eq!(said(&floor(1e6)), Said::Better("faster"));
        assert_eq!(said(&floor(1.2e6)), Said::Withheld);
        let equal = compare("messages/s", &runs(8, 1e6), &runs(8, 1e6));
        let said = Said::of(metric("messages/s"), &equal, Some(&floor(1.2e6)));
        assert_eq!(said, Said::NoDifferenceShown);
    }
}
