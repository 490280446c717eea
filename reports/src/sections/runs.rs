//! What was run, and whether it went right: the ledger, digests, reasons for invalid runs.

use std::collections::BTreeSet;

use super::Source;
use crate::cells::Cell;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::numbers::{self, NONE};
use crate::schema::{Ledger, Run};

/// A column of the ledger: its title, and its figure.
type LedgerColumn = (&'static str, fn(&Ledger) -> u64);

/// What became of operations, and of messages.
const LEDGER: [LedgerColumn; 11] = [
    ("scheduled", |ledger| ledger.scheduled),
    ("ok", |ledger| ledger.ok),
    ("errors", |ledger| ledger.errors),
    ("timeouts", |ledger| ledger.timeouts),
    ("in flight", |ledger| ledger.in_flight),
    ("never sent", |ledger| ledger.never_sent),
    ("delivered", |ledger| ledger.delivered),
    ("lost", |ledger| ledger.lost),
    ("duplicated", |ledger| ledger.duplicated),
    ("reordered", |ledger| ledger.reordered),
    ("altered", |ledger| ledger.altered),
];

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let cells = &source.grid.cells;
    if cells.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    let invalid: Vec<&Run> = source
        .grid
        .results
        .runs
        .iter()
        .filter(|run| !run.valid)
        .collect();
    if !invalid.is_empty() {
        blocks.push(Block::Table(reasons(&invalid)));
    }
    blocks.push(Block::Table(ledger(cells)));
    Some(Section {
        id: "runs",
        title: "What was run".to_owned(),
        blocks,
    })
}

fn reasons(invalid: &[&Run]) -> Table {
    Table {
        caption: "Invalid runs: their numbers are in no other table".to_owned(),
        columns: vec![
            Column::words("workload"),
            Column::numbers("accounts"),
            Column::words("protocol"),
            Column::numbers("trial"),
            Column::prose("reasons"),
        ],
        rows: invalid
            .iter()
            .map(|run| {
                let reasons = if run.invalid_reasons.is_empty() {
                    "none given".to_owned()
                } else {
                    run.invalid_reasons.join(" ")
                };
                vec![
                    Entry::new(&run.workload),
                    Entry::new(numbers::count(u64::from(run.accounts))),
                    Entry::new(&run.protocol),
                    Entry::new(run.trial.to_string()),
                    Entry::new(reasons),
                ]
            })
            .collect(),
        notes: Vec::new(),
    }
}

fn ledger(cells: &[Cell<'_>]) -> Table {
    let mut columns = vec![
        Column::words("workload"),
        Column::numbers("accounts"),
        Column::words("protocol"),
        Column::numbers("valid trials"),
    ];
    columns.extend(
        LEDGER[..6]
            .iter()
            .map(|(title, _)| Column::numbers(title).under("operations")),
    );
    columns.extend(
        LEDGER[6..]
            .iter()
            .map(|(title, _)| Column::numbers(title).under("messages")),
    );
    columns.push(Column::words("state digest"));
    let mut notes = vec![
        "Sums over all trials, invalid ones included. Scheduled operations are those that ended in one of the five \
         other ways; a run whose ledger does not add up is invalid."
            .to_owned(),
        "The state digest is SHA-256 over the server's messages before anything is deleted, without ids and times; \
         its first 12 digits are shown."
            .to_owned(),
    ];
    let unbalanced = all_runs(cells).filter(|run| !run.ledger.adds_up()).count();
    if unbalanced > 0 {
        notes.push(format!("The ledger does not add up in {unbalanced} runs."));
    }
    Table {
        caption: "Ledger".to_owned(),
        columns,
        rows: cells.iter().map(ledger_row).collect(),
        notes,
    }
}

fn all_runs<'c>(cells: &'c [Cell<'_>]) -> impl Iterator<Item = &'c Run> {
    cells.iter().flat_map(|cell| runs(cell))
}

fn runs<'c>(cell: &'c Cell<'_>) -> impl Iterator<Item = &'c Run> {
    cell.valid.iter().chain(&cell.invalid).copied()
}

fn ledger_row(cell: &Cell<'_>) -> Vec<Entry> {
    let trials = cell.valid.len() + cell.invalid.len();
    let mut row = vec![
        Entry::new(cell.workload),
        Entry::new(numbers::count(u64::from(cell.accounts))),
        entries::protocol(cell),
        Entry::new(format!("{} of {trials}", cell.valid.len())),
    ];
    row.extend(LEDGER.iter().map(|(_, figure)| {
        let sum: u64 = runs(cell).map(|run| figure(&run.ledger)).sum();
        Entry::new(numbers::count(sum))
    }));
    row.push(Entry::new(digests(cell)));
    row
}

fn digests(cell: &Cell<'_>) -> String {
    let digests: BTreeSet<&str> = runs(cell)
        .filter_map(|run| run.state_digest.as_deref())
        .collect();
    match digests.len() {
        0 => NONE.to_owned(),
        1 => digests
            .iter()
            .map(|digest| digest.chars().take(12).collect::<String>())
            .collect(),
        several => format!("{several} different"),
    }
}
