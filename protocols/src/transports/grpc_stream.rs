//! gRPC with one call for a whole connection: a stream of frames each way, each message one frame of the codec.
//! Specified in `proto/grpc-stream.md`.
//!
//! What is below the call is that of [`super::grpc`]: tonic on hyper, one task for each connection, the same
//! settings of HTTP/2. So what differs between the two is what a call for each request costs.

mod client;
mod link;
mod outgoing;
mod talk;

use std::sync::Arc;

use http::HeaderValue;
use tokio::net::TcpListener;

use self::talk::TalkService;
pub(super) use self::talk::talk;
use super::grpc;
use crate::client::{Client, FramedClient};
use crate::codec::CodecFactory;
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Repeats, Transport,
    TransportError,
};
use crate::transports::tcp;

/// Where the method is.
pub(super) const PATH: &str = "/chat.v1.Chat/Talk";

/// The transport.
pub struct GrpcStream;

impl Transport for GrpcStream {
    fn name(&self) -> &'static str {
        "grpc-stream"
    }

    fn description(&self) -> &'static str {
        "gRPC over HTTP/2 with one call for each account: a stream of frames each way"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: Some(grpc::SETTINGS),
            tls: None,
            nature: Nature {
                connection: "a connection is a session",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the call",
                framing: "5 bytes before each message, and a frame of HTTP/2 (9 bytes) around what goes out together",
                upkeep: "HTTP/2's settings, window updates and pings",
                runtime: TOKIO,
            },
        }
    }

    fn medium(&self) -> Medium {
        Medium::Tcp
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let (listener, address) = tcp::bind(&listen.address).await?;
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(listener, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let stream = tcp::dial(&connect.address).await?;
            let stream = Counted::tcp(stream, Arc::clone(&connect.traffic), Opened::Connected);
            let opening = client::open(stream, connect.authority(), content_type(connect.codec));
            let link = opening.await.map_err(|source| TransportError::Connect {
                address: connect.address.clone(),
                source,
            })?;
            Ok(Box::new(FramedClient::over(link, connect.codec)) as Box<dyn Client>)
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::Nothing {
            why: "time decides which messages share a frame of HTTP/2",
        }
    }
}

/// What the header `content-type` says of a format.
fn content_type(codec: &dyn CodecFactory) -> HeaderValue {
    let named = match codec.name() {
        grpc::PROTOBUF => None,
        name => HeaderValue::try_from(format!("application/grpc+{name}")).ok(),
    };
    named.unwrap_or(HeaderValue::from_static("application/grpc"))
}

async fn accept_all(listener: TcpListener, listen: Listen) {
    let stop = listen.stop.clone();
    let listen = Arc::new(listen);
    let service = TalkService::new(Arc::clone(&listen));
    let serve_all = async {
        loop {
            let stream = tcp::accept(&listener).await;
            let stream = Counted::tcp(stream, Arc::clone(&listen.traffic), Opened::Accepted);
            let serving = grpc::serve_one(stream, service.clone(), listen.stop.clone());
            listen.tasks.spawn(serving);
        }
    };
    stop.run_until_cancelled(serve_all).await;
}
