//! Listing patterns: `*` for any run of characters, `?` for one; or regular expressions, where a format has those. Both are
//! matched in time linear in the name.
//!
//! A pattern of wildcards runs as a set of states held in one integer, one bit a position (the shift-and method of
//! Baeza-Yates and Gonnet, 1992), so no pattern can make a name slow to match.

use regex::{Regex, RegexBuilder};

use crate::error::{ErrorCode, Refusal};
use crate::limits::{EXPRESSION_MAX_BYTES, EXPRESSION_NESTING_MAX, PATTERN_MAX_BYTES};
use crate::name::is_name_byte;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern(Matcher);

#[derive(Clone, Debug)]
enum Matcher {
    Wildcards(Wildcards),
    Expression(Regex),
}

#[derive(Clone, Debug)]
struct Wildcards {
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
        Ok(Self(Matcher::Wildcards(Wildcards::compile(
            pattern.as_bytes(),
        ))))
    }

    /// Compiles a regular expression, which matches a name if it fits anywhere in it; an empty one fits every name. It
    /// looks neither back nor ahead, so that the time that a name takes is linear in its length and in the size of the
    /// compiled expression, which is bounded.
    ///
    /// # Errors
    /// [`ErrorCode::PatternNotAllowed`], with the detail 0, if it is too long, malformed, or too large once it is compiled.
    pub fn expression(expression: &str) -> Result<Self, Refusal> {
        const REFUSED: Refusal = Refusal::new(ErrorCode::PatternNotAllowed);
        if expression.len() > PATTERN_MAX_BYTES {
            return Err(REFUSED);
        }
        let built = RegexBuilder::new(expression)
            .size_limit(EXPRESSION_MAX_BYTES)
            .dfa_size_limit(EXPRESSION_MAX_BYTES)
            .nest_limit(EXPRESSION_NESTING_MAX)
            .build();
        built
            .map(|regex| Self(Matcher::Expression(regex)))
            .map_err(|_| REFUSED)
    }

    /// Whether it fits `name`: wildcards the whole of it, an expression any part.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match &self.0 {
            Matcher::Wildcards(wildcards) => wildcards.matches(name),
            Matcher::Expression(regex) => regex.is_match(name),
        }
    }
}

impl Wildcards {
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

    fn matches(&self, name: &str) -> bool {
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

    #[track_caller]
    fn check_expression(expression: &str, fits: &[&str]) {
        let pattern = Pattern::expression(expression).unwrap();
        let names = ["ann", "anna", "bob", "user07"];
        let found: Vec<_> = names
            .into_iter()
            .filter(|name| pattern.matches(name))
            .collect();
        assert_eq!(found, fits, "{expression:?}");
    }

    #[test]
    fn expressions_fit_anywhere_unless_they_are_anchored() {
        check_expression("", &["ann", "anna", "bob", "user07"]);
        check_expression("an", &["ann", "anna"]);
        check_expression("^ann$", &["ann"]);
        check_expression("^(ann|bob)", &["ann", "anna", "bob"]);
        check_expression(r"^user\d{2}$", &["user07"]);
        check_expression("(?i)BOB", &["bob"]);
        check_expression("^.*$", &["ann", "anna", "bob", "user07"]);
    }

    #[test]
    fn expressions_that_are_malformed_or_too_large_are_refused() {
        for expression in [
            "(",
            "[a",
            "*",
            r"(a)\1",
            "(?=a)",
            "(?<!a)b",
            "((a{100}){100}){100}",
            r"\w{1000}",
            &"(".repeat(50),
            &format!("{}{}", "(".repeat(30), ")".repeat(30)),
            &"a".repeat(PATTERN_MAX_BYTES + 1),
        ] {
            assert_eq!(
                Pattern::expression(expression).unwrap_err(),
                Refusal::new(ErrorCode::PatternNotAllowed),
                "{expression:?}"
            );
        }
    }

    /// What takes a backtracking matcher longer than the universe will last takes no time here.
    #[test]
    fn no_expression_is_slow() {
        let name = format!("{}!", "a".repeat(49));
        for expression in [
            "(a*)*$",
            "(a|a)*b",
            "(a+)+b",
            "(.*a){20}b",
            "(a?){40}a{40}b",
        ] {
            assert!(
                !Pattern::expression(expression)
                    .unwrap()
                    .matches(&name[..49])
                    || expression == "(a*)*$"
            );
        }
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
