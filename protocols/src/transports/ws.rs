//! WebSocket (RFC 6455): each of its messages is one frame of the codec. Specified in `proto/ws.md`.
//!
//! Both ends are tungstenite, as WebSocket in Rust usually is; hyper reads the server's half of the handshake, so that
//! whoever comes without one is told what to say.

mod handshake;
mod link;

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};

use self::link::WsLink;
use crate::client::{Client, FramedClient};
use crate::codec::CodecFactory;
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::Counted;
use crate::server::{Parts, serve_accepted};
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Repeats, Transport,
    TransportError,
};
use crate::transports::tcp;

/// The transport.
pub struct Ws;

impl Transport for Ws {
    fn name(&self) -> &'static str {
        "ws"
    }

    fn description(&self) -> &'static str {
        "a WebSocket for each account, as browsers have them; each message is a frame"
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
                framing: "a WebSocket frame around each message: 2 bytes, 4 from 126 bytes on, 10 from 64 KiB on; towards \
                          the server 4 more, with which its bytes are masked",
                upkeep: "none: pings are answered, and not sent",
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
            let subprotocol = subprotocol(connect.codec);
            let asking = handshake::ask(stream, connect.authority(), &subprotocol);
            let socket = asking.await.map_err(|source| TransportError::Connect {
                address: connect.address,
                source,
            })?;
            let link = WsLink::new(socket, connect.codec.content());
            Ok(Box::new(FramedClient::over(link, connect.codec)) as Box<dyn Client>)
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::Lengths
    }
}

/// What both ends call this format (RFC 6455, section 1.9).
fn subprotocol(codec: &dyn CodecFactory) -> String {
    format!("chat.v1.{}", codec.name())
}

async fn accept_all(listener: TcpListener, listen: Listen) {
    let stop = listen.stop.clone();
    let listen = Arc::new(listen);
    let serve = async {
        loop {
            let stream = tcp::accept(&listener).await;
            listen.tasks.spawn(serve_one(stream, Arc::clone(&listen)));
        }
    };
    stop.run_until_cancelled(serve).await;
}

async fn serve_one(stream: TcpStream, listen: Arc<Listen>) {
    let peer = stream.peer_addr().ok();
    let stream = Counted::tcp(stream, Arc::clone(&listen.traffic), Opened::Accepted);
    let answering = handshake::answer(stream, subprotocol(listen.codec));
    let Some(answered) = listen.stop.run_until_cancelled(answering).await else {
        return;
    };
    match answered {
        Ok(socket) => {
            let link = WsLink::new(socket, listen.codec.content());
            let parts = Parts::over(link, &listen);
            serve_accepted(parts, peer).await;
        }
        Err(error) => tracing::debug!(?peer, %error, "no WebSocket"),
    }
}
