//! HTTP/1.1: a POST for each request, and an event stream (server-sent events) for each session. Specified in
//! `proto/http.md`.
//!
//! Any codec for calls runs on it. With `json` it is the REST interface that people compare gRPC with, described by
//! `proto/openapi.json`, and `curl` is a client of it.
//!
//! Both ends are hyper's HTTP/1.1, each connection on one task. A client has one request at a time on its way, as HTTP
//! clients do: HTTP/1.1 allows pipelining (RFC 9112, section 9.3.2), and hardly anything in the world uses it. Further
//! requests wait at the client, and are charged for it.

mod body;
mod client;
mod events;
mod failure;
mod format;
mod pages;
mod problem;
mod route;
mod server;
mod service;
mod sse;

use std::sync::Arc;

use tokio::net::TcpStream;

use self::format::Format;
use crate::client::Client;
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Sharing, Transport,
    TransportError,
};
use crate::transports::tcp;

/// The transport.
pub struct Http;

impl Transport for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn description(&self) -> &'static str {
        "HTTP/1.1: a POST for each request, server-sent events"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: None,
            nature: Nature {
                connection: "a client has two connections, one for its calls and one for its events",
                order: "one call at a time on a connection; further ones wait at the client, and are charged for it",
                events: "an answer without end on the second connection, a chunk for all that are ready; bodies that \
                         are not JSON in base64",
                session: "a token in the headers of each call",
                framing: "a request line and headers, a status line and headers, as text",
                upkeep: "a comment of 3 bytes on each event stream every 15 s",
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

    fn sockets_per_client(&self) -> u32 {
        2
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let format = Format::of(listen.codec)?;
            let (listener, address) = tcp::bind(&listen.address).await?;
            let tasks = listen.tasks.clone();
            tasks.spawn(server::accept_all(listener, listen, format));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let format = Format::of(connect.codec)?;
            let streams = client::Streams {
                calls: dial(&connect).await?,
                events: dial(&connect).await?,
            };
            let client = client::HttpClient::open(streams, connect.authority(), format).await;
            let client = client.map_err(|source| TransportError::Connect {
                address: connect.address,
                source,
            })?;
            Ok(Box::new(client) as Box<dyn Client>)
        })
    }

    fn sharing(&self) -> Sharing {
        Sharing::No {
            why: "a connection has one call at a time",
        }
    }
}

async fn dial(connect: &Connect) -> Result<Counted<TcpStream>, TransportError> {
    let stream = tcp::dial(&connect.address).await?;
    let traffic = Arc::clone(&connect.traffic);
    Ok(Counted::tcp(stream, traffic, Opened::Connected))
}
