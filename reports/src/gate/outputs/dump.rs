//! Bytes that changed, the old ones above the new, aligned where they are the same.

use super::ink::{Colors, Ink};
use crate::gate::difference::changes;
use crate::gate::hexadecimal;
use crate::gate::verdict::ChangedBytes;

/// How many rows with a change are shown.
const ROWS: usize = 16;

/// A place in both strings, side by side: a byte of the base, of the head, or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    base: Option<u8>,
    head: Option<u8>,
}

/// Some places on one line.
struct Row<'p> {
    places: &'p [Place],
    base_offset: usize,
    head_offset: usize,
}

/// How wide a dump is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) bytes_per_row: usize,
    pub(super) colors: Colors,
}

impl Shape {
    /// The widest that fits into so many characters.
    pub(super) fn within(width: usize, colors: Colors) -> Self {
        // Two sides, an offset, then three characters a byte, and one more in the column of text.
        let fits = width.saturating_sub(LABEL) / 4;
        let bytes_per_row = [16, 8, 4].into_iter().find(|bytes| *bytes <= fits);
        Self {
            bytes_per_row: bytes_per_row.unwrap_or(4),
            colors,
        }
    }
}

/// What stands before the bytes of a line, and the space before its text.
const LABEL: usize = "base 00000  ".len() + 1;

/// The lines of a dump. Under the bytes that differ stands `^^` where they changed, `++` where they were inserted, `--`
/// where they were removed; rows far from any difference are left out.
///
/// Nothing where one of the two is missing or not hexadecimal: there is nothing to compare then.
pub(super) fn lines(bytes: &ChangedBytes, shape: Shape) -> Vec<String> {
    let decode = |hex: &str| hexadecimal::decode(hex).filter(|bytes| !bytes.is_empty());
    let (Some(base), Some(head)) = (decode(&bytes.base_hex), decode(&bytes.head_hex)) else {
        return Vec::new();
    };
    let places = aligned(&base, &head);
    let rows = rows(&places, shape.bytes_per_row);
    let mut lines = Vec::new();
    let (mut shown, mut left_out) = (0, 0);
    for (at, row) in rows.iter().enumerate() {
        let around = &rows[at.saturating_sub(1)..rows.len().min(at + 2)];
        if shown == ROWS || !around.iter().any(Row::differs) {
            left_out += 1;
            continue;
        }
        lines.extend(gap(left_out));
        left_out = 0;
        shown += usize::from(row.differs());
        lines.extend(row.lines(shape.colors));
    }
    lines.extend(gap(left_out));
    lines
}

fn gap(rows: usize) -> Option<String> {
    let plural = if rows == 1 { "" } else { "s" };
    (rows > 0).then(|| format!("           … {rows} more row{plural} …"))
}

fn aligned(base: &[u8], head: &[u8]) -> Vec<Place> {
    let mut places = Vec::new();
    let (mut i, mut j) = (0, 0);
    let both = |i: usize, j: usize| Place {
        base: base.get(i).copied(),
        head: head.get(j).copied(),
    };
    for change in changes(base, head) {
        while i < change.base.start {
            places.push(both(i, j));
            (i, j) = (i + 1, j + 1);
        }
        while i < change.base.end || j < change.head.end {
            places.push(Place {
                base: base[i..change.base.end].first().copied(),
                head: head[j..change.head.end].first().copied(),
            });
            (i, j) = ((i + 1).min(change.base.end), (j + 1).min(change.head.end));
        }
    }
    while i < base.len() {
        places.push(both(i, j));
        (i, j) = (i + 1, j + 1);
    }
    places
}

fn rows(places: &[Place], per_row: usize) -> Vec<Row<'_>> {
    let (mut base_offset, mut head_offset) = (0, 0);
    let chunks = places.chunks(per_row).map(|places| {
        let row = Row {
            places,
            base_offset,
            head_offset,
        };
        base_offset += places.iter().filter(|place| place.base.is_some()).count();
        head_offset += places.iter().filter(|place| place.head.is_some()).count();
        row
    });
    chunks.collect()
}

impl Place {
    fn differs(self) -> bool {
        self.base != self.head
    }

    fn mark(self) -> &'static str {
        match (self.base, self.head) {
            (None, _) => "++",
            (_, None) => "--",
            (base, head) if base != head => "^^",
            _ => "  ",
        }
    }
}

