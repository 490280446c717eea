//! Table 2: scaling, times.

use super::counterparts;
use crate::cells::{Cell, Grid, Kind};
use crate::document::{Column, Entry, Table};
use crate::entries;
use crate::measures;
use crate::notebook::{NOTEBOOK, ScalingRow};
use crate::numbers;
use crate::schema::workload;

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
        caption: "Table 2: scaling, times. k accounts, each sends to every other, all accounts deleted".to_owned(),
        columns: columns(),
        rows,
        notes: vec![
            "Messages/s over the whole workload, accounts made and deleted included, as in the notebook; “sending” \
             counts all our rounds by the time of the message phases alone."
                .to_owned(),
            "The largest latency is that until the reply, the geometric mean over trials of each trial's largest; ours is the \
             largest of all rounds, so of many more messages."
                .to_owned(),
        ],
    })
}

fn columns() -> Vec<Column> {
    vec![
        Column::numbers("accounts"),
        Column::words("protocol"),
        Column::numbers("notebook, s").under("elapsed"),
        Column::numbers("ours, ms").under("elapsed"),
        Column::numbers("factor").under("elapsed"),
        Column::numbers("notebook").under("messages/s"),
        Column::numbers("ours").under("messages/s"),
        Column::numbers("factor").under("messages/s"),
        Column::numbers("ours, sending").under("messages/s"),
        Column::numbers("notebook, s").under("largest latency"),
        Column::numbers("ours, ms").under("largest latency"),
        Column::numbers("factor").under("largest latency"),
    ]
}

fn row(theirs: &ScalingRow, cell: &Cell<'_>) -> Vec<Entry> {
    let elapsed = cell.estimate(measures::elapsed_ns);
    let rate = cell.estimate(measures::workload_rate_hz);
    let sending = cell.estimate(measures::throughput_hz);
    let largest = cell.latency_estimate(Kind::Ack, |summary| summary.max_ns);
    let ms = |ns: f64| numbers::measured(ns / 1e6);
    let factor_s = |theirs_s: f64| move |ns: f64| numbers::factor(ns / 1e9, theirs_s);
    let by_factor = |hz: f64| numbers::factor(hz, theirs.throughput_hz);
    vec![
        Entry::new(numbers::count(u64::from(theirs.accounts))),
        entries::protocol(cell),
        Entry::new(numbers::decimals(theirs.elapsed_s, 3)),
        Entry::new(entries::value(elapsed, ms)),
        Entry::new(entries::value(elapsed, factor_s(theirs.elapsed_s))),
        Entry::new(numbers::decimals(theirs.throughput_hz, 3)),
        Entry::new(entries::value(rate, numbers::measured)),
        Entry::new(entries::value(rate, by_factor)),
        Entry::new(entries::value(sending, numbers::measured)),
        Entry::new(numbers::decimals(theirs.latency_max_s, 3)),
        Entry::new(entries::value(largest, ms)),
        Entry::new(entries::value(largest, factor_s(theirs.latency_max_s))),
    ]
}
