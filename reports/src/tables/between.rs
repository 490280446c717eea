//! How protocols compare, as a terminal shows it: the measures that matter most, in the largest cell.

use comfy_table::CellAlignment;

use super::{printable, ruled, widest_line, wrapped};
use crate::cells::Grid;
use crate::comparisons::contest::{Comparison, Contest, Match};
use crate::comparisons::control::{Control, Floor};
use crate::comparisons::words::{self, Said};
use crate::numbers;

/// How many contests a terminal shows; the report has all.
const CONTESTS_MAX: usize = 2;

/// A column: its title, and its entry.
struct Column {
    title: &'static str,
    alignment: CellAlignment,
    entry: fn(&Line<'_, '_, '_>) -> String,
}

/// One comparison, and what it is held against.
struct Line<'l, 'g, 'a> {
    fight: &'l Match<'g, 'a>,
    comparison: &'l Comparison,
    floor: Option<&'l Floor>,
}

/// From left to right; the last ones go first where there is no room.
const COLUMNS: [Column; 7] = [
    Column {
        title: "\nmeasure",
        alignment: CellAlignment::Left,
        entry: |line| line.comparison.metric.title.to_owned(),
    },
    Column {
        title: "\nprotocols",
        alignment: CellAlignment::Left,
        entry: |line| printable(&line.fight.names()),
    },
    Column {
        title: "\nratio",
        alignment: CellAlignment::Right,
        entry: |line| words::ratio(&line.comparison.compared),
    },
    Column {
        title: "99 %\ninterval",
        alignment: CellAlignment::Right,
        entry: |line| words::interval(&line.comparison.compared),
    },
    Column {
        title: "\nthe first is",
        alignment: CellAlignment::Left,
        entry: |line| line.comparison.said.text().to_owned(),
    },
    Column {
        title: "could\nsee",
        alignment: CellAlignment::Right,
        entry: |line| words::smallest_visible(&line.comparison.compared),
    },
    Column {
        title: "noise\nfloor",
        alignment: CellAlignment::Right,
        entry: |line| words::noise(line.floor),
    },
];

/// A table for each contest in the largest cell; none where nothing competed.
pub(super) fn tables(grid: &Grid<'_>, width: usize) -> Vec<String> {
    let control = Control::of(grid);
    let contests = Contest::among(&grid.main_at_largest(), control.as_ref());
    let mut tables: Vec<String> = contests
        .iter()
        .take(CONTESTS_MAX)
        .map(|contest| table(contest, control.as_ref(), width))
        .collect();
    tables.extend(words::further(&contests, CONTESTS_MAX).map(|note| wrapped(&note, width) + "\n"));
    if let Some(control) = &control
        && tables.is_empty()
    {
        tables.push(alone(control, width));
    }
    tables
}

fn table(contest: &Contest<'_, '_>, control: Option<&Control>, width: usize) -> String {
    let mut lines: Vec<Line<'_, '_, '_>> = Vec::new();
    for metric in contest.metrics().filter(|metric| metric.is_headline) {
        for fight in &contest.matches {
            lines.extend(fight.by(metric).map(|comparison| Line {
                fight,
                comparison,
                floor: control.and_then(|control| control.floor(metric)),
            }));
        }
    }
    let mut shown = COLUMNS.len();
    let mut drawn = draw(&lines, shown);
    while widest_line(&drawn) > width && shown > 2 {
        shown -= 1;
        drawn = draw(&lines, shown);
    }
    let mut text = vec![heading(contest), drawn];
    text.extend(notes(contest, control, lines.len()).map(|note| wrapped(&note, width)));
    text.join("\n") + "\n"
}

fn draw(lines: &[Line<'_, '_, '_>], shown: usize) -> String {
    let columns = &COLUMNS[..shown];
    let mut before = "";
    let mut rows = Vec::new();
    for line in lines {
        let mut row: Vec<String> = columns.iter().map(|column| (column.entry)(line)).collect();
        if before == line.comparison.metric.title {
            row[0].clear();
        }
        before = line.comparison.metric.title;
        rows.push(row);
    }
    let titles = columns.iter().map(|column| column.title.to_owned());
    let alignments: Vec<CellAlignment> = columns.iter().map(|column| column.alignment).collect();
    ruled(titles.collect(), rows, &alignments)
}

fn heading(contest: &Contest<'_, '_>) -> String {
    let conditions = if contest.conditions.is_empty() {
        String::new()
    } else {
        format!(", {}", contest.conditions)
    };
    let rounds = contest.matches.iter().flat_map(|fight| &fight.comparisons);
    let rounds = rounds.filter_map(|comparison| comparison.compared.ratio);
    let rounds = rounds.map(|ratio| ratio.pairs).max().unwrap_or(0);
    format!(
        "between protocols: {} with {} accounts{conditions}, {rounds} rounds of trials",
        contest.workload,
        numbers::count(u64::from(contest.accounts))
    )
}

fn notes<'n>(
    contest: &'n Contest<'_, '_>,
    control: Option<&'n Control>,
    shown: usize,
) -> impl Iterator<Item = String> + 'n {
    let is_said = |said: Said| {
        let mut all = contest.matches.iter().flat_map(|fight| &fight.comparisons);
        all.any(|comparison| comparison.said == said)
    };
    let unpaired = contest.unpaired();
    let together = (shown > 1).then(|| words::together(shown));
    let few = is_said(Said::TooFewTrials).then(words::advice);
    let left_out = (unpaired > 0).then(|| words::unpaired(unpaired));
    let first = contest.against_first.then(words::against_first);
    let noise = control.map_or_else(words::no_control, words::control);
    let warning = control
        .and_then(words::untrusted)
        .map(|text| format!("! {text}"));
    [together, few, left_out, first, Some(noise), warning]
        .into_iter()
        .flatten()
}

/// A protocol that ran without a rival still ran with itself.
fn alone(control: &Control, width: usize) -> String {
    let warning = words::untrusted(control).map(|text| format!("! {text}"));
    let floors = control.floors().filter(|floor| floor.metric.is_headline);
    let floors: Vec<String> = floors
        .map(|floor| format!("{} {}", floor.metric.title, words::noise(Some(floor))))
        .collect();
    let text = [
        Some(format!(
            "{} {}.",
            words::control(control),
            floors.join(", ")
        )),
        warning,
    ];
    let lines: Vec<String> = text
        .iter()
        .flatten()
        .map(|text| wrapped(text, width))
        .collect();
    lines.join("\n") + "\n"
}
