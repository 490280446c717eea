//! JSON (RFC 8259, `proto/json.md`).

use serde_json::Value;

use super::{Boundary, Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};
use crate::anatomy::schema::{self, Field, Type};

pub(super) struct Json;

/// What stands in place of a reply.
static REFUSAL: &[Field] = &[
    refusal("error", Type::Text),
    refusal("detail", Type::Number),
    refusal("message", Type::Text),
];

const fn refusal(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        layer: Layer::Value,
    }
}

/// The fields that say which message it is.
const KINDS: [&str; 3] = ["op", "reply", "event"];

impl Format for Json {
    fn boundary(&self, _: Speaker, rest: &[u8]) -> Option<Boundary> {
        let body = rest.iter().position(|&byte| byte == b'\n')?;
        Some(Boundary {
            before: 0,
            body,
            behind: 1,
        })
    }

    fn is_text(&self) -> bool {
        true
    }

    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let known = match speech.told() {
            Some(kind) => kind.fields,
            None => kind(speech, reader.rest())?,
        };
        object(known, reader)
    }
}

/// The fields of a message that says itself what it is, wherever it says it.
fn kind(speech: Speech, body: &[u8]) -> Result<&'static [Field], Misfit> {
    let whole: Value = serde_json::from_slice(body).map_err(|_| Misfit)?;
    if whole.get("error").is_some() {
        return Ok(REFUSAL);
    }
    let name = |field: &str| whole.get(field).and_then(Value::as_str);
    let kind = match speech {
        Speech::Frame(Speaker::Client) => {
            name("op").and_then(|op| schema::named(schema::REQUESTS, op))
        }
        _ => match name("reply") {
            Some(reply) => schema::named(schema::REPLIES, reply),
            None => name("event").and_then(|event| schema::named(schema::EVENTS, event)),
        },
    };
    kind.map(|kind| kind.fields).ok_or(Misfit)
}

fn object(known: &[Field], reader: &mut Reader<'_>) -> Result<(), Misfit> {
    punctuation(b'{', reader)?;
    let mut separator = b'{';
    while !is_next(b'}', reader) {
        if separator == b',' {
            punctuation(b',', reader)?;
        }
        separator = b',';
        let name = string(Layer::Name, "name of a field", reader)?;
        punctuation(b':', reader)?;
        if KINDS.contains(&name.as_str()) {
            string(Layer::Name, "kind", reader)?;
        } else {
            let field = known.iter().find(|field| field.name == name);
            let field = field.ok_or(Misfit)?;
            value(field, field.holds, reader)?;
        }
    }
    punctuation(b'}', reader)
}

fn value(field: &Field, holds: Type, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let note = Note::new(field.layer, field.name);
    match holds {
        Type::U8 | Type::Number => literal(reader, note, u8::is_ascii_digit),
        Type::Bool => literal(reader, note, u8::is_ascii_lowercase),
        Type::Text => string(field.layer, field.name, reader).map(drop),
        Type::Bytes => {
            let label = format!("{} in base64", field.name);
            punctuation(b'"', reader)?;
            let length = reader.rest().iter().position(|&byte| byte == b'"');
            reader.mark(length.ok_or(Misfit)?, Note::new(field.layer, label))?;
            punctuation(b'"', reader)
        }
        Type::Optional(_) if is_next(b'n', reader) => literal(reader, note, u8::is_ascii_lowercase),
        Type::Optional(holds) => value(field, *holds, reader),
        Type::List(holds) => {
            punctuation(b'[', reader)?;
            while !is_next(b']', reader) {
                value(field, *holds, reader)?;
                if !is_next(b']', reader) {
                    punctuation(b',', reader)?;
                }
            }
            punctuation(b']', reader)
        }
        Type::Struct(of) => object(of, reader),
    }
}

fn literal(reader: &mut Reader<'_>, note: Note, belongs: fn(&u8) -> bool) -> Result<(), Misfit> {
    let length = reader
        .rest()
        .iter()
        .take_while(|byte| belongs(byte))
        .count();
    if length == 0 {
        return Err(Misfit);
    }
    reader.mark(length, note).map(drop)
}

/// Marks a string with its quotes; gives it as it is written.
fn string(layer: Layer, label: &str, reader: &mut Reader<'_>) -> Result<String, Misfit> {
    punctuation(b'"', reader)?;
    let mut written = String::new();
    loop {
        let rest = reader.rest();
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        let length = length.ok_or(Misfit)?;
        written += reader.text(length, Note::new(layer, label.to_owned()))?;
        if rest[length] == b'"' {
            break;
        }
        escape(layer, label, reader)?;
    }
    punctuation(b'"', reader)?;
    Ok(written)
}

/// Marks an escape: its last character stands for the one that is meant.
fn escape(layer: Layer, label: &str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let before = match reader.rest() {
        [b'\\', b'u', ..] => 5,
        _ => 1,
    };
    reader.mark(before, Note::new(Layer::Syntax, "escape"))?;
    reader.byte(Note::new(layer, label.to_owned()))?;
    Ok(())
}

fn is_next(byte: u8, reader: &Reader<'_>) -> bool {
    reader.rest().first() == Some(&byte)
}

fn punctuation(byte: u8, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    if !is_next(byte, reader) {
        return Err(Misfit);
    }
    reader.byte(Note::new(Layer::Syntax, "punctuation"))?;
    Ok(())
}
