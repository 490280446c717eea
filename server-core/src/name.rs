//! Account names.

use std::fmt;
use std::sync::Arc;

use crate::error::{ErrorCode, Refusal};
use crate::limits::NAME_MAX_BYTES;

/// A name that is allowed: 1 to 50 of `A-Z a-z 0-9 _ . -`, case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Takes `name` if it is allowed.
    ///
    /// # Errors
    /// [`ErrorCode::NameNotAllowed`] if it is empty, too long, or has other characters.
    pub fn new(name: &str) -> Result<Self, Refusal> {
        Self::check(name)?;
        Ok(Self(Arc::from(name)))
    }

    /// Tells whether `name` is allowed, without taking a copy.
    ///
    /// # Errors
    /// As [`Name::new`].
    pub fn check(name: &str) -> Result<(), Refusal> {
        let allowed = (1..=NAME_MAX_BYTES).contains(&name.len()) && name.bytes().all(is_name_byte);
        if allowed {
            Ok(())
        } else {
            Err(Refusal::with_detail(
                ErrorCode::NameNotAllowed,
                NAME_MAX_BYTES as u64,
            ))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, shared.
    #[must_use]
    pub fn shared(&self) -> &Arc<str> {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether names may have this byte.
#[must_use]
pub const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, allowed: bool) {
        assert_eq!(Name::new(name).is_ok(), allowed, "{name:?}");
    }

    #[test]
    fn names_are_allowed_by_length_and_characters() {
        check("a", true);
        check(&"a".repeat(50), true);
        check("A.b_c-9", true);
        check("", false);
        check(&"a".repeat(51), false);
        check("a b", false);
        check("a*", false);
        check("ä", false);
        check("a\n", false);
        check("a\0", false);
    }
}
