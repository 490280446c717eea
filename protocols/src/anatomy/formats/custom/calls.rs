//! Bodies of calls (`proto/custom.md`, "Calls that travel apart").

use server_core::message::Operation;

use super::memory::{Memory, Names};
use super::{from_server, request, varint};
use crate::anatomy::formats::Speech;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// Marks a body. Nothing is remembered before it or behind it.
///
/// # Errors
/// [`Misfit`] if it is none.
pub(super) fn body(speech: Speech, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let memory = &mut Memory::new(Names::Varints);
    match speech {
        Speech::Request(Operation::Hello) => varint("version", reader).map(drop),
        Speech::Request(Operation::Send) => {
            let code = told(&request::NAMES, reader)?;
            request::body(code, memory, reader)
        }
        Speech::Reply(Operation::Send) => {
            let code = told(&from_server::NAMES, reader)?;
            from_server::body(code, memory, reader)
        }
        Speech::Event => event(memory, reader),
        Speech::Request(operation) => match request_code(operation) {
            Some(code) => request::body(code, memory, reader),
            None => Ok(()),
        },
        Speech::Reply(operation) => match reply_code(operation) {
            Some(code) => from_server::body(code, memory, reader),
            None => Ok(()),
        },
        Speech::Frame(_) => Err(Misfit),
    }
}

/// Marks the byte that says what the transport leaves open; gives the code in it.
fn told(names: &[&'static str; 16], reader: &mut Reader<'_>) -> Result<usize, Misfit> {
    let &first = reader.rest().first().ok_or(Misfit)?;
    let code = usize::from(first >> 4);
    reader.byte(Note::new(Layer::Tag, names[code]))?;
    Ok(code)
}

fn event(memory: &mut Memory, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    match reader.rest().first() {
        Some(0x30) => {
            let code = told(&from_server::NAMES, reader)?;
            from_server::body(code, memory, reader)
        }
        Some(0x06) => reader
            .byte(Note::new(Layer::Tag, "event ServerClosing"))
            .map(drop),
        _ => from_server::event(memory, reader),
    }
}

/// The code of a request's frame; `None` if it has no body.
const fn request_code(operation: Operation) -> Option<usize> {
    Some(match operation {
        Operation::CreateAccount => 3,
        Operation::LogInStart => 4,
        Operation::LogInFinish => 5,
        Operation::Resume => 6,
        Operation::ListAccounts => 8,
        Operation::Read => 9,
        Operation::MarkRead => 10,
        Operation::History => 11,
        Operation::DeleteMessages => 12,
        Operation::Undo => 13,
        _ => return None,
    })
}

/// The code of a reply's frame; `None` if it has no body.
const fn reply_code(operation: Operation) -> Option<usize> {
    Some(match operation {
        Operation::LogInStart => 4,
        Operation::LogInFinish => 5,
        Operation::Resume => 6,
        Operation::Hello => 7,
        Operation::ListAccounts => 8,
        Operation::Read => 9,
        Operation::Unread => 10,
        Operation::History => 11,
        Operation::DeleteMessages => 12,
        Operation::Undo => 13,
        _ => return None,
    })
}
