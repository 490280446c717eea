//! Table 1: efficiency.

use super::counterparts;
use crate::cells::{Cell, Grid};
use crate::document::{Column, Entry, Table};
use crate::entries;
use crate::measures;
use crate::notebook::{EfficiencyRow, NOTEBOOK};
use crate::numbers;
use crate::schema::workload;

pub(super) fn table(grid: &Grid<'_>) -> Option<Table> {
    let rows: Vec<Vec<Entry>> = NOTEBOOK
        .efficiency
        .iter()
        .flat_map(|theirs| {
            let cells = counterparts(grid, workload::EFFICIENCY, (&theirs.protocol, None));
            cells.into_iter().map(|cell| row(theirs, cell))
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption:
            "Table 1: efficiency. Two accounts, 20 messages, read at once, both accounts deleted"
                .to_owned(),
        columns: columns(),
        rows,
        notes: vec![
            "Ours include log-in and times, which the notebook's formats did not all carry."
                .to_owned(),
        ],
    })
}

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::words("protocol"),
        Column::numbers("notebook, s").under("elapsed"),
        Column::numbers("ours, ms").under("elapsed"),
        Column::numbers("factor").under("elapsed"),
    ];
    for direction in ["bytes sent", "bytes received"] {
        for title in ["notebook", "ours", "factor", "our stream"] {
            columns.push(Column::numbers(title).under(direction));
        }
    }
    columns
}

fn row(theirs: &EfficiencyRow, cell: &Cell<'_>) -> Vec<Entry> {
    let elapsed = cell.estimate(measures::elapsed_ns);
    let mut row = vec![
        entries::protocol(cell),
        Entry::new(numbers::decimals(theirs.elapsed_s, 3)),
        Entry::new(entries::value(elapsed, |ns| numbers::measured(ns / 1e6))),
        Entry::new(entries::value(elapsed, |ns| {
            numbers::factor(ns / 1e9, theirs.elapsed_s)
        })),
    ];
    row.extend(super::table_3::bytes(
        cell,
        theirs.sent_bytes,
        (measures::sent_message_bytes, measures::sent_stream_bytes),
    ));
    row.extend(super::table_3::bytes(
        cell,
        theirs.received_bytes,
        (
            measures::received_message_bytes,
            measures::received_stream_bytes,
        ),
    ));
    row
}
