//! What a format can say, by which rules its accounts and sessions work, and what names and texts it takes. The formats
//! of the notebooks say less than the vocabulary has; workloads and the conformance suite use what is there, and list what
//! is not.

use server_core::chat::{Accounts, Habits};
use server_core::limits::{NAME_MAX_BYTES, TEXT_MAX_CHARS};
use server_core::message::Operation;

/// What a format can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The requests that it can say, and the replies to them.
    pub operations: &'static [Operation],
    /// Whether it tells events other than a new message: deletions, accounts that are gone, a session that was too
    /// slow, a server that closes.
    pub other_events: OtherEvents,
    /// How accounts and sessions work where it is served.
    pub habits: Habits,
    /// The names that it takes.
    pub names: Charset,
    /// The texts that it takes.
    pub texts: Charset,
    /// What it leaves out of what it can say, each in words that finish "it does not say …".
    pub unsaid: &'static [&'static str],
}

/// Whether a format tells events other than a new message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherEvents {
    /// It does.
    Told,
    /// It leaves them out.
    LeftOut,
}

/// Which strings a format takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset {
    /// How many characters (Unicode scalar values) at most.
    pub chars_max: usize,
    /// Which characters.
    pub alphabet: Alphabet,
}

/// Which characters a format takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// `A-Z a-z 0-9 _ . -`, the characters of names.
    Names,
    /// `A-Z a-z 0-9`.
    LettersAndDigits,
    /// ASCII without line feeds and without `|`.
    AsciiWithoutSeparators,
    /// Every Unicode scalar value.
    Unicode,
}

impl Alphabet {
    /// Whether it has this character.
    #[must_use]
    pub const fn has(self, character: char) -> bool {
        match self {
            Self::Names => {
                character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-')
            }
            Self::LettersAndDigits => character.is_ascii_alphanumeric(),
            Self::AsciiWithoutSeparators => {
                character.is_ascii() && !matches!(character, '\n' | '|')
            }
            Self::Unicode => true,
        }
    }
}

impl Charset {
    /// Whether it has this string; none has the empty one.
    #[must_use]
    pub fn has(&self, string: &str) -> bool {
        let chars = string.chars().count();
        chars > 0
            && chars <= self.chars_max
            && string.chars().all(|character| self.alphabet.has(character))
    }
}

impl Capabilities {
    /// Whether it can say this request and its reply.
    #[must_use]
    pub fn says(&self, operation: Operation) -> bool {
        self.operations.contains(&operation)
    }

    /// Whether accounts have passwords: then they are created by `CreateAccount` and logged in to by SCRAM, otherwise by
    /// `SignUp` and `Enter`.
    #[must_use]
    pub fn has_passwords(&self) -> bool {
        self.habits.accounts == Accounts::Passwords
    }
}

/// Formats that say the whole vocabulary.
pub static EVERYTHING: Capabilities = Capabilities {
    operations: Operation::WITH_PASSWORDS,
    other_events: OtherEvents::Told,
    habits: Habits::OURS,
    names: Charset {
        // Names are ASCII.
        chars_max: NAME_MAX_BYTES,
        alphabet: Alphabet::Names,
    },
    texts: Charset {
        chars_max: TEXT_MAX_CHARS as usize,
        alphabet: Alphabet::Unicode,
    },
    unsaid: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(alphabet: Alphabet, string: &str, has: bool) {
        let charset = Charset {
            chars_max: 4,
            alphabet,
        };
        assert_eq!(charset.has(string), has, "{alphabet:?}: {string:?}");
    }

    #[test]
    fn strings_are_told_from_others() {
        check(Alphabet::Names, "a_.-", true);
        check(Alphabet::Names, "a b", false);
        check(Alphabet::LettersAndDigits, "aZ09", true);
        check(Alphabet::LettersAndDigits, "a-b", false);
        check(Alphabet::AsciiWithoutSeparators, "a b;", true);
        check(Alphabet::AsciiWithoutSeparators, "a|b", false);
        check(Alphabet::AsciiWithoutSeparators, "a\nb", false);
        check(Alphabet::AsciiWithoutSeparators, "ä", false);
        check(Alphabet::Unicode, "äöü\n", true);
        check(Alphabet::Unicode, "äöüxy", false);
        check(Alphabet::Unicode, "", false);
    }
}
