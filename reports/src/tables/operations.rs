//! How long each kind of operation took, as a terminal shows it: a row for each kind, two columns for each protocol.

use comfy_table::CellAlignment;

use super::{printable, ruled, widest_line};
use crate::cells::{Cell, CellError, Grid};
use crate::operations::{self, Took};

/// A table for each workload that mixes operations.
///
/// # Errors
/// When a histogram cannot be read.
pub(super) fn tables(grid: &Grid<'_>, width: usize) -> Result<Vec<String>, CellError> {
    let mut tables = Vec::new();
    for workload in grid.workloads() {
        let cells: Vec<&Cell<'_>> = grid.of_workload(workload).collect();
        let kinds = operations::kinds(&cells);
        if !kinds.is_empty() {
            tables.push(table((workload, width), &cells, &kinds)?);
        }
    }
    Ok(tables)
}

fn table(
    (workload, width): (&str, usize),
    cells: &[&Cell<'_>],
    kinds: &[&str],
) -> Result<String, CellError> {
    let heading = format!("operations: {workload}, µs from when they were due to their answers");
    let mut shown = cells.len();
    loop {
        let table = draw(&cells[..shown], kinds)?;
        if shown > 1 && widest_line(&table) > width {
            shown -= 1;
            continue;
        }
        let missing = cells.len() - shown;
        let note = if missing > 0 {
            format!("\n{missing} more in a wider terminal and in the report.")
        } else {
            String::new()
        };
        return Ok(format!("{heading}\n{table}{note}\n"));
    }
}

fn draw(cells: &[&Cell<'_>], kinds: &[&str]) -> Result<String, CellError> {
    let mut titles = vec!["\noperation".to_owned(), "\ncount".to_owned()];
    let mut alignments = vec![CellAlignment::Left, CellAlignment::Right];
    for cell in cells {
        titles.extend([
            format!("{}\np50", printable(&cell.label)),
            "\np99".to_owned(),
        ]);
        alignments.extend([CellAlignment::Right; 2]);
    }
    let mut rows = Vec::new();
    for kind in kinds {
        let mut row = vec![(*kind).to_owned()];
        for cell in cells {
            let took = Took::of(cell, kind)?;
            if row.len() == 1 {
                row.push(took.count());
            }
            row.extend([took.percentile_us(0.5), took.percentile_us(0.99)]);
        }
        rows.push(row);
    }
    Ok(ruled(titles, rows, &alignments))
}
