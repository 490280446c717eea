//! All numbers behind the charts, one table a workload.

use super::Source;
use crate::cells::{Cell, Grid};
use crate::columns::{self, COLUMNS};
use crate::document::{Block, Column, Entry, Section, Table};
use crate::entries;
use crate::numbers;

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let grid = source.grid;
    let blocks: Vec<Block> = grid
        .workloads()
        .into_iter()
        .map(|workload| Block::Table(table(grid, workload)))
        .collect();
    (!blocks.is_empty()).then(|| Section {
        id: "numbers",
        title: "All numbers".to_owned(),
        blocks,
    })
}

fn table(grid: &Grid<'_>, workload: &str) -> Table {
    let cells: Vec<&Cell<'_>> = grid.of_workload(workload).collect();
    let shown: Vec<&columns::Column> = COLUMNS
        .iter()
        .filter(|column| column.has_data(grid, &cells))
        .collect();
    let words = columns::workload_words(workload);
    let mut table = Table {
        caption: if words.is_empty() {
            format!("Workload {workload}, over trials")
        } else {
            format!("Workload {workload} ({words}), over trials")
        },
        columns: vec![Column::numbers("accounts"), Column::words("protocol")],
        ..Table::default()
    };
    table.columns.extend(
        shown
            .iter()
            .map(|column| Column::numbers(&column.heading())),
    );
    for cell in &cells {
        let mut row = vec![
            Entry::new(numbers::count(u64::from(cell.accounts))),
            entries::protocol(cell),
        ];
        row.extend(
            shown
                .iter()
                .map(|column| (column.value)(grid, cell).entry()),
        );
        table.rows.push(row);
    }
    table.notes.extend(entries::notes(&table, &cells));
    table
}
