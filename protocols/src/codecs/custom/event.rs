//! Events: as frames, and as bodies that travel apart.

use server_core::Event;
use server_core::message::Message;

use super::frame;
use super::messages::{self, Order};
use super::number::write_last;
use super::receiver::{Parsed, Reading};
use super::sender::Sender;
use crate::codec::Encoded;

pub(super) const MESSAGE_RECEIVED: u8 = 0x30;
pub(super) const SERVER_CLOSING: u8 = 0x06;
pub(super) const OTHER_EVENT: u8 = 0xf0;

const MESSAGES_DELETED: u8 = 1;
const MESSAGES_RESTORED: u8 = 2;
const ACCOUNT_DELETED: u8 = 3;
const LAGGED: u8 = 4;

/// Appends an event.
pub(super) fn encode(event: &Event<'_>, sender: &mut Sender, out: &mut Vec<u8>) -> Encoded {
    match event {
        Event::ServerClosing => frame::write_bare(out, SERVER_CLOSING),
        Event::MessageReceived(message) => frame::write(out, MESSAGE_RECEIVED, |out| {
            encode_received(message, sender, out);
        }),
        _ => frame::write(out, OTHER_EVENT, |out| {
            encode_other(event, sender, out);
        }),
    }
}

/// Appends the body of a message that was received.
pub(super) fn encode_received(message: &Message<'_>, sender: &mut Sender, out: &mut Vec<u8>) {
    messages::write_head(message, Order::Rising, sender, out);
    out.extend_from_slice(message.text.as_bytes());
}

/// Appends the body of another event, which begins with its number.
pub(super) fn encode_other(event: &Event<'_>, sender: &mut Sender, out: &mut Vec<u8>) {
    match event {
        Event::ServerClosing | Event::MessageReceived(_) => {}
        Event::MessagesDeleted { ids } => {
            out.push(MESSAGES_DELETED);
            sender.write_ids(ids, out);
        }
        Event::MessagesRestored { ids } => {
            out.push(MESSAGES_RESTORED);
            sender.write_ids(ids, out);
        }
        Event::AccountDeleted { name } => {
            out.push(ACCOUNT_DELETED);
            sender.write_name(name, out);
        }
        Event::Lagged { missed } => {
            out.push(LAGGED);
            write_last(out, *missed);
        }
    }
}

/// Reads the body of a message that was received.
pub(super) fn decode_received<'a>(reading: &mut Reading<'a, '_>) -> Parsed<Event<'a>> {
    let head = messages::read_head(reading, Order::Rising)?;
    let text = reading.bytes.last_text()?.into();
    Ok(Event::MessageReceived(Message { text, ..head }))
}

/// Reads what stands behind the number of another event.
pub(super) fn decode_other<'a>(number: u8, reading: &mut Reading<'a, '_>) -> Parsed<Event<'a>> {
    Ok(match number {
        MESSAGES_DELETED => Event::MessagesDeleted {
            ids: reading.ids()?.into(),
        },
        MESSAGES_RESTORED => Event::MessagesRestored {
            ids: reading.ids()?.into(),
        },
        ACCOUNT_DELETED => Event::AccountDeleted {
            name: reading.name()?.name.into(),
        },
        LAGGED => Event::Lagged {
            missed: reading.bytes.last_number()?,
        },
        _ => return Err("there is no event of this code"),
    })
}
