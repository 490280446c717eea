//! Which byte of a protocol is what: the bytes that a conversation's sockets carried, each labelled with the layer that it
//! belongs to.
//!
//! The bytes are read again here, from the specifications in `proto/` and the RFCs and without the codecs and libraries
//! that wrote them: what these got wrong would show as bytes that are not understood.
//!
//! 1. `labelled`: what comes out. `reader`: what marks bytes one after another; no byte is marked twice or left out.
//! 2. `schema`: which messages there are. `formats/`: how each codec writes them.
//! 3. `carriers/`: what transports put around them.

mod carriers;
mod formats;
mod labelled;
mod reader;
mod schema;
#[cfg(test)]
mod vectors;

use std::collections::BTreeMap;

use self::carriers::Carrier;
pub use self::labelled::{Labelled, Layer, Span};
use self::reader::Reader;
use crate::registry::Pair;
use crate::transport::Medium;

/// Who wrote bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speaker {
    /// The client.
    Client,
    /// The server.
    Server,
}

/// In which pieces bytes are labelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divided {
    /// Anything that ends where a message ends.
    ByMessages,
    /// One datagram at a time.
    ByDatagrams,
}

/// Labels what the sockets of one client carry, from the first byte on: formats refer back to what was said before.
pub struct Anatomist {
    pair: Pair,
    sockets: BTreeMap<u32, Box<dyn Carrier>>,
}

impl Anatomist {
    /// Nothing was carried yet.
    #[must_use]
    pub fn new(pair: Pair) -> Self {
        Self {
            pair,
            sockets: BTreeMap::new(),
        }
    }

    /// The protocol whose bytes are what this one encrypts, for [`Anatomist::label`]; `None` if it encrypts nothing, or
    /// nobody knows where.
    #[must_use]
    pub fn unencrypted(pair: Pair) -> Option<Pair> {
        carriers::unencrypted(pair)
    }

    /// In which pieces [`Anatomist::label`] takes bytes.
    #[must_use]
    pub fn divides(&self) -> Divided {
        match self.pair.transport.medium() {
            Medium::Udp => Divided::ByDatagrams,
            Medium::Tcp | Medium::Unix | Medium::Memory => Divided::ByMessages,
        }
    }

    /// Labels what one socket carried next in one direction; what is asked comes before what is answered. The bytes are
    /// divided as [`Anatomist::divides`] says.
    ///
    /// `socket` is its number, as in [`crate::counted::Stretch`]. `plain` is what was encrypted, on transports that do
    /// that, if it is known: all of `bytes` that is not the encryption's own.
    pub fn label(
        &mut self,
        socket: u32,
        speaker: Speaker,
        bytes: &[u8],
        plain: Option<&[u8]>,
    ) -> Labelled {
        let carrier = self
            .sockets
            .entry(socket)
            .or_insert_with(|| carriers::open(self.pair));
        let mut reader = Reader::new(bytes);
        carrier.read(speaker, plain, &mut reader);
        reader.finish()
    }
}
