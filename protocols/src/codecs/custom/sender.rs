//! What the end that sends remembers of one direction of a connection.

use std::cell::RefCell;

use server_core::message::MessageId;

use super::names::{FindableSlots, NO_SLOT};
use super::number::{difference, write_varint};

/// The memory of the end that sends.
#[derive(Default)]
pub(super) struct Sender {
    naming: Naming,
    pub(super) names: FindableSlots,
    pub(super) registers: Registers,
}

/// How a name is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Naming {
    /// In frames: the byte of its slot, or a byte 0 and the name. Most names have crossed before.
    #[default]
    InFrames,
    /// In bodies that travel apart: one number for either. Most names are new.
    InBodies,
}

/// The single values that both ends of a direction remember.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Registers {
    /// The last message's number.
    pub(super) id: u64,
    /// The last message's time, in milliseconds.
    pub(super) time_ms: u64,
    /// The slot of the account whose connection this is, as far as messages have shown.
    pub(super) me: u8,
    /// The slot of the other party of the last message.
    pub(super) peer: u8,
}

impl Sender {
    /// Runs `write` with the memory that a body has which travels apart: none when it begins. Each thread keeps the room
    /// for it, so that no body takes it anew.
    pub(super) fn alone<T>(write: impl FnOnce(&mut Self) -> T) -> T {
        thread_local! {
            static SENDER: RefCell<Sender> = RefCell::new(Sender {
                naming: Naming::InBodies,
                ..Sender::default()
            });
        }
        SENDER.with_borrow_mut(|sender| {
            sender.names.clear();
            sender.registers = Registers::default();
            write(sender)
        })
    }

    /// Appends a name: its slot, or the name itself, which takes the next slot. Tells the slot it has then.
    pub(super) fn write_name(&mut self, name: &str, out: &mut Vec<u8>) -> u8 {
        if let Some(slot) = self.names.find(name) {
            match self.naming {
                Naming::InFrames => out.push(slot),
                Naming::InBodies => write_varint(out, u64::from(slot) << 1 | 1),
            }
            return slot;
        }
        match self.naming {
            Naming::InFrames => {
                out.push(NO_SLOT);
                write_text(name, out);
            }
            Naming::InBodies => {
                write_varint(out, (name.len() as u64) << 1);
                out.extend_from_slice(name.as_bytes());
            }
        }
        self.names.enter(name)
    }

    /// Appends the difference to the id before.
    pub(super) fn write_id(&mut self, id: MessageId, out: &mut Vec<u8>) {
        write_varint(out, self.id_difference(id));
    }

    /// The difference to the id before; remembers the id.
    pub(super) fn id_difference(&mut self, id: MessageId) -> u64 {
        difference(std::mem::replace(&mut self.registers.id, id.0), id.0)
    }

    /// Appends differences, each to the id before.
    pub(super) fn write_ids(&mut self, ids: &[MessageId], out: &mut Vec<u8>) {
        for &id in ids {
            self.write_id(id, out);
        }
    }
}

/// Appends a text with its length in front.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}
