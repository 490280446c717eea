//! Goes through bytes once and marks them.

use std::borrow::Cow;

use super::labelled::{Labelled, Layer, Span};

/// Bytes are not what they should be. The reader stands behind the last one that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misfit;

/// What is marked so far, and where to go on.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Where the section ends that is being read.
    end: usize,
    spans: Vec<Span>,
}

/// What to call bytes.
pub(super) struct Note {
    pub(super) layer: Layer,
    pub(super) label: Cow<'static, str>,
    pub(super) value: String,
}

impl Note {
    /// Without a value.
    pub(super) fn new(layer: Layer, label: impl Into<Cow<'static, str>>) -> Self {
        Self {
            layer,
            label: label.into(),
            value: String::new(),
        }
    }

    /// With a value.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and arguments of formats are given as they are"
    )]
    pub(super) fn says(self, value: impl ToString) -> Self {
        Self {
            value: value.to_string(),
            ..self
        }
    }
}

impl<'b> Reader<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            end: bytes.len(),
            spans: Vec::new(),
        }
    }

    /// What is left of the section.
    pub(super) fn rest(&self) -> &'b [u8] {
        &self.bytes[self.at..self.end]
    }

    /// Whether nothing is left of the section.
    pub(super) const fn is_at_end(&self) -> bool {
        self.at == self.end
    }

    /// Marks the next bytes; gives them.
    ///
    /// # Errors
    /// [`Misfit`] if there are not as many in the section.
    pub(super) fn mark(&mut self, count: usize, note: Note) -> Result<&'b [u8], Misfit> {
        let bytes = self.rest().get(..count).ok_or(Misfit)?;
        let range = self.at..self.at + count;
        self.at += count;
        match self.spans.last_mut() {
            // Commas and braces that stand together are one thing.
            Some(last) if note.layer == Layer::Syntax && last.layer == Layer::Syntax => {
                last.range.end = range.end;
            }
            _ if count == 0 => {}
            _ => self.spans.push(Span {
                range,
                layer: note.layer,
                label: note.label,
                value: note.value,
            }),
        }
        Ok(bytes)
    }

    /// Marks one byte; gives it.
    ///
    /// # Errors
    /// As [`Reader::mark`].
    pub(super) fn byte(&mut self, note: Note) -> Result<u8, Misfit> {
        Ok(self.mark(1, note)?[0])
    }

    /// Marks an unsigned number of up to 64 bits in 1 to 10 bytes, 7 bits a byte, lowest first (LEB128); gives it.
    ///
    /// # Errors
    /// [`Misfit`] if it has no end, or more bits.
    pub(super) fn varint(&mut self, note: Note) -> Result<u64, Misfit> {
        let (number, count) = leb128(self.rest()).ok_or(Misfit)?;
        self.mark(count, note.says(number))?;
        Ok(number)
    }

    /// Marks a number that says how many bytes or things follow; gives it.
    ///
    /// # Errors
    /// As [`Reader::varint`].
    pub(super) fn varint_length(&mut self, note: Note) -> Result<usize, Misfit> {
        let length = self.varint(note)?;
        usize::try_from(length).map_err(|_| Misfit)
    }

    /// Marks bytes that are UTF-8, and says what they say.
    ///
    /// # Errors
    /// [`Misfit`] if there are not as many, or they are no UTF-8.
    pub(super) fn text(&mut self, count: usize, note: Note) -> Result<&'b str, Misfit> {
        let bytes = self.rest().get(..count).ok_or(Misfit)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Misfit)?;
        self.mark(count, note.says(format_args!("{text:?}")))?;
        Ok(text)
    }

    /// Reads a section of so many bytes; whatever is left of it, or does not fit, is marked as not understood. Reading goes
    /// on behind it.
    ///
    /// # Errors
    /// [`Misfit`] if there are not as many bytes.
    pub(super) fn section(
        &mut self,
        count: usize,
        read: impl FnOnce(&mut Self) -> Result<(), Misfit>,
    ) -> Result<(), Misfit> {
        let outer_end = self.end;
        let end = self.at.checked_add(count).ok_or(Misfit)?;
        if end > outer_end {
            return Err(Misfit);
        }
        self.end = end;
        let fits = read(self);
        self.give_up(match fits {
            Ok(()) => "bytes behind the end of a message",
            Err(Misfit) => "bytes that fit no specification",
        });
        self.end = outer_end;
        Ok(())
    }

    /// Marks what is left of the section as not understood.
    fn give_up(&mut self, label: &'static str) {
        let left = self.rest().len();
        let marked = self.mark(left, Note::new(Layer::NotUnderstood, label));
        debug_assert!(marked.is_ok(), "what is left is there");
    }

    /// Takes over what was found about the next bytes elsewhere; spans count from the place where the reader stands, and
    /// cover all bytes up to the end of the last one.
    pub(super) fn adopt(&mut self, spans: Vec<Span>) {
        let start = self.at;
        for span in spans {
            let range = start + span.range.start..start + span.range.end;
            assert!(range.start == self.at && range.end <= self.end, "no gaps");
            self.at = range.end;
            self.spans.push(Span { range, ..span });
        }
    }

    /// Everything, labelled; what was not marked is not understood.
    pub(super) fn finish(mut self) -> Labelled {
        self.end = self.bytes.len();
        self.give_up("bytes that fit no specification");
        Labelled {
            bytes: self.bytes.to_vec(),
            spans: self.spans,
        }
    }
}

/// The number at the start, and how many bytes it takes.
pub(super) fn leb128(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number: u64 = 0;
    for (index, &byte) in bytes.iter().take(10).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * u32::try_from(index).ok()?;
        if bits > u64::MAX >> shift {
            return None;
        }
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(layer: Layer) -> Note {
        Note::new(layer, "x")
    }

    #[test]
    fn every_byte_is_in_one_span() {
        let mut reader = Reader::new(b"\x03abc,,defgh");
        let length = reader.varint_length(note(Layer::Length)).unwrap();
        reader
            .section(length, |reader| {
                reader.text(2, note(Layer::Payload)).map(drop)
            })
            .unwrap();
        reader.mark(1, note(Layer::Syntax)).unwrap();
        reader.mark(1, note(Layer::Syntax)).unwrap();
        assert_eq!(reader.mark(6, note(Layer::Value)), Err(Misfit));
        let labelled = reader.finish();
        let found: Vec<_> = labelled
            .spans
            .iter()
            .map(|span| (span.range.clone(), span.layer))
            .collect();
        let expected = [
            (0..1, Layer::Length),
            (1..3, Layer::Payload),
            (3..4, Layer::NotUnderstood),
            (4..6, Layer::Syntax),
            (6..11, Layer::NotUnderstood),
        ];
        assert_eq!(found, expected);
        assert_eq!(labelled.sums().values().sum::<usize>(), 11);
    }

    #[test]
    fn a_section_that_is_cut_off_is_no_section() {
        let mut reader = Reader::new(b"ab");
        assert_eq!(reader.section(3, |_| Ok(())), Err(Misfit));
        assert_eq!(reader.section(usize::MAX, |_| Ok(())), Err(Misfit));
        assert_eq!(reader.rest(), b"ab");
    }

    #[test]
    fn numbers_have_64_bits_at_most() {
        assert_eq!(leb128(&[0xac, 0x02, 9]), Some((300, 2)));
        assert_eq!(leb128(&[0x80]), None);
        assert_eq!(leb128(&[0xff; 10]), None);
        let greatest = [&[0xff; 9][..], &[1]].concat();
        assert_eq!(leb128(&greatest), Some((u64::MAX, 10)));
    }
}
