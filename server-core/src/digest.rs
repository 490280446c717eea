//! One number for everything that was said: equal digests mean equal conversations.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 over all conversations, in the order of (from, to), each text in order with its read flag. Neither ids
/// nor times enter it, so that every protocol and every store comes to the same one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct StateDigest(pub [u8; 32]);

impl fmt::Display for StateDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for StateDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Collects messages and comes to their digest. Messages of one sender to one recipient are added in their order;
/// otherwise the order does not matter.
#[derive(Default)]
pub struct DigestBuilder {
    conversations: BTreeMap<(String, String), Sha256>,
}

/// One message, as the digest sees it.
#[derive(Clone, Copy, Debug)]
pub struct DigestEntry<'a> {
    /// Who sent it.
    pub from: &'a str,
    /// To whom.
    pub to: &'a str,
    /// What it says.
    pub text: &'a str,
    /// Whether it is read.
    pub read: bool,
}

impl DigestBuilder {
    /// Adds the next message of its sender to its recipient.
    pub fn add(&mut self, entry: DigestEntry<'_>) {
        let key = (entry.from.to_owned(), entry.to.to_owned());
        let hash = self.conversations.entry(key).or_default();
        hash.update((entry.text.len() as u64).to_be_bytes());
        hash.update(entry.text);
        hash.update([u8::from(entry.read)]);
    }

    /// The digest of what was added.
    #[must_use]
    pub fn finish(self) -> StateDigest {
        let mut whole = Sha256::new();
        for ((from, to), hash) in self.conversations {
            for name in [from, to] {
                whole.update((name.len() as u64).to_be_bytes());
                whole.update(name);
            }
            whole.update(hash.finalize());
        }
        StateDigest(whole.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(entries: &[(&str, &str, &str, bool)]) -> StateDigest {
        let mut builder = DigestBuilder::default();
        for &(from, to, text, read) in entries {
            builder.add(DigestEntry {
                from,
                to,
                text,
                read,
            });
        }
        builder.finish()
    }

    #[test]
    fn depends_on_order_within_a_conversation_only() {
        let base = digest(&[
            ("a", "b", "1", false),
            ("a", "b", "2", false),
            ("b", "a", "3", true),
        ]);
        assert_eq!(
            base,
            digest(&[
                ("b", "a", "3", true),
                ("a", "b", "1", false),
                ("a", "b", "2", false)
            ])
        );
        assert_ne!(
            base,
            digest(&[
                ("a", "b", "2", false),
                ("a", "b", "1", false),
                ("b", "a", "3", true)
            ])
        );
        assert_ne!(
            base,
            digest(&[
                ("a", "b", "1", false),
                ("a", "b", "2", false),
                ("b", "a", "3", false)
            ])
        );
        assert_ne!(
            base,
            digest(&[("a", "b", "12", false), ("b", "a", "3", true)])
        );
    }
}
