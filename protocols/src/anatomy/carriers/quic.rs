//! QUIC (RFC 9000, section 17): each stretch of bytes is a datagram. What a packet carries is encrypted together with its
//! number, so all of that is one thing here.

use super::Carrier;
use crate::anatomy::Speaker;
use crate::anatomy::labelled::Layer;
use crate::anatomy::reader::{Misfit, Note, Reader};

/// A connection: how long the names are that both ends have chosen for it, in bytes.
#[derive(Default)]
pub(super) struct Quic {
    client_id_bytes: usize,
    server_id_bytes: usize,
}

/// The first bit of packets that open a connection.
const LONG: u8 = 0x80;

/// Kinds of long packets.
const KINDS: [&str; 4] = ["initial", "0-RTT", "handshake", "retry"];
const INITIAL: usize = 0;
const RETRY: usize = 3;

/// What proves a packet genuine, in bytes (RFC 9001, section 5.3).
const TAG_BYTES: usize = 16;

impl Carrier for Quic {
    fn read(&mut self, speaker: Speaker, _: Option<&[u8]>, reader: &mut Reader<'_>) {
        // The second bit says nothing: ends may draw it (RFC 9287).
        while let Some(&first) = reader.rest().first() {
            let read = match first {
                LONG.. => self.long(speaker, reader),
                _ => self.short(speaker, reader),
            };
            if read.is_err() {
                return;
            }
        }
    }
}

impl Quic {
    /// A packet of a connection that stands, the rest of its datagram (section 17.3).
    fn short(&self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        reader.byte(note("kind and length of the number, partly encrypted"))?;
        let id_bytes = match speaker {
            Speaker::Client => self.server_id_bytes,
            Speaker::Server => self.client_id_bytes,
        };
        reader.mark(id_bytes, note("name of the connection"))?;
        protected(reader.rest().len(), reader)
    }

    /// A packet that opens a connection (section 17.2).
    fn long(&mut self, speaker: Speaker, reader: &mut Reader<'_>) -> Result<(), Misfit> {
        let first = reader.byte(note("kind and length of the number, partly encrypted"))?;
        let kind = usize::from(first >> 4 & 0b11);
        reader.mark(4, note("version"))?;
        let receiver = id("name of the connection at the receiver", reader)?;
        let sender = id("name of the connection at the sender", reader)?;
        (self.client_id_bytes, self.server_id_bytes) = match speaker {
            Speaker::Client => (sender, receiver),
            Speaker::Server => (receiver, sender),
        };
        if kind == RETRY {
            let rest = reader.rest().len();
            return reader.mark(rest, note(KINDS[kind])).map(drop);
        }
        if kind == INITIAL {
            let token = length("length of the token", reader)?;
            reader.mark(token, note("token"))?;
        }
        let rest = length("length of the packet", reader)?;
        protected(rest, reader)
    }
}

/// Marks a name behind its length; gives the length.
fn id(label: &'static str, reader: &mut Reader<'_>) -> Result<usize, Misfit> {
    let length = reader.byte(note("length of a name"))?;
    reader.mark(length.into(), note(label))?;
    Ok(length.into())
}

/// Marks a number whose first two bits say how long it is (section 16).
fn length(label: &'static str, reader: &mut Reader<'_>) -> Result<usize, Misfit> {
    let &first = reader.rest().first().ok_or(Misfit)?;
    let count = 1 << (first >> 6);
    let bytes = reader.rest().get(..count).ok_or(Misfit)?;
    let number = bytes
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    let number = number & (u64::MAX >> (64 - 8 * count + 2));
    reader.mark(count, note(label).says(number))?;
    usize::try_from(number).map_err(|_| Misfit)
}

/// Marks what is encrypted of a packet, and what proves it genuine.
fn protected(length: usize, reader: &mut Reader<'_>) -> Result<(), Misfit> {
    let encrypted = length.checked_sub(TAG_BYTES).ok_or(Misfit)?;
    let label = "number and frames of the packet, encrypted";
    reader.mark(encrypted, Note::new(Layer::Encrypted, label))?;
    reader.mark(TAG_BYTES, note("tag that proves the packet genuine"))?;
    Ok(())
}

fn note(label: &'static str) -> Note {
    Note::new(Layer::Quic, label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_one_datagram_are_told_apart() {
        // The client's name for the connection has 2 bytes; numbers of 1 byte and of 2.
        let initial = [
            &[0xc0, 0, 0, 0, 1, 1, 7, 2, 8, 9, 0, 0x40, 20][..],
            &[0xee; 20],
        ]
        .concat();
        let handshake = [&[0xe0, 0, 0, 0, 1, 1, 7, 2, 8, 9, 17][..], &[0xee; 17]].concat();
        let mut connection = Quic::default();
        let datagram = [initial, handshake].concat();
        let mut reader = Reader::new(&datagram);
        connection.read(Speaker::Client, None, &mut reader);
        let sums = reader.finish().sums();
        assert_eq!(sums.get(&Layer::Encrypted), Some(&(4 + 1)));
        assert_eq!(sums.get(&Layer::NotUnderstood), None);
        let short = [&[0x41, 8, 9][..], &[0xee; 18]].concat();
        let mut reader = Reader::new(&short);
        connection.read(Speaker::Server, None, &mut reader);
        let spans = reader.finish().spans;
        let lengths: Vec<usize> = spans.iter().map(|span| span.range.len()).collect();
        assert_eq!(lengths, [1, 2, 2, TAG_BYTES]);
    }

    #[test]
    fn what_is_no_packet_is_not_understood() {
        for bytes in [&[0x41, 2][..], &[0xc0, 0, 0, 0, 1, 200, 9]] {
            let mut reader = Reader::new(bytes);
            Quic::default().read(Speaker::Client, None, &mut reader);
            assert!(
                reader.finish().sums().contains_key(&Layer::NotUnderstood),
                "{bytes:?}"
            );
        }
    }
}
