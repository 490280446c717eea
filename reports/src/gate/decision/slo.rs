//! Bounds on the head alone: broken only where so many runs are beyond the bound that the median must be, too.

use super::walk::{self, Walk};
use super::words;
use super::{Decision, family};
use crate::gate::config::Slo;
use crate::gate::metric::{Class, Worse};
use crate::gate::stages::Stage;
use crate::gate::timing::{TIMED, Timed};
use crate::gate::verdict::{Finding, Status};

/// A bound that was held against runs.
pub(super) struct Held<'a> {
    pub(super) slo: &'a Slo,
    pub(super) timed: &'static Timed,
    pub(super) protocol: &'a str,
    pub(super) median: f64,
    pub(super) runs: usize,
    /// How many of them are beyond the bound.
    pub(super) beyond: usize,
    pub(super) is_broken: bool,
}

/// What became of each bound, by the head's runs of the first look: a sign test of the median, exact, at the gate's
/// level over all bounds (Bonferroni).
pub(super) fn findings(decision: &Decision, walk: &Walk) -> Vec<Finding> {
    let slos = decision.config.slos.iter();
    slos.map(|slo| match held(decision, slo) {
        Some(held) => finding(&held, walk),
        None => unknown(decision, slo),
    })
    .collect()
}

fn finding(held: &Held<'_>, walk: &Walk) -> Finding {
    // Whatever made the base differ from itself may have moved the head beyond its bound.
    let status = match (held.is_broken, walk.fired.is_empty()) {
        (false, _) => Status::Same,
        (true, true) => Status::Broken,
        (true, false) => Status::Inconclusive,
    };
    Finding {
        metric: held.slo.metric.clone(),
        class: Class::Slo,
        status,
        sentence: words::bound(held, status),
        head: Some(held.median),
        ..Finding::default()
    }
}

/// A bound on what the runs did not tell: not this gate's business if its protocol was not to be measured.
fn unknown(decision: &Decision, slo: &Slo) -> Finding {
    let of_gate = |protocol: &String| slo.metric.segments().nth(1) == Some(protocol);
    let (status, words) = if decision.cells.iter().any(of_gate) {
        (Status::Inconclusive, "no valid pair of runs told it")
    } else {
        (Status::Skipped, "not measured by this gate")
    };
    Finding {
        metric: slo.metric.clone(),
        class: Class::Slo,
        status,
        sentence: format!("{}: {words}", slo.metric),
        ..Finding::default()
    }
}

fn held<'a>(decision: &'a Decision, slo: &'a Slo) -> Option<Held<'a>> {
    let (protocol, place) = decision.workloads.iter().find_map(|(protocol, workload)| {
        let is_it = |timed: &Timed| timed.id(protocol, workload) == slo.metric;
        Some((protocol.as_str(), TIMED.iter().position(is_it)?))
    })?;
    let attempts = decision
        .attempts
        .get(&(Stage::First, protocol.to_owned()))?;
    let wanted = family::pairs_of_look(decision, walk::SHARE_OF_A_LOOK);
    let pairs = attempts.batch(0, wanted).pairs;
    let mut values: Vec<f64> = pairs.iter().filter_map(|pair| pair.head[place]).collect();
    values.sort_by(f64::total_cmp);
    let worse = TIMED[place].quantity().worse;
    let is_beyond = |value: &&f64| match worse {
        Worse::Higher => **value > slo.bound,
        Worse::Lower => **value < slo.bound,
    };
    let beyond = values.iter().filter(is_beyond).count();
    let bounds = u32::try_from(decision.config.slos.len()).unwrap_or(u32::MAX);
    let level = decision.config.level / f64::from(bounds);
    Some(Held {
        slo,
        timed: &TIMED[place],
        protocol,
        median: words::median(&values)?,
        runs: values.len(),
        beyond,
        is_broken: at_least(beyond, values.len()) <= level,
    })
}

/// The probability of so many heads or more in so many tosses.
fn at_least(heads: usize, tosses: usize) -> f64 {
    // The chances of each number of heads, toss by toss.
    let mut chances = vec![1.0];
    for _ in 0..tosses {
        let mut next = vec![0.0; chances.len() + 1];
        for (heads, chance) in chances.iter().enumerate() {
            next[heads] += chance / 2.0;
            next[heads + 1] += chance / 2.0;
        }
        chances = next;
    }
    chances.iter().skip(heads).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: pbinom(k - 1, n, 0.5, lower.tail = FALSE).
    #[test]
    fn tails_are_those_of_the_binomial() {
        let cases = [
            (0, 0, 1.0),
            (0, 11, 1.0),
            (11, 11, 1.0 / 2_048.0),
            (10, 11, 12.0 / 2_048.0),
            (9, 11, 67.0 / 2_048.0),
            (8, 11, 232.0 / 2_048.0),
        ];
        for (heads, tosses, expected) in cases {
            assert!((at_least(heads, tosses) - expected).abs() < 1e-12);
        }
    }
}
