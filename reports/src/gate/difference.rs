//! Where two strings of bytes differ.

use std::ops::Range;

/// Up to how many pairs of bytes the parts between the common ends are aligned; where there are more, they count as
/// replaced as a whole.
const ALIGNED_MAX: usize = 1 << 22;

/// Bytes of the base in whose place the head has others. An empty range on the left: they were inserted; on the right:
/// removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) base: Range<usize>,
    pub(crate) head: Range<usize>,
}

impl Change {
    fn size(&self) -> usize {
        self.base.len().max(self.head.len())
    }
}

/// The changes that make `head` of `base`, in the order of their places: with as many bytes kept as can be, but for
/// few between many that changed.
pub(crate) fn changes(base: &[u8], head: &[u8]) -> Vec<Change> {
    let same = |(a, b): &(&u8, &u8)| a == b;
    let start = base.iter().zip(head).take_while(same).count();
    let (base_rest, head_rest) = (&base[start..], &head[start..]);
    let end = base_rest
        .iter()
        .rev()
        .zip(head_rest.iter().rev())
        .take_while(same)
        .count();
    let base_rest = &base_rest[..base_rest.len() - end];
    let head_rest = &head_rest[..head_rest.len() - end];
    let mut changes = between(base_rest, head_rest);
    for change in &mut changes {
        change.base = change.base.start + start..change.base.end + start;
        change.head = change.head.start + start..change.head.end + start;
    }
    joined(changes)
}

/// Few bytes that happen to be the same between many that are not tell nobody anything: changes with at most a quarter
/// as many bytes between them as are in them become one.
fn joined(changes: Vec<Change>) -> Vec<Change> {
    let mut joined: Vec<Change> = Vec::new();
    for change in changes {
        match joined.last_mut() {
            Some(last)
                if 4 * (change.base.start - last.base.end) <= last.size() + change.size() =>
            {
                (last.base.end, last.head.end) = (change.base.end, change.head.end);
            }
            _ => joined.push(change),
        }
    }
    joined
}

fn between(base: &[u8], head: &[u8]) -> Vec<Change> {
    if base.is_empty() && head.is_empty() {
        return Vec::new();
    }
    if base.len().saturating_mul(head.len()) > ALIGNED_MAX {
        return vec![Change {
            base: 0..base.len(),
            head: 0..head.len(),
        }];
    }
    let kept = Kept::new(base, head);
    let mut changes: Vec<Change> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < base.len() || j < head.len() {
        if i < base.len() && j < head.len() && base[i] == head[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let removes = j == head.len() || (i < base.len() && kept.at(i + 1, j) >= kept.at(i, j + 1));
        let (base_to, head_to) = if removes { (i + 1, j) } else { (i, j + 1) };
        match changes.last_mut() {
            Some(last) if last.base.end == i && last.head.end == j => {
                (last.base.end, last.head.end) = (base_to, head_to);
            }
            _ => changes.push(Change {
                base: i..base_to,
                head: j..head_to,
            }),
        }
        (i, j) = (base_to, head_to);
    }
    changes
}

/// How many bytes of what follows can be kept, by where one stands in both: the longest common subsequence (Wagner and
/// Fischer, 1974).
struct Kept {
    lengths: Vec<u32>,
    columns: usize,
}

impl Kept {
    fn new(base: &[u8], head: &[u8]) -> Self {
        let columns = head.len() + 1;
        let mut kept = Self {
            lengths: vec![0; (base.len() + 1) * columns],
            columns,
        };
        for i in (0..base.len()).rev() {
            for j in (0..head.len()).rev() {
                kept.lengths[i * columns + j] = if base[i] == head[j] {
                    kept.at(i + 1, j + 1) + 1
                } else {
                    kept.at(i + 1, j).max(kept.at(i, j + 1))
                };
            }
        }
        kept
    }

    fn at(&self, i: usize, j: usize) -> u32 {
        self.lengths[i * self.columns + j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the changes make of the base.
    fn applied(base: &[u8], head: &[u8]) -> Vec<u8> {
        let mut made = Vec::new();
        let mut at = 0;
        for change in changes(base, head) {
            made.extend_from_slice(&base[at..change.base.start]);
            assert_eq!(made.len(), change.head.start, "{change:?}");
            made.extend_from_slice(&head[change.head]);
            at = change.base.end;
        }
        made.extend_from_slice(&base[at..]);
        made
    }

    #[track_caller]
    fn check(base: &str, head: &str, expected: &[(Range<usize>, Range<usize>)]) {
        let expected: Vec<Change> = expected
            .iter()
            .cloned()
            .map(|(base, head)| Change { base, head })
            .collect();
        assert_eq!(changes(base.as_bytes(), head.as_bytes()), expected);
        assert_eq!(applied(base.as_bytes(), head.as_bytes()), head.as_bytes());
    }

    #[test]
    fn changes_stand_where_they_are() {
        check("abc", "abc", &[]);
        check("", "", &[]);
        check("abc", "abxc", &[(2..2, 2..3)]);
        check("abc", "ac", &[(1..2, 1..1)]);
        check("abc", "axc", &[(1..2, 1..2)]);
        check("", "ab", &[(0..0, 0..2)]);
        check("ab", "", &[(0..2, 0..0)]);
        check("1-abc-2", "3-abc-44", &[(0..1, 0..1), (6..7, 6..8)]);
        check("aaa", "aaaa", &[(3..3, 3..4)]);
        check("\"to\":", "\"recipient\":", &[(1..3, 1..10)]);
    }

    #[test]
    fn a_grown_length_and_what_made_it_grow_are_two_changes() {
        let base = [0x05, 0x61, 0x62, 0x63, 0x64, 0x65];
        let head = [0x06, 0x61, 0x62, 0x63, 0x00, 0x64, 0x65];
        let places: Vec<Range<usize>> = changes(&base, &head)
            .into_iter()
            .map(|change| change.head)
            .collect();
        assert_eq!(places, [0..1, 4..5]);
    }

    #[test]
    fn whatever_they_are_the_changes_lead_from_one_to_the_other() {
        // A linear congruential generator over four letters, so that there is much to align.
        let mut state = 7_u32;
        let mut letters = |count: usize| -> Vec<u8> {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 30) as u8
            };
            (0..count).map(|_| next()).collect()
        };
        for length in 0..40 {
            let (base, head) = (letters(length), letters(length * 7 % 31));
            assert_eq!(applied(&base, &head), head);
        }
    }

    #[test]
    fn what_is_too_long_to_be_aligned_is_one_change() {
        let (base, head) = (vec![1; 3000], [vec![2; 1500], vec![3; 1501]].concat());
        assert_eq!(
            changes(&base, &head),
            [Change {
                base: 0..3000,
                head: 0..3001
            }]
        );
    }
}
