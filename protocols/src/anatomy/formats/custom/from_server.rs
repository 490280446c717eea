//! Replies, refusals and events (`proto/custom.md`, "Replies, refusals and events").

use super::memory::{Memory, unzigzag};
use super::request::ids;
use super::{blob, rest_number, rest_text, text, varint};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader, leb128};

/// What has no body, by the low bits of its byte.
pub(super) const BARE: [&str; 7] = [
    "",
    "reply to LogOut",
    "reply to DeleteAccount",
    "reply to Ping",
    "reply to CreateAccount",
    "reply to MarkRead",
    "event ServerClosing",
];

/// What has one, by its code.
pub(super) const NAMES: [&str; 16] = [
    "",
    "reply to Send, delivered",
    "reply to Send, not delivered",
    "event MessageReceived",
    "reply to LogInStart",
    "reply to LogInFinish",
    "reply to Resume",
    "reply to Hello",
    "reply to ListAccounts",
    "reply to Read",
    "reply to Unread",
    "reply to History",
    "reply to DeleteMessages",
    "reply to Undo",
    "refusal",
    "event",
];

/// Marks the body of what a server says.
///
/// # Errors
/// [`Misfit`] if it is none.
pub(super) fn body(
    code: usize,
    memory: &mut Memory,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    match code {
        1 | 2 => memory.rest_id("id", reader),
        3 => {
            message_head(Order::Rising, memory, reader)?;
            rest_text(Note::new(Layer::Payload, "text"), reader).map(drop)
        }
        9 => messages(Order::Rising, memory, reader),
        11 => messages(Order::Falling, memory, reader),
        12 | 13 => ids(memory, reader),
        15 => event(memory, reader),
        _ => about_accounts(code, memory, reader),
    }
}

fn about_accounts(code: usize, memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    match code {
        4 => {
            blob(16, "salt", reader)?;
            blob(18, "server_nonce", reader)?;
            varint("iterations", reader)?;
            number("login_id", reader)
        }
        5 => {
            blob(32, "server_signature", reader)?;
            blob(16, "token", reader)?;
            number("unread", reader)
        }
        6 => number("unread", reader),
        7 => {
            varint("version", reader)?;
            varint("text_max_chars", reader)?;
            varint("page_max", reader)?;
            number("undo_grace_ms", reader)
        }
        8 => {
            blob(1, "more", reader)?;
            while !reader.is_at_end() {
                text(Layer::Payload, "name", reader)?;
            }
            Ok(())
        }
        10 => {
            while !reader.is_at_end() {
                memory.name(Layer::Payload, "peer", reader)?;
                varint("count", reader)?;
            }
            Ok(())
        }
        14 => {
            blob(1, "code", reader)?;
            number("detail", reader)
        }
        _ => Err(Misfit),
    }
}

fn number(label: &'static str, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    rest_number(Note::new(Layer::Value, label), reader).map(drop)
}

/// Marks an event that says itself which it is.
///
/// # Errors
/// [`Misfit`] if it is none.
pub(super) fn event(memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &which = reader.rest().first().ok_or(Misfit)?;
    let name = match which {
        1 => "MessagesDeleted",
        2 => "MessagesRestored",
        3 => "AccountDeleted",
        4 => "Lagged",
        _ => return Err(Misfit),
    };
    reader.byte(Note::new(Layer::Tag, name))?;
    match which {
        1 | 2 => ids(memory, reader),
        3 => memory.name(Layer::Payload, "name", reader).map(drop),
        _ => number("missed", reader),
    }
}

/// In which order messages stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Oldest first.
    Rising,
    /// Newest first.
    Falling,
}

impl Order {
    /// So many steps on.
    const fn walk(self, from: u64, steps: u64) -> u64 {
        match self {
            Self::Rising => from.wrapping_add(steps),
            Self::Falling => from.wrapping_sub(steps),
        }
    }
}

fn messages(order: Order, memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    while !reader.is_at_end() {
        message_head(order, memory, reader)?;
        text(Layer::Payload, "text", reader)?;
    }
    Ok(())
}

/// Bits of a message head's flags.
const SAME_PEER: u8 = 0b100;
const READ: u8 = 0b1000;
const NEXT_ID: u8 = 0b1_0000;
const TIME_TOLD: u8 = 7;

/// Marks all of a message but its text (`proto/custom.md`, "Message heads").
fn message_head(order: Order, memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let &flags = reader.rest().first().ok_or(Misfit)?;
    reader.byte(Note::new(Layer::Tag, "flags of a message").says(said(flags, memory)))?;
    parties(flags, memory, reader)?;
    if flags & NEXT_ID == 0 {
        let (steps, count) = leb128(reader.rest()).ok_or(Misfit)?;
        memory.id = order.walk(memory.id, unzigzag(steps));
        reader.mark(count, Note::new(Layer::Value, "id").says(memory.id))?;
    } else {
        memory.id = order.walk(memory.id, 1);
    }
    match flags >> 5 {
        TIME_TOLD => {
            let (steps, count) = leb128(reader.rest()).ok_or(Misfit)?;
            memory.time = order.walk(memory.time, unzigzag(steps));
            let note = Note::new(Layer::Value, "sent_at_ms").says(memory.time);
            reader.mark(count, note)?;
        }
        steps => memory.time = order.walk(memory.time, steps.into()),
    }
    Ok(())
}

/// What flags say in place of bytes.
fn said(flags: u8, memory: &Memory) -> String {
    let mut said = Vec::new();
    match flags & 0b11 {
        0 => said.push("to me".to_owned()),
        1 => said.push("from me".to_owned()),
        2 => said.push("from me to me".to_owned()),
        _ => {}
    }
    if flags & SAME_PEER != 0 {
        said.push(format!("peer {:?} as before", memory.in_slot(memory.peer)));
    }
    said.push(if flags & READ == 0 { "unread" } else { "read" }.to_owned());
    if flags & NEXT_ID != 0 {
        said.push("the next id".to_owned());
    }
    if flags >> 5 != TIME_TOLD {
        said.push(format!("{} ms on", flags >> 5));
    }
    said.join(", ")
}

fn parties(flags: u8, memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    // The recipient's own name is no payload.
    let layer = match flags & 0b11 {
        0 => Layer::Payload,
        _ => Layer::Value,
    };
    match flags & 0b11 {
        0 | 1 if flags & SAME_PEER == 0 => memory.peer = memory.name(layer, "peer", reader)?,
        3 => {
            memory.peer = memory.name(Layer::Payload, "from", reader)?;
            memory.me = memory.name(Layer::Value, "to", reader)?;
        }
        _ => {}
    }
    Ok(())
}