impl Row<'_> {
    fn differs(&self) -> bool {
        self.places.iter().any(|place| place.differs())
    }

    fn lines(&self, colors: Colors) -> Vec<String> {
        let head = self.side(|place| place.head, (Ink::Good, colors));
        if !self.differs() {
            return vec![format!("     {:>5}  {head}", self.head_offset)];
        }
        let base = self.side(|place| place.base, (Ink::Bad, colors));
        let marks: Vec<&str> = self.places.iter().map(|place| place.mark()).collect();
        let marks = format!("            {}", marks.join(" "));
        vec![
            format!("base {:>5}  {base}", self.base_offset),
            format!("head {:>5}  {head}", self.head_offset),
            marks.trim_end().to_owned(),
        ]
    }

    /// The bytes of one side, then the same as text, with a dot for what cannot be printed.
    fn side(&self, of: fn(&Place) -> Option<u8>, (ink, colors): (Ink, Colors)) -> String {
        let paint = |place: &Place, text: &str| {
            if place.differs() {
                colors.paint(ink, text)
            } else {
                text.to_owned()
            }
        };
        let digits = self.places.iter().map(|place| match of(place) {
            Some(byte) => paint(place, &format!("{byte:02x}")),
            None => "  ".to_owned(),
        });
        let text = self.places.iter().map(|place| match of(place) {
            Some(byte) if byte.is_ascii_graphic() || byte == b' ' => {
                paint(place, &char::from(byte).to_string())
            }
            Some(_) => paint(place, "."),
            None => " ".to_owned(),
        });
        let digits: Vec<String> = digits.collect();
        let text: String = text.collect();
        format!("{} {}", digits.join(" "), text.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(base: &str, head: &str) -> String {
        let hex = |text: &str| {
            let digits = text.bytes().map(|byte| format!("{byte:02x}"));
            digits.collect::<Vec<_>>().concat()
        };
        let bytes = ChangedBytes {
            base_hex: hex(base),
            head_hex: hex(head),
        };
        let lines = lines(&bytes, Shape::within(50, Colors::Plain));
        format!("\n{}\n", lines.join("\n"))
    }

    #[test]
    fn what_changed_stands_one_under_the_other() {
        let expected = "
base     0  61 62 63 64       abcd
head     0  61 58 63 64 65 66 aXcdef
               ^^       ++ ++
";
        assert_eq!(dump("abcd", "aXcdef"), expected);
        let expected = "
base     0  61 01 62 a.b
head     0  61    62 a b
               --
";
        assert_eq!(dump("a\u{1}b", "ab"), expected);
    }

    #[test]
    fn rows_far_from_any_difference_are_left_out() {
        let (base, mut head) = ("0123456789".repeat(8), "0123456789".repeat(8));
        head.insert(41, '!');
        let expected = "
           … 4 more rows …
        32  32 33 34 35 36 37 38 39 23456789
base    40  30    31 32 33 34 35 36 0 123456
head    40  30 21 31 32 33 34 35 36 0!123456
               ++
        48  37 38 39 30 31 32 33 34 78901234
           … 4 more rows …
";
        assert_eq!(dump(&base, &head), expected);
    }

    #[test]
    fn long_changes_are_cut() {
        let dump = dump(&"a".repeat(400), &"b".repeat(400));
        assert_eq!(dump.lines().count(), 1 + 3 * ROWS + 1, "{dump}");
        assert!(dump.ends_with("… 34 more rows …\n"), "{dump}");
    }

    #[test]
    fn what_has_nothing_to_be_compared_with_is_not_dumped() {
        assert_eq!(dump("", "abc"), "\n\n");
    }

    #[test]
    fn sixteen_bytes_fit_into_eighty_characters_and_an_indent() {
        for width in [74, 80, 100] {
            let shape = Shape::within(width, Colors::Plain);
            let bytes = ChangedBytes {
                base_hex: "00".repeat(64),
                head_hex: "01".repeat(64),
            };
            for line in lines(&bytes, shape) {
                assert!(line.chars().count() <= width, "{line}");
            }
        }
        assert_eq!(Shape::within(78, Colors::Plain).bytes_per_row, 16);
    }

    #[test]
    fn with_colours_only_what_differs_has_one() {
        let bytes = ChangedBytes {
            base_hex: "0102".to_owned(),
            head_hex: "0103".to_owned(),
        };
        let shape = Shape::within(80, Colors::Ansi);
        assert_eq!(
            lines(&bytes, shape)[0],
            "base     0  01 \u{1b}[31;1m02\u{1b}[0m .\u{1b}[31;1m.\u{1b}[0m"
        );
    }
}
