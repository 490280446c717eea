//! What a format can say, by which rules its accounts and sessions work, and what names and texts it takes. The formats
//! of the notebooks say less than the vocabulary has; workloads and the conformance suite use what is there, and list what
//! is not.

use server_core::ErrorCode;
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
    /// The refusals that it tells apart: of any other it says that there was one, and not why.
    pub refusals: &'static [ErrorCode],
    /// The fields that it leaves out of requests and replies that it can say.
    pub leaves_out: &'static [Part],
    /// How accounts and sessions work where it is served.
    pub habits: Habits,
    /// The names that it takes.
    pub names: Charset,
    /// The texts that it takes.
    pub texts: Charset,
    /// What else it leaves out of what it can say, each in words that finish "it does not say …".
    pub unsaid: &'static [&'static str],
}

/// A field that a format may leave out. Whoever decodes puts there what is named here, and nobody relies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The numbers of messages, in messages and in the reply to `Send`: 0.
    MessageIds,
    /// When a message was sent: 0.
    SentAt,
    /// Whether a message was read: `false`, or what the habits say.
    ReadMarks,
    /// Whether an event went out, in the reply to `Send`: `false`.
    Delivered,
    /// How many unread messages a client wants, and whose: it takes all that wait.
    ReadLimit,
    /// How many names a listing may have.
    ListLimit,
    /// Behind which name a listing goes on, and whether there are more names: `false`.
    ListPages,
    /// The number that goes with a refusal: 0.
    RefusalDetails,
}

impl Part {
    /// What is not said, in words that finish "it does not say …".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::MessageIds => "which number a message has",
            Self::SentAt => "when a message was sent",
            Self::ReadMarks => "whether a message was read",
            Self::Delivered => "whether a message was told at once",
            Self::ReadLimit => "how many unread messages are wanted",
            Self::ListLimit => "how many names are wanted",
            Self::ListPages => "where a listing goes on",
            Self::RefusalDetails => "which limit a refusal is about",
        }
    }
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

    /// Whether it has this field.
    #[must_use]
    pub fn has(&self, part: Part) -> bool {
        !self.leaves_out.contains(&part)
    }

    /// Whether it says that this is why a request was refused.
    #[must_use]
    pub fn tells(&self, code: ErrorCode) -> bool {
        self.refusals.contains(&code)
    }

    /// All that it leaves out of what it can say, each in words that finish "it does not say …".
    pub fn omissions(&self) -> impl Iterator<Item = &'static str> {
        let parts = self.leaves_out.iter().map(|part| part.words());
        parts.chain(self.unsaid.iter().copied())
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
    refusals: ErrorCode::ALL,
    leaves_out: &[],
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
