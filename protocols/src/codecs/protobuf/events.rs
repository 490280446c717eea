//! The message `Event`: one of several, told apart by the field's number.

use server_core::Event;
use server_core::message::MessageId;

use super::replies::{decode_message, encode_message};
use super::wire::{Fields, Writer, Wrong, bytes, numbers, slots};

pub(super) fn encode(event: &Event<'_>, out: &mut Vec<u8>) {
    let mut writer = Writer(out);
    match event {
        Event::MessageReceived(message) => encode_message(1, message, &mut writer),
        Event::MessagesDeleted { ids } => {
            writer.message(2, |writer| writer.packed(1, ids.iter().map(|id| id.0)));
        }
        Event::MessagesRestored { ids } => {
            writer.message(3, |writer| writer.packed(1, ids.iter().map(|id| id.0)));
        }
        Event::AccountDeleted { name } => {
            writer.message(4, |writer| writer.bytes(1, name.as_str()));
        }
        Event::Lagged { missed } => writer.message(5, |writer| writer.number(1, *missed)),
        Event::ServerClosing => writer.message(6, |_| {}),
    }
}

/// The last field of the `oneof` stands, as proto3 wants it.
pub(super) fn decode(body: &[u8]) -> Result<Event<'_>, Wrong> {
    let mut event = None;
    for field in Fields(body) {
        if let (number @ 1..=6, value) = field? {
            event = Some(decode_one(number, bytes(value)?)?);
        }
    }
    event.ok_or(Wrong("the event is of no known kind"))
}

fn decode_one(number: u32, body: &[u8]) -> Result<Event<'_>, Wrong> {
    Ok(match number {
        1 => Event::MessageReceived(decode_message(body)?),
        2 => Event::MessagesDeleted {
            ids: numbers(body, MessageId)?.into(),
        },
        3 => Event::MessagesRestored {
            ids: numbers(body, MessageId)?.into(),
        },
        4 => {
            let [name] = slots(body)?;
            Event::AccountDeleted { name: name.text()? }
        }
        5 => {
            let [missed] = slots(body)?;
            Event::Lagged {
                missed: missed.number()?,
            }
        }
        _ => {
            let [] = slots(body)?;
            Event::ServerClosing
        }
    })
}
