//! How codecs write messages: a file for each way, one line here for each codec.

mod booth;
mod cbor;
mod custom;
mod json;
mod msgpack;
mod pipe;
mod positional;
mod protobuf;
mod tag;

use server_core::message::Operation;

use super::Speaker;
use super::labelled::Layer;
use super::reader::{Misfit, Note, Reader, leb128};
use super::schema::{self, Kind};

/// Opens a connection.
type Open = fn() -> Box<dyn Format>;

/// The formats, by the names of their codecs.
static FORMATS: &[(&str, Open)] = &[
    ("custom", || Box::<custom::Custom>::default()),
    ("json", || Box::new(json::Json)),
    ("protobuf", || Box::new(protobuf::Protobuf)),
    ("postcard", || Box::new(positional::POSTCARD)),
    ("msgpack", || Box::new(msgpack::Msgpack)),
    ("cbor", || Box::new(cbor::Cbor)),
    ("bincode", || Box::new(positional::BINCODE)),
    ("pipe", || Box::new(pipe::Pipe)),
    ("tag", || Box::new(tag::Tag)),
    ("booth", || Box::new(booth::Booth)),
];

/// One connection's messages, as a codec writes them.
pub(super) trait Format: Send {
    /// Where the first frame of a stream ends; `None` if that cannot be told.
    fn boundary(&self, speaker: Speaker, rest: &[u8]) -> Option<Boundary> {
        let _ = speaker;
        let (body, before) = leb128(rest)?;
        Some(Boundary {
            before,
            body: usize::try_from(body).ok()?,
            behind: 0,
        })
    }

    /// Marks one frame of a stream, which is the rest of the section, without what [`Boundary`] has in front of it and behind.
    ///
    /// # Errors
    /// As [`Format::message`].
    fn frame(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        self.message(Speech::Frame(speaker), reader)
    }

    /// Whether messages are text, and so need no further encoding where texts are expected.
    fn is_text(&self) -> bool {
        false
    }

    /// Marks one message, which is the rest of the section.
    ///
    /// # Errors
    /// [`Misfit`], behind what did fit.
    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit>;
}

/// How a frame lies in a stream, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Boundary {
    /// What says how long it is.
    pub(super) before: usize,
    /// The message.
    pub(super) body: usize,
    /// What says that it has ended.
    pub(super) behind: usize,
}

impl Boundary {
    /// Of a frame that says itself where it ends.
    pub(super) const fn alone(body: usize) -> Self {
        Self {
            before: 0,
            body,
            behind: 0,
        }
    }
}

/// What a message can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// A frame of a connection: it says itself which message it is.
    Frame(Speaker),
    /// A request that travels apart.
    Request(Operation),
    /// The reply to one.
    Reply(Operation),
    /// An event that travels apart.
    Event,
}

impl Speech {
    /// Whether the message travels apart.
    pub(super) const fn is_call(self) -> bool {
        !matches!(self, Self::Frame(_))
    }

    /// Which message it is, where the transport has said so.
    pub(super) fn told(self) -> Option<&'static Kind> {
        match self {
            Self::Request(operation) => schema::named(schema::REQUESTS, operation.name()),
            Self::Reply(operation) => schema::named(schema::REPLIES, operation.name()),
            Self::Frame(_) | Self::Event => None,
        }
    }
}

/// The format of a codec.
pub(super) fn open(codec: &str) -> Box<dyn Format> {
    let found = FORMATS.iter().find(|(name, _)| *name == codec);
    found.map_or_else(|| Box::new(Unspecified) as _, |(_, open)| open())
}

/// Marks all frames of a stream.
pub(super) fn read_stream(format: &mut dyn Format, speaker: Speaker, reader: &mut Reader<'_>) {
    while !reader.is_at_end() && read_frame(format, speaker, reader).is_ok() {}
}

fn read_frame(
    format: &mut dyn Format,
    speaker: Speaker,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    let boundary = format.boundary(speaker, reader.rest()).ok_or(Misfit)?;
    let length = Note::new(Layer::Framing, "length of the frame").says(boundary.body);
    reader.mark(boundary.before, length)?;
    reader.section(boundary.body, |reader| format.frame(speaker, reader))?;
    reader.mark(
        boundary.behind,
        Note::new(Layer::Framing, "end of the frame"),
    )?;
    Ok(())
}

/// A codec that nobody has described here.
struct Unspecified;

impl Format for Unspecified {
    fn boundary(&self, _: Speaker, rest: &[u8]) -> Option<Boundary> {
        Some(Boundary::alone(rest.len()))
    }

    fn message(&mut self, _: Speech, _: &mut Reader<'_>) -> Result<(), Misfit> {
        Err(Misfit)
    }
}
