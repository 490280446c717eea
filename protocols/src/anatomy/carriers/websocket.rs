//! WebSocket (RFC 6455): each message is one frame of the codec.

use super::Carrier;
use super::head::Head;
use crate::anatomy::Speaker;
use crate::anatomy::formats::{Format, Speech};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// A connection.
pub(super) struct WebSocket {
    format: Box<dyn Format>,
    client_has_begun: bool,
    server_has_begun: bool,
}

/// The last part of a message.
const FINAL: u8 = 0x80;

/// The payload is masked.
const MASKED: u8 = 0x80;

/// Kinds of frames (section 5.2).
const TEXT: u8 = 1;
const BINARY: u8 = 2;

impl WebSocket {
    pub(super) fn new(format: Box<dyn Format>) -> Self {
        Self {
            format,
            client_has_begun: false,
            server_has_begun: false,
        }
    }

    fn frame(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let header = Header::of(reader.rest()).ok_or(Misfit)?;
        let note = Note::new(Layer::WebSocket, format!("header: {}", header.name()));
        reader.mark(header.own_bytes, note.says(header.says()))?;
        let mask = if header.is_masked {
            reader.mark(4, Note::new(Layer::WebSocket, "mask"))?
        } else {
            &[0; 4]
        };
        if !matches!(header.kind, TEXT | BINARY) {
            let note = Note::new(Layer::WebSocket, format!("body of {}", header.name()));
            return reader.mark(header.length, note).map(drop);
        }
        let masked = reader.rest().get(..header.length).ok_or(Misfit)?;
        let bytes = masked.iter().zip(mask.iter().cycle());
        let bytes: Vec<u8> = bytes.map(|(byte, mask)| byte ^ mask).collect();
        let mut inner = Reader::new(&bytes);
        inner.section(bytes.len(), |reader| {
            self.format.message(Speech::Frame(speaker), reader)
        })?;
        reader.adopt(inner.finish().spans);
        Ok(())
    }
}

impl Carrier for WebSocket {
    fn read(&mut self, speaker: Speaker, _: Option<&[u8]>, reader: &mut Reader<'_>) {
        let has_begun = match speaker {
            Speaker::Client => &mut self.client_has_begun,
            Speaker::Server => &mut self.server_has_begun,
        };
        if !*has_begun && !reader.is_at_end() {
            *has_begun = true;
            if Head::read(reader).is_err() {
                return;
            }
        }
        while !reader.is_at_end() && self.frame(speaker, reader).is_ok() {}
    }
}

/// What a frame begins with.
struct Header {
    kind: u8,
    is_masked: bool,
    own_bytes: usize,
    length: usize,
}

impl Header {
    /// The header at the start of a message in one frame.
    fn of(rest: &[u8]) -> Option<Self> {
        let &[first, second, ref more @ ..] = rest else {
            return None;
        };
        if first & FINAL == 0 {
            return None;
        }
        let (length_bytes, length) = match second & !MASKED {
            126 => (2, u16::from_be_bytes(*more.first_chunk()?).into()),
            127 => (8, u64::from_be_bytes(*more.first_chunk()?)),
            short => (0, short.into()),
        };
        Some(Self {
            kind: first & 0x0f,
            is_masked: second & MASKED != 0,
            own_bytes: 2 + length_bytes,
            length: usize::try_from(length).ok()?,
        })
    }

    const fn name(&self) -> &'static str {
        match self.kind {
            TEXT => "text",
            BINARY => "binary",
            8 => "close",
            9 => "ping",
            10 => "pong",
            _ => "another kind",
        }
    }

    fn says(&self) -> String {
        let masked = if self.is_masked { ", masked" } else { "" };
        format!("{} bytes{masked}", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anatomy::formats;

    /// Section 5.7's "Hello", masked and not, with text of JSON's in its place.
    #[test]
    fn what_is_masked_is_read() {
        let text = b"{\"op\":\"ping\"}";
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let masked = text.iter().zip(mask.iter().cycle());
        let masked: Vec<u8> = masked.map(|(byte, mask)| byte ^ mask).collect();
        let frame = [&[0x81, 0x80 | 0x0d][..], &mask, &masked].concat();
        let upgrade = b"GET /chat HTTP/1.1\r\nhost: a\r\n\r\n";
        let mut socket = WebSocket::new(formats::open("json"));
        for (bytes, header_bytes) in [(&upgrade[..], 0), (&frame, 2 + 4)] {
            let mut reader = Reader::new(bytes);
            socket.read(Speaker::Client, None, &mut reader);
            let sums = reader.finish().sums();
            assert_eq!(
                sums.get(&Layer::WebSocket).copied().unwrap_or(0),
                header_bytes
            );
            assert!(!sums.contains_key(&Layer::NotUnderstood), "{sums:?}");
        }
    }

    #[test]
    fn longer_frames_have_longer_headers() {
        let header =
            |bytes: &[u8]| Header::of(bytes).map(|header| (header.own_bytes, header.length));
        assert_eq!(header(&[0x82, 126, 1, 0]), Some((4, 256)));
        assert_eq!(
            header(&[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
            Some((10, 65_536))
        );
        assert_eq!(header(&[0x82, 126, 1]), None);
        assert_eq!(header(&[0x02, 5]), None);
    }
}
