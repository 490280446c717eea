//! Colours of layers on a terminal.

/// Whether a text has colours. Nothing is told by colour alone: the names of layers stand there as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// It has none.
    #[default]
    Plain,
    /// It has those of ANSI's escape sequences (ECMA-48, SGR), the nearest of 256 to the colours of Okabe and Ito, which
    /// people with any kind of colour vision can tell apart.
    Colours,
}

/// The colour of each layer. Layers that never stand in one protocol share one.
const COLOURS: [(&str, &str); 15] = [
    ("payload", "1;38;5;36"),
    ("values", "38;5;74"),
    ("tags", "38;5;214"),
    ("names", "38;5;175"),
    ("lengths", "38;5;178"),
    ("syntax", "38;5;245"),
    ("framing", "38;5;166"),
    ("websocket", "38;5;32"),
    ("http1_headers", "38;5;32"),
    ("http2_frames", "38;5;166;4"),
    ("http2_headers", "38;5;32"),
    ("tls", "38;5;32"),
    ("quic", "38;5;32"),
    ("encrypted", "38;5;245;4"),
    ("not_understood", "7"),
];

impl Ink {
    /// A text in the colour of a layer.
    pub(super) fn paint(self, layer: &str, text: &str) -> String {
        let colour = COLOURS.iter().find(|(name, _)| *name == layer);
        match (self, colour) {
            (Self::Colours, Some((_, code))) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            _ => text.to_owned(),
        }
    }

    /// A heading.
    pub(super) fn strong(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colours => format!("\u{1b}[1m{text}\u{1b}[0m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocols::anatomy::Layer;

    use super::*;

    #[test]
    fn every_layer_has_a_colour() {
        for layer in Layer::ALL {
            assert!(
                COLOURS.iter().any(|(name, _)| *name == layer.name()),
                "{layer:?}"
            );
        }
    }

    #[test]
    fn plain_text_stays_plain() {
        assert_eq!(Ink::Plain.paint("payload", "x"), "x");
        assert_eq!(Ink::Plain.strong("x"), "x");
        assert_eq!(Ink::Colours.paint("tls", "x"), "\u{1b}[38;5;32mx\u{1b}[0m");
    }
}
