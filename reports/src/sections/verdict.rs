//! The answer: what each protocol costs at the largest number of accounts, and who is ahead.

mod ahead;

use super::Source;
use crate::cells::{Cell, Grid, Kind};
use crate::comparisons::contest::Contest;
use crate::comparisons::control::Control;
use crate::comparisons::words;
use crate::distance;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::measures;
use crate::numbers::{self, NONE};

/// How many contests the verdict shows; the section on protocols compared has all.
const CONTESTS_MAX: usize = 4;

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let grid = source.grid;
    let cells = grid.main_at_largest();
    let first = cells.first()?;
    let mut blocks = vec![
        validity(grid),
        Block::Text(format!(
            "Workload {}, {} accounts{}, {}. Bytes are those of the stream, framing included, for request, reply and \
             event of one message. Rows stand in the order of the command line, not of merit.",
            first.workload,
            numbers::count(u64::from(first.accounts)),
            distance::over_one(&cells),
            trials(&cells),
        )),
        Block::Table(table(grid, &cells)),
    ];
    let control = Control::of(grid);
    let contests = Contest::among(&cells, control.as_ref());
    for contest in contests.iter().take(CONTESTS_MAX) {
        blocks.push(Block::Table(ahead::table(contest, control.as_ref())));
    }
    blocks.extend(words::further(&contests, CONTESTS_MAX).map(Block::Text));
    if let Some(warning) = control.as_ref().and_then(words::untrusted) {
        blocks.push(Block::Warning(warning));
    }
    if !contests.is_empty() {
        blocks.push(Block::Text(words::METHOD.to_owned()));
    }
    let noise = control
        .as_ref()
        .map_or_else(words::no_control, words::control);
    blocks.push(Block::Text(noise));
    Some(Section {
        id: "verdict",
        title: "Verdict".to_owned(),
        blocks,
    })
}

/// `5 trials`, or how many trials there are where protocols differ in that.
fn trials(cells: &[&Cell<'_>]) -> String {
    let counts = || cells.iter().map(|cell| cell.valid.len());
    match (counts().min().unwrap_or(0), counts().max().unwrap_or(0)) {
        (1, 1) => "a single trial".to_owned(),
        (least, most) if least == most => format!("{most} trials"),
        (least, most) => format!("{least} to {most} valid trials"),
    }
}

fn validity(grid: &Grid<'_>) -> Block {
    let runs = &grid.results.runs;
    let invalid = runs.iter().filter(|run| !run.valid).count();
    let lost: u64 = runs.iter().map(|run| run.ledger.lost).sum();
    let duplicated: u64 = runs.iter().map(|run| run.ledger.duplicated).sum();
    let messages: u64 = runs.iter().map(|run| run.messages).sum();
    let sent = format!(
        "{} messages sent, {} lost, {} duplicated.",
        numbers::count(messages),
        numbers::count(lost),
        numbers::count(duplicated)
    );
    if invalid == 0 {
        Block::Text(format!("All {} runs are valid. {sent}", runs.len()))
    } else {
        Block::Warning(format!(
            "{invalid} of {} runs are invalid; their numbers are left out. {sent}",
            runs.len()
        ))
    }
}

fn table(grid: &Grid<'_>, cells: &[&Cell<'_>]) -> Table {
    let with_floor = cells.iter().any(|cell| grid.share_of_floor(cell).is_some());
    let mut columns = vec![
        Column::words("protocol"),
        Column::numbers("bytes per message"),
        Column::numbers("messages per second"),
        Column::numbers("ack p99, µs"),
        Column::numbers("server CPU per message, µs"),
    ];
    if with_floor {
        columns.push(Column::numbers("share of floor"));
    }
    let mut table = Table {
        caption: "What each protocol costs".to_owned(),
        columns,
        rows: cells
            .iter()
            .map(|cell| {
                let mut row = row(cell);
                if with_floor {
                    let share = grid.share_of_floor(cell);
                    row.push(Entry::new(share.map_or(NONE.to_owned(), numbers::percent)));
                }
                row
            })
            .collect(),
        notes: Vec::new(),
    };
    table.notes.extend(entries::notes(&table, cells));
    if with_floor {
        table.notes.push(
            "Share of floor: throughput by that of a bare relay of 8-byte frames, without names, checks or a store, \
             on the same machine."
                .to_owned(),
        );
    }
    table
}

fn row(cell: &Cell<'_>) -> Vec<Entry> {
    let us = |ns: f64| numbers::measured(ns / 1e3);
    vec![
        entries::protocol_with_role(cell),
        entries::shown(cell.counted(measures::per_message_bytes), |bytes| {
            numbers::decimals(bytes, 1)
        })
        .entry(),
        entries::shown(cell.estimate(measures::throughput_hz), numbers::measured).entry(),
        entries::percentile_us_shown(cell, Kind::Ack, (0.99, |summary| summary.p99_ns)).entry(),
        entries::shown(cell.estimate(measures::server_cpu_ns), us).entry(),
    ]
}
