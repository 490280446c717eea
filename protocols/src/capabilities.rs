//! What a format can say, by which rules its accounts and sessions work, and what names and texts it takes. The formats
//! of the notebooks say less than the vocabulary has; workloads and the conformance suite use what is there, and list what
//! is not.

use std::time::Duration;

use server_core::ErrorCode;
use server_core::chat::{Accounts, Habits, Pushed, SignUp, Waiting};
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
    /// How long a connection may be idle before the server closes it; `None`: for ever. Whatever either end says keeps it
    /// open.
    pub idle_max: Option<Duration>,
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

    /// The requests of the vocabulary that it cannot say, apart from those that its way of keeping accounts does without.
    pub fn missing_operations(&self) -> impl Iterator<Item = Operation> {
        let needless: &[Operation] = if self.has_passwords() {
            &[Operation::SignUp, Operation::Enter]
        } else {
            &[
                Operation::CreateAccount,
                Operation::LogInStart,
                Operation::LogInFinish,
            ]
        };
        let missing =
            move |operation: &Operation| !self.says(*operation) && !needless.contains(operation);
        Operation::ALL.iter().copied().filter(missing)
    }

    /// Whether accounts have passwords: then they are created by `CreateAccount` and logged in to by SCRAM, otherwise by
    /// `SignUp` and `Enter`.
    #[must_use]
    pub fn has_passwords(&self) -> bool {
        self.habits.accounts == Accounts::Passwords
    }
}

/// A topic, and what a format has to say of it.
pub type Said = (&'static str, String);

impl Capabilities {
    /// The topic of [`Capabilities::words`] that says what is left out.
    pub const LEFT_OUT: &'static str = "left out";

    /// By which rules accounts and sessions work where it is served, and what it leaves out; topic by topic, each in
    /// words that finish "in this format, …".
    #[must_use]
    pub fn words(&self) -> [Said; 5] {
        let habits = self.habits;
        let requests: Vec<&str> = self.missing_operations().map(Operation::name).collect();
        let requests = match requests.as_slice() {
            [] => None,
            names => Some(format!("the requests {}", names.join(", "))),
        };
        let omissions = requests
            .into_iter()
            .chain(self.omissions().map(str::to_owned));
        let mut left_out: Vec<String> = omissions.collect();
        if left_out.is_empty() {
            left_out.push("nothing".to_owned());
        }
        let accounts = match habits.accounts {
            Accounts::Passwords => "have passwords",
            Accounts::Open => "are open to whoever names them",
            Accounts::Keys => "have keys that the server gives",
        };
        let sign_up = match habits.sign_up {
            SignUp::StaysOut => "does not log in",
            SignUp::Enters => "logs in",
        };
        let waiting = match habits.waiting {
            Waiting::Waits => "waits until it is asked for",
            Waiting::HandedOver => "comes with the reply to the log-in, and nobody asks for it",
        };
        let pushed = match habits.pushed {
            Pushed::StaysUnread => "stays unread",
            Pushed::IsRead => "is read by that",
        };
        [
            ("accounts", accounts.to_owned()),
            ("creating an account", sign_up.to_owned()),
            ("what waits unread", waiting.to_owned()),
            ("what was told", pushed.to_owned()),
            (Self::LEFT_OUT, left_out.join("; ")),
        ]
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
    idle_max: None,
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
    fn what_is_left_out_is_said_in_words() {
        let left_out = |capabilities: &Capabilities| capabilities.words()[4].clone();
        assert_eq!(
            left_out(&EVERYTHING),
            (Capabilities::LEFT_OUT, "nothing".to_owned())
        );
        let partly = Capabilities {
            leaves_out: &[Part::MessageIds],
            unsaid: &["who asked"],
            operations: Operation::WITH_PASSWORDS
                .split_at(Operation::WITH_PASSWORDS.len() - 1)
                .0,
            ..EVERYTHING
        };
        let words = "the requests undo; which number a message has; who asked";
        assert_eq!(
            left_out(&partly),
            (Capabilities::LEFT_OUT, words.to_owned())
        );
        assert!(!partly.has(Part::MessageIds) && partly.has(Part::SentAt));
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
