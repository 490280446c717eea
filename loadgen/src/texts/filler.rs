//! What stands behind a message's number: words, about as repetitive as what people write, so that a protocol that
//! compresses is neither flattered nor cheated.

use super::Kind;
use super::draws::Draws;

/// Common words of written English.
const WORDS: [&str; 64] = [
    "the", "be", "to", "of", "and", "a", "in", "that", "have", "I", "it", "for", "not", "on",
    "with", "he", "as", "you", "do", "at", "this", "but", "his", "by", "from", "they", "we", "say",
    "her", "she", "or", "an", "will", "my", "one", "all", "would", "there", "their", "what", "so",
    "up", "out", "if", "about", "who", "get", "which", "go", "me", "when", "make", "can", "like",
    "time", "no", "just", "him", "know", "take", "people", "into", "year", "your",
];

/// Words of several scripts, of 2, 3 and 4 bytes a character, and some that combine.
const UNICODE_WORDS: [&str; 24] = [
    "größer",
    "naïve",
    "señor",
    "łódź",
    "čeština",
    "привет",
    "спасибо",
    "γειά",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "สวัสดี",
    "你好",
    "谢谢",
    "こんにちは",
    "ありがとう",
    "안녕",
    "€",
    "→",
    "🙂",
    "🎉",
    "👍🏽",
    "👩‍👩‍👧",
    "e\u{301}te\u{301}",
];

/// What code, paths and quotations bring into a chat.
const ESCAPING_WORDS: [&str; 12] = [
    "\"yes\"",
    "C:\\temp\\new",
    "{\"a\":\"b\"}",
    "\\d+\\s*",
    "line\nbreak",
    "tab\there",
    "\r\n",
    "\\\"",
    "'\u{7}'",
    "\u{1b}[1m",
    "\u{1}\u{1f}",
    "</b>\u{8}\u{c}",
];

/// Words of one kind.
pub(super) struct Filler {
    words: &'static [&'static str],
    /// What stands between a number and the words; it alone makes the text one of its kind.
    first: char,
}

impl Filler {
    pub(super) const fn new(kind: Kind) -> Self {
        match kind {
            Kind::Plain => Self {
                words: &WORDS,
                first: ' ',
            },
            Kind::Unicode => Self {
                words: &UNICODE_WORDS,
                first: '—',
            },
            Kind::Escaping => Self {
                words: &ESCAPING_WORDS,
                first: '"',
            },
        }
    }

    /// Appends exactly so many characters, at least one.
    pub(super) fn push(&mut self, chars: u32, draws: &mut Draws, out: &mut String) {
        out.push(self.first);
        let mut left = chars as usize - 1;
        while left > 0 {
            let word =
                self.words[usize::try_from(draws.below(self.words.len() as u64)).unwrap_or(0)];
            left -= push_start(word, left, out);
            if left > 0 {
                out.push(' ');
                left -= 1;
            }
        }
    }
}

/// Appends a word, or as much of it as fits; gives how many characters that was.
fn push_start(word: &str, most: usize, out: &mut String) -> usize {
    if word.is_ascii() {
        let chars = word.len().min(most);
        out.push_str(&word[..chars]);
        return chars;
    }
    let before = out.len();
    out.extend(word.chars().take(most));
    out[before..].chars().count()
}
