//! The notebooks' claims 1 to 5 and 9 to 12, held against a factorial run. Each is a few figures with an interval, and for
//! each figure what the claim lets expect; the figures decide, nobody else does.
//!
//! A figure supports a claim where its whole 99 % interval lies in what is expected, and refutes it where no part of it
//! does. Fewer rounds of trials than any word of difference needs, an interval that reaches both inside and outside, or
//! cells that did not run: it cannot be told.

mod data;
mod found;
mod list;
mod quantities;
#[cfg(test)]
mod tests;

use self::data::{Data, Figure, Role};
use self::found::Found;
use crate::numbers;
use crate::schema::{Claim, ClaimFigure, Results, workload};
use crate::statistics::interval::Interval;
use crate::statistics::ratio::PAIRS_MIN;

/// A claim, and what speaks for it or against it.
struct Question {
    number: u32,
    notebook: &'static str,
    claim: &'static str,
    figures: &'static [Figure],
}

/// What the words end with that say of too few trials that they are.
pub(crate) const TOO_FEW: &str = "trials that words need";

/// What a claim lets expect of a figure.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// Both included; infinity for no bound.
    from: f64,
    to: f64,
}

/// What a figure says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Supports,
    Refutes,
    Nothing,
}

/// What the claims come to; nothing without a factorial run.
#[must_use]
pub fn of(results: &Results) -> Vec<Claim> {
    let is_factorial = |name: &String| name == workload::FACTORIAL;
    if !results.config.workloads.iter().any(is_factorial) {
        return Vec::new();
    }
    let data = Data::of(results);
    list::QUESTIONS
        .iter()
        .map(|question| answer(question, &data))
        .collect()
}

fn answer(question: &Question, data: &Data<'_>) -> Claim {
    let (figures, said): (Vec<ClaimFigure>, Vec<Option<Says>>) = question
        .figures
        .iter()
        .map(|figure| held_against(figure, data))
        .unzip();
    let said: Vec<Says> = said.into_iter().flatten().collect();
    Claim {
        number: question.number,
        notebook: question.notebook.to_owned(),
        claim: question.claim.to_owned(),
        verdict: verdict(&said).to_owned(),
        figures,
    }
}

/// What the figures that count come to together.
fn verdict(said: &[Says]) -> &'static str {
    let (supports, refutes) = (
        said.contains(&Says::Supports),
        said.contains(&Says::Refutes),
    );
    match (supports, refutes) {
        (true, true) => "holds in part",
        (false, true) => "refuted",
        (true, false) if !said.contains(&Says::Nothing) => "supported",
        _ => "cannot be told",
    }
}

/// A figure as it stands in results, and what it says of the claim; nothing where it decides nothing.
fn held_against(figure: &Figure, data: &Data<'_>) -> (ClaimFigure, Option<Says>) {
    let found = figure.found(data);
    let mut shown = ClaimFigure {
        figure: figure.words.to_owned(),
        unit: figure.unit.to_owned(),
        value: found.map(|found| found.value),
        low: found.and_then(|found| Some(found.interval?.low)),
        high: found.and_then(|found| Some(found.interval?.high)),
        expected: String::new(),
        verdict: String::new(),
    };
    let said = figure.expected.map(|expected| {
        shown.expected = expected.words(figure.unit);
        let (says, words) = match found {
            Some(found) => expected.judges(&found),
            None => (Says::Nothing, figure.missing(data)),
        };
        shown.verdict = words;
        says
    });
    if figure.expected.is_none() {
        shown.verdict = match found {
            Some(found) if !found.is_exact && found.rounds < PAIRS_MIN => {
                format!("beside: {} of the {PAIRS_MIN} {TOO_FEW}", found.rounds)
            }
            Some(_) => "beside".to_owned(),
            None => figure.missing(data),
        };
    }
    (shown, said.filter(|_| figure.role == Role::Claim))
}

impl Expected {
    const fn between(from: f64, to: f64) -> Self {
        Self { from, to }
    }

    const fn at_least(from: f64) -> Self {
        Self::between(from, f64::INFINITY)
    }

    const fn at_most(to: f64) -> Self {
        Self::between(f64::NEG_INFINITY, to)
    }

    fn judges(self, found: &Found) -> (Says, String) {
        let exactly = Interval {
            low: found.value,
            high: found.value,
        };
        let interval = match found.interval {
            _ if found.is_exact => exactly,
            Some(interval) if found.rounds >= PAIRS_MIN => interval,
            _ => {
                let words = format!(
                    "cannot be told: {} of the {PAIRS_MIN} {TOO_FEW}",
                    found.rounds
                );
                return (Says::Nothing, words);
            }
        };
        if self.from <= interval.low && interval.high <= self.to {
            (Says::Supports, "supports".to_owned())
        } else if interval.high < self.from || self.to < interval.low {
            (Says::Refutes, "refutes".to_owned())
        } else {
            let words = "cannot be told: the interval reaches both inside and outside";
            (Says::Nothing, words.to_owned())
        }
    }

    fn words(self, unit: &str) -> String {
        let show = |value| show(unit, value);
        match (self.from.is_finite(), self.to.is_finite()) {
            (true, true) if self.from.to_bits() == self.to.to_bits() => show(self.from),
            (true, true) => format!("{} to {}", show(self.from), show(self.to)),
            (true, false) => format!("{} or more", show(self.from)),
            _ => format!("{} or less", show(self.to)),
        }
    }
}

/// A figure of a claim, as it is printed.
pub(crate) fn show(unit: &str, value: f64) -> String {
    match unit {
        data::SHARE => format!("{}%", numbers::measured(value * 100.0)),
        data::BYTES => format!("{} B", numbers::decimals(value, 1)),
        _ => numbers::ratio(value),
    }
}
