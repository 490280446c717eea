//! Compressed headers of HTTP/2 (HPACK, RFC 7541).

mod huffman;
mod table;

use self::table::Table;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// A header: its name and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

/// The headers of one direction of a connection.
#[derive(Default)]
pub(super) struct Headers {
    table: Table,
}

/// How a field is written (section 6), by the first bits of its first byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// By its place in the table alone.
    Indexed,
    /// In full, and the table keeps it.
    Kept,
    /// In full, and the table does not keep it.
    NotKept,
    /// No field: the table gets another size.
    Resized,
}

impl Written {
    /// What a first byte says, and how many of its bits belong to the number behind that.
    const fn of(first: u8) -> (Self, u32) {
        match first {
            0x80.. => (Self::Indexed, 7),
            0x40..0x80 => (Self::Kept, 6),
            0x20..0x40 => (Self::Resized, 5),
            _ => (Self::NotKept, 4),
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Indexed => "field, by its place in the table",
            Self::Kept => "field, kept in the table",
            Self::NotKept => "field, not kept",
            Self::Resized => "size of the table",
        }
    }
}

impl Headers {
    /// Marks a block of headers, the rest of the section, each field a span; gives them.
    ///
    /// # Errors
    /// [`Misfit`] if it is none.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<Vec<Header>, Misfit> {
        let mut headers = Vec::new();
        while !reader.is_at_end() {
            let rest = reader.rest();
            let (written, bits) = Written::of(rest[0]);
            let mut at = At { rest, taken: 0 };
            let index = at.number(bits)?;
            let note = Note::new(Layer::Http2Headers, written.label());
            let header = match written {
                Written::Resized => {
                    self.table.resize(index);
                    reader.mark(at.taken, note.says(index))?;
                    continue;
                }
                Written::Indexed => self.table.header(index).ok_or(Misfit)?,
                Written::Kept | Written::NotKept => self.literal(index, &mut at)?,
            };
            let says = format!("{}: {}", header.name, header.value);
            reader.mark(at.taken, note.says(says))?;
            if written == Written::Kept {
                self.table.keep(header.clone());
            }
            headers.push(header);
        }
        Ok(headers)
    }

    /// A field in full; its name may stand in the table.
    fn literal(&self, index: usize, at: &mut At<'_>) -> Result<Header, Misfit> {
        let name = match index {
            0 => at.string()?,
            _ => self.table.header(index).ok_or(Misfit)?.name,
        };
        let value = at.string()?;
        Ok(Header { name, value })
    }
}

/// A place in a block.
struct At<'b> {
    rest: &'b [u8],
    taken: usize,
}

impl At<'_> {
    /// A number whose first bits are the lowest ones of the next byte (section 5.1).
    fn number(&mut self, bits: u32) -> Result<usize, Misfit> {
        let mask = (1_usize << bits) - 1;
        let mut number = usize::from(self.byte()?) & mask;
        if number < mask {
            return Ok(number);
        }
        // Three further bytes go far beyond every block.
        for shift in [0, 7, 14] {
            let byte = self.byte()?;
            number += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Misfit)
    }

    /// A string, compressed or not (section 5.2).
    fn string(&mut self) -> Result<String, Misfit> {
        let &first = self.rest.get(self.taken).ok_or(Misfit)?;
        let length = self.number(7)?;
        let end = self.taken.checked_add(length).ok_or(Misfit)?;
        let bytes = self.rest.get(self.taken..end).ok_or(Misfit)?;
        self.taken = end;
        let bytes = match first & 0x80 {
            0 => bytes.to_vec(),
            _ => huffman::decode(bytes)?,
        };
        String::from_utf8(bytes).map_err(|_| Misfit)
    }

    fn byte(&mut self) -> Result<u8, Misfit> {
        let &byte = self.rest.get(self.taken).ok_or(Misfit)?;
        self.taken += 1;
        Ok(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fields of a block, as the RFC's examples write them.
    #[track_caller]
    fn check(headers: &mut Headers, hex: &str, expected: &[(&str, &str)]) {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let mut reader = Reader::new(&bytes);
        let found = headers.read(&mut reader).unwrap();
        let expected: Vec<Header> = expected
            .iter()
            .map(|(name, value)| Header {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            })
            .collect();
        assert_eq!(found, expected);
        assert!(reader.is_at_end());
        assert_eq!(reader.finish().spans.len(), expected.len());
    }

    /// Appendix C.4: three requests on one connection, compressed.
    #[test]
    fn the_examples_of_the_rfc_are_read() {
        let mut headers = Headers::default();
        let first = [
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "www.example.com"),
        ];
        check(
            &mut headers,
            "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
            &first,
        );
        let second = [&first[..], &[("cache-control", "no-cache")]].concat();
        check(&mut headers, "8286 84be 5886 a8eb 1064 9cbf", &second);
        let third = [
            (":method", "GET"),
            (":scheme", "https"),
            (":path", "/index.html"),
            (":authority", "www.example.com"),
            ("custom-key", "custom-value"),
        ];
        check(
            &mut headers,
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
            &third,
        );
    }

    /// Appendices C.2.1 and C.2.3: without compression, kept and not kept.
    #[test]
    fn plain_strings_are_read() {
        let mut headers = Headers::default();
        check(
            &mut headers,
            "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
            &[("custom-key", "custom-header")],
        );
        check(
            &mut headers,
            "1008 7061 7373 776f 7264 0673 6563 7265 74",
            &[("password", "secret")],
        );
        check(&mut headers, "be", &[("custom-key", "custom-header")]);
    }

    #[test]
    fn what_is_no_block_does_not_fit() {
        for bytes in [
            &[0xff_u8][..],
            &[0xbe],
            &[0x40, 0x05, b'a'],
            &[0x00, 0x81, 0x00],
        ] {
            assert!(
                Headers::default().read(&mut Reader::new(bytes)).is_err(),
                "{bytes:x?}"
            );
        }
    }
}
