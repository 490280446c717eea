//! Protocol buffers (`proto/chat.proto`, `proto/protobuf.md`).

use super::{Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader, leb128};
use crate::anatomy::schema::{self, Field, Kind, Type};

pub(super) struct Protobuf;

/// The numbers of what does not stand under the number of its operation.
const EVENT: u64 = 15;
const REFUSAL: u64 = 16;

/// How the bytes of a field end (protobuf.dev, "Encoding").
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH: u64 = 2;

impl Format for Protobuf {
    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        match speech {
            Speech::Frame(speaker) => frame(speaker, reader),
            Speech::Event => event(reader),
            Speech::Request(_) | Speech::Reply(_) => {
                fields(speech.told().ok_or(Misfit)?.fields, reader)
            }
        }
    }
}

fn frame(speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let number = peek_tag(reader)?.0;
    match (speaker, number) {
        (Speaker::Server, EVENT) => nested("event", reader, event),
        (Speaker::Server, REFUSAL) => nested("refusal", reader, |reader| {
            fields(schema::REFUSED.fields, reader)
        }),
        (Speaker::Client, _) => kind(operation(schema::REQUESTS, number)?, reader),
        (Speaker::Server, _) => kind(operation(schema::REPLIES, number)?, reader),
    }
}

/// The kind that has this number in `ClientFrame` and `ServerFrame`: two came later than events and refusals.
fn operation(kinds: &'static [Kind], number: u64) -> Result<&'static Kind, Misfit> {
    let place = match number {
        1..EVENT => number - 1,
        17 | 18 => number - 3,
        _ => return Err(Misfit),
    };
    kinds
        .get(usize::try_from(place).map_err(|_| Misfit)?)
        .ok_or(Misfit)
}

fn kind(kind: &'static Kind, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    nested(kind.name, reader, |reader| fields(kind.fields, reader))
}

fn event(reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let place = peek_tag(reader)?.0.checked_sub(1).ok_or(Misfit)?;
    let place = usize::try_from(place).map_err(|_| Misfit)?;
    let kind = schema::EVENTS.get(place).ok_or(Misfit)?;
    nested(kind.name, reader, |reader| match kind.fields {
        // The message stands there itself.
        [
            Field {
                holds: Type::Struct(of),
                ..
            },
        ] => fields(of, reader),
        of => fields(of, reader),
    })
}

fn fields(known: &'static [Field], reader: &mut Reader<'_>) -> Result<(), Misfit> {
    while !reader.is_at_end() {
        let (number, _) = peek_tag(reader)?;
        let place = number.checked_sub(1).ok_or(Misfit)?;
        let place = usize::try_from(place).map_err(|_| Misfit)?;
        let field = known.get(place).ok_or(Misfit)?;
        value(field, field.holds, reader)?;
    }
    Ok(())
}

fn value(field: &'static Field, holds: Type, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let note = Note::new(field.layer, field.name);
    match holds {
        Type::List(&Type::Struct(of)) | Type::Struct(of) => {
            nested(field.name, reader, |reader| fields(of, reader))
        }
        Type::List(Type::Number) => nested(field.name, reader, |reader| {
            while !reader.is_at_end() {
                reader.varint(Note::new(field.layer, field.name))?;
            }
            Ok(())
        }),
        Type::Optional(holds) | Type::List(holds) => value(field, *holds, reader),
        Type::Text => {
            let length = length(field.name, reader)?;
            reader.text(length, note).map(drop)
        }
        Type::Bytes => {
            let length = length(field.name, reader)?;
            reader.mark(length, note).map(drop)
        }
        Type::U8 | Type::Number | Type::Bool => match tag(field.name, reader)? {
            VARINT => reader.varint(note).map(drop),
            FIXED_64 => reader.mark(8, note).map(drop),
            _ => Err(Misfit),
        },
    }
}

/// Marks a tag and a length, and what they announce.
fn nested<'b>(
    what: &str,
    reader: &mut Reader<'b>,
    read: impl FnOnce(&mut Reader<'b>) -> Result<(), Misfit>,
) -> Result<(), Misfit> {
    let length = length(what, reader)?;
    reader.section(length, read)
}

/// Marks a tag and a length; gives the length.
fn length(what: &str, reader: &mut Reader<'_>) -> Result<usize, Misfit> {
    match tag(what, reader)? {
        LENGTH => {
            let label = format!("length of {what}");
            reader.varint_length(Note::new(Layer::Length, label))
        }
        _ => Err(Misfit),
    }
}

/// Marks a tag; gives how its field ends.
fn tag(what: &str, reader: &mut Reader<'_>) -> Result<u64, Misfit> {
    let (number, ends) = peek_tag(reader)?;
    let (_, count) = leb128(reader.rest()).ok_or(Misfit)?;
    let label = format!("field {number}: {what}");
    reader.mark(count, Note::new(Layer::Tag, label))?;
    Ok(ends)
}

/// The number of the next field, and how it ends.
fn peek_tag(reader: &Reader<'_>) -> Result<(u64, u64), Misfit> {
    let (tag, _) = leb128(reader.rest()).ok_or(Misfit)?;
    Ok((tag >> 3, tag & 7))
}
