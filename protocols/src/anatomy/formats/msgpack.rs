//! `MessagePack`: kinds by name, fields by place (`proto/msgpack.md`).

use super::{Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};
use crate::anatomy::schema::{self, Field, Kind, Type};

pub(super) struct Msgpack;

const NIL: u8 = 0xc0;

impl Format for Msgpack {
    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        if let Some(kind) = speech.told() {
            return fields(kind.fields, "the fields", reader);
        }
        if reader.rest().first() == Some(&0x81) {
            reader.byte(Note::new(Layer::Tag, "map of 1"))?;
            let kind = kind(speech, reader)?;
            return fields(kind.fields, "the fields", reader);
        }
        kind(speech, reader).map(drop)
    }
}

/// Marks the name that a message begins with.
fn kind(speech: Speech, reader: &mut Reader<'_>) -> Result<&'static Kind, Misfit> {
    let length = head(reader, "kind")?;
    let name = reader.text(length, Note::new(Layer::Name, "kind"))?;
    let kind = match speech {
        Speech::Frame(Speaker::Client) => schema::named(schema::REQUESTS, name),
        Speech::Frame(Speaker::Server) => schema::from_server_named(name),
        _ => schema::named(schema::EVENTS, name),
    };
    kind.ok_or(Misfit)
}

fn fields(fields: &[Field], what: &str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let count = head(reader, what)?;
    for field in fields.get(..count).ok_or(Misfit)? {
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
            let length = head(reader, field.name)?;
            reader.text(length, note).map(drop)
        }
        Type::Bytes => {
            let length = head(reader, field.name)?;
            reader.mark(length, note).map(drop)
        }
        Type::Optional(holds) => {
            if reader.rest().first() == Some(&NIL) {
                let label = format!("nil: no {}", field.name);
                return reader.byte(Note::new(Layer::Tag, label)).map(drop);
            }
            value(field, *holds, reader)
        }
        Type::List(holds) => {
            let count = head(reader, field.name)?;
            (0..count).try_for_each(|_| value(field, *holds, reader))
        }
        Type::Struct(of) => fields(of, field.name, reader),
    }
}

fn number(field: &Field, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let note = Note::new(field.layer, field.name);
    let count = match reader.rest().first() {
        Some(&small @ 0..=0x7f) => return reader.byte(note.says(small)).map(drop),
        Some(marker @ 0xcc..=0xcf) => 1 << (marker - 0xcc),
        _ => return Err(Misfit),
    };
    let bits = 8 * count;
    reader.byte(Note::new(Layer::Tag, format!("number of {bits} bits")))?;
    let bytes = reader.rest().get(..count).ok_or(Misfit)?;
    let number = big_endian(bytes);
    reader.mark(count, note.says(number)).map(drop)
}

/// Marks what says the type and the length of a str, bin or array; gives the length.
fn head(reader: &mut Reader<'_>, what: &str) -> Result<usize, Misfit> {
    let &first = reader.rest().first().ok_or(Misfit)?;
    let (name, small, count) = match first {
        0xa0..=0xbf => ("str", Some(first & 0x1f), 0),
        0x90..=0x9f => ("array", Some(first & 0x0f), 0),
        0xd9 => ("str", None, 1),
        0xda => ("str", None, 2),
        0xdb => ("str", None, 4),
        0xc4 => ("bin", None, 1),
        0xc5 => ("bin", None, 2),
        0xc6 => ("bin", None, 4),
        0xdc => ("array", None, 2),
        0xdd => ("array", None, 4),
        _ => return Err(Misfit),
    };
    if let Some(length) = small {
        let label = format!("{name} of {length}: {what}");
        reader.byte(Note::new(Layer::Tag, label))?;
        return Ok(length.into());
    }
    reader.byte(Note::new(Layer::Tag, format!("{name}: {what}")))?;
    let length = big_endian(reader.rest().get(..count).ok_or(Misfit)?);
    let label = format!("length of {what}");
    reader.mark(count, Note::new(Layer::Length, label).says(length))?;
    usize::try_from(length).map_err(|_| Misfit)
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}
