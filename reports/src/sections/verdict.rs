//! The answer in one table: what each protocol costs, at the largest number of accounts.

use super::Source;
use crate::cells::{Cell, Grid, Kind};
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries::{self, FEW_SAMPLES_NOTE};
use crate::measures;
use crate::numbers::{self, FEW_SAMPLES, NONE};

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let grid = source.grid;
    let cells = grid.main_at_largest();
    let first = cells.first()?;
    let mut blocks = Vec::new();
    blocks.push(validity(grid));
    blocks.push(Block::Text(format!(
        "Workload {}, {} accounts: {}, the smallest and the largest trial below each. Bytes are those of the \
         stream, framing included, for request, reply and event of one message.",
        first.workload,
        numbers::count(u64::from(first.accounts)),
        trials(&cells),
    )));
    blocks.push(Block::Table(table(grid, &cells)));
    blocks.push(Block::Text(
        "Rows stand in the order of the command line, not of merit. A range over trials is no confidence interval: \
         whether a difference is more than chance, this table does not say."
            .to_owned(),
    ));
    Some(Section {
        id: "verdict",
        title: "Verdict".to_owned(),
        blocks,
    })
}

/// `medians of 5 trials`, or how many trials there are where protocols differ in that.
fn trials(cells: &[&Cell<'_>]) -> String {
    let counts = || cells.iter().map(|cell| cell.valid.len());
    match (counts().min().unwrap_or(0), counts().max().unwrap_or(0)) {
        (1, 1) => "a single trial".to_owned(),
        (least, most) if least == most => format!("medians of {most} trials"),
        (least, most) => format!("medians of {least} to {most} valid trials"),
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
            "{invalid} of {} runs are invalid; their numbers are left out of every median. {sent}",
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
        caption: "Medians over trials".to_owned(),
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
    if table.contains(FEW_SAMPLES) {
        table.notes.push(FEW_SAMPLES_NOTE.to_owned());
    }
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
        entries::spread(cell.spread(measures::per_message_bytes), |bytes| {
            numbers::decimals(bytes, 1)
        }),
        entries::spread(cell.spread(measures::throughput_hz), numbers::measured),
        entries::percentile_us_with_range(cell, Kind::Ack, (0.99, |summary| summary.p99_ns)),
        entries::spread(cell.spread(measures::server_cpu_ns), us),
    ]
}
