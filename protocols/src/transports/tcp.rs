//! TCP: a stream of bytes, in which the codec finds its frames.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use crate::client::{Client, StreamClient};
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::server::{StreamParts, serve_accepted};
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Transport, TransportError,
};

/// How long accepting pauses when the process is out of descriptors or memory, so that it does not spin.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// The transport.
pub struct Tcp;

impl Transport for Tcp {
    fn name(&self) -> &'static str {
        "tcp"
    }

    fn description(&self) -> &'static str {
        "a TCP connection for each account; the codec finds its frames in the stream"
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            http2: None,
            tls: None,
            nature: Nature {
                connection: "a connection is a session",
                order: "replies come in the order of requests",
                events: "between replies, in the same stream",
                session: "the connection",
                framing: "the codec's own frame",
                upkeep: "none",
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
            let (listener, address) = bind(&listen.address).await?;
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(listener, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let stream = dial(&connect.address).await?;
            let stream = Counted::tcp(stream, connect.traffic, Opened::Connected);
            Ok(Box::new(StreamClient::on(stream, connect.codec)) as Box<dyn Client>)
        })
    }
}

/// Binds a listener; gives it with the address it got.
///
/// # Errors
/// [`TransportError::Listen`].
pub(crate) async fn bind(address: &str) -> Result<(TcpListener, String), TransportError> {
    let failed = |source| TransportError::Listen {
        address: address.to_owned(),
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound.to_string()))
}

/// Connects a socket and turns Nagle's algorithm off.
///
/// # Errors
/// [`TransportError::Connect`].
pub(crate) async fn dial(address: &str) -> Result<TcpStream, TransportError> {
    let failed = |source| TransportError::Connect {
        address: address.to_owned(),
        source,
    };
    let stream = TcpStream::connect(address).await.map_err(failed)?;
    set_nodelay(&stream).map_err(failed)?;
    Ok(stream)
}

/// Turns Nagle's algorithm off, and asks the socket whether it is: 40 ms stalls would be charged to a protocol.
///
/// # Errors
/// If the socket does not say that it is off.
pub fn set_nodelay(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if stream.nodelay()? {
        Ok(())
    } else {
        Err(std::io::Error::other("the socket did not take TCP_NODELAY"))
    }
}

/// Accepts the next connection; waits a little when the system has nothing to give.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => match set_nodelay(&stream) {
                Ok(()) => return stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection went away before it was served");
                }
            },
            Err(error) => back_off(&error).await,
        }
    }
}

/// Waits a little after the system could not give a connection.
pub(crate) async fn back_off(error: &std::io::Error) {
    tracing::warn!(%error, "cannot accept connections; trying again");
    tokio::time::sleep(ACCEPT_BACKOFF).await;
}

async fn accept_all(listener: TcpListener, listen: Listen) {
    let stop = listen.stop.clone();
    let serve = async {
        loop {
            let stream = accept(&listener).await;
            serve_one(stream, &listen);
        }
    };
    stop.run_until_cancelled(serve).await;
}

fn serve_one(stream: TcpStream, listen: &Listen) {
    let peer = stream.peer_addr().ok();
    let stream = Counted::tcp(stream, Arc::clone(&listen.traffic), Opened::Accepted);
    let parts = StreamParts::of(stream, listen);
    listen.tasks.spawn(serve_accepted(parts, peer));
}
