//! Who is ahead, by which measure, by how much, and what could not be told apart.

use crate::comparisons::ahead::{self, Standing};
use crate::comparisons::contest::Contest;
use crate::comparisons::control::Control;
use crate::comparisons::metrics::Metric;
use crate::comparisons::words::{self, Said};
use crate::document::{Column, Entry, Table};
use crate::numbers::{self, NONE};

/// One row for each measure that matters most.
pub(super) fn table(contest: &Contest<'_, '_>, control: Option<&Control>) -> Table {
    let metrics: Vec<&'static Metric> = contest
        .metrics()
        .filter(|metric| metric.is_headline)
        .collect();
    let comparisons = metrics.len() * contest.matches.len();
    let is_few = contest.matches.iter().any(|fight| {
        let mut all = fight.comparisons.iter();
        all.any(|comparison| comparison.said == Said::TooFewTrials)
    });
    let unpaired = contest.unpaired();
    let notes = [
        (comparisons > 1).then(|| words::together(comparisons)),
        is_few.then(words::advice),
        (unpaired > 0).then(|| words::unpaired(unpaired)),
        contest.against_first.then(words::against_first),
    ];
    let conditions = if contest.conditions.is_empty() {
        String::new()
    } else {
        format!(", {}", contest.conditions)
    };
    Table {
        caption: format!("Who is ahead{conditions}: ratios with their 99 % intervals"),
        columns: vec![
            Column::words("measure"),
            Column::words("ahead"),
            Column::prose("differences"),
            Column::prose("not told apart"),
            Column::numbers("could have seen"),
            Column::numbers("noise floor"),
        ],
        rows: metrics
            .iter()
            .map(|metric| row(contest, metric, control))
            .collect(),
        notes: notes.into_iter().flatten().collect(),
    }
}

fn row(contest: &Contest<'_, '_>, metric: &Metric, control: Option<&Control>) -> Vec<Entry> {
    let Standing {
        ahead,
        differences,
        not_told_apart,
    } = ahead::standing(contest, metric);
    let list = |items: Vec<String>| {
        if items.is_empty() {
            NONE.to_owned()
        } else {
            items.join("; ")
        }
    };
    let floor = control.and_then(|control| control.floor(metric));
    vec![
        Entry::new(metric.title),
        Entry::new(ahead.unwrap_or_else(|| "not shown".to_owned())),
        Entry::new(list(differences)),
        Entry::new(list(not_told_apart)),
        Entry::new(coarsest(contest, metric)),
        Entry::new(words::noise(floor)),
    ]
}

/// What the pair that is known least well could have seen.
fn coarsest(contest: &Contest<'_, '_>, metric: &Metric) -> String {
    let ratios = contest
        .matches
        .iter()
        .filter_map(|fight| fight.by(metric)?.compared.ratio);
    ratios
        .filter(|ratio| !ratio.is_exact)
        .filter_map(|ratio| ratio.smallest_visible())
        .reduce(f64::max)
        .map_or(NONE.to_owned(), numbers::margin)
}
