//! Colours on a terminal.

/// Whether a text has colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colors {
    /// It has none: what matters is marked with characters, as it is with colours too.
    #[default]
    Plain,
    /// It has those of ANSI's escape sequences (ECMA-48, SGR).
    Ansi,
}

/// A colour by what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Bad,
    Good,
    Unsure,
    Heading,
}

impl Colors {
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            Ink::Bad => "31;1",
            Ink::Good => "32;1",
            Ink::Unsure => "33;1",
            Ink::Heading => "1",
        };
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
