//! Two crossed factors, each pair of their levels measured once in every round of trials: effects in the units of what
//! was measured, and what is not additive.
//!
//! A complete two-way layout with the rounds as blocks (Fisher, "The Design of Experiments", 1935). Each effect is a sum
//! of the means of a round, so that what a whole round has in common cancels; the rounds' own effects are the sample, and
//! Student's t over them gives the interval.

use super::interval::{self, Interval};
use super::ratio::PAIRS_MIN;
use super::student;

/// The probability outside an interval of 99 %, both sides together.
const TAIL: f64 = 0.01;

/// One round: a value for each pair of levels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    columns: usize,
    values: Vec<f64>,
}

impl Table {
    /// Row by row; none unless the table is full and everything in it is a number.
    pub(crate) fn full(rows: usize, columns: usize, values: Vec<f64>) -> Option<Self> {
        let is_full = rows > 0 && columns > 0 && values.len() == rows * columns;
        (is_full && values.iter().all(|value| value.is_finite()))
            .then_some(Self { columns, values })
    }

    /// The value of a pair of levels.
    pub(crate) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// The mean of a level of the first factor.
    pub(crate) fn row(&self, row: usize) -> f64 {
        let first = row * self.columns;
        interval::mean(&self.values[first..first + self.columns])
    }

    /// The mean of a level of the second factor.
    pub(crate) fn column(&self, column: usize) -> f64 {
        let values: Vec<f64> = self.values[column..]
            .iter()
            .step_by(self.columns)
            .copied()
            .collect();
        interval::mean(&values)
    }

    /// The mean of everything.
    pub(crate) fn mean(&self) -> f64 {
        interval::mean(&self.values)
    }

    /// By how much a level of the first factor is above the mean of its levels.
    pub(crate) fn row_effect(&self, row: usize) -> f64 {
        self.row(row) - self.mean()
    }

    /// By how much a pair of levels is above what the effects of both add up to.
    pub(crate) fn interaction(&self, row: usize, column: usize) -> f64 {
        self.at(row, column) - self.row(row) - self.column(column) + self.mean()
    }
}

/// An effect over rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Effect {
    /// The mean of the rounds' own effects.
    pub(crate) value: f64,
    /// Student's t over the rounds; none of a single round, or of counts that agree in all of several.
    pub(crate) interval: Option<Interval>,
    pub(crate) rounds: usize,
    /// Counts that are the same in all of several rounds.
    pub(crate) is_exact: bool,
}

/// What may be said of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// It is not 0.
    Shown,
    /// The interval holds 0.
    NotShown,
    /// Too few rounds for words.
    TooFewTrials,
}

impl Finding {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::NotShown => "not told from 0",
            Self::TooFewTrials => "too few trials",
        }
    }
}

impl Effect {
    /// Of one value a round, with an interval of 99 %; none of no rounds. Never exact: what is read off a clock or a
    /// histogram can agree by chance.
    pub(crate) fn measured(values: &[f64]) -> Option<Self> {
        Self::among(1, values)
    }

    /// Of something counted in each round: exact where all of several rounds agree, like something measured where they
    /// do not.
    pub(crate) fn counted(values: &[f64]) -> Option<Self> {
        let effect = Self::measured(values)?;
        let is_exact = values.len() > 1 && interval::agreed(values).is_some();
        Some(Self {
            interval: effect.interval.filter(|_| !is_exact),
            is_exact,
            ..effect
        })
    }

    /// Of something measured, as one of several effects that are looked at together: the intervals of all of them hold
    /// with 99 % (Bonferroni).
    pub(crate) fn among(effects: u32, values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        Some(Self {
            value: interval::mean(values),
            interval: around(values, TAIL / f64::from(effects.max(1))),
            rounds: values.len(),
            is_exact: false,
        })
    }

    /// What may be said of it.
    pub(crate) fn finding(&self) -> Finding {
        match self.interval {
            _ if self.is_exact && self.value == 0.0 => Finding::NotShown,
            _ if self.is_exact => Finding::Shown,
            Some(_) if self.rounds < PAIRS_MIN => Finding::TooFewTrials,
            Some(interval) if interval.contains(0.0) => Finding::NotShown,
            Some(_) => Finding::Shown,
            None => Finding::TooFewTrials,
        }
    }
}

fn around(values: &[f64], tail: f64) -> Option<Interval> {
    let freedom = u32::try_from(values.len().checked_sub(1)?).ok()?;
    if freedom == 0 {
        return None;
    }
    let mean = interval::mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let standard_error = (squares / f64::from(freedom) / (f64::from(freedom) + 1.0)).sqrt();
    let half_width = student::critical(tail, freedom) * standard_error;
    Some(Interval {
        low: mean - half_width,
        high: mean + half_width,
    })
}

