//! How long messages took.

use super::Source;
use crate::cells::{Cell, Kind};
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::numbers;
use crate::operations::{self, Took};

const CHARTS: [&str; 4] = [
    "latency_ack",
    "latency_delivery",
    "latency_ack_by_accounts",
    "latency_delivery_by_accounts",
];

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let mut blocks = vec![source.charts(&CHARTS)?];
    let cells = source.grid.main_at_largest();
    blocks.push(Block::Table(table(&cells)));
    blocks.extend(operations_table(&cells).map(Block::Table));
    Some(Section {
        id: "latency",
        title: "Latency".to_owned(),
        blocks,
    })
}

fn table(cells: &[&Cell<'_>]) -> Table {
    let mut table = Table {
        caption: format!(
            "Latency in µs with {} accounts, all valid trials in one histogram",
            cells.first().map_or(0, |cell| cell.accounts)
        ),
        columns: ["protocol", "until"]
            .iter()
            .map(|title| Column::words(title))
            .chain(
                [
                    "samples", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "max",
                ]
                .iter()
                .map(|title| Column::numbers(title)),
            )
            .collect(),
        ..Table::default()
    };
    for cell in cells {
        for (kind, words) in [(Kind::Ack, "reply"), (Kind::Delivery, "delivery")] {
            table.rows.extend(row(cell, kind, words));
        }
    }
    table.notes.extend(entries::notes(&table, cells));
    table
}

/// One row for each kind of operation and protocol; none where no workload mixes several.
fn operations_table(cells: &[&Cell<'_>]) -> Option<Table> {
    let kinds = operations::kinds(cells);
    let mut table = Table {
        caption: "Operations in µs, from when they were due to their answers".to_owned(),
        columns: ["operation", "protocol"]
            .iter()
            .map(|title| Column::words(title))
            .chain(
                ["count", "p50", "p90", "p99"]
                    .iter()
                    .map(|title| Column::numbers(title)),
            )
            .collect(),
        ..Table::default()
    };
    for kind in &kinds {
        for cell in cells {
            // A histogram that cannot be read is an error of the tables on the terminal, and leaves this one out.
            let took = Took::of(cell, kind).ok()?;
            let mut row = vec![
                Entry::new(*kind),
                entries::protocol(cell),
                Entry::new(took.count()),
            ];
            row.extend([0.5, 0.9, 0.99].map(|quantile| Entry::new(took.percentile_us(quantile))));
            table.rows.push(row);
        }
    }
    table.notes.extend(entries::notes(&table, cells));
    (!kinds.is_empty()).then_some(table)
}

fn row(cell: &Cell<'_>, kind: Kind, words: &str) -> Option<Vec<Entry>> {
    let histogram = cell.histogram(kind)?;
    let us = |ns: f64| Entry::new(numbers::measured(ns / 1e3));
    let mut row = vec![
        entries::protocol(cell),
        Entry::new(words),
        Entry::new(numbers::count(histogram.len())),
        us(histogram.mean()),
    ];
    row.extend(
        [0.5, 0.9, 0.99, 0.999, 0.9999]
            .map(|quantile| Entry::new(entries::percentile_us(cell, kind, quantile))),
    );
    row.push(us(numbers::to_f64(histogram.max())));
    Some(row)
}
