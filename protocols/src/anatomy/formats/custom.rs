//! The format `custom` (`proto/custom.md`): what each direction remembers is kept here once more.

mod calls;
mod from_server;
mod memory;
mod request;

use self::memory::Memory;
use super::{Boundary, Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader, leb128};

/// Both directions of a connection.
#[derive(Default)]
pub(super) struct Custom {
    from_client: Memory,
    from_server: Memory,
}

/// The bodies of frames that say in their first byte how long they are.
const LENGTH_MAX: u8 = 14;

impl Format for Custom {
    fn boundary(&self, _: Speaker, rest: &[u8]) -> Option<Boundary> {
        let &first = rest.first()?;
        let body = match (first >> 4, first & 0x0f) {
            (0, _) => 1,
            (_, length @ 0..=LENGTH_MAX) => 1 + usize::from(length),
            _ => {
                let (more, count) = leb128(&rest[1..])?;
                let more = usize::try_from(more).ok()?;
                more.checked_add(1 + count + usize::from(LENGTH_MAX) + 1)?
            }
        };
        Some(Boundary::alone(body))
    }

    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        if speech.is_call() {
            return calls::body(speech, reader);
        }
        let &first = reader.rest().first().ok_or(Misfit)?;
        let names: &[&str; 16] = match speech {
            Speech::Frame(Speaker::Client) => &request::NAMES,
            Speech::Frame(Speaker::Server) => &from_server::NAMES,
            _ => return Err(Misfit),
        };
        let (code, low) = (usize::from(first >> 4), first & 0x0f);
        let name = match code {
            0 => match speech {
                Speech::Frame(Speaker::Client) => request::BARE.get(usize::from(low)),
                _ => from_server::BARE.get(usize::from(low)),
            },
            _ => names.get(code),
        };
        let name = name.filter(|name| !name.is_empty()).ok_or(Misfit)?;
        if code == 0 {
            return reader
                .byte(Note::new(Layer::Framing, (*name).to_owned()))
                .map(drop);
        }
        let label = match low {
            1 => format!("{name}, 1 byte"),
            0..=LENGTH_MAX => format!("{name}, {low} bytes"),
            _ => format!("{name}, 15 bytes and more"),
        };
        reader.byte(Note::new(Layer::Framing, label))?;
        if low > LENGTH_MAX {
            reader.varint(Note::new(Layer::Framing, "bytes more than 15"))?;
        }
        match speech {
            Speech::Frame(Speaker::Client) => request::body(code, &mut self.from_client, reader),
            _ => from_server::body(code, &mut self.from_server, reader),
        }
    }
}

/// Marks a number that fills what is left, lowest byte first; gives it.
fn rest_number(note: Note, reader: &mut Reader<'_>) -> Result<u64, Misfit> {
    let rest = reader.rest();
    if rest.len() > 8 {
        return Err(Misfit);
    }
    let number = rest
        .iter()
        .rev()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    reader.mark(rest.len(), note.says(number))?;
    Ok(number)
}

/// Marks a text that fills what is left.
fn rest_text<'b>(note: Note, reader: &mut Reader<'b>) -> Result<&'b str, Misfit> {
    reader.text(reader.rest().len(), note)
}

/// Marks a text behind its length.
fn text<'b>(layer: Layer, label: &'static str, reader: &mut Reader<'b>) -> Result<&'b str, Misfit> {
    let length_label = format!("length of {label}");
    let length = reader.varint_length(Note::new(Layer::Length, length_label))?;
    reader.text(length, Note::new(layer, label))
}

/// Marks bytes without a meaning of their own for the reader.
fn blob(count: usize, label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    reader.mark(count, Note::new(Layer::Value, label)).map(drop)
}

/// Marks a number of up to 64 bits.
fn varint(label: &'static str, reader: &mut Reader<'_>) -> Result<u64, Misfit> {
    reader.varint(Note::new(Layer::Value, label))
}
