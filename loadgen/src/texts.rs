//! What messages say. A text is a pure function of a seed and of which message it is, so that whoever checks an answer
//! works the text out again in place of remembering it.
//!
//! A text begins with a number that no other message has, in base 36; what follows are words. So a lost, doubled,
//! swapped or altered message cannot pass for another, and the text is about as repetitive as what people write.

mod draws;
mod filler;
mod identity;
mod sizes;

use crate::workloads::MessageKey;

use self::draws::Draws;
use self::filler::Filler;
pub use self::identity::{DIGITS, Identity};
pub use self::sizes::{Sizes, Weighted};

/// Which texts the messages of a run have.
#[derive(Clone, Debug, PartialEq)]
pub struct Texts {
    /// What sizes, kinds and words are drawn from.
    pub seed: u64,
    /// How many characters a text has.
    pub sizes: Sizes,
    /// How many texts are other than plain.
    pub shares: Shares,
}

/// How many of all texts are other than plain, from 0 to 1 each and together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Texts with characters beyond ASCII.
    pub unicode: f64,
    /// Texts with quotes, backslashes and control characters, which JSON must escape.
    pub escaping: f64,
}

/// What a text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters, digits and spaces: each character is a byte in every format.
    Plain,
    /// At least one character is beyond ASCII.
    Unicode,
    /// At least one character must be escaped in JSON.
    Escaping,
}

impl Texts {
    /// Appends the text of a message.
    pub fn push(&self, key: &MessageKey, out: &mut String) {
        let mut draws = Draws::new(self.seed, key);
        let size = self.sizes.draw(&mut draws);
        let kind = self.shares.draw(&mut draws);
        push(Identity::of(key), size, kind, &mut draws, out);
    }

    /// How many characters a message has, and what it is made of.
    #[must_use]
    pub fn shape(&self, key: &MessageKey) -> (u32, Kind) {
        let mut draws = Draws::new(self.seed, key);
        (self.sizes.draw(&mut draws), self.shares.draw(&mut draws))
    }

    /// The size of every text in bytes; `None` if they differ.
    #[must_use]
    pub fn text_bytes(&self) -> Option<u32> {
        let plain = self.shares == Shares::default();
        self.sizes.fixed().filter(|_| plain)
    }
}

impl Shares {
    fn draw(self, draws: &mut Draws) -> Kind {
        let at = draws.unit();
        if at < self.unicode {
            Kind::Unicode
        } else if at < self.unicode + self.escaping {
            Kind::Escaping
        } else {
            Kind::Plain
        }
    }
}

/// Appends a plain text of exactly so many bytes that begins with a number of its own; the words behind it depend on
/// the number alone. A text of fewer than [`DIGITS`] bytes has only the last digits of its number.
pub fn push_numbered(number: u64, bytes: u32, out: &mut String) {
    let identity = Identity::numbered(number);
    push(
        identity,
        bytes,
        Kind::Plain,
        &mut Draws::numbered(number),
        out,
    );
}

fn push(identity: Identity, size: u32, kind: Kind, draws: &mut Draws, out: &mut String) {
    if size <= identity.width() {
        // There is no room for words, so that the digits themselves are of the kind.
        identity.push_short(size, kind, out);
        return;
    }
    identity.push(out);
    let mut filler = Filler::new(kind);
    filler.push(size - identity.width(), draws, out);
}

#[cfg(test)]
mod tests;
