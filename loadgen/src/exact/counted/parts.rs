//! What Callgrind wrote: a part for each call (its manual, "Callgrind Format Specification").

use std::cmp::Ordering;
use std::collections::BTreeMap;
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
    let part = |number: usize| {
        let path = directory.join(format!("{FILE}.{number}"));
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("callgrind counted {} of {count} calls", number - 1))?;
        read(&text).with_context(|| format!("{} is not what callgrind writes", path.display()))
    };
    (1..=count).map(part).collect()
}

/// Reads one part, written with instructions, and without abbreviations.
///
/// How often an allocator was called is how often its first instruction was executed: calls are also noted while nothing
/// is counted, instructions are not.
fn read(text: &str) -> Option<Part> {
    let mut totals = None;
    let mut function = "";
    let mut entries: BTreeMap<&str, Entry> = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("fn=") {
            function = name;
        } else if line.starts_with("calls=") {
            // What follows is the cost of the call, which stands in the function that was called as well.
            lines.next();
        } else if let Some(total) = line.strip_prefix("totals: ") {
            totals = Some(total.trim().parse().ok()?);
        } else if line.starts_with("0x") && ALLOCATORS.contains(&function) {
            let found = Entry::read(line)?;
            let entry = entries.entry(function).or_insert(Entry {
                address: found.address,
                executed: 0,
            });
            entry.merge(found);
        }
    }
    Some(Part {
        instructions: totals?,
        allocations: entries.values().map(|entry| entry.executed).sum(),
    })
}

/// The instruction of a function with the lowest address: its first.
struct Entry {
    address: u64,
    executed: u64,
}

impl Entry {
    /// `0x98930 3281 3`: where it is, the line of its source, and how often it was executed.
    fn read(line: &str) -> Option<Self> {
        let mut columns = line.split(' ');
        let address = columns.next()?.strip_prefix("0x")?;
        let executed = columns.nth(1).unwrap_or("0");
        Some(Self {
            address: u64::from_str_radix(address, 16).ok()?,
            executed: executed.parse().ok()?,
        })
    }

    fn merge(&mut self, other: Self) {
        match other.address.cmp(&self.address) {
            Ordering::Less => *self = other,
            Ordering::Equal => self.executed += other.executed,
            Ordering::Greater => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three calls of `malloc`, of which one goes on to a slow path; two more were noted while nothing was counted.
    const PART: &str = "\
version: 1
creator: callgrind-3.19.0
part: 2
positions: instr line
events: Ir
summary: 262

ob=/loadgen
fl=???
fn=loadgen::subject
0x1000 0 12
cob=/libc.so
cfn=malloc
calls=5 0x98930 3281
0x1004 0 100
cfn=memcpy
calls=5 0x5000 0
0x1008 0 50

ob=/libc.so
fn=malloc
0x98932 3281 3
0x98930 3281 2
0x98940 3288 1
cfn=_int_malloc
calls=1 0x97000 2000
0x98944 3290 70

fn=realloc
0x99130 3394 1
0x99132 3394 1

fn=malloc
0x98930 3281 1

totals: 262
";

    #[test]
    fn instructions_and_calls_of_the_allocator_are_read() {
        let part = read(PART).unwrap();
        assert_eq!((part.instructions, part.allocations), (262, 4));
    }

    #[test]
    fn calls_that_were_not_counted_are_no_allocations() {
        let text = "fn=f\n0x10 1 2\ncfn=malloc\ncalls=9 0x98930 3281\n0x14 1 0\ntotals: 2\n";
        let part = read(text).unwrap();
        assert_eq!((part.instructions, part.allocations), (2, 0));
    }

    #[test]
    fn a_part_that_is_missing_or_cut_off_is_an_error() {
        assert_eq!(read("version: 1\nfn=f\n0x10 1 2\n"), None);
        assert_eq!(read("fn=malloc\n0xyz 1 2\ntotals: 1\n"), None);
        let directory = tempfile::tempdir().unwrap();
        let error = read_all(directory.path(), 3).unwrap_err().to_string();
        assert_eq!(error, "callgrind counted 0 of 3 calls");
    }
}
