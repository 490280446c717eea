//! The number by which a message is told from all others, written as characters.

use super::Kind;
use crate::workloads::MessageKey;

/// How many digits of a number a text has at least, if it has room for them: 60 million different ones.
pub const DIGITS: u32 = 5;

/// How many messages each sender can send to each recipient at least before numbers repeat.
const CONVERSATION_MIN: u64 = 4_096;

const PLAIN: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The Cyrillic alphabet, and four letters more: two bytes each in UTF-8.
const UNICODE: [char; 36] = [
    'а', 'б', 'в', 'г', 'д', 'е', 'ё', 'ж', 'з', 'и', 'й', 'к', 'л', 'м', 'н', 'о', 'п', 'р', 'с',
    'т', 'у', 'ф', 'х', 'ц', 'ч', 'ш', 'щ', 'ъ', 'ы', 'ь', 'э', 'ю', 'я', 'і', 'ї', 'є',
];

/// A number for each message of a run, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Different for all messages, as far as the digits go.
    number: u64,
    /// Different for many messages of one sender to one recipient in a row, however few digits are left of it.
    short: u64,
    width: u32,
}

impl Identity {
    /// The identity of a message among those that its run may have.
    #[must_use]
    pub const fn of(key: &MessageKey) -> Self {
        let accounts = key.accounts as u64;
        let pairs = accounts * accounts;
        let pair = key.from as u64 * accounts + key.to as u64;
        let mut width = DIGITS;
        while 36_u64.pow(width) < pairs.saturating_mul(CONVERSATION_MIN) {
            width += 1;
        }
        Self {
            number: key.nth as u64 * pairs + pair,
            short: pair.wrapping_mul(7).wrapping_add(key.nth as u64),
            width,
        }
    }

    /// An identity with a number from elsewhere.
    #[must_use]
    pub const fn numbered(number: u64) -> Self {
        Self {
            number,
            short: number,
            width: DIGITS,
        }
    }

    /// How many characters it takes.
    #[must_use]
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Appends all digits, in ASCII.
    pub(super) fn push(self, out: &mut String) {
        digits(self.number, self.width, 36, |digit| {
            out.push(char::from(PLAIN[digit]));
        });
    }

    /// Appends as many characters as there is room for, at most the width, all of one kind.
    pub(super) fn push_short(self, size: u32, kind: Kind, out: &mut String) {
        let number = if size < self.width {
            self.short
        } else {
            self.number
        };
        match kind {
            Kind::Plain => digits(number, size, 36, |digit| out.push(char::from(PLAIN[digit]))),
            Kind::Unicode => digits(number, size, 36, |digit| out.push(UNICODE[digit])),
            Kind::Escaping => digits(number, size, 32, |digit| out.push(escaped(digit))),
        }
    }
}

/// The last digits of a number, the most significant first.
fn digits(number: u64, count: u32, base: u64, mut push: impl FnMut(usize)) {
    for place in (0..count).rev() {
        let digit = number / base.saturating_pow(place) % base;
        push(usize::try_from(digit).unwrap_or(0));
    }
}

/// One of 32 characters that JSON must escape (RFC 8259, section 7): U+0001 to U+001E, the quote, the backslash.
fn escaped(digit: usize) -> char {
    match digit {
        0 => '"',
        1 => '\\',
        other => u8::try_from(other - 1).map_or('"', char::from),
    }
}
