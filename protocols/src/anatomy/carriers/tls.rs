//! TLS 1.3 (RFC 8446, section 5). Its ciphers encrypt each byte where it stands, so what a byte of ciphertext is for is
//! known when the text in clear is.

use super::Carrier;
use crate::anatomy::Speaker;
use crate::anatomy::formats::{self, Format};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// A connection.
pub(super) struct Tls(pub(super) Box<dyn Format>);

/// Types of records (section 5.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// What a record's header takes, in bytes.
const HEADER_BYTES: usize = 5;

/// What stands behind the text of an encrypted record, in bytes: its real type (section 5.4), and the tag that proves it
/// genuine, which all ciphers of TLS 1.3 but one that nobody uses have in this length.
const TYPE_BYTES: usize = 1;
const TAG_BYTES: usize = 16;

/// The header of a record.
#[derive(Clone, Copy)]
struct Record {
    kind: u8,
    length: usize,
}

impl Record {
    fn of(bytes: &[u8]) -> Option<Self> {
        let &[kind, 3, _, a, b, ..] = bytes else {
            return None;
        };
        Some(Self {
            kind,
            length: u16::from_be_bytes([a, b]).into(),
        })
    }

    const fn name(self) -> &'static str {
        match self.kind {
            CHANGE_CIPHER_SPEC => "change of ciphers",
            ALERT => "alert",
            HANDSHAKE => "handshake",
            APPLICATION_DATA => "encrypted",
            _ => "another type",
        }
    }
}

impl Carrier for Tls {
    fn read(&mut self, speaker: Speaker, plain: Option<&[u8]>, reader: &mut Reader<'_>) {
        // What is not all that was encrypted cannot be told apart from what was.
        let mut plain = plain.filter(|plain| text_bytes(reader.rest()) == Some(plain.len()));
        while !reader.is_at_end() {
            if self.record(speaker, &mut plain, reader).is_err() {
                return;
            }
        }
    }
}

/// How much was encrypted, in bytes; `None` if a handshake is going on.
fn text_bytes(mut stream: &[u8]) -> Option<usize> {
    let mut sum = 0;
    while !stream.is_empty() {
        let record = Record::of(stream)?;
        if record.kind != APPLICATION_DATA {
            return None;
        }
        sum += record.length.checked_sub(TYPE_BYTES + TAG_BYTES)?;
        stream = stream.get(HEADER_BYTES + record.length..)?;
    }
    Some(sum)
}

impl Tls {
    fn record(
        &mut self,
        speaker: Speaker,
        plain: &mut Option<&[u8]>,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        let record = Record::of(reader.rest()).ok_or(Misfit)?;
        let label = format!("header of a record: {}", record.name());
        let note = Note::new(Layer::Tls, label);
        reader.mark(
            HEADER_BYTES,
            note.says(format_args!("{} bytes", record.length)),
        )?;
        reader.section(record.length, |reader| match (record.kind, plain) {
            (APPLICATION_DATA, Some(plain)) => self.text(speaker, plain, reader),
            (APPLICATION_DATA, None) => {
                let note = Note::new(Layer::Encrypted, "encrypted handshake or text");
                reader.mark(record.length, note).map(drop)
            }
            _ => {
                let note = Note::new(Layer::Tls, record.name());
                reader.mark(record.length, note).map(drop)
            }
        })
    }

    /// Marks a record by what it is in clear.
    fn text(
        &mut self,
        speaker: Speaker,
        plain: &mut &[u8],
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        let length = reader.rest().len().checked_sub(TYPE_BYTES + TAG_BYTES);
        let (text, rest) = plain
            .split_at_checked(length.ok_or(Misfit)?)
            .ok_or(Misfit)?;
        *plain = rest;
        let mut inner = Reader::new(text);
        formats::read_stream(&mut *self.0, speaker, &mut inner);
        let mut spans = inner.finish().spans;
        for span in &mut spans {
            span.label = format!("{}, encrypted", span.label).into();
        }
        reader.adopt(spans);
        reader.mark(
            TYPE_BYTES,
            Note::new(Layer::Tls, "type of the record, encrypted"),
        )?;
        reader.mark(
            TAG_BYTES,
            Note::new(Layer::Tls, "tag that proves the record genuine"),
        )?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(stream: &[u8], plain: Option<&[u8]>) -> Vec<(Layer, usize)> {
        let mut reader = Reader::new(stream);
        Tls(formats::open("json")).read(Speaker::Client, plain, &mut reader);
        reader.finish().sums().into_iter().collect()
    }

    #[test]
    fn ciphertext_is_labelled_by_what_it_hides() {
        let plain = b"{\"op\":\"ping\"}\n";
        let record = [&[23, 3, 3, 0, 14 + 17][..], &[0xee; 14 + 17]].concat();
        let expected = [
            (Layer::Name, 6),
            (Layer::Syntax, 7),
            (Layer::Framing, 1),
            (Layer::Tls, 5 + 17),
        ];
        assert_eq!(sums(&record, Some(plain)), expected);
    }

    #[test]
    fn what_nobody_knows_stays_encrypted() {
        let record = [&[23, 3, 3, 0, 20][..], &[0xee; 20]].concat();
        let expected = [(Layer::Tls, 5), (Layer::Encrypted, 20)];
        assert_eq!(sums(&record, None), expected);
        assert_eq!(sums(&record, Some(b"four")), expected);
        let hello = [&[22, 3, 1, 0, 4][..], b"abcd"].concat();
        assert_eq!(sums(&hello, Some(b"")), [(Layer::Tls, 9)]);
    }
}
