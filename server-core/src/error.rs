//! Why a request was refused: a stable code, a number that goes with it, and a sentence a person can act on.

use std::error::Error;
use std::fmt;

/// A refusal, as it crosses the wire: a code and at most one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// What is wrong.
    pub code: ErrorCode,
    /// The number that [`ErrorCode`] speaks of; 0 where it speaks of none.
    pub detail: u64,
}

impl Refusal {
    /// A refusal whose code needs no number.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self { code, detail: 0 }
    }

    /// A refusal with the number that its code speaks of.
    #[must_use]
    pub const fn with_detail(code: ErrorCode, detail: u64) -> Self {
        Self { code, detail }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// What can be wrong with a request. Numbers and names are part of every wire format and never change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant = $number,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that readable formats use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The code with this number.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }

            /// The code with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

error_codes! {
    /// The bytes of a frame are not a request; the connection goes on.
    Malformed = 1, "malformed";
    /// A frame is longer than allowed or its boundary is lost; the connection closes. Detail: the limit in bytes, if it was the length.
    FrameRefused = 2, "frame_refused";
    /// The other end speaks another version. Detail: the server's version.
    UnsupportedVersion = 3, "unsupported_version";
    /// An account of that name exists.
    AccountExists = 4, "account_exists";
    /// No account has that name.
    NoSuchAccount = 5, "no_such_account";
    /// The proof does not fit the password's verifier.
    IncorrectPassword = 6, "incorrect_password";
    /// The account has a session, or this connection has one.
    AlreadyLoggedIn = 7, "already_logged_in";
    /// The request needs a session.
    NotLoggedIn = 8, "not_logged_in";
    /// The token names no session, or one that has ended.
    SessionEnded = 9, "session_ended";
    /// The log-in that is to be finished was never begun, was finished, or took too long.
    NoSuchLogin = 10, "no_such_login";
    /// A name is empty, too long, or has characters that names do not have. Detail: the longest, in bytes.
    NameNotAllowed = 11, "name_not_allowed";
    /// A pattern is too long or has characters that patterns do not have. Detail: the longest, in bytes; 0 where patterns
    /// are regular expressions.
    PatternNotAllowed = 12, "pattern_not_allowed";
    /// The text of a message is empty.
    TextEmpty = 13, "text_empty";
    /// The text of a message is too long. Detail: the longest, in characters.
    TextTooLong = 14, "text_too_long";
    /// More messages were asked for than wait. Detail: how many wait.
    NotEnoughUnread = 15, "not_enough_unread";
    /// A limit is 0 or past the longest page. Detail: the longest page.
    LimitNotAllowed = 16, "limit_not_allowed";
    /// Too many ids in one request. Detail: the most.
    TooManyIds = 17, "too_many_ids";
    /// The iterations of a new account are too few or too many. Detail: the fewest.
    IterationsNotAllowed = 18, "iterations_not_allowed";
    /// Undoing is turned off on this server.
    UndoOff = 19, "undo_off";
    /// The server holds as much unfinished work as it is willing to.
    Busy = 20, "busy";
    /// The store failed; nothing was changed.
    StoreFailed = 21, "store_failed";
    /// The server is closing.
    Closing = 22, "closing";
    /// This protocol cannot express the request or the reply.
    NotExpressible = 23, "not_expressible";
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.detail;
        match self.code {
            ErrorCode::Malformed => {
                f.write_str("the frame is not a request; see the protocol's specification")
            }
            ErrorCode::FrameRefused if detail > 0 => {
                write!(
                    f,
                    "the frame is longer than {detail} bytes; send less at once"
                )
            }
            ErrorCode::FrameRefused => f.write_str("the frame's boundary is lost; connect again"),
            ErrorCode::UnsupportedVersion => {
                write!(
                    f,
                    "the server speaks version {detail}; use a client of that version"
                )
            }
            ErrorCode::AccountExists => {
                f.write_str("account already exists; log in or choose another name")
            }
            ErrorCode::NoSuchAccount => {
                f.write_str("account doesn't exist; check the name or create it")
            }
            ErrorCode::IncorrectPassword => f.write_str("incorrect password; try again"),
            ErrorCode::AlreadyLoggedIn => f.write_str("already logged in; log out there first"),
            ErrorCode::NotLoggedIn => f.write_str("not logged in; log in first"),
            ErrorCode::SessionEnded => f.write_str("the session has ended; log in again"),
            ErrorCode::NoSuchLogin => {
                f.write_str("that log-in was not begun or took too long; begin again")
            }
            ErrorCode::NameNotAllowed => {
                write!(f, "a name is 1 to {detail} of A-Z a-z 0-9 _ . -")
            }
            ErrorCode::PatternNotAllowed if detail == 0 => {
                f.write_str("that is no regular expression, or too large a one; use a simpler one")
            }
            ErrorCode::PatternNotAllowed => {
                write!(
                    f,
                    "a pattern is up to {detail} of A-Z a-z 0-9 _ . - and the wildcards * ?"
                )
            }
            ErrorCode::TextEmpty => f.write_str("the message is empty; write something"),
            ErrorCode::TextTooLong => {
                write!(
                    f,
                    "message too long; at most {detail} characters are allowed"
                )
            }
            ErrorCode::NotEnoughUnread => {
                write!(f, "more messages asked for than there are; {detail} unread")
            }
            ErrorCode::LimitNotAllowed => write!(f, "ask for 1 to {detail} at once"),
            ErrorCode::TooManyIds => write!(f, "too many messages at once; name at most {detail}"),
            ErrorCode::IterationsNotAllowed => {
                write!(
                    f,
                    "the password's iterations are out of range; use at least {detail}"
                )
            }
            ErrorCode::UndoOff => f.write_str("deletions are final on this server"),
            ErrorCode::Busy => f.write_str("the server is busy; try again later"),
            ErrorCode::StoreFailed => {
                f.write_str("the server could not store or load data; try again later")
            }
            ErrorCode::Closing => f.write_str("the server is closing; connect again later"),
            ErrorCode::NotExpressible => {
                f.write_str("this protocol cannot express that; use another")
            }
        }
    }
}

/// An error with its causes in one line, each told once: many errors say in their own words what caused them.
#[must_use]
pub fn one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let told = error.to_string();
        if !line.contains(&told) {
            line = format!("{line}: {told}");
        }
        cause = error.source();
    }
    line.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_of_codes_lead_back_to_them() {
        for &code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_number(code as u8), Some(code));
            assert_eq!(ErrorCode::from_name(code.name()), Some(code));
        }
        assert_eq!(ErrorCode::from_number(0), None);
        assert_eq!(ErrorCode::from_name("nonsense"), None);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{words}")]
    struct Told {
        words: &'static str,
        source: std::io::Error,
    }

    #[track_caller]
    fn check(words: &'static str, expected: &str) {
        let source = std::io::Error::other("the disk is full");
        assert_eq!(one_line(&Told { words, source }), expected);
    }

    #[test]
    fn causes_are_told_once_and_in_one_line() {
        check(
            "cannot open chat.db",
            "cannot open chat.db: the disk is full",
        );
        check(
            "no: the disk is full; free some",
            "no: the disk is full; free some",
        );
        check(
            "first\nsecond: the disk is full",
            "first second: the disk is full",
        );
    }
}
