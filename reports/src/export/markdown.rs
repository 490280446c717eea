//! The report's text and tables in Markdown, for a pull request or a job summary.

use super::Report;
use crate::document::{Block, Column, Entry, Table};

#[expect(
    clippy::unnecessary_wraps,
    reason = "all exporters have the same signature"
)]
pub(super) fn render(report: &Report<'_>) -> Result<String, askama::Error> {
    let mut lines = vec![format!("# {}", escape(report.title))];
    for section in &report.sections {
        lines.push(String::new());
        lines.push(format!("## {}", escape(&section.title)));
        for block in &section.blocks {
            lines.push(String::new());
            lines.extend(block_lines(block, report));
        }
    }
    Ok(lines.join("\n") + "\n")
}

fn block_lines(block: &Block, report: &Report<'_>) -> Vec<String> {
    match block {
        Block::Text(text) => vec![escape(text)],
        Block::Warning(text) => vec![format!("> **{}**", escape(text))],
        Block::Code(text) => code_lines(text),
        Block::Facts(facts) => facts
            .iter()
            .map(|(name, value)| format!("- {}: {}", escape(name), escape(value)))
            .collect(),
        Block::Charts(names) => names
            .iter()
            .map(|name| {
                let chart = report.charts.iter().find(|c| c.figure.name == *name);
                let title = chart.map_or("", |chart| &chart.figure.title);
                format!("![{}](charts/{name}.svg)", escape(title))
            })
            .collect(),
        Block::Table(table) => table_lines(table),
    }
}

/// A fence longer than any that the text contains.
pub(crate) fn code_lines(text: &str) -> Vec<String> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    vec![fence.clone(), text.to_owned(), fence]
}

fn table_lines(table: &Table) -> Vec<String> {
    let rule = |column: &Column| if column.is_numeric() { "---:" } else { "---" };
    let mut lines = vec![
        format!("**{}**", escape(&table.caption)),
        String::new(),
        row_line(table.columns.iter().map(heading)),
        row_line(table.columns.iter().map(|column| rule(column).to_owned())),
    ];
    lines.extend(table.rows.iter().map(|row| row_line(row.iter().map(entry))));
    for note in &table.notes {
        lines.push(String::new());
        lines.push(escape(note));
    }
    lines
}

pub(crate) fn row_line(entries: impl Iterator<Item = String>) -> String {
    format!("| {} |", entries.collect::<Vec<_>>().join(" | "))
}

/// Markdown has one row of headings: a group's goes before the column's own.
fn heading(column: &Column) -> String {
    if column.group.is_empty() {
        escape(&column.title)
    } else {
        escape(&format!("{}: {}", column.group, column.title))
    }
}

fn entry(entry: &Entry) -> String {
    if entry.detail.is_empty() {
        escape(&entry.text)
    } else {
        format!("{} ({})", escape(&entry.text), escape(&entry.detail))
    }
}

/// Text that Markdown shows as it is, on one line.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = characters.next() {
        let in_word = before.is_alphanumeric()
            && characters.peek().is_some_and(|next| next.is_alphanumeric());
        before = c;
        match c {
            '_' if in_word => escaped.push('_'),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\n' | '\r' => escaped.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("a|b\nc"), "a\\|b c");
        assert_eq!(
            escape("<script>x</script>"),
            "&lt;script&gt;x&lt;/script&gt;"
        );
        assert_eq!(escape("[x](y)"), "\\[x\\](y)");
        assert_eq!(escape("log_in _x_"), "log_in \\_x\\_");
    }

    #[test]
    fn a_fence_outgrows_its_content() {
        assert_eq!(code_lines("a ``` b"), ["````", "a ``` b", "````"]);
    }
}
