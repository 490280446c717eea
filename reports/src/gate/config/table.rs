//! A table of a TOML file, from which keys are taken by name. What is wrong is noted, and reading goes on, so that one
//! look tells everything.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::nearest::nearest;
use crate::problem::Problem;

/// A table, and which keys it may have.
pub(super) struct Table<'t> {
    /// What it is called in errors, such as `[[metric]]`.
    pub(super) name: &'static str,
    /// Where it begins.
    pub(super) at: Range<usize>,
    pub(super) entries: &'t DeTable<'t>,
}

/// What makes a value of an entry, or words on why it can't be one.
pub(super) type Read<T> = fn(&DeValue<'_>) -> Result<T, String>;

impl<'t> Table<'t> {
    /// Notes every key that is not among those known.
    pub(super) fn only(&self, known: &[&str], problems: &mut Vec<Problem>) {
        for key in self.entries.keys() {
            let name: &str = key.get_ref();
            if known.contains(&name) {
                continue;
            }
            let words = match nearest(name, known.iter().copied()) {
                Some(meant) => format!(
                    "unknown key `{name}` in {}, did you mean `{meant}`?",
                    self.name
                ),
                None => format!(
                    "unknown key `{name}` in {}; there are {}",
                    self.name,
                    listed(known)
                ),
            };
            problems.push(Problem::new(key.span(), words));
        }
    }

    /// The value of a key that may be missing.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        read: Read<T>,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        let value = self.value(key)?;
        match read(value.get_ref()) {
            Ok(read) => Some(read),
            Err(words) => {
                problems.push(Problem::new(value.span(), format!("`{key}` {words}")));
                None
            }
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<T>(
        &self,
        key: &str,
        read: Read<T>,
        problems: &mut Vec<Problem>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            let words = format!("{} has no `{key}`; add one", self.name);
            problems.push(Problem::new(self.at.clone(), words));
        }
        self.optional(key, read, problems)
    }

    /// The tables of an array such as `[[metric]]`, none where it is missing.
    pub(super) fn tables(
        &self,
        key: &str,
        name: &'static str,
        problems: &mut Vec<Problem>,
    ) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let mut tables = Vec::new();
        let Some(array) = value.get_ref().as_array() else {
            let words = format!("`{key}` is a list of tables; write each as {name}");
            problems.push(Problem::new(value.span(), words));
            return tables;
        };
        for item in array {
            match item.get_ref().as_table() {
                Some(entries) => tables.push(Table {
                    name,
                    at: item.span(),
                    entries,
                }),
                None => problems.push(Problem::new(
                    item.span(),
                    format!("`{key}` is a list of tables; write each as {name}"),
                )),
            }
        }
        tables
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Where the value of a key stands, or the table if it has none.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.value(key).map_or(self.at.clone(), Spanned::span)
    }

    fn value(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let mut entries = self.entries.iter();
        entries
            .find(|(name, _)| name.get_ref() == key)
            .map(|(_, value)| value)
    }
}

fn listed(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    quoted.join(", ")
}
