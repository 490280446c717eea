//! A table of figures: on the terminal, and as Markdown.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

/// How many columns a terminal shows side by side; further ones follow below.
const COLUMNS_MAX: usize = 7;

/// Rows and columns with names, and cells of one or more lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// The first line of the first columns.
    pub corner: Vec<String>,
    /// The names of the columns behind them.
    pub columns: Vec<String>,
    /// Each row: its first cells, then one for each column.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What stands below [`Grid::corner`].
    pub heads: Vec<Cell>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// The lines of a cell.
pub type Cell = Vec<String>;

impl Grid {
    /// For a terminal: aligned, with blocks of columns one below the other when there are many.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let blocks = self.columns.len().div_ceil(COLUMNS_MAX);
        for block in 0..blocks {
            let first = block * COLUMNS_MAX;
            let last = (first + COLUMNS_MAX).min(self.columns.len());
            let mut table = Table::new();
            table.load_style(presets::UTF8_HORIZONTAL_ONLY);
            table.set_header(self.corner.iter().chain(&self.columns[first..last]));
            for row in &self.rows {
                let cells = row.heads.iter().chain(&row.cells[first..last]);
                table.add_row(cells.map(|cell| cell.join("\n")));
            }
            for column in table.column_iter_mut().skip(self.corner.len()) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            let _ = writeln!(text, "{table}");
        }
        text
    }

    /// As Markdown: one table, however many columns.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        let heads = self.corner.len();
        let all = self.corner.iter().chain(&self.columns);
        let mut text = line(all.map(String::as_str));
        let rules = (0..heads + self.columns.len()).map(|n| if n < heads { "---" } else { "--:" });
        text.push_str(&line(rules));
        for row in &self.rows {
            let cells = row.heads.iter().chain(&row.cells);
            let cells: Vec<_> = cells.map(|cell| cell.join("<br>")).collect();
            text.push_str(&line(cells.iter().map(String::as_str)));
        }
        text
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        text.lines().map(str::to_owned).collect()
    }

    fn grid() -> Grid {
        let row = |name: &str, first: &str, second: &str| Row {
            heads: vec![cell(name), cell("bytes\nns")],
            cells: vec![cell(first), cell(second)],
        };
        Grid {
            corner: vec!["message".to_owned(), String::new()],
            columns: vec!["custom".to_owned(), "json".to_owned()],
            rows: vec![
                row("request/ping", "1\n10", "15\n1 000"),
                row("event/lagged", "3\n9", "–"),
            ],
        }
    }

    #[test]
    fn cells_of_several_lines_stay_rows() {
        insta::assert_snapshot!(grid().to_text());
        insta::assert_snapshot!(grid().to_markdown());
    }

    #[test]
    fn many_columns_go_below_one_another() {
        let columns: Vec<_> = (0..=COLUMNS_MAX).map(|n| format!("codec{n}")).collect();
        let grid = Grid {
            corner: vec!["message".to_owned()],
            rows: vec![Row {
                heads: vec![cell("request/ping")],
                cells: vec![cell("1"); columns.len()],
            }],
            columns,
        };
        let text = grid.to_text();
        assert_eq!(text.matches("request/ping").count(), 2);
        assert!(text.contains("codec7"), "{text}");
        assert_eq!(grid.to_markdown().lines().count(), 3);
    }
}