#[cfg(test)]
mod tests {
    use super::super::simulation::Random;
    use super::*;

    /// Rows 10 and 30, columns 1, 2 and 6: everything adds up, but for what is said.
    fn table(extra: f64) -> Table {
        let values = vec![11.0, 12.0, 16.0, 31.0, 32.0, 36.0 + extra];
        Table::full(2, 3, values).expect("it is full")
    }

    #[test]
    fn what_adds_up_has_no_interaction() {
        let table = table(0.0);
        assert!((table.mean() - 23.0).abs() < 1e-12);
        assert!((table.row(1) - 33.0).abs() < 1e-12);
        assert!((table.column(2) - 26.0).abs() < 1e-12);
        assert!((table.row_effect(0) + 10.0).abs() < 1e-12);
        for (row, column) in [(0, 0), (0, 2), (1, 1), (1, 2)] {
            assert!(table.interaction(row, column).abs() < 1e-12);
        }
    }

    #[test]
    fn what_one_pair_has_of_its_own_is_interaction() {
        let table = table(6.0);
        // A sixth goes into the mean, a third into the row, a half into the column: 1 - 1/3 - 1/2 + 1/6 is left.
        assert!((table.interaction(1, 2) - 2.0).abs() < 1e-12);
        let sum: f64 = (0..3).map(|column| table.interaction(1, column)).sum();
        assert!(sum.abs() < 1e-12);
    }

    #[test]
    fn a_table_with_a_hole_is_none() {
        assert_eq!(Table::full(2, 2, vec![1.0; 3]), None);
        assert_eq!(Table::full(1, 2, vec![1.0, f64::NAN]), None);
        assert_eq!(Table::full(0, 0, Vec::new()), None);
    }

    #[test]
    fn few_rounds_say_nothing_and_equal_counts_say_everything() {
        let counted = |values: &[f64]| Effect::counted(values).expect("values").finding();
        assert_eq!(counted(&[5.0]), Finding::TooFewTrials);
        assert_eq!(counted(&[5.0, 6.0]), Finding::TooFewTrials);
        assert_eq!(counted(&[5.0, 5.0]), Finding::Shown);
        assert_eq!(counted(&[0.0, 0.0]), Finding::NotShown);
        let finding = |values: &[f64]| Effect::measured(values).expect("values").finding();
        assert_eq!(finding(&[5.0]), Finding::TooFewTrials);
        assert_eq!(finding(&[5.0, 5.1, 5.2]), Finding::TooFewTrials);
        let many: Vec<f64> = (0..8).map(|round| 5.0 + f64::from(round)).collect();
        assert_eq!(finding(&many), Finding::Shown);
        let around_0: Vec<f64> = (0..8).map(|round| f64::from(round) - 3.0).collect();
        assert_eq!(finding(&around_0), Finding::NotShown);
        assert_eq!(Effect::measured(&[]), None);
    }

    #[test]
    fn what_is_measured_is_never_exact_even_where_it_agrees() {
        let few = Effect::measured(&[5.0, 5.0]).expect("values");
        assert_eq!(
            (few.is_exact, few.finding()),
            (false, Finding::TooFewTrials)
        );
        assert!(few.interval.is_some(), "two rounds have an interval");
        let none = Effect::measured(&[0.0; 8]).expect("values");
        assert_eq!((none.is_exact, none.finding()), (false, Finding::NotShown));
    }

    /// Of 400 intervals 396 should hold the effect that was put in, give or take 2 (the binomial's standard deviation);
    /// four of those are allowed, the seed is fixed. Rounds differ by ten times what trials do.
    #[test]
    fn intervals_hold_the_effects_that_were_put_in() {
        let mut random = Random::new(41);
        let held = (0..400).filter(|_| {
            let effects: Vec<f64> = (0..8)
                .map(|_| {
                    let round = 50.0 + 10.0 * random.normal();
                    let mut drawn = |value: f64| round + value + random.normal();
                    let values = vec![drawn(0.0), drawn(2.0), drawn(5.0), drawn(7.0)];
                    let table = Table::full(2, 2, values).expect("it is full");
                    table.row(1) - table.row(0)
                })
                .collect();
            let effect = Effect::measured(&effects).expect("values");
            effect.interval.expect("it varies").contains(5.0)
        });
        let held = held.count();
        assert!((388..=400).contains(&held), "{held} of 400");
    }

    #[test]
    fn one_of_many_has_a_wider_interval() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let width = |effects| {
            let interval = Effect::among(effects, &values).expect("values").interval;
            interval.map(|interval| interval.high - interval.low)
        };
        assert!(width(15) > width(1));
    }
}
