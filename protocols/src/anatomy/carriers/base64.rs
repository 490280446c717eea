//! Binary bodies within texts (RFC 4648, section 4).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::anatomy::labelled::{Layer, Span};
use crate::anatomy::reader::{Misfit, Note, Reader};

/// Marks the rest of the section by what it encodes: each character belongs to the byte that its first bit is of, so that
/// what is encoded takes a third more than its own length.
///
/// # Errors
/// [`Misfit`] if it is no base64, or what it encodes does not fit.
pub(super) fn read_base64(
    reader: &mut Reader<'_>,
    read: impl FnOnce(&mut Reader<'_>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    let text = reader.rest();
    let decoded = BASE64_STANDARD.decode(text).map_err(|_| Misfit)?;
    let mut inner = Reader::new(&decoded);
    inner.section(decoded.len(), read)?;
    let characters = text.iter().position(|&byte| byte == b'=');
    let characters = characters.unwrap_or(text.len());
    let padding = text.len() - characters;
    // The first character whose first bit is of this byte or a later one.
    let place = |byte: usize| (byte * 8).div_ceil(6).min(characters);
    let spans = inner.finish().spans.into_iter().map(|span| Span {
        range: place(span.range.start)..place(span.range.end),
        label: format!("{}, in base64", span.label).into(),
        ..span
    });
    reader.adopt(spans.collect());
    let note = Note::new(Layer::Syntax, "padding of base64");
    reader.mark(padding, note).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_belong_to_the_bytes_that_they_encode() {
        for bytes in [&b"\x05hello"[..], b"\x04abcd", b"\x01a", b"\x02ab"] {
            let text = BASE64_STANDARD.encode(bytes);
            let mut reader = Reader::new(text.as_bytes());
            let read = read_base64(&mut reader, |reader| {
                reader.byte(Note::new(Layer::Length, "length"))?;
                let length = reader.rest().len();
                reader
                    .mark(length, Note::new(Layer::Payload, "text"))
                    .map(drop)
            });
            assert_eq!(read, Ok(()));
            let labelled = reader.finish();
            assert_eq!(labelled.spans[0].range, 0..2);
            assert_eq!(labelled.spans[1].range.start, 2);
            assert_eq!(labelled.sums().values().sum::<usize>(), text.len());
            assert!(!labelled.sums().contains_key(&Layer::NotUnderstood));
        }
    }
}
