//! The tables that a terminal shows after a run.

mod between;
mod factorial;
mod journal;
mod operations;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::cells::{Cell, CellError, Grid};
use crate::columns::{self, COLUMNS, Column};
use crate::distance;
use crate::entries::{self, ABOVE, ABOVE_NOTE, FEW_SAMPLES_NOTE, Shown};
use crate::numbers::{self, FEW_SAMPLES};
use crate::ramp;
use crate::schema::Results;

/// A rule above, below the head, and at the end.
const RULES: TableStyle = {
    let rule = LineStyle::none().fill('─').junction('─');
    TableStyle::new()
        .top_border(rule)
        .header_separator(rule)
        .bottom_border(rule)
};

/// Explains what stands behind figures.
const MARGIN_NOTE: &str =
    "± the 95 % interval over trials (Student's t over logarithms), = the same count in all.";

/// One table for each workload: a row for each number of accounts and protocol, means over valid trials; and how the
/// protocols compare in the largest cell.
///
/// `width` is that of the terminal in characters; where it is too small for all columns, the least important ones are
/// left out, and a line says so. The text ends with a line feed, and has no colours.
///
/// # Errors
/// When a histogram in the results cannot be read.
pub fn terminal(results: &Results, width: usize) -> Result<String, CellError> {
    let grid = Grid::new(results)?;
    let mut tables: Vec<String> = grid
        .workloads()
        .into_iter()
        .map(|workload| workload_table(&grid, workload, width))
        .collect();
    tables.extend(operations::tables(&grid, width)?);
    tables.extend(journal::table(&grid, width));
    tables.extend(between::tables(&grid, width));
    tables.extend(factorial::tables(results, width));
    Ok(tables.join("\n"))
}

fn workload_table(grid: &Grid<'_>, workload: &str, width: usize) -> String {
    let cells: Vec<&Cell<'_>> = grid.of_workload(workload).collect();
    if cells.iter().all(|cell| cell.valid.is_empty()) {
        return format!("{workload}: no run is valid, so that there is nothing to show\n");
    }
    let mut shown: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| column.has_data(grid, &cells))
        .collect();
    let available = shown.len();
    let mut table = draw(grid, &cells, &shown);
    while widest_line(&table) > width && shown.len() > 1 {
        let least = shown.iter().map(|column| column.dispensable).max();
        let at = shown
            .iter()
            .rposition(|column| Some(column.dispensable) == least);
        shown.remove(at.unwrap_or(0));
        table = draw(grid, &cells, &shown);
    }
    let mut lines = vec![heading(workload, &cells), table];
    if lines[1].contains(['±', '÷', '=']) {
        lines.push(wrapped(MARGIN_NOTE, width));
    }
    if lines[1].contains(FEW_SAMPLES) {
        lines.push(FEW_SAMPLES_NOTE.to_owned());
    }
    lines.extend(entries::unsettled(&cells).map(|note| wrapped(&note, width)));
    let left_out = entries::left_out(&cells).into_iter();
    lines.extend(left_out.map(|note| wrapped(&printable(&note), width)));
    lines.extend(invalid(&cells));
    let ramps = ramp::lines(grid, workload);
    lines.extend(ramps.iter().map(|line| wrapped(line, width)));
    if lines[1].contains(ABOVE) {
        lines.push(wrapped(ABOVE_NOTE, width));
    }
    if shown.len() < available {
        let missing = available - shown.len();
        let columns = if missing == 1 { "column" } else { "columns" };
        lines.push(format!(
            "{missing} more {columns} in a wider terminal and in the report."
        ));
    }
    lines.join("\n") + "\n"
}

fn heading(workload: &str, cells: &[&Cell<'_>]) -> String {
    let words = columns::workload_words(workload);
    let colon = if words.is_empty() { "" } else { ": " };
    let trials = cells.iter().map(|cell| cell.valid.len()).max().unwrap_or(0);
    let means = if trials == 1 {
        "a single trial".to_owned()
    } else {
        format!("means of {trials} trials")
    };
    let link = distance::over_one(cells);
    format!("{workload}{colon}{words}{link} ({means})")
}

/// A line on trials that do not count, if there are any.
fn invalid(cells: &[&Cell<'_>]) -> Option<String> {
    let invalid: usize = cells.iter().map(|cell| cell.invalid.len()).sum();
    let all: usize = invalid + cells.iter().map(|cell| cell.valid.len()).sum::<usize>();
    (invalid > 0).then(|| format!("! {invalid} of {all} runs are invalid and left out."))
}

fn draw(grid: &Grid<'_>, cells: &[&Cell<'_>], shown: &[&Column]) -> String {
    let mut titles = vec!["\naccounts".to_owned(), "\nprotocol".to_owned()];
    let mut alignments = vec![CellAlignment::Right, CellAlignment::Left];
    let mut rows: Vec<Vec<String>> = names(cells);
    for column in shown {
        let entries: Vec<Shown> = cells
            .iter()
            .map(|cell| (column.value)(grid, cell))
            .collect();
        titles.push(format!("{}\n{}", column.title, column.unit));
        alignments.push(CellAlignment::Right);
        for (row, entry) in rows.iter_mut().zip(&entries) {
            row.push(entry.text.clone());
        }
        // Margins stand in a column of their own, so that figures stay one above the other.
        if entries.iter().any(|entry| !entry.margin.is_empty()) {
            titles.push(String::new());
            alignments.push(CellAlignment::Left);
            for (row, entry) in rows.iter_mut().zip(entries) {
                row.push(entry.margin);
            }
        }
    }
    ruled(titles, rows, &alignments)
}

/// The first two entries of each row.
fn names(cells: &[&Cell<'_>]) -> Vec<Vec<String>> {
    let mut before = None;
    let mut rows = Vec::new();
    for cell in cells {
        // Said once for all protocols of a group, a number sets groups apart.
        let accounts = if before == Some(cell.accounts) {
            String::new()
        } else {
            numbers::count(u64::from(cell.accounts))
        };
        before = Some(cell.accounts);
        rows.push(vec![accounts, protocol(cell)]);
    }
    rows
}

/// A table between rules.
pub(crate) fn ruled(
    titles: Vec<String>,
    rows: Vec<Vec<String>>,
    alignments: &[CellAlignment],
) -> String {
    let mut table = Table::new();
    table
        .load_style(RULES)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(titles);
    table.add_rows(rows);
    for (column, alignment) in table.column_iter_mut().zip(alignments) {
        column.set_padding((0, 1));
        column.set_cell_alignment(*alignment);
    }
    table.trim_fmt()
}

/// Broken into lines of at most that many characters, between words.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one line at least");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}

fn protocol(cell: &Cell<'_>) -> String {
    let entry = entries::protocol(cell);
    // The whole remark would make the column too wide.
    let mark = if cell.invalid.is_empty() { "" } else { " !" };
    printable(&format!("{}{mark}", entry.text))
}

/// Without control characters, which a terminal might obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

pub(crate) fn widest_line(text: &str) -> usize {
    text.lines()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_no_name() {
        assert_eq!(printable("\u{1b}[31mred"), "?[31mred");
    }
}
