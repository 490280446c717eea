//! Listing patterns: `*` for any run of characters, `?` for one; matched in time linear in the name.
//!
//! A pattern runs as a set of states held in one integer, one bit a position (the shift-and method of
//! Baeza-Yates and Gonnet, 1992), so no pattern can make a name slow to match.

use crate::error::{ErrorCode, Refusal};
use crate::limits::PATTERN_MAX_BYTES;
use crate::name::is_name_byte;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// For each byte that names have: the positions that it takes one step further.
    steps: Box<[u128; 128]>,
    /// The positions that any byte leaves where they are: those that stand before a `*`.
    stays: u128,
    /// The position behind the last element.
    end: u128,
}

impl Pattern {
    /// Compiles `pattern`; an empty one matches every name.
    ///
    /// # Errors
    /// [`ErrorCode::PatternNotAllowed`] if it is too long or has characters that are neither a name's nor a wildcard.
    pub fn new(pattern: &str) -> Result<Self, Refusal> {
        let allowed = pattern.len() <= PATTERN_MAX_BYTES
            && pattern
                .bytes()
                .all(|byte| is_name_byte(byte) || byte == b'*' || byte == b'?');
        if !allowed {
            return Err(Refusal::with_detail(
                ErrorCode::PatternNotAllowed,
                PATTERN_MAX_BYTES as u64,
            ));
        }
        let pattern = if pattern.is_empty() { "*" } else { pattern };
        Ok(Self::compile(pattern.as_bytes()))
    }

    fn compile(pattern: &[u8]) -> Self {
        let mut steps = Box::new([0; 128]);
        let mut stays = 0;
        let mut position: u128 = 1;
        for &byte in pattern {
            match byte {
                b'*' => {
                    stays |= position;
                    continue;
                }
                b'?' => steps.iter_mut().for_each(|step| *step |= position),
                _ => steps[usize::from(byte)] |= position,
            }
            position <<= 1;
        }
        Self {
            steps,
            stays,
            end: position,
        }
    }

    /// Whether the whole of `name` matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let mut states: u128 = 1;
        for byte in name.bytes() {
            let Some(step) = self.steps.get(usize::from(byte)) else {
                return false;
            };
            states = ((states & step) << 1) | (states & self.stays);
        }
        states & self.end != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, name: &str, matches: bool) {
        assert_eq!(
            Pattern::new(pattern).unwrap().matches(name),
            matches,
            "{pattern:?} on {name:?}"
        );
    }

    #[test]
    fn wildcards_stand_for_what_they_should() {
        check("", "anything", true);
        check("*", "a", true);
        check("abc", "abc", true);
        check("abc", "abcd", false);
        check("abc", "ab", false);
        check("a*", "a", true);
        check("a*c", "abbbc", true);
        check("a*c", "abbb", false);
        check("?", "a", true);
        check("?", "ab", false);
        check("a?c", "abc", true);
        check("a?c", "ac", false);
        check("*b*", "abc", true);
        check("**", "abc", true);
        check("*?", "a", true);
        check("user0*", "user07", true);
        check("A*", "abc", false);
    }

    #[test]
    fn foreign_characters_and_lengths_are_refused() {
        for pattern in ["a b", "ä", "a%", "[ab]", &"a".repeat(PATTERN_MAX_BYTES + 1)] {
            assert_eq!(
                Pattern::new(pattern).unwrap_err().code,
                ErrorCode::PatternNotAllowed
            );
        }
        assert!(Pattern::new(&"*".repeat(PATTERN_MAX_BYTES)).is_ok());
    }

    /// The textbook recursion, which is exponential and obviously right.
    fn plainly(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => {
                plainly(rest, name) || (!name.is_empty() && plainly(pattern, &name[1..]))
            }
            (Some((b'?', rest)), Some((_, left))) => plainly(rest, left),
            (Some((byte, rest)), Some((other, left))) => byte == other && plainly(rest, left),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_recursion(pattern in "[ab*?]{1,10}", name in "[ab]{0,10}") {
            let fast = Pattern::new(&pattern).unwrap().matches(&name);
            prop_assert_eq!(fast, plainly(pattern.as_bytes(), name.as_bytes()));
        }
    }
}
