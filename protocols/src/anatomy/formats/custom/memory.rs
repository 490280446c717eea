//! What a direction remembers (`proto/custom.md`, "What each direction remembers").

use super::text;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader, leb128};

/// The longest name that takes a slot, in bytes.
const NAME_MAX_BYTES: usize = 50;

/// How names are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// A byte for the slot; 0, a length and a text for a new one.
    Bytes,
    /// A number that says whether it is a slot or the length of a new one.
    Varints,
}

/// The names and numbers that crossed in one direction.
pub(super) struct Memory {
    names: Names,
    slots: Vec<Option<String>>,
    next: usize,
    pub(super) id: u64,
    pub(super) time: u64,
    /// The slot of whose connection it is, 0 if none.
    pub(super) me: usize,
    /// The slot of the other party, 0 if none.
    pub(super) peer: usize,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(Names::Bytes)
    }
}

impl Memory {
    /// Nothing has crossed yet.
    pub(super) fn new(names: Names) -> Self {
        Self {
            names,
            slots: vec![None; 256],
            next: 1,
            id: 0,
            time: 0,
            me: 0,
            peer: 0,
        }
    }

    /// Marks a name, and lets it take a slot; gives its slot, 0 if it has none. A slot costs a byte and stands for the
    /// name; the name itself counts as what it is meant for.
    ///
    /// # Errors
    /// [`Misfit`] if there is none.
    pub(super) fn name(
        &mut self,
        layer: Layer,
        label: &'static str,
        reader: &mut Reader<'_>,
    ) -> Result<usize, Misfit> {
        let (slot, count) = self.peek_slot(reader.rest()).ok_or(Misfit)?;
        if slot != 0 {
            let name = self
                .slots
                .get(slot)
                .and_then(Option::as_ref)
                .ok_or(Misfit)?;
            let value = format!("slot {slot}: {name:?}");
            let label = format!("{label}, by its slot");
            reader.mark(count, Note::new(Layer::Tag, label).says(value))?;
            return Ok(slot);
        }
        let name = match self.names {
            Names::Bytes => {
                reader.byte(Note::new(Layer::Tag, "a new name follows"))?;
                text(layer, label, reader)?
            }
            Names::Varints => {
                let length = leb128(reader.rest()).ok_or(Misfit)?.0 / 2;
                let note = Note::new(Layer::Length, format!("length of {label}, a new name"));
                reader.mark(count, note.says(length))?;
                let length = usize::try_from(length).map_err(|_| Misfit)?;
                reader.text(length, Note::new(layer, label))?
            }
        };
        if name.is_empty() || name.len() > NAME_MAX_BYTES {
            return Ok(0);
        }
        let slot = self.next;
        self.slots[slot] = Some(name.to_owned());
        self.next = slot % 255 + 1;
        Ok(slot)
    }

    /// The slot that comes next, 0 for a new name, and how many bytes say so.
    fn peek_slot(&self, rest: &[u8]) -> Option<(usize, usize)> {
        match self.names {
            Names::Bytes => Some((usize::from(*rest.first()?), 1)),
            Names::Varints => match leb128(rest)? {
                (number, count) if number % 2 == 1 => {
                    Some((usize::try_from(number / 2).ok()?, count))
                }
                (_, count) => Some((0, count)),
            },
        }
    }

    /// The name in a slot.
    pub(super) fn in_slot(&self, slot: usize) -> &str {
        self.slots[slot].as_deref().unwrap_or("?")
    }

    /// Marks a message's id, told by how far it is from the one before; gives it.
    ///
    /// # Errors
    /// [`Misfit`] if there is none.
    pub(super) fn id(
        &mut self,
        label: &'static str,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        let (steps, count) = leb128(reader.rest()).ok_or(Misfit)?;
        self.id = self.id.wrapping_add(unzigzag(steps));
        reader
            .mark(count, Note::new(Layer::Value, label).says(self.id))
            .map(drop)
    }

    /// Marks an id that fills what is left.
    ///
    /// # Errors
    /// [`Misfit`] if there is too much left.
    pub(super) fn rest_id(
        &mut self,
        label: &'static str,
        reader: &mut Reader<'_>,
    ) -> Result<(), Misfit> {
        let rest = reader.rest();
        if rest.len() > 8 {
            return Err(Misfit);
        }
        let bytes = rest.iter().rev();
        let steps = bytes.fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        self.id = self.id.wrapping_add(unzigzag(steps));
        let note = Note::new(Layer::Value, label).says(self.id);
        reader.mark(rest.len(), note).map(drop)
    }
}

/// A signed difference, as what it adds modulo 2^64.
pub(super) const fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}
