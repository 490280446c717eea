//! Who is ahead by a metric: whoever is better than all others, in words that may be said.

use super::contest::{Comparison, Contest, Match};
use super::metrics::Metric;
use super::words::{self, Said};

/// What a contest comes to by one metric.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The protocol that is better than each other one; none where that is not shown.
    pub(crate) ahead: Option<String>,
    /// Each difference that may be said.
    pub(crate) differences: Vec<String>,
    /// Each pair that was not told apart, and why.
    pub(crate) not_told_apart: Vec<String>,
}

/// How the protocols of a contest stand by a metric.
pub(crate) fn standing(contest: &Contest<'_, '_>, metric: &Metric) -> Standing {
    let mut differences = Vec::new();
    let mut not_told_apart = Vec::new();
    for fight in &contest.matches {
        let Some(comparison) = fight.by(metric) else {
            continue;
        };
        match comparison.said {
            Said::Better(word) | Said::Worse(word) => {
                differences.push(difference(fight, comparison, word));
            }
            other => not_told_apart.push(undecided(fight, comparison, other)),
        }
    }
    Standing {
        ahead: ahead(contest, metric).map(str::to_owned),
        differences,
        not_told_apart,
    }
}

/// The protocol that beats each other one.
fn ahead<'a>(contest: &Contest<'_, 'a>, metric: &Metric) -> Option<&'a str> {
    let mut names: Vec<&'a str> = Vec::new();
    let mut beaten: Vec<(&str, &str)> = Vec::new();
    for fight in &contest.matches {
        let Some(comparison) = fight.by(metric) else {
            continue;
        };
        let (first, second) = (fight.first.protocol, fight.second.protocol);
        names.extend([first, second]);
        match comparison.said {
            Said::Better(_) => beaten.push((first, second)),
            Said::Worse(_) => beaten.push((second, first)),
            Said::NoDifferenceShown | Said::TooFewTrials | Said::Withheld => {}
        }
    }
    let beats_all = |name: &str| {
        let mut others = names.iter().filter(|other| **other != name);
        others.all(|other| beaten.contains(&(name, *other)))
    };
    names.iter().copied().find(|name| beats_all(name))
}

/// `custom faster than json: 1.31 (1.28 to 1.34)`.
fn difference(fight: &Match<'_, '_>, comparison: &Comparison, word: &str) -> String {
    format!(
        "{} {word} than {}: {} ({})",
        fight.first.protocol,
        fight.second.protocol,
        words::ratio(&comparison.compared),
        words::interval(&comparison.compared)
    )
}

fn undecided(fight: &Match<'_, '_>, comparison: &Comparison, said: Said) -> String {
    format!(
        "{}: {}, {} ({})",
        fight.names(),
        said.text(),
        words::ratio(&comparison.compared),
        words::interval(&comparison.compared)
    )
}
