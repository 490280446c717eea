//! Comparing what came with what was expected, in one line.

use std::fmt::{Debug, Write as _};

use server_core::message::{Message, UnreadCount};

use super::check::{Checked, Stop};

/// The longest value that a line shows whole, in characters.
const SHOWN_MAX_CHARS: usize = 120;

/// Both values must be the same.
#[expect(
    clippy::needless_pass_by_value,
    reason = "checks compare what they make on the spot"
)]
pub(super) fn same<T: PartialEq + Debug>(what: &str, expected: T, came: T) -> Checked {
    if expected == came {
        return Ok(());
    }
    Err(Stop::failed(format!(
        "expected {what} to be {}, but it was {}",
        shown(&expected),
        shown(&came)
    )))
}

/// What is expected, as a sentence, must hold; otherwise it tells what came.
pub(super) fn hold(expected: &str, holds: impl FnOnce() -> bool, came: &dyn Debug) -> Checked {
    if holds() {
        return Ok(());
    }
    Err(Stop::failed(format!(
        "expected {expected}, but it was {}",
        shown(came)
    )))
}

/// A value in one line of bounded length.
pub(super) fn shown(value: &(impl Debug + ?Sized)) -> String {
    let whole = format!("{value:?}");
    let count = whole.chars().count();
    if count <= SHOWN_MAX_CHARS {
        return whole;
    }
    let mut short: String = whole.chars().take(SHOWN_MAX_CHARS).collect();
    // Writing to a string cannot fail.
    let _ = write!(short, "… ({count} characters)");
    short
}

/// The texts of messages, in their order.
pub(super) fn texts(messages: &[Message<'static>]) -> Vec<String> {
    messages
        .iter()
        .map(|message| message.text.to_string())
        .collect()
}

/// Unread counts as plain values.
pub(super) fn counts(counts: &[UnreadCount<'static>]) -> Vec<(String, u64)> {
    counts
        .iter()
        .map(|entry| (entry.peer.to_string(), entry.count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_both_values() {
        assert_eq!(same("the count", 3, 3), Ok(()));
        let failed = Stop::failed("expected the count to be 3, but it was 2");
        assert_eq!(same("the count", 3, 2), Err(failed));
    }

    #[test]
    fn long_values_are_cut() {
        let line = shown(&"x".repeat(1_000));
        assert!(line.chars().count() < SHOWN_MAX_CHARS + 30, "{line}");
        assert!(line.ends_with("(1002 characters)"), "{line}");
        assert_eq!(shown("a\nb"), r#""a\nb""#);
    }
}
