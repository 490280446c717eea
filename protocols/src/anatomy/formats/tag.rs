//! The format `tag` (`proto/tag.md`).

use super::{Boundary, Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

pub(super) struct Tag;

/// What a client asks, by its tags; replies repeat them.
const TAGS: [&str; 7] = [
    "create account",
    "log in",
    "log out",
    "delete account",
    "send",
    "open undelivered",
    "list accounts",
];

const SEND: u8 = 4;
const OPEN: u8 = 5;
const LIST: u8 = 6;

/// What stands in place of the state of a message that is pushed.
const PUSHED: u8 = 3;

/// Refusals begin here.
const REFUSED: u8 = 128;

/// What finds the end of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Lengths in the stream.
    ByLength,
    /// The transport.
    ByTransport,
}

impl Format for Tag {
    fn boundary(&self, speaker: Speaker, rest: &[u8]) -> Option<Boundary> {
        let length = |at: usize| {
            let bytes = rest.get(at..)?.first_chunk()?;
            Some(at + 2 + usize::from(u16::from_be_bytes(*bytes)))
        };
        let &first = rest.first()?;
        let whole = match (speaker, first) {
            (Speaker::Client, 2 | 3 | OPEN) => 1,
            (Speaker::Client, _) | (Speaker::Server, PUSHED) => length(1)?,
            (Speaker::Server, _) => match *rest.get(1)? {
                OPEN => {
                    let bytes = rest.get(2..)?.first_chunk()?;
                    6 + usize::try_from(u32::from_be_bytes(*bytes)).ok()?
                }
                LIST => length(2)?,
                _ => 2,
            },
        };
        Some(Boundary::alone(whole))
    }

    fn frame(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        message(speaker, Ends::ByLength, reader)
    }

    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        match speech {
            Speech::Frame(speaker) => message(speaker, Ends::ByTransport, reader),
            _ => Err(Misfit),
        }
    }
}

fn message(speaker: Speaker, ends: Ends, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &first = reader.rest().first().ok_or(Misfit)?;
    if speaker == Speaker::Server {
        return from_server(first, ends, reader);
    }
    let name = TAGS.get(usize::from(first)).ok_or(Misfit)?;
    reader.byte(Note::new(Layer::Tag, *name))?;
    if matches!(first, 2 | 3 | OPEN) {
        return Ok(());
    }
    length(ends, 2, "length of the body (our addition)", reader)?;
    match first {
        SEND => {
            name_in_characters("to", reader)?;
            rest("text", reader)
        }
        LIST => {
            reader.byte(Note::new(Layer::Value, "most names wanted"))?;
            rest("regular expression", reader)
        }
        _ => rest("name", reader),
    }
}

fn from_server(state: u8, ends: Ends, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let label = match state {
        0 => "state: you are logged out",
        1 => "state: you are logged in",
        2 => "state: no change",
        PUSHED => {
            reader.byte(Note::new(Layer::Tag, "a message is pushed"))?;
            length(ends, 2, "length of the message", reader)?;
            name_in_characters("from", reader)?;
            return rest("text", reader);
        }
        _ => return Err(Misfit),
    };
    reader.byte(Note::new(Layer::Value, label))?;
    let &tag = reader.rest().first().ok_or(Misfit)?;
    if tag >= REFUSED {
        let note = Note::new(Layer::Tag, "refused").says(tag - REFUSED);
        return reader.byte(note).map(drop);
    }
    let name = TAGS.get(usize::from(tag)).ok_or(Misfit)?;
    reader.byte(Note::new(Layer::Tag, format!("carried out: {name}")))?;
    match tag {
        OPEN => {
            length(ends, 4, "length of the messages", reader)?;
            while !reader.is_at_end() {
                name_in_characters("from", reader)?;
                let bytes = *reader.rest().first_chunk().ok_or(Misfit)?;
                let count = u16::from_be_bytes(bytes);
                reader.mark(2, Note::new(Layer::Length, "length of text").says(count))?;
                reader.text(count.into(), Note::new(Layer::Payload, "text"))?;
            }
            Ok(())
        }
        LIST => {
            length(ends, 2, "length of the names", reader)?;
            while !reader.is_at_end() {
                name_in_characters("name", reader)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Marks a length that finds the end of a frame, where the transport does not.
fn length(
    ends: Ends,
    count: usize,
    label: &'static str,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    match ends {
        Ends::ByLength => reader
            .mark(count, Note::new(Layer::Framing, label))
            .map(drop),
        Ends::ByTransport => Ok(()),
    }
}

/// Marks a name behind its length in characters.
fn name_in_characters(label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &characters = reader.rest().first().ok_or(Misfit)?;
    let note = Note::new(Layer::Length, format!("length of {label}, in characters"));
    reader.byte(note.says(characters))?;
    let rest = reader.rest();
    let starts = rest.iter().enumerate();
    // Bytes that go on with a character begin with the bits 10.
    let mut starts = starts
        .filter(|(_, byte)| **byte & 0xc0 != 0x80)
        .map(|(at, _)| at);
    let end = starts.nth(characters.into()).unwrap_or(rest.len());
    reader.text(end, Note::new(Layer::Payload, label)).map(drop)
}

fn rest(label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    reader
        .text(reader.rest().len(), Note::new(Layer::Payload, label))
        .map(drop)
}
