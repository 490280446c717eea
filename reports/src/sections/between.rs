//! All protocols against each other, by everything that they are compared by, and one of them against itself.

use super::Source;
use crate::comparisons::contest::{Contest, Match};
use crate::comparisons::control::Control;
use crate::comparisons::metrics::Metric;
use crate::comparisons::words;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::numbers::{self, NONE};

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let grid = source.grid;
    let control = Control::of(grid);
    let cells: Vec<_> = grid.cells.iter().collect();
    let contests = Contest::among(&cells, control.as_ref());
    let mut blocks = Vec::new();
    if !contests.is_empty() {
        let comparisons = contests.iter().map(Contest::comparisons).sum();
        blocks.push(Block::Text(format!(
            "Each pair by everything that is compared, as in the verdict. {}",
            words::together(comparisons)
        )));
    }
    blocks.extend(contests.iter().map(table).map(Block::Table));
    if let Some(control) = &control {
        blocks.extend(words::untrusted(control).map(Block::Warning));
        blocks.push(Block::Table(noise(control)));
    }
    (!blocks.is_empty()).then(|| Section {
        id: "between",
        title: "Between protocols".to_owned(),
        blocks,
    })
}

fn table(contest: &Contest<'_, '_>) -> Table {
    let conditions = if contest.conditions.is_empty() {
        String::new()
    } else {
        format!(", {}", contest.conditions)
    };
    let mut columns = vec![Column::words("the first is")];
    columns.extend(
        contest
            .matches
            .iter()
            .map(|fight| Column::numbers(&fight.names())),
    );
    let row = |metric: &'static Metric| {
        let entries = contest.matches.iter().map(|fight| entry(fight, metric));
        std::iter::once(Entry::new(metric.title))
            .chain(entries)
            .collect()
    };
    let unpaired = contest.unpaired();
    let notes = [
        (unpaired > 0).then(|| words::unpaired(unpaired)),
        contest.against_first.then(words::against_first),
    ];
    Table {
        caption: format!(
            "Workload {} with {} accounts{conditions}: the ratio of the first to the second, and what may be said",
            contest.workload,
            numbers::count(u64::from(contest.accounts))
        ),
        columns,
        rows: contest.metrics().map(row).collect(),
        notes: notes.into_iter().flatten().collect(),
    }
}

/// `1.31 faster`, and below it the interval.
fn entry(fight: &Match<'_, '_>, metric: &Metric) -> Entry {
    fight.by(metric).map_or(Entry::new(NONE), |comparison| {
        Entry::with_detail(
            format!(
                "{} {}",
                words::ratio(&comparison.compared),
                comparison.said.text()
            ),
            words::interval(&comparison.compared),
        )
    })
}

fn noise(control: &Control) -> Table {
    let rows = control.floors().map(|floor| {
        vec![
            Entry::new(floor.metric.title),
            Entry::new(words::ratio(&floor.compared)),
            Entry::new(words::interval(&floor.compared)),
            Entry::new(words::noise(Some(floor))),
            Entry::new(words::smallest_visible(&floor.compared)),
            Entry::new(if floor.says_difference() { "yes" } else { "no" }),
        ]
    });
    Table {
        caption: format!(
            "Noise floor: {} against itself, {} with {} accounts, {} rounds",
            control.label,
            control.workload,
            numbers::count(u64::from(control.accounts)),
            control.pairs()
        ),
        columns: vec![
            Column::words("measure"),
            Column::numbers("ratio"),
            Column::numbers("99 % interval"),
            Column::numbers("noise floor"),
            Column::numbers("could have seen"),
            Column::words("called a difference"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}
