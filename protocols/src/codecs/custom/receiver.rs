//! What the end that receives remembers of one direction of a connection.
//!
//! Names that a frame brings are set aside while it is read, and enter the table before the next one is: a frame that
//! turns out wrong leaves no trace, and what was decoded can borrow from a table that holds still.

use std::cell::RefCell;

use server_core::message::MessageId;

use super::names::{NO_NAMES, NO_SLOT, Name, SLOTS, Slots};
use super::number::apply_difference;
use super::reader::Reader;
use super::sender::{Naming, Registers};

/// What reading gives, or what is wrong.
pub(super) type Parsed<T> = Result<T, &'static str>;

/// How many names may be set aside in memory that is kept.
const FRESH_KEPT: usize = 4;

/// The memory of the end that receives.
#[derive(Default)]
pub(super) struct Receiver {
    names: Slots,
    /// The names that the last frame brought.
    fresh: Vec<Fresh>,
    registers: Registers,
}

/// A name that came in the frame that is read.
struct Fresh {
    name: Name,
    /// Where it begins, counted in bytes from the end of the body.
    from_end: usize,
}

/// A frame that is read.
pub(super) struct Reading<'a, 'r> {
    naming: Naming,
    body: &'a [u8],
    pub(super) bytes: Reader<'a>,
    pub(super) registers: Registers,
    names: &'a Slots,
    fresh: &'r mut Vec<Fresh>,
}

/// A name, and the slot that it has.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) slot: u8,
}

impl Receiver {
    /// Reads a body with `parse`, which must use all of it. Nothing is remembered of a body that is wrong.
    pub(super) fn read<'a, T>(
        &'a mut self,
        body: &'a [u8],
        parse: impl FnOnce(&mut Reading<'a, '_>) -> Parsed<T>,
    ) -> Parsed<T> {
        for Fresh { name, .. } in self.fresh.drain(..) {
            self.names.enter(name);
        }
        self.fresh.shrink_to(FRESH_KEPT);
        let Self {
            names,
            fresh,
            registers,
        } = self;
        let mut reading = Reading {
            naming: Naming::InFrames,
            body,
            bytes: Reader::new(body),
            registers: *registers,
            names,
            fresh,
        };
        let whole = reading.whole(parse);
        match whole {
            Ok(_) => *registers = reading.registers,
            Err(_) => fresh.clear(),
        }
        whole
    }
}

/// Reads a body that travels apart with `parse`, which must use all of it. Each thread keeps the room for its names.
pub(super) fn read_alone<'a, T>(
    body: &'a [u8],
    parse: impl FnOnce(&mut Reading<'a, '_>) -> Parsed<T>,
) -> Parsed<T> {
    thread_local! {
        static FRESH: RefCell<Vec<Fresh>> = const { RefCell::new(Vec::new()) };
    }
    FRESH.with_borrow_mut(|fresh| {
        fresh.clear();
        fresh.shrink_to(FRESH_KEPT);
        let mut reading = Reading {
            naming: Naming::InBodies,
            body,
            bytes: Reader::new(body),
            registers: Registers::default(),
            names: &NO_NAMES,
            fresh,
        };
        reading.whole(parse)
    })
}

impl<'a> Reading<'a, '_> {
    /// What `parse` reads, if that is all there is.
    fn whole<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let parsed = parse(self);
        if self.bytes.is_empty() {
            parsed
        } else {
            parsed.and(Err("the frame goes on behind its end"))
        }
    }

    /// A name: a slot, or the name itself.
    pub(super) fn name(&mut self) -> Parsed<Named<'a>> {
        match self.naming {
            Naming::InFrames => match self.bytes.byte()? {
                NO_SLOT => {
                    let length = self.bytes.varint()?;
                    self.new_name(length)
                }
                slot => self.name_in(slot),
            },
            Naming::InBodies => match self.bytes.varint()? {
                even if even & 1 == 0 => self.new_name(even >> 1),
                odd => self.name_in(u8::try_from(odd >> 1).unwrap_or(NO_SLOT)),
            },
        }
    }

    /// The name in a slot.
    pub(super) fn name_in(&self, slot: u8) -> Parsed<Named<'a>> {
        let name = if slot == NO_SLOT {
            None
        } else {
            self.fresh_name(slot).or_else(|| self.names.get(slot))
        };
        name.map(|name| Named { name, slot })
            .ok_or("no name has this number")
    }

    fn new_name(&mut self, length: u64) -> Parsed<Named<'a>> {
        let name = self.bytes.text(length)?;
        let Some(entry) = Name::new(name) else {
            return Ok(Named {
                name,
                slot: NO_SLOT,
            });
        };
        let slot = self.names.slot_ahead(self.fresh.len());
        let from_end = self.bytes.remaining() + name.len();
        self.fresh.push(Fresh {
            name: entry,
            from_end,
        });
        Ok(Named { name, slot })
    }

    /// The last name of this frame that takes the slot, borrowed from the frame.
    fn fresh_name(&self, slot: u8) -> Option<&'a str> {
        let first = self.names.ahead_of(slot);
        let last = self
            .fresh
            .get(first..)?
            .chunks(SLOTS.into())
            .next_back()?
            .first()?;
        let start = self.body.len().checked_sub(last.from_end)?;
        let bytes = self.body.get(start..start + last.name.length())?;
        std::str::from_utf8(bytes).ok()
    }

    /// A message's number, told as the difference to the one before.
    pub(super) fn id(&mut self) -> Parsed<MessageId> {
        let difference = self.bytes.varint()?;
        Ok(self.id_behind(difference))
    }

    /// The number that lies this far from the one before.
    pub(super) const fn id_behind(&mut self, difference: u64) -> MessageId {
        self.registers.id = apply_difference(self.registers.id, difference);
        MessageId(self.registers.id)
    }

    /// The last message's number.
    pub(super) const fn last_id(&self) -> MessageId {
        MessageId(self.registers.id)
    }

    /// Numbers up to the end of the frame.
    pub(super) fn ids(&mut self) -> Parsed<Vec<MessageId>> {
        let mut ids = Vec::new();
        while !self.bytes.is_empty() {
            ids.push(self.id()?);
        }
        Ok(ids)
    }

    /// What `read` reads, or `None` if the frame ends here.
    pub(super) fn unless_at_end<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Parsed<Option<T>> {
        if self.bytes.is_empty() {
            Ok(None)
        } else {
            read(self).map(Some)
        }
    }

    /// A text with its length in front.
    pub(super) fn text(&mut self) -> Parsed<&'a str> {
        let length = self.bytes.varint()?;
        self.bytes.text(length)
    }
}
