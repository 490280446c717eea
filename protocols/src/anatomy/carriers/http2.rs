//! HTTP/2 (RFC 9113).

use super::Carrier;
use super::hpack::{Header, Headers};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// What the streams of a connection carry.
pub(super) trait Rider: Send {
    /// A stream was opened, answered or closed with these headers.
    fn headers(&mut self, stream: u32, headers: &[Header]);

    /// Marks a message, which is the rest of the section.
    ///
    /// # Errors
    /// [`Misfit`], behind what did fit.
    fn data(
        &mut self,
        stream: u32,
        speaker: Speaker,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit>;
}

/// A connection.
pub(super) struct Http2<R> {
    rider: R,
    has_begun: bool,
    from_client: Headers,
    from_server: Headers,
}

/// What a client begins with (section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Kinds of frames, by their numbers (section 6).
const KINDS: [&str; 10] = [
    "DATA",
    "HEADERS",
    "PRIORITY",
    "RST_STREAM",
    "SETTINGS",
    "PUSH_PROMISE",
    "PING",
    "GOAWAY",
    "WINDOW_UPDATE",
    "CONTINUATION",
];
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;

/// Flags of frames.
const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;
const PADDED: u8 = 0x8;
const PRIORITIZED: u8 = 0x20;

/// Settings, by their numbers (section 6.5.2 and, the last one, RFC 8441).
const SETTING_NAMES: [&str; 9] = [
    "",
    "HEADER_TABLE_SIZE",
    "ENABLE_PUSH",
    "MAX_CONCURRENT_STREAMS",
    "INITIAL_WINDOW_SIZE",
    "MAX_FRAME_SIZE",
    "MAX_HEADER_LIST_SIZE",
    "",
    "ENABLE_CONNECT_PROTOCOL",
];

/// What the header of a frame takes, in bytes.
const HEADER_BYTES: usize = 9;

/// The header of a frame (section 4.1).
#[derive(Clone, Copy)]
struct Frame {
    length: usize,
    kind: u8,
    flags: u8,
    stream: u32,
}

impl<R> Http2<R> {
    pub(super) fn new(rider: R) -> Self {
        Self {
            rider,
            has_begun: false,
            from_client: Headers::default(),
            from_server: Headers::default(),
        }
    }
}

impl<R: Rider> Carrier for Http2<R> {
    fn read(&mut self, speaker: Speaker, _: Option<&[u8]>, reader: &mut Reader<'_>) {
        let preface = reader.rest().starts_with(PREFACE);
        if speaker == Speaker::Client && !self.has_begun && preface {
            self.has_begun = true;
            let note = Note::new(Layer::Http2Frames, "preface of the connection");
            let marked = reader.mark(PREFACE.len(), note);
            debug_assert!(marked.is_ok(), "it is there");
        }
        while !reader.is_at_end() && self.frame(speaker, reader).is_ok() {}
    }
}

impl<R: Rider> Http2<R> {
    fn frame(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let frame = Frame::of(reader.rest()).ok_or(Misfit)?;
        reader.mark(
            HEADER_BYTES,
            Note::new(Layer::Http2Frames, frame.label()).says(frame.says()),
        )?;
        reader.section(frame.length, |reader| match frame.kind {
            _ if frame.flags & PADDED != 0 && frame.kind <= HEADERS => Err(Misfit),
            DATA => self.rider.data(frame.stream, speaker, reader),
            HEADERS => self.headers(frame, speaker, reader),
            SETTINGS => settings(reader),
            WINDOW_UPDATE => {
                let bytes = reader.rest().try_into().map_err(|_| Misfit)?;
                let note = Note::new(Layer::Http2Frames, "bytes that may come");
                reader
                    .mark(4, note.says(u32::from_be_bytes(bytes)))
                    .map(drop)
            }
            _ => {
                let label = format!("body of {}", frame.name());
                reader
                    .mark(frame.length, Note::new(Layer::Http2Frames, label))
                    .map(drop)
            }
        })
    }

    fn headers(
        &mut self,
        frame: Frame,
        speaker: Speaker,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        if frame.flags & PRIORITIZED != 0 {
            reader.mark(5, Note::new(Layer::Http2Frames, "priority"))?;
        }
        if frame.flags & END_HEADERS == 0 {
            return Err(Misfit);
        }
        let headers = match speaker {
            Speaker::Client => &mut self.from_client,
            Speaker::Server => &mut self.from_server,
        };
        let headers = headers.read(reader)?;
        self.rider.headers(frame.stream, &headers);
        Ok(())
    }
}

impl Frame {
    /// The header at the start.
    fn of(rest: &[u8]) -> Option<Self> {
        let &[length @ .., kind, flags, _, _, _, _] = rest.first_chunk::<HEADER_BYTES>()?;
        let length = length
            .iter()
            .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
        let stream = u32::from_be_bytes(*rest[5..].first_chunk()?);
        Some(Self {
            length,
            kind,
            flags,
            stream: stream & 0x7fff_ffff,
        })
    }

    fn name(self) -> &'static str {
        KINDS
            .get(usize::from(self.kind))
            .unwrap_or(&"unknown frame")
    }

    fn label(self) -> String {
        format!("header of a frame: {}", self.name())
    }

    fn says(self) -> String {
        let Self { length, stream, .. } = self;
        let ends = match self.kind {
            DATA | HEADERS if self.flags & END_STREAM != 0 => ", ends the stream",
            _ => "",
        };
        format!("{length} bytes, stream {stream}{ends}")
    }
}

fn settings(reader: &mut Reader<'_>) -> Result<(), Misfit> {
    while !reader.is_at_end() {
        let rest = reader.rest();
        let number = u16::from_be_bytes(*rest.first_chunk().ok_or(Misfit)?);
        let value = rest.get(2..).and_then(<[u8]>::first_chunk).ok_or(Misfit)?;
        let number = usize::from(number);
        let name = SETTING_NAMES.get(number).unwrap_or(&"");
        let note = Note::new(Layer::Http2Frames, format!("setting {number} {name}"));
        reader.mark(6, note.says(u32::from_be_bytes(*value)))?;
    }
    Ok(())
}
