//! Formats that tell fields by their places alone (`proto/bincode.md`, `proto/postcard.md`).

use super::{Format, Speech};
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};
use crate::anatomy::schema::{self, Field, Kind, Type};

/// Such a format.
#[derive(Clone, Copy)]
pub(super) struct Positional {
    numbers: Numbers,
}

/// How numbers are written.
#[derive(Clone, Copy)]
enum Numbers {
    /// 7 bits a byte, lowest first.
    Leb128,
    /// One byte, or a byte that says how many follow.
    Marked,
}

/// The format of `postcard`.
pub(super) const POSTCARD: Positional = Positional {
    numbers: Numbers::Leb128,
};

/// The format of `bincode`.
pub(super) const BINCODE: Positional = Positional {
    numbers: Numbers::Marked,
};

impl Format for Positional {
    fn message(&mut self, speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let kind = match speech.told() {
            Some(kind) => kind,
            None => self.kind(speech, reader)?,
        };
        self.fields(kind.fields, reader)
    }
}

impl Positional {
    /// Marks the number that a message begins with.
    fn kind(self, speech: Speech, reader: &mut Reader<'_>) -> Result<&'static Kind, Misfit> {
        let number = self.peek(reader.rest()).ok_or(Misfit)?.0;
        let number = usize::try_from(number).map_err(|_| Misfit)?;
        let kind = match speech {
            Speech::Frame(Speaker::Client) => schema::REQUESTS.get(number),
            _ => schema::from_server(number),
        };
        let kind = kind.ok_or(Misfit)?;
        self.number(
            reader,
            Note::new(Layer::Tag, format!("kind: {}", kind.name)),
        )?;
        Ok(kind)
    }

    fn fields(self, fields: &[Field], reader: &mut Reader<'_>) -> Result<(), Misfit> {
        for field in fields {
            self.value(field, field.holds, reader)?;
        }
        Ok(())
    }

    fn value(self, field: &Field, holds: Type, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let note = Note::new(field.layer, field.name);
        match holds {
            Type::U8 | Type::Bool => reader.byte(note).map(drop),
            Type::Number => self.number(reader, note).map(drop),
            Type::Text => {
                let length = self.length(reader, field)?;
                reader.text(length, note).map(drop)
            }
            Type::Bytes => {
                let length = self.length(reader, field)?;
                reader.mark(length, note).map(drop)
            }
            Type::Optional(holds) => {
                let label = format!("whether there is {}", field.name);
                match reader.byte(Note::new(Layer::Tag, label))? {
                    0 => Ok(()),
                    _ => self.value(field, *holds, reader),
                }
            }
            Type::List(holds) => {
                let label = format!("number of {}", field.name);
                let count = self.number(reader, Note::new(Layer::Length, label))?;
                (0..count).try_for_each(|_| self.value(field, *holds, reader))
            }
            Type::Struct(fields) => self.fields(fields, reader),
        }
    }

    fn length(self, reader: &mut Reader<'_>, field: &Field) -> Result<usize, Misfit> {
        let label = format!("length of {}", field.name);
        let length = self.number(reader, Note::new(Layer::Length, label))?;
        usize::try_from(length).map_err(|_| Misfit)
    }

    fn number(self, reader: &mut Reader<'_>, note: Note) -> Result<u64, Misfit> {
        let (number, count) = self.peek(reader.rest()).ok_or(Misfit)?;
        reader.mark(count, note.says(number))?;
        Ok(number)
    }

    /// The number at the start, and how many bytes it takes.
    fn peek(self, rest: &[u8]) -> Option<(u64, usize)> {
        if let Numbers::Leb128 = self.numbers {
            return crate::anatomy::reader::leb128(rest);
        }
        let (&first, rest) = rest.split_first()?;
        let count = match first {
            small @ 0..=250 => return Some((small.into(), 1)),
            251 => 2,
            252 => 4,
            253 => 8,
            _ => return None,
        };
        let number = rest.get(..count)?.iter().rev();
        let number = number.fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        Some((number, 1 + count))
    }
}
