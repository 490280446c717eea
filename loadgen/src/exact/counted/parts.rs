//! What Callgrind wrote: a part for each call (its manual, "Callgrind Format Specification").

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;

/// What the files are called; behind it comes the number of the part, from 1.
pub(super) const FILE: &str = "callgrind.out";

/// What asks the allocator for memory. Rust's own functions end in one of these, and may be inlined.
const ALLOCATORS: [&str; 6] = [
    "malloc",
    "calloc",
    "realloc",
    "memalign",
    "posix_memalign",
    "aligned_alloc",
];

/// What one call took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) instructions: u64,
    pub(super) allocations: u64,
}

/// Reads all parts, in the order of the calls.
///
/// # Errors
/// If there are fewer, or one is not what Callgrind writes.
pub(super) fn read_all(directory: &Path, count: usize) -> anyhow::Result<Vec<Part>> {
    let mut names = Names::default();
    let part = |number: usize| {
        let path = directory.join(format!("{FILE}.{number}"));
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("callgrind counted {} of {count} calls", number - 1))?;
        names
            .read(&text)
            .with_context(|| format!("{} is not what callgrind writes", path.display()))
    };
    (1..=count).map(part).collect()
}

/// Names of functions by the numbers that stand for them from their second mention on, in later parts, too.
#[derive(Default)]
struct Names {
    allocators: HashMap<String, bool>,
}

impl Names {
    fn read(&mut self, text: &str) -> Option<Part> {
        let mut part = Part::default();
        let mut totals = None;
        let mut called_allocator = false;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("cfn=") {
                called_allocator = self.is_allocator(name);
            } else if let Some(name) = line.strip_prefix("fn=") {
                self.is_allocator(name);
            } else if let Some(calls) = line.strip_prefix("calls=") {
                let count: u64 = calls.split(' ').next()?.parse().ok()?;
                part.allocations += if called_allocator { count } else { 0 };
            } else if let Some(total) = line.strip_prefix("totals: ") {
                totals = total.split(' ').next()?.parse().ok();
            }
        }
        part.instructions = totals?;
        Some(part)
    }

    /// Whether a name is an allocator's: `(7) malloc` at its first mention, and `(7)` later.
    fn is_allocator(&mut self, name: &str) -> bool {
        match name.split_once(") ") {
            Some((number, name)) => {
                let is_allocator = ALLOCATORS.contains(&name);
                self.allocators.insert(format!("{number})"), is_allocator);
                is_allocator
            }
            None => self
                .allocators
                .get(name)
                .copied()
                .unwrap_or_else(|| ALLOCATORS.contains(&name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "\
version: 1
creator: callgrind-3.19.0
part: 1
events: Ir
ob=(1) /loadgen
fl=(1) ???
fn=(1) loadgen::subject
0 12
cob=(2) /libc.so
cfn=(2) malloc
calls=2 0
0 100
cfn=(3) memcpy
calls=5 0
0 50
fn=(2)
0 100

totals: 262
";

    #[test]
    fn instructions_and_calls_of_the_allocator_are_read() {
        let part = Names::default().read(FIRST).unwrap();
        assert_eq!((part.instructions, part.allocations), (262, 2));
    }

    #[test]
    fn a_name_that_an_earlier_part_gave_is_known_in_a_later_one() {
        let mut names = Names::default();
        names.read(FIRST).unwrap();
        let second = "part: 2\nevents: Ir\nfn=(1)\n0 12\ncfn=(2)\ncalls=3 0\n0 9\ntotals: 21\n";
        let part = names.read(second).unwrap();
        assert_eq!((part.instructions, part.allocations), (21, 3));
    }

    #[test]
    fn a_part_that_is_missing_or_cut_off_is_an_error() {
        assert_eq!(Names::default().read("version: 1\ncalls=1 0\n"), None);
        assert_eq!(Names::default().read("calls=many 0\ntotals: 1\n"), None);
        let directory = tempfile::tempdir().unwrap();
        let error = read_all(directory.path(), 3).unwrap_err().to_string();
        assert_eq!(error, "callgrind counted 0 of 3 calls");
    }
}
