//! QUIC: a stream of bytes over UDP, encrypted, with one bidirectional stream for each connection.
//!
//! Both ends are quinn, with rustls. A client has a socket of its own, as on every other transport; the server has one for
//! all of its connections.

mod settings;
mod socket;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Connecting, Endpoint, EndpointConfig, Incoming, TokioRuntime};
use server_core::limits::HANDSHAKE_TIMEOUT;
use tokio::time::timeout;

use self::socket::CountedSocket;
use self::stream::QuicStream;
use crate::client::{Client, StreamClient};
use crate::conditions::{Conditions, Nature};
use crate::counted::Traffic;
use crate::security::{SecurityError, tls};
use crate::server::{StreamParts, serve_accepted};
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Encryption, Listen, Listening, Medium, Repeats,
    Transport, TransportError,
};

/// The transport.
pub struct Quic;

const NAME: &str = "quic";

impl Transport for Quic {
    fn name(&self) -> &'static str {
        NAME
    }

    fn description(&self) -> &'static str {
        "QUIC: UDP, encrypted with TLS 1.3; one bidirectional stream for each account's connection"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: Some(tls::CONDITION),
            nature: Nature {
                connection: "a connection is a session, with one stream",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the connection",
                framing: "the codec's own frame; around what is sent at once a packet's header, a stream frame's, and 16 \
                          bytes that prove it whole",
                upkeep: "a handshake of padded packets; acknowledgements, window updates, probes of the path's largest \
                         packet, and a ping after 10 s of silence, all of which count in stream",
                runtime: "quinn on tokio: beside a task for each connection one more that drives its packets, and one for \
                          each socket, of which a server has one for all connections; congestion control and \
                          retransmission in the process, not in the kernel",
            },
        }
    }

    fn medium(&self) -> Medium {
        Medium::Udp
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }

    fn encryption(&self) -> Encryption {
        Encryption::Tls
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let identity = listen.identity.as_deref().ok_or(SecurityError::NoIdentity);
            let config = identity.and_then(|identity| settings::server(identity, listen.codec));
            let config = config.map_err(|error| tls::unusable(NAME, &error))?;
            let failed = |source| TransportError::Listen {
                address: listen.address.clone(),
                source,
            };
            let socket = socket::bind_to(&listen.address).await.map_err(failed)?;
            let endpoint = endpoint(socket, &listen.traffic, Opened::Accepted, Some(config));
            let endpoint = endpoint.map_err(failed)?;
            let address = endpoint.local_addr().map_err(failed)?.to_string();
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(endpoint, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let connection = dial(&connect).await?;
            let refused = |error| tls::refused(NAME, &connect.address, error);
            let (send, receive) = connection.open_bi().await.map_err(refused)?;
            let stream = QuicStream::new(connection, send, receive);
            Ok(Box::new(StreamClient::on(stream, connect.codec)) as Box<dyn Client>)
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::Nothing {
            why: "QUIC acknowledges, probes and repeats packets as time passes",
        }
    }
}

fn endpoint(
    socket: std::net::UdpSocket,
    traffic: &Arc<Traffic>,
    opened: Opened,
    config: Option<quinn::ServerConfig>,
) -> std::io::Result<Endpoint> {
    let socket = CountedSocket::new(socket, Arc::clone(traffic), opened)?;
    Endpoint::new_with_abstract_socket(
        EndpointConfig::default(),
        config,
        Arc::new(socket),
        Arc::new(TokioRuntime),
    )
}

/// Connects, from a socket of its own.
async fn dial(connect: &Connect) -> Result<quinn::Connection, TransportError> {
    let unusable = |error| tls::unusable(NAME, &error);
    let trust = connect.trust.as_deref();
    let trust = trust.ok_or(SecurityError::NoTrust).map_err(unusable)?;
    let config = settings::client(trust, connect.codec).map_err(unusable)?;
    let failed = |source| TransportError::Connect {
        address: connect.address.clone(),
        source,
    };
    let server = resolve(&connect.address).await.map_err(failed)?;
    let socket = socket::bind_towards(server).map_err(failed)?;
    let endpoint = endpoint(socket, &connect.traffic, Opened::Connected, None).map_err(failed)?;
    let refused = |error: String| tls::refused(NAME, &connect.address, error);
    let connecting = endpoint.connect_with(config, server, &trust.server_name);
    let connecting = connecting.map_err(|error| refused(error.to_string()))?;
    shake_hands(connecting).await.map_err(refused)
}

async fn shake_hands(connecting: Connecting) -> Result<quinn::Connection, String> {
    match timeout(HANDSHAKE_TIMEOUT, connecting).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no handshake in {} s", HANDSHAKE_TIMEOUT.as_secs())),
    }
}

/// The first address of a host.
async fn resolve(address: &str) -> std::io::Result<SocketAddr> {
    let found = tokio::net::lookup_host(address).await?.next();
    found.ok_or_else(|| std::io::Error::other("the host has no address"))
}

async fn accept_all(endpoint: Endpoint, listen: Listen) {
    let stop = listen.stop.clone();
    let serve = async {
        while let Some(incoming) = endpoint.accept().await {
            listen.tasks.spawn(serve_one(incoming, listen.clone()));
        }
    };
    stop.run_until_cancelled(serve).await;
    // Whoever comes now is told that nobody listens, until the last connection has ended.
    endpoint.set_server_config(None);
    endpoint.wait_idle().await;
}

async fn serve_one(incoming: Incoming, listen: Listen) {
    let peer = incoming.remote_address();
    let opening = async {
        let connecting = incoming.accept().map_err(|error| error.to_string())?;
        let connection = shake_hands(connecting).await?;
        // The client's first frame opens the stream.
        let opened = connection.accept_bi().await;
        let (send, receive) = opened.map_err(|error| error.to_string())?;
        Ok::<_, String>(QuicStream::new(connection, send, receive))
    };
    match listen.stop.run_until_cancelled(opening).await {
        Some(Ok(stream)) => serve_accepted(StreamParts::of(stream, &listen), peer).await,
        Some(Err(error)) => tracing::debug!(?peer, error, "no connection"),
        None => {}
    }
}
