//! CBOR (RFC 8949): kinds and fields by name (`proto/cbor.md`).

use super::{Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};
use crate::anatomy::schema::{self, Field, Kind, Type};

pub(super) struct Cbor;

/// Major types (section 3.1).
const NUMBER: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

impl Format for Cbor {
    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        if let Some(kind) = speech.told() {
            return fields(kind.fields, "the fields", reader);
        }
        if reader.rest().first().is_some_and(|first| first >> 5 == MAP) {
            head(MAP, "the kind and its fields", reader)?;
            let kind = kind(speech, reader)?;
            return fields(kind.fields, "the fields", reader);
        }
        kind(speech, reader).map(drop)
    }
}

/// Marks the name that a message begins with.
fn kind(speech: Speech, reader: &mut Reader<'_>) -> Result<&'static Kind, Misfit> {
    let length = head(TEXT, "kind", reader)?;
    let name = reader.text(length, Note::new(Layer::Name, "kind"))?;
    let kind = match speech {
        Speech::Frame(Speaker::Client) => schema::named(schema::REQUESTS, name),
        Speech::Frame(Speaker::Server) => schema::from_server_named(name),
        _ => schema::named(schema::EVENTS, name),
    };
    kind.ok_or(Misfit)
}

fn fields(known: &[Field], what: &str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    for _ in 0..head(MAP, what, reader)? {
        let length = head(TEXT, "name of a field", reader)?;
        let name = reader.text(length, Note::new(Layer::Name, "name of a field"))?;
        let field = known.iter().find(|field| field.name == name);
        let field = field.ok_or(Misfit)?;
        value(field, field.holds, reader)?;
    }
    Ok(())
}

fn value(field: &Field, holds: Type, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let note = Note::new(field.layer, field.name);
    match holds {
        Type::U8 | Type::Number => number(field, reader),
        Type::Bool => reader.byte(note).map(drop),
        Type::Text => {
            let length = head(TEXT, field.name, reader)?;
            reader.text(length, note).map(drop)
        }
        Type::Bytes => {
            let length = head(BYTES, field.name, reader)?;
            reader.mark(length, note).map(drop)
        }
        Type::Optional(holds) => value(field, *holds, reader),
        Type::List(holds) => {
            let count = head(ARRAY, field.name, reader)?;
            (0..count).try_for_each(|_| value(field, *holds, reader))
        }
        Type::Struct(of) => fields(of, field.name, reader),
    }
}

fn number(field: &Field, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let note = Note::new(field.layer, field.name);
    let (major, number, follow) = peek(reader.rest()).ok_or(Misfit)?;
    if major != NUMBER {
        return Err(Misfit);
    }
    if follow == 0 {
        return reader.byte(note.says(number)).map(drop);
    }
    let bits = 8 * follow;
    reader.byte(Note::new(Layer::Tag, format!("number of {bits} bits")))?;
    reader.mark(follow, note.says(number)).map(drop)
}

/// Marks what says the type and the length of an item; gives the length.
fn head(wanted: u8, what: &str, reader: &mut Reader<'_>) -> Result<usize, Misfit> {
    let (major, length, follow) = peek(reader.rest()).ok_or(Misfit)?;
    if major != wanted {
        return Err(Misfit);
    }
    let name = match major {
        BYTES => "bytes",
        TEXT => "text",
        ARRAY => "array",
        _ => "map",
    };
    if follow == 0 {
        let label = format!("{name} of {length}: {what}");
        reader.byte(Note::new(Layer::Tag, label))?;
    } else {
        reader.byte(Note::new(Layer::Tag, format!("{name}: {what}")))?;
        let label = format!("length of {what}");
        reader.mark(follow, Note::new(Layer::Length, label).says(length))?;
    }
    usize::try_from(length).map_err(|_| Misfit)
}

/// The major type of the first item, its number, and how many bytes that takes behind the first.
fn peek(rest: &[u8]) -> Option<(u8, u64, usize)> {
    let (&first, rest) = rest.split_first()?;
    let follow = match first & 0x1f {
        small @ 0..24 => return Some((first >> 5, small.into(), 0)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let number = rest.get(..follow)?;
    let number = number
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    Some((first >> 5, number, follow))
}
