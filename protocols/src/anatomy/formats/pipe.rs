//! The format `pipe` (`proto/pipe.md`).

use super::{Boundary, Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

pub(super) struct Pipe;

/// What a client asks, by its codes.
const REQUESTS: [&str; 7] = [
    "",
    "register",
    "log in",
    "search",
    "send",
    "log out",
    "delete account",
];

const SEND: u8 = 4;
const LOG_OUT: u8 = 5;

/// What a server says with a body behind it.
const UNREAD_FOLLOW: u8 = 9;
const FOUND: u8 = 16;
const INCOMING: u8 = 32;

/// A piece of a batch that is as long as this has another one behind it, in bytes.
const PIECE_FULL_BYTES: usize = 65_535;

/// Who counted how long a body is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// An addition of ours, on streams alone.
    Ours,
    /// The format itself.
    Theirs,
    /// Nobody: a message ends where the transport says.
    None,
}

impl Format for Pipe {
    fn boundary(&self, speaker: Speaker, rest: &[u8]) -> Option<Boundary> {
        let &first = rest.first()?;
        let has_body = speaker == Speaker::Client || has_body(first);
        let body = if has_body { 3 + int16(&rest[1..])? } else { 1 };
        let mut whole = body;
        let mut piece = body - 1;
        while has_body && first != INCOMING && piece == 2 + PIECE_FULL_BYTES {
            piece = 2 + int16(rest.get(whole..)?)?;
            whole += piece;
        }
        Some(Boundary::alone(whole))
    }

    fn frame(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        message(speaker, Length::Ours, reader)
    }

    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        match speech {
            Speech::Frame(speaker) => message(speaker, Length::None, reader),
            _ => Err(Misfit),
        }
    }
}

const fn has_body(status: u8) -> bool {
    matches!(status, UNREAD_FOLLOW | FOUND | INCOMING)
}

fn int16(bytes: &[u8]) -> Option<usize> {
    Some(u16::from_be_bytes(*bytes.first_chunk()?).into())
}

fn message(speaker: Speaker, length: Length, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &code = reader.rest().first().ok_or(Misfit)?;
    if speaker == Speaker::Server {
        return from_server(code, length, reader);
    }
    let name = REQUESTS
        .get(usize::from(code))
        .filter(|name| !name.is_empty());
    reader.byte(Note::new(Layer::Tag, *name.ok_or(Misfit)?))?;
    body(length, reader, |reader| match code {
        SEND => {
            field(b'|', Layer::Value, "sender", reader)?;
            field(b'|', Layer::Payload, "receiver", reader)?;
            rest(Layer::Payload, "text", reader)
        }
        // Who is logged in says its own name once more.
        LOG_OUT.. => rest(Layer::Value, "name", reader),
        _ => rest(Layer::Payload, "name", reader),
    })
}

fn from_server(status: u8, ours: Length, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let label = match status {
        1 => "registered",
        2 => "name exists",
        8 => "logged in, nothing unread",
        UNREAD_FOLLOW => "logged in, unread follow",
        10 => "unknown user",
        11 => "already logged in",
        FOUND => "found",
        17 => "nothing found",
        24 => "sent at once",
        25 => "buffered",
        26 => "no such user",
        27 => "send failed",
        INCOMING => "incoming message",
        40 => "logged out",
        48 => "deleted",
        127 => "unknown error",
        _ => return Err(Misfit),
    };
    reader.byte(Note::new(Layer::Tag, label))?;
    match status {
        INCOMING => body(ours, reader, |reader| {
            field(b'|', Layer::Payload, "sender", reader)?;
            rest(Layer::Payload, "text", reader)
        }),
        UNREAD_FOLLOW => body(Length::Theirs, reader, |reader| {
            list(b'\n', reader, |reader| {
                field(b'|', Layer::Payload, "sender", reader)?;
                until(b'\n', Layer::Payload, "text", reader)
            })
        }),
        FOUND => body(Length::Theirs, reader, |reader| {
            list(b'|', reader, |reader| {
                until(b'|', Layer::Payload, "name", reader)
            })
        }),
        _ => Ok(()),
    }
}

/// Marks a body behind its length.
fn body<'b>(
    length: Length,
    reader: &mut Reader<'b>,
    read: impl FnOnce(&mut Reader<'b>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    let (layer, label) = match length {
        Length::Ours => (Layer::Framing, "length of the body (our addition)"),
        Length::Theirs => (Layer::Length, "length of the batch"),
        Length::None => return read(reader),
    };
    let count = int16(reader.rest()).ok_or(Misfit)?;
    reader.mark(2, Note::new(layer, label).says(count))?;
    reader.section(count, read)
}

/// Marks things with a separator between them.
fn list<'b>(
    separator: u8,
    reader: &mut Reader<'b>,
    item: impl Fn(&mut Reader<'b>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    while !reader.is_at_end() {
        item(reader)?;
        if reader.rest().first() == Some(&separator) {
            reader.byte(Note::new(Layer::Syntax, "separator"))?;
        }
    }
    Ok(())
}

/// Marks a text and the separator behind it.
fn field(
    separator: u8,
    layer: Layer,
    label: &'static str,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    until(separator, layer, label, reader)?;
    reader.byte(Note::new(Layer::Syntax, "separator"))?;
    Ok(())
}

/// Marks a text that ends before a separator, or with the section.
fn until(
    separator: u8,
    layer: Layer,
    label: &'static str,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    let rest = reader.rest();
    let length = rest.iter().position(|&byte| byte == separator);
    reader
        .text(length.unwrap_or(rest.len()), Note::new(layer, label))
        .map(drop)
}

fn rest(layer: Layer, label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    reader
        .text(reader.rest().len(), Note::new(layer, label))
        .map(drop)
}
