//! Unix domain sockets: a stream of bytes within one machine, through the kernel and without TCP. An address is a path.

mod place;

use std::sync::Arc;

use server_core::environment::{Environment as _, System};
use tokio::net::{UnixListener, UnixStream};

use self::place::Place;
use crate::client::{Client, StreamClient};
use crate::conditions::{Conditions, Nature, TOKIO};
use crate::counted::{Counted, Traffic};
use crate::server::{StreamParts, serve_accepted};
use crate::sockets::Opened;
use crate::transport::{
    BoxFuture, Carriage, Compression, Connect, Listen, Listening, Medium, Transport, TransportError,
};
use crate::transports::tcp;

/// The transport.
pub struct Unix;

impl Transport for Unix {
    fn name(&self) -> &'static str {
        "unix"
    }

    fn description(&self) -> &'static str {
        "a Unix domain socket for each account: the kernel without TCP, on one machine"
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
                upkeep: "none; neither segments nor acknowledgements",
                runtime: TOKIO,
            },
        }
    }

    fn medium(&self) -> Medium {
        Medium::Unix
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }

    /// In a directory that is there as long as the server is, and that nobody else can look into.
    fn anywhere(&self) -> String {
        let mut word = [0; 8];
        System.fill_random(&mut word);
        let directory = format!("chat-{:016x}", u64::from_be_bytes(word));
        let path = std::env::temp_dir().join(directory).join("socket");
        path.to_string_lossy().into_owned()
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        Box::pin(async move {
            Compression::check(listen.compression, self)?;
            let address = listen.address.clone();
            let bound = Place::bind(address.as_ref()).map_err(|source| TransportError::Listen {
                address: address.clone(),
                source,
            });
            let (listener, place) = bound?;
            let tasks = listen.tasks.clone();
            tasks.spawn(accept_all(listener, place, listen));
            Ok(Listening { address })
        })
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Box::pin(async move {
            Compression::check(connect.compression, self)?;
            let stream = UnixStream::connect(&connect.address).await;
            let stream = stream.map_err(|source| TransportError::Connect {
                address: connect.address,
                source,
            })?;
            let stream = counted(stream, &connect.traffic, Opened::Connected);
            Ok(Box::new(StreamClient::on(stream, connect.codec)) as Box<dyn Client>)
        })
    }
}

fn counted(stream: UnixStream, traffic: &Arc<Traffic>, opened: Opened) -> Counted<UnixStream> {
    traffic.ask_buffers(&stream, opened);
    Counted::new(stream, Arc::clone(traffic))
}

async fn accept_all(listener: UnixListener, _place: Place, listen: Listen) {
    let stop = listen.stop.clone();
    let serve = async {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => serve_one(stream, &listen),
                Err(error) => tcp::back_off(&error).await,
            }
        }
    };
    stop.run_until_cancelled(serve).await;
}

fn serve_one(stream: UnixStream, listen: &Listen) {
    let peer = stream.peer_cred().ok();
    let stream = counted(stream, &listen.traffic, Opened::Accepted);
    let parts = StreamParts::of(stream, listen);
    listen.tasks.spawn(serve_accepted(parts, peer));
}
