//! Requests (`proto/custom.md`, "Requests").

use super::memory::Memory;
use super::{blob, rest_number, rest_text, text, varint};
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// Requests without a body, by the low bits of their byte.
pub(super) const BARE: [&str; 5] = ["", "LogOut", "DeleteAccount", "Ping", "Unread"];

/// Requests with a body, by their codes.
pub(super) const NAMES: [&str; 16] = [
    "",
    "Send",
    "Send with a client id",
    "CreateAccount",
    "LogInStart",
    "LogInFinish",
    "Resume",
    "Hello",
    "ListAccounts",
    "Read",
    "MarkRead",
    "History",
    "DeleteMessages",
    "Undo",
    "",
    "",
];

/// Marks the body of a request.
///
/// # Errors
/// [`Misfit`] if it is none.
pub(super) fn body(
    code: usize,
    memory: &mut Memory,
    reader: &mut Reader<'_>,
) -> Result<(), Misfit> {
    match code {
        1 => send(memory, reader),
        2 => {
            blob(16, "client_id", reader)?;
            send(memory, reader)
        }
        3 => create_account(reader),
        4 => {
            blob(18, "client_nonce", reader)?;
            rest_text(Note::new(Layer::Payload, "name"), reader).map(drop)
        }
        5 => {
            blob(32, "proof", reader)?;
            rest_number(Note::new(Layer::Value, "login_id"), reader).map(drop)
        }
        6 => blob(16, "token", reader),
        7 => {
            reader.mark(3, Note::new(Layer::Framing, "preface"))?;
            varint("version", reader).map(drop)
        }
        _ => look(code, memory, reader),
    }
}

fn send(memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    memory.name(Layer::Payload, "to", reader)?;
    rest_text(Note::new(Layer::Payload, "text"), reader).map(drop)
}

fn create_account(reader: &mut Reader<'_>) -> Result<(), Misfit> {
    blob(16, "salt", reader)?;
    varint("iterations", reader)?;
    blob(32, "stored_key", reader)?;
    blob(32, "server_key", reader)?;
    rest_text(Note::new(Layer::Payload, "name"), reader).map(drop)
}

/// The rest of the codes: those that look at messages and accounts, or delete.
fn look(code: usize, memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    match code {
        8 => {
            varint("limit", reader)?;
            text(Layer::Payload, "pattern", reader)?;
            if !reader.is_at_end() {
                text(Layer::Payload, "after", reader)?;
            }
            Ok(())
        }
        9 => {
            varint("limit", reader)?;
            if !reader.is_at_end() {
                memory.name(Layer::Payload, "peer", reader)?;
            }
            Ok(())
        }
        10 => {
            memory.name(Layer::Payload, "peer", reader)?;
            memory.rest_id("up_to", reader)
        }
        11 => {
            memory.name(Layer::Payload, "peer", reader)?;
            varint("limit", reader)?;
            if !reader.is_at_end() {
                memory.id("before", reader)?;
            }
            Ok(())
        }
        12 | 13 => ids(memory, reader),
        _ => Err(Misfit),
    }
}

/// Marks ids up to the end.
///
/// # Errors
/// [`Misfit`] if something else comes.
pub(super) fn ids(memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    while !reader.is_at_end() {
        memory.id("id", reader)?;
    }
    Ok(())
}
