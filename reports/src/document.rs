//! A report as a document: sections of blocks of text, written once, shown as a page and as Markdown.

use crate::palette::Style;

/// A part of a report under a heading of its own.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its anchor in the page.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug)]
pub(crate) enum Block {
    Text(String),
    /// A paragraph that must not be overlooked.
    Warning(String),
    Table(Table),
    /// Charts by name, side by side where there is room.
    Charts(Vec<&'static str>),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// Text to be taken letter by letter.
    Code(String),
}

/// A table.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Entry>>,
    pub(crate) notes: Vec<String>,
}

/// The head of a column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// A heading over this and its neighbours of the same group; empty for none.
    pub(crate) group: String,
    pub(crate) title: String,
    pub(crate) align: Align,
}

/// Which side of a column its entries keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    /// Left, and broken into lines.
    Prose,
}

/// An entry of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) text: String,
    /// Less important than the text, below or behind it.
    pub(crate) detail: String,
    /// The marker of the protocol that the text names.
    pub(crate) marker: Option<Style>,
}

/// Neighbouring columns under one heading.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) columns: usize,
}

impl Column {
    /// A column of words.
    pub(crate) fn words(title: &str) -> Self {
        Self {
            group: String::new(),
            title: title.to_owned(),
            align: Align::Left,
        }
    }

    /// A column of numbers; the title names the unit.
    pub(crate) fn numbers(title: &str) -> Self {
        Self {
            align: Align::Right,
            ..Self::words(title)
        }
    }

    /// A column of sentences.
    pub(crate) fn prose(title: &str) -> Self {
        Self {
            align: Align::Prose,
            ..Self::words(title)
        }
    }

    /// The same under a heading.
    pub(crate) fn under(self, group: &str) -> Self {
        Self {
            group: group.to_owned(),
            ..self
        }
    }

    /// Whether entries keep to the right.
    pub(crate) fn is_numeric(&self) -> bool {
        self.align == Align::Right
    }
}

impl Table {
    /// The headings over columns, from left to right; none when no column has one.
    pub(crate) fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for column in &self.columns {
            match groups.last_mut() {
                Some(last) if last.title == column.group => last.columns += 1,
                _ => groups.push(Group {
                    title: column.group.clone(),
                    columns: 1,
                }),
            }
        }
        if groups.iter().all(|group| group.title.is_empty()) {
            groups.clear();
        }
        groups
    }

    /// Whether any entry contains a mark that a note would explain.
    pub(crate) fn contains(&self, mark: &str) -> bool {
        self.rows
            .iter()
            .flatten()
            .any(|entry| entry.text.contains(mark) || entry.detail.contains(mark))
    }
}

impl Entry {
    /// Text alone.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Text with something less important.
    pub(crate) fn with_detail(text: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            detail: detail.into(),
            marker: None,
        }
    }

    /// A protocol with its marker.
    pub(crate) fn protocol(label: &str, style: Style) -> Self {
        Self {
            text: label.to_owned(),
            detail: String::new(),
            marker: Some(style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_one_group_share_a_heading() {
        let table = Table {
            columns: vec![
                Column::words("protocol"),
                Column::numbers("a").under("sent"),
                Column::numbers("b").under("sent"),
                Column::numbers("a").under("received"),
            ],
            ..Table::default()
        };
        let groups: Vec<(String, usize)> = table
            .groups()
            .into_iter()
            .map(|group| (group.title, group.columns))
            .collect();
        assert_eq!(
            groups,
            [
                (String::new(), 1),
                ("sent".to_owned(), 2),
                ("received".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn no_groups_no_headings() {
        let table = Table {
            columns: vec![Column::words("protocol")],
            ..Table::default()
        };
        assert!(table.groups().is_empty());
    }
}
