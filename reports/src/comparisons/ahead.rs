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
    let mut names: Vec<&str> = Vec::new();
    let mut beaten: Vec<(&str, &str)> = Vec::new();
    let mut standing = Standing {
        ahead: None,
        differences: Vec::new(),
        not_told_apart: Vec::new(),
    };
    for fight in &contest.matches {
        let Some(comparison) = fight.by(metric) else {
            continue;
        };
        let (first, second) = (fight.first.protocol, fight.second.protocol);
        for name in [first, second] {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match comparison.said {
            Said::Better(_) => beaten.push((first, second)),
            Said::Worse(_) => beaten.push((second, first)),
            Said::NoDifferenceShown | Said::TooFewTrials | Said::Withheld => {}
        }
        match comparison.said {
            Said::Better(word) | Said::Worse(word) => standing
                .differences
                .push(difference(fight, comparison, word)),
            other => standing
                .not_told_apart
                .push(undecided(fight, comparison, other)),
        }
    }
    let beats_all = |name: &&&str| {
        let others = names.iter().filter(|other| *other != *name);
        others
            .into_iter()
            .all(|other| beaten.contains(&(**name, *other)))
    };
    standing.ahead = names.iter().find(beats_all).map(|name| (*name).to_owned());
    standing
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
