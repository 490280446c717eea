//! Messages: a byte of flags says what is left out, because the connection remembers it.

use server_core::Text;
use server_core::message::Message;

use super::number::{apply_difference, difference, write_varint};
use super::receiver::{Parsed, Reading};
use super::sender::Sender;

/// From the peer to me: the peer is told, or was the last one.
const TO_ME: u8 = 0;
/// From me to the peer.
const FROM_ME: u8 = 1;
/// From me to myself.
const TO_MYSELF: u8 = 2;
/// Both parties are told; whoever it was sent to is me from now on.
const BOTH_TOLD: u8 = 3;
/// The bits that say which of these it is.
const PARTIES: u8 = 0b0000_0011;
/// The peer is the one of the message before.
const SAME_PEER: u8 = 0b0000_0100;
/// The message was read.
const READ: u8 = 0b0000_1000;
/// Its number is the next one.
const NEXT_ID: u8 = 0b0001_0000;
/// Where the milliseconds since the message before begin, if there are few.
const TIME_SHIFT: u32 = 5;
/// In place of the milliseconds: the time is told.
const TIME_TOLD: u8 = 7;

/// Which way the numbers and times of messages go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Oldest first.
    Rising,
    /// Newest first.
    Falling,
}

impl Order {
    /// The step from `last` to `this`, which is small and not negative when messages keep to the order.
    const fn step(self, last: u64, this: u64) -> u64 {
        match self {
            Self::Rising => this.wrapping_sub(last),
            Self::Falling => last.wrapping_sub(this),
        }
    }

    /// Where a step leads.
    const fn apply(self, last: u64, step: u64) -> u64 {
        match self {
            Self::Rising => last.wrapping_add(step),
            Self::Falling => last.wrapping_sub(step),
        }
    }
}

/// Appends all of a message but its text.
pub(super) fn write_head(
    message: &Message<'_>,
    order: Order,
    sender: &mut Sender,
    out: &mut Vec<u8>,
) {
    let at = out.len();
    out.push(0);
    let mut flags = write_parties(message, sender, out);
    if message.read {
        flags |= READ;
    }
    let last_id = std::mem::replace(&mut sender.registers.id, message.id.0);
    match order.step(last_id, message.id.0) {
        1 => flags |= NEXT_ID,
        step => write_varint(out, difference(0, step)),
    }
    let last_ms = std::mem::replace(&mut sender.registers.time_ms, message.sent_at_ms);
    let step = order.step(last_ms, message.sent_at_ms);
    match u8::try_from(step) {
        Ok(few) if few < TIME_TOLD => flags |= few << TIME_SHIFT,
        _ => {
            flags |= TIME_TOLD << TIME_SHIFT;
            write_varint(out, difference(0, step));
        }
    }
    out[at] = flags;
}

/// Appends as much of the parties as must be told, and gives the flags that say what that was.
fn write_parties(message: &Message<'_>, sender: &mut Sender, out: &mut Vec<u8>) -> u8 {
    let me = sender.registers.me;
    let (parties, peer) = match (
        sender.names.holds(me, &message.from),
        sender.names.holds(me, &message.to),
    ) {
        (false, true) => (TO_ME, &message.from),
        (true, false) => (FROM_ME, &message.to),
        (true, true) => return TO_MYSELF,
        (false, false) => {
            sender.registers.peer = sender.write_name(&message.from, out);
            sender.registers.me = sender.write_name(&message.to, out);
            return BOTH_TOLD;
        }
    };
    if sender.names.holds(sender.registers.peer, peer) {
        return parties | SAME_PEER;
    }
    sender.registers.peer = sender.write_name(peer, out);
    parties
}

/// Reads all of a message but its text, which is left empty.
pub(super) fn read_head<'a>(reading: &mut Reading<'a, '_>, order: Order) -> Parsed<Message<'a>> {
    let flags = reading.bytes.byte()?;
    let Parties { from, to } = read_parties(flags, reading)?;
    let step = if flags & NEXT_ID != 0 {
        1
    } else {
        apply_difference(0, reading.bytes.varint()?)
    };
    reading.registers.id = order.apply(reading.registers.id, step);
    let step = match flags >> TIME_SHIFT {
        TIME_TOLD => apply_difference(0, reading.bytes.varint()?),
        few => few.into(),
    };
    reading.registers.time_ms = order.apply(reading.registers.time_ms, step);
    Ok(Message {
        id: reading.last_id(),
        from: from.into(),
        to: to.into(),
        text: Text::Borrowed(""),
        sent_at_ms: reading.registers.time_ms,
        read: flags & READ != 0,
    })
}

struct Parties<'a> {
    from: &'a str,
    to: &'a str,
}

fn read_parties<'a>(flags: u8, reading: &mut Reading<'a, '_>) -> Parsed<Parties<'a>> {
    let same_peer = flags & SAME_PEER != 0;
    let parties = flags & PARTIES;
    if same_peer && matches!(parties, TO_MYSELF | BOTH_TOLD) {
        return Err("there is no peer that could be the same");
    }
    if parties == BOTH_TOLD {
        let from = reading.name()?;
        let to = reading.name()?;
        (reading.registers.peer, reading.registers.me) = (from.slot, to.slot);
        return Ok(Parties {
            from: from.name,
            to: to.name,
        });
    }
    let me = reading.name_in(reading.registers.me)?.name;
    if parties == TO_MYSELF {
        return Ok(Parties { from: me, to: me });
    }
    let peer = if same_peer {
        reading.name_in(reading.registers.peer)?
    } else {
        reading.name()?
    };
    reading.registers.peer = peer.slot;
    Ok(match parties {
        TO_ME => Parties {
            from: peer.name,
            to: me,
        },
        _ => Parties {
            from: me,
            to: peer.name,
        },
    })
}
