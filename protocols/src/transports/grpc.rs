//! gRPC over HTTP/2: a unary call for each request, and a server stream for the events of a session.
//!
//! Any codec for calls runs on it. With `protobuf` it is the service of `proto/chat.proto`, and stubs generated from
//! that file talk to either end.
//!
//! Both ends are tonic, as gRPC in Rust usually is, on hyper's HTTP/2. What is ours: a tonic codec that hands bodies
//! over as they are, so that any codec runs; a tower service that finds calls by their paths; and one task for each
//! connection, as on every other transport, where hyper would have one for each call.

mod beside;
mod client;
mod crew;
mod deadline;
mod events;
mod http2;
mod long_reply;
mod method;
mod raw;
mod server;
mod service;
mod status;

use std::num::NonZeroU32;
use std::sync::Arc;

use http::HeaderValue;
use server_core::limits::STREAMS_MAX;
use tokio::net::TcpStream;
use tonic::codec::CompressionEncoding;

use self::beside::Beside;
pub(super) use self::client::{Connection, USER_AGENT};
pub(super) use self::http2::SETTINGS;
pub(super) use self::raw::Raw;
pub(super) use self::server::serve_one;
pub(super) use self::service::is_grpc;
pub(super) use self::status::{Failure, of_connection};
use crate::client::Client;
use crate::codec::{CallCodec, CodecFactory};
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Clients, Compression, Connect, Listen, Listening, Medium, Sharing,
    Transport, TransportError,
};
use crate::transports::tcp;

/// The transport.
pub struct Grpc;

impl Transport for Grpc {
    fn name(&self) -> &'static str {
        "grpc"
    }

    fn description(&self) -> &'static str {
        "gRPC over HTTP/2: a call for each request, a server stream for events"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: Some(http2::SETTINGS),
            tls: None,
            nature: Nature {
                connection: "a connection carries any number of calls and sessions",
                order: "each call is a stream of its own; answers may overtake one another",
                events: "an answer without end to a call beside the others, one for each session",
                session: "a token in the headers of each call",
                framing: "frames of HTTP/2: headers (compressed against earlier ones) and data for a request; headers, \
                          data and trailers for a reply; 5 bytes before each message",
                upkeep: "HTTP/2's settings, window updates and pings",
                runtime: TOKIO,
            },
        }
    }

    fn medium(&self) -> Medium {
        Medium::Tcp
    }

    fn carriage(&self) -> Carriage {
        Carriage::Calls
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            let format = Format::of(listen.codec, listen.compression)?;
            let beside = beside(&listen)?;
            let (listener, address) = tcp::bind(&listen.address).await?;
            let tasks = listen.tasks.clone();
            tasks.spawn(server::accept_all(listener, listen, format, beside));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            let (stream, format) = dial(&connect).await?;
            let client = client::GrpcClient::open(stream, connect.authority(), format).await;
            let client = client.map_err(|source| TransportError::Connect {
                address: connect.address,
                source,
            })?;
            Ok(Box::new(client) as Box<dyn Client>)
        })
    }

    fn sharing(&self) -> Sharing {
        Sharing::Yes {
            clients_max: STREAMS_MAX / STREAMS_PER_CLIENT,
        }
    }

    fn connect_shared(&self, connect: Connect, clients: NonZeroU32) -> Clients<'_> {
        Box::pin(async move {
            let (stream, format) = dial(&connect).await?;
            let opened =
                client::GrpcClient::open_shared(stream, connect.authority(), format, clients).await;
            let clients = opened.map_err(|source| TransportError::Connect {
                address: connect.address,
                source,
            })?;
            let boxed = |client| Box::new(client) as Box<dyn Client>;
            Ok(clients.into_iter().map(boxed).collect())
        })
    }

    fn compressions(&self) -> &'static [Compression] {
        &[Compression::Gzip]
    }
}

/// What a client needs open at once: its event stream, and a call.
const STREAMS_PER_CLIENT: u32 = 2;

async fn dial(connect: &Connect) -> Result<(Counted<TcpStream>, Format), TransportError> {
    let format = Format::of(connect.codec, connect.compression)?;
    let stream = tcp::dial(&connect.address).await?;
    let stream = Counted::tcp(stream, Arc::clone(&connect.traffic), Opened::Connected);
    Ok((stream, format))
}

/// What is offered beside the service: nothing where messages are none of protocol buffers.
fn beside(listen: &Listen) -> Result<Option<Beside>, TransportError> {
    if listen.codec.name() != PROTOBUF {
        return Ok(None);
    }
    Beside::new(&listen.stop)
        .map(Some)
        .map_err(|_| TransportError::Pair {
            codec: PROTOBUF,
            transport: "grpc",
            why: "its descriptors cannot be read",
        })
}

/// The codec that gRPC is known with.
pub(super) const PROTOBUF: &str = "protobuf";

/// The format of the messages, and what the header `content-type` says of it.
#[derive(Clone)]
struct Format {
    codec: &'static dyn CallCodec,
    content_type: HeaderValue,
    /// Of messages, as tonic names it.
    compression: Option<CompressionEncoding>,
}

impl Format {
    fn of(
        codec: &'static dyn CodecFactory,
        compression: Option<Compression>,
    ) -> Result<Self, TransportError> {
        let pair = |why| TransportError::Pair {
            codec: codec.name(),
            transport: "grpc",
            why,
        };
        let calls = codec.calls().map_err(|no_calls| pair(no_calls.why))?;
        let content_type = match codec.name() {
            PROTOBUF => Ok(HeaderValue::from_static("application/grpc")),
            name => HeaderValue::try_from(format!("application/grpc+{name}")),
        };
        Ok(Self {
            codec: calls,
            content_type: content_type.map_err(|_| pair("its name is no content type"))?,
            compression: compression.map(|Compression::Gzip| CompressionEncoding::Gzip),
        })
    }
}
