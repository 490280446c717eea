//! What transports put around messages: a file for each way, one line here for each transport.

mod base64;
mod grpc;
mod head;
mod hpack;
mod http;
mod http2;
mod plain;
mod quic;
mod tls;
mod websocket;

use super::Speaker;
use super::formats::{self, Format};
use super::reader::Reader;
use crate::registry::{Pair, TRANSPORTS};

/// Opens a socket.
type Open = fn(Box<dyn Format>) -> Box<dyn Carrier>;

/// The carriers, by the names of their transports.
static CARRIERS: &[(&str, Open)] = &[
    ("tcp", |format| Box::new(plain::Plain(format))),
    ("unix", |format| Box::new(plain::Plain(format))),
    ("mem", |format| Box::new(plain::Plain(format))),
    ("tls", |format| Box::new(tls::Tls(format))),
    ("quic", |_| Box::<quic::Quic>::default()),
    ("ws", |format| Box::new(websocket::WebSocket::new(format))),
    ("http", |format| Box::new(http::Http::new(format))),
    ("grpc", grpc_carrier),
    ("grpc-stream", grpc_carrier),
];

fn grpc_carrier(format: Box<dyn Format>) -> Box<dyn Carrier> {
    Box::new(http2::Http2::new(grpc::Grpc::new(format)))
}

/// Transports that encrypt what another one carries as it is.
static ENCRYPTED: &[(&str, &str)] = &[("tls", "tcp")];

/// One socket of a client.
pub(super) trait Carrier: Send {
    /// Marks what it carried next in one direction; `plain` is what was encrypted, if that is known.
    fn read(&mut self, speaker: Speaker, plain: Option<&[u8]>, reader: &mut Reader<'_>);
}

/// A socket of a protocol.
pub(super) fn open(pair: Pair) -> Box<dyn Carrier> {
    let format = formats::open(pair.codec.name());
    let name = pair.transport.name();
    let found = CARRIERS.iter().find(|(known, _)| *known == name);
    found.map_or_else(|| Box::new(Unspecified) as _, |(_, open)| open(format))
}

/// The protocol whose bytes are what a protocol encrypts.
pub(super) fn unencrypted(pair: Pair) -> Option<Pair> {
    let (_, plain) = ENCRYPTED
        .iter()
        .find(|(name, _)| *name == pair.transport.name())?;
    let mut transports = TRANSPORTS.iter().copied();
    let transport = transports.find(|transport| transport.name() == *plain)?;
    Some(Pair { transport, ..pair })
}

/// A transport that nobody has described here: nothing of it is understood.
struct Unspecified;

impl Carrier for Unspecified {
    fn read(&mut self, _: Speaker, _: Option<&[u8]>, _: &mut Reader<'_>) {}
}
