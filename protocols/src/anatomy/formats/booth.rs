//! The format `booth` (`proto/booth.md`).

use super::{Boundary, Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

pub(super) struct Booth;

/// Version, action, and the size of the body, in bytes.
const HEADER_BYTES: usize = 1 + 1 + 4;

/// What proves who asks, in bytes.
const AUTHENTICATION_BYTES: usize = 16;

/// Actions, by their numbers.
const ACTIONS: [&str; 9] = [
    "refused",
    "sign up",
    "log in",
    "list",
    "send",
    "deliver",
    "read waiting",
    "delete account",
    "leave",
];
const REFUSED: u8 = 0;
const SIGN_UP: u8 = 1;
const LOG_IN: u8 = 2;
const LIST: u8 = 3;
const SEND: u8 = 4;
const DELIVER: u8 = 5;
const READ: u8 = 6;

impl Format for Booth {
    fn boundary(&self, speaker: Speaker, rest: &[u8]) -> Option<Boundary> {
        let &[1, action, a, b, c, d, ..] = rest else {
            return None;
        };
        let body = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
        let authentication = authentication_bytes(speaker, action);
        let whole = body.checked_add(HEADER_BYTES + authentication)?;
        Some(Boundary::alone(whole))
    }

    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let Speech::Frame(speaker) = speech else {
            return Err(Misfit);
        };
        let &[_, action, a, b, c, d, ..] = reader.rest() else {
            return Err(Misfit);
        };
        let name = ACTIONS.get(usize::from(action)).ok_or(Misfit)?;
        let body = u32::from_be_bytes([a, b, c, d]);
        reader.byte(Note::new(Layer::Tag, "version"))?;
        reader.byte(Note::new(Layer::Tag, format!("action: {name}")))?;
        reader.mark(4, Note::new(Layer::Framing, "size of the body").says(body))?;
        let body = usize::try_from(body).map_err(|_| Misfit)?;
        reader.section(body, |reader| match speaker {
            Speaker::Client => request(action, reader),
            Speaker::Server => from_server(action, reader),
        })?;
        let authentication = authentication_bytes(speaker, action);
        reader.mark(authentication, Note::new(Layer::Value, "authentication"))?;
        Ok(())
    }
}

const fn authentication_bytes(speaker: Speaker, action: u8) -> usize {
    match speaker {
        Speaker::Client if action != SIGN_UP => AUTHENTICATION_BYTES,
        _ => 0,
    }
}

fn request(action: u8, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    match action {
        SIGN_UP | LOG_IN => rest("name", reader),
        LIST => {
            value(4, "most names wanted", reader)?;
            short_string("after", reader)?;
            rest("pattern", reader)
        }
        SEND => {
            short_string("to", reader)?;
            rest("text", reader)
        }
        READ => value(4, "limit", reader),
        _ => Ok(()),
    }
}

fn from_server(action: u8, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    match action {
        REFUSED => {
            value(1, "code", reader)?;
            let left = reader.rest().len();
            value(left, "detail", reader)
        }
        SIGN_UP => value(AUTHENTICATION_BYTES, "key", reader),
        LOG_IN => value(4, "messages that wait", reader),
        LIST => {
            value(1, "more", reader)?;
            while !reader.is_at_end() {
                short_string("name", reader)?;
            }
            Ok(())
        }
        SEND => value(1, "delivered", reader),
        DELIVER => {
            short_string("from", reader)?;
            rest("text", reader)
        }
        READ => {
            while !reader.is_at_end() {
                short_string("from", reader)?;
                let bytes = *reader.rest().first_chunk().ok_or(Misfit)?;
                let length = u32::from_be_bytes(bytes);
                reader.mark(4, Note::new(Layer::Length, "length of text").says(length))?;
                let length = usize::try_from(length).map_err(|_| Misfit)?;
                reader.text(length, Note::new(Layer::Payload, "text"))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn value(count: usize, label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    reader.mark(count, Note::new(Layer::Value, label)).map(drop)
}

/// Marks a string behind its length in one byte.
fn short_string(label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &length = reader.rest().first().ok_or(Misfit)?;
    let note = Note::new(Layer::Length, format!("length of {label}"));
    reader.byte(note.says(length))?;
    reader
        .text(length.into(), Note::new(Layer::Payload, label))
        .map(drop)
}

fn rest(label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    reader
        .text(reader.rest().len(), Note::new(Layer::Payload, label))
        .map(drop)
}
