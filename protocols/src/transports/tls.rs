//! TLS over TCP: what `tcp` carries, encrypted. Bytes are counted below it, so that `stream` is what its records take.

use std::sync::Arc;

use server_core::limits::HANDSHAKE_TIMEOUT;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use self::farewell::Farewell;
use crate::client::{Client, StreamClient};
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::security::{Identity, SecurityError, Trust, tls};
use crate::server::{StreamParts, serve_accepted};
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Encryption, Listen, Listening, Medium, Repeats,
    Transport, TransportError,
};
use crate::transports::tcp;

mod farewell;

/// The transport.
pub struct Tls;

impl Transport for Tls {
    fn name(&self) -> &'static str {
        "tls"
    }

    fn description(&self) -> &'static str {
        "TLS 1.3 over a TCP connection for each account: tcp, encrypted"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: Some(tls::CONDITION),
            nature: Nature {
                connection: "a connection is a session",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the connection",
                framing: "the codec's own frame; 22 bytes for a record around all that is written at once, up to 16 KiB",
                upkeep: "a handshake before the first request; an alert at the end",
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

    fn encryption(&self) -> Encryption {
        Encryption::Tls
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let acceptor = acceptor(listen.identity.as_deref());
            let acceptor = acceptor.map_err(|error| tls::unusable(self.name(), &error))?;
            let (listener, address) = tcp::bind(&listen.address).await?;
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(listener, acceptor, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let connecting = connecting(connect.trust.as_deref());
            let (connector, name) =
                connecting.map_err(|error| tls::unusable(self.name(), &error))?;
            let stream = tcp::dial(&connect.address).await?;
            let stream = Counted::tcp(stream, connect.traffic, Opened::Connected);
            let refused = |error| tls::refused(self.name(), &connect.address, error);
            let shaken = timeout(HANDSHAKE_TIMEOUT, connector.connect(name, stream)).await;
            let shaken = shaken.map_err(|_| refused(std::io::ErrorKind::TimedOut.into()))?;
            let stream = Farewell::new(shaken.map_err(refused)?);
            Ok(Box::new(StreamClient::on(stream, connect.codec)) as Box<dyn Client>)
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::Nothing {
            why: "keys are drawn anew, and time decides which messages share a record",
        }
    }
}

fn acceptor(identity: Option<&Identity>) -> Result<TlsAcceptor, SecurityError> {
    let config = tls::server(identity.ok_or(SecurityError::NoIdentity)?)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn connecting(
    trust: Option<&Trust>,
) -> Result<(TlsConnector, rustls_pki_types::ServerName<'static>), SecurityError> {
    let trust = trust.ok_or(SecurityError::NoTrust)?;
    let config = tls::shared_client(trust, &[])?;
    Ok((TlsConnector::from(config), tls::server_name(trust)?))
}

async fn accept_all(listener: TcpListener, acceptor: TlsAcceptor, listen: Listen) {
    let stop = listen.stop.clone();
    let serve = async {
        loop {
            let stream = tcp::accept(&listener).await;
            let serving = serve_one(stream, acceptor.clone(), listen.clone());
            listen.tasks.spawn(serving);
        }
    };
    stop.run_until_cancelled(serve).await;
}

async fn serve_one(stream: TcpStream, acceptor: TlsAcceptor, listen: Listen) {
    let peer = stream.peer_addr().ok();
    let stream = Counted::tcp(stream, Arc::clone(&listen.traffic), Opened::Accepted);
    let handshake = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream));
    match listen.stop.run_until_cancelled(handshake).await {
        Some(Ok(Ok(stream))) => serve_accepted(StreamParts::of(stream, &listen), peer).await,
        Some(Ok(Err(error))) => tracing::debug!(?peer, %error, "no handshake"),
        Some(Err(_)) => tracing::debug!(?peer, "no handshake in time"),
        None => {}
    }
}
