//! Where the frames of HTTP/2 begin (RFC 9113).

use anyhow::ensure;
use protocols::counted::Direction;

/// What a client's stream begins with (section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What a frame begins with: 3 bytes of length, the kind, flags, and 4 bytes that name a stream (section 4.1).
const HEADER_BYTES: usize = 9;

/// The kinds of frames that carry messages (section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;

/// A frame, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// What kind of frame, as section 6 numbers them.
    pub(super) kind: u8,
    /// How many bytes follow its header.
    pub(super) payload_bytes: usize,
}

impl Frame {
    /// Whether it carries a part of a request or of a response.
    pub(super) const fn belongs_to_a_call(self) -> bool {
        matches!(self.kind, DATA | HEADERS | CONTINUATION)
    }
}

/// One direction of a connection, which may come in any pieces.
pub(super) struct Frames {
    preface_left: &'static [u8],
    header: [u8; HEADER_BYTES],
    header_have: usize,
    payload_left: usize,
}

impl Frames {
    /// What a client sends or receives.
    pub(super) const fn of(direction: Direction) -> Self {
        Self {
            preface_left: match direction {
                Direction::Sent => PREFACE,
                Direction::Received => &[],
            },
            header: [0; HEADER_BYTES],
            header_have: 0,
            payload_left: 0,
        }
    }

    /// Reads on; gives the frames whose headers are now whole.
    ///
    /// # Errors
    /// If a client's stream does not begin as HTTP/2 does.
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> anyhow::Result<Vec<Frame>> {
        let preface = self.preface_left.len().min(bytes.len());
        ensure!(
            bytes[..preface] == self.preface_left[..preface],
            "the client's stream does not begin with HTTP/2's preface"
        );
        self.preface_left = &self.preface_left[preface..];
        bytes = &bytes[preface..];
        let mut frames = Vec::new();
        while !bytes.is_empty() {
            let payload = self.payload_left.min(bytes.len());
            self.payload_left -= payload;
            bytes = &bytes[payload..];
            let room = &mut self.header[self.header_have..];
            let header = room.len().min(bytes.len());
            room[..header].copy_from_slice(&bytes[..header]);
            self.header_have += header;
            bytes = &bytes[header..];
            if self.header_have == HEADER_BYTES {
                frames.push(self.begin());
            }
        }
        Ok(frames)
    }

    /// The frame whose header is whole.
    fn begin(&mut self) -> Frame {
        let [a, b, c, kind, ..] = self.header;
        let payload_bytes = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        self.header_have = 0;
        self.payload_left = payload_bytes;
        Frame {
            kind,
            payload_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings without any, headers of 3 bytes, data of 258 bytes.
    fn hand_made() -> (Vec<u8>, [Frame; 3]) {
        let mut bytes = vec![0, 0, 0, 4, 0, 0, 0, 0, 0];
        bytes.extend([0, 0, 3, 1, 4, 0, 0, 0, 1, 0x82, 0x86, 0x84]);
        bytes.extend([0, 1, 2, 0, 1, 0, 0, 0, 1]);
        bytes.extend([0xee; 258]);
        let frame = |kind, payload_bytes| Frame {
            kind,
            payload_bytes,
        };
        (bytes, [frame(4, 0), frame(1, 3), frame(0, 258)])
    }

    #[test]
    fn frames_are_found_however_the_stream_is_cut() {
        let (bytes, expected) = hand_made();
        for piece in 1..=bytes.len() {
            let mut frames = Frames::of(Direction::Received);
            let found: Vec<Frame> = bytes
                .chunks(piece)
                .flat_map(|piece| frames.read(piece).unwrap())
                .collect();
            assert_eq!(found, expected, "pieces of {piece}");
        }
    }

    #[test]
    fn a_clients_preface_is_no_frame_however_it_is_cut() {
        let (bytes, expected) = hand_made();
        let bytes = [PREFACE.as_slice(), &bytes].concat();
        for piece in 1..=bytes.len() {
            let mut frames = Frames::of(Direction::Sent);
            let found: Vec<Frame> = bytes
                .chunks(piece)
                .flat_map(|piece| frames.read(piece).unwrap())
                .collect();
            assert_eq!(found, expected, "pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_http2_is_told() {
        assert!(Frames::of(Direction::Sent).read(b"GET / HTTP/1.1").is_err());
    }
}
