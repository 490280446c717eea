//! Where bytes differ, in words.

use crate::gate::difference::{Change, changes};
use crate::gate::hexadecimal;

/// How many places a sentence names.
const PLACES: usize = 3;

/// How many bytes of a place it writes out.
const BYTES: usize = 12;

/// `at offset 0, 19 became 1a; at offset 7, 03 was inserted`; none where there are no bytes on either side, or the same.
pub(super) fn words(base_hex: Option<&str>, head_hex: Option<&str>) -> Option<String> {
    let base = hexadecimal::decode(base_hex?)?;
    let head = hexadecimal::decode(head_hex?)?;
    let changes = changes(&base, &head);
    let mut places: Vec<String> = changes
        .iter()
        .take(PLACES)
        .map(|change| place(change, &base, &head))
        .collect();
    match changes.len().saturating_sub(PLACES) {
        0 => {}
        1 => places.push("and at 1 more place".to_owned()),
        more => places.push(format!("and at {more} more places")),
    }
    (!places.is_empty()).then(|| places.join("; "))
}

/// Offsets are those of the head, which is what people look at; only what was removed has none there.
fn place(change: &Change, base: &[u8], head: &[u8]) -> String {
    let (old, new) = (&base[change.base.clone()], &head[change.head.clone()]);
    let verb = |bytes: &[u8]| if bytes.len() == 1 { "was" } else { "were" };
    if old.is_empty() {
        format!(
            "at offset {}, {} {} inserted",
            change.head.start,
            bytes(new),
            verb(new)
        )
    } else if new.is_empty() {
        format!(
            "at offset {}, {} {} removed",
            change.base.start,
            bytes(old),
            verb(old)
        )
    } else {
        format!(
            "at offset {}, {} became {}",
            change.head.start,
            bytes(old),
            bytes(new)
        )
    }
}

/// `22 61 22 ("\"a\"")`: and as text, where all of it can be printed.
fn bytes(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(BYTES)];
    let digits: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = digits.join(" ");
    let is_text = shown
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let text = String::from_utf8_lossy(shown);
    match (bytes.len() - shown.len(), is_text) {
        (0, true) => format!("{digits} (`{text}`)"),
        (0, false) => digits,
        (more, true) => format!("{digits} and {more} more (`{text}…`)"),
        (more, false) => format!("{digits} and {more} more"),
    }
}
