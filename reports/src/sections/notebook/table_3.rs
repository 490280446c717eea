//! Table 3: scaling, bytes.

use super::counterparts;
use crate::cells::{Cell, Grid};
use crate::document::{Column, Entry, Table};
use crate::entries;
use crate::measures;
use crate::notebook::{NOTEBOOK, ScalingRow};
use crate::numbers;
use crate::schema::{Run, workload};

pub(super) fn table(grid: &Grid<'_>) -> Option<Table> {
    let rows: Vec<Vec<Entry>> = NOTEBOOK
        .scaling
        .iter()
        .flat_map(|theirs| {
            let wanted = (theirs.protocol.as_str(), Some(theirs.accounts));
            let cells = counterparts(grid, workload::SCALING, wanted);
            cells.into_iter().map(|cell| row(theirs, cell))
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Table 3: scaling, bytes. The same runs as Table 2, first round only".to_owned(),
        columns: columns(),
        rows,
        notes: vec![messages_note(), received_note()],
    })
}

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::numbers("accounts"), Column::words("protocol")];
    for direction in ["bytes sent", "bytes received"] {
        for title in ["notebook", "ours", "factor", "our stream"] {
            columns.push(Column::numbers(title).under(direction));
        }
    }
    columns
}

fn row(theirs: &ScalingRow, cell: &Cell<'_>) -> Vec<Entry> {
    let mut row = vec![
        Entry::new(numbers::count(u64::from(theirs.accounts))),
        entries::protocol(cell),
    ];
    row.extend(bytes(
        cell,
        theirs.sent_bytes,
        (measures::sent_message_bytes, measures::sent_stream_bytes),
    ));
    row.extend(bytes(
        cell,
        theirs.received_bytes,
        (
            measures::received_message_bytes,
            measures::received_stream_bytes,
        ),
    ));
    row
}

/// A measure of a run.
pub(super) type Measure = fn(&Run) -> Option<f64>;

/// Four entries: theirs, ours at the layer of messages, the factor, ours at the layer of the stream.
pub(super) fn bytes(
    cell: &Cell<'_>,
    theirs_bytes: u64,
    (message, stream): (Measure, Measure),
) -> [Entry; 4] {
    let whole = |bytes: f64| numbers::decimals(bytes, 0);
    let ours = cell.counted(message);
    let factor = |bytes: f64| numbers::factor(bytes, numbers::to_f64(theirs_bytes));
    [
        Entry::new(numbers::count(theirs_bytes)),
        Entry::new(entries::value(ours, whole)),
        Entry::new(entries::value(ours, factor)),
        Entry::new(entries::value(cell.counted(stream), whole)),
    ]
}

/// How many messages the notebook's own figures imply, computed from them.
fn messages_note() -> String {
    let shares = || {
        NOTEBOOK
            .scaling
            .iter()
            .map(|row| row.messages_implied() / row.messages_all_to_all())
    };
    let (least, most) = ends(shares());
    format!(
        "The notebook's messages/s multiplied by its elapsed time make {} of k(k − 1) messages in every row: most \
         likely one for each pair of accounts. Ours are k(k − 1), one in each direction.",
        range(numbers::decimals(least, 2), &numbers::decimals(most, 2))
    )
}

/// How few bytes the notebook's socket protocols received, computed from its figures.
fn received_note() -> String {
    let per_account = |protocol: &str| {
        let rows = NOTEBOOK
            .scaling
            .iter()
            .filter(|row| row.protocol == protocol && row.accounts >= 20);
        let (least, most) =
            ends(rows.map(|row| numbers::to_f64(row.received_bytes) / f64::from(row.accounts)));
        range(numbers::decimals(least, 0), &numbers::decimals(most, 0))
    };
    format!(
        "From 20 accounts on, the notebook's custom received {} bytes an account and its json {}, however many \
         messages were sent: replies to sends cannot have been counted, and the factors for received bytes say little.",
        per_account("custom"),
        per_account("json")
    )
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, 0.0), |(least, most), value| {
        (least.min(value), most.max(value))
    })
}

/// `41 to 46`, or one number where both are the same.
fn range(least: String, most: &str) -> String {
    if least == most {
        least
    } else {
        format!("{least} to {most}")
    }
}
