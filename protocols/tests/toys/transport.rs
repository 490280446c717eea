//! A transport: pairs of Unix sockets within this process, handed over by a list of who listens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use protocols::client::{Client, StreamClient};
use protocols::codec::{Framing, Setup};
use protocols::conditions::Conditions;
use protocols::counted::Counted;
use protocols::server::{StreamParts, serve_stream};
use protocols::transport::{
    BoxFuture, Carriage, Connect, Listen, Listening, Medium, Transport, TransportError,
};
use protocols::transports::tcp::Tcp;
use server_core::limits::{FRAME_MAX_BYTES, REQUEST_MAX_BYTES};
use tokio::net::UnixStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

pub(crate) struct Couples;

static LISTENERS: Mutex<Option<HashMap<String, UnboundedSender<UnixStream>>>> = Mutex::new(None);

impl Transport for Couples {
    fn name(&self) -> &'static str {
        "couples"
    }

    fn description(&self) -> &'static str {
        "a pair of Unix sockets for each account"
    }

    fn conditions(&self) -> Conditions {
        Tcp.conditions()
    }

    fn medium(&self) -> Medium {
        Medium::Unix
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }

    fn listen(&self, listen: Listen) -> BoxFuture<'_, Result<Listening, TransportError>> {
        let (sender, mut comers) = unbounded_channel();
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        listeners
            .get_or_insert_default()
            .insert(listen.address.clone(), sender);
        let address = listen.address.clone();
        listen.tasks.clone().spawn(async move {
            while let Some(Some(stream)) = listen.stop.run_until_cancelled(comers.recv()).await {
                listen.tasks.spawn(serve_stream(StreamParts {
                    stream: Counted::new(stream, listen.traffic.clone()),
                    codec: listen.codec.open(setup(REQUEST_MAX_BYTES)),
                    connection: listen
                        .chat
                        .connection_with(listen.codec.capabilities().habits),
                    stop: listen.stop.clone(),
                }));
            }
        });
        Box::pin(std::future::ready(Ok(Listening { address })))
    }

    fn connect(&self, connect: Connect) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = listeners.as_ref().and_then(|all| all.get(&connect.address));
        let opened = UnixStream::pair().and_then(|(near, far)| {
            let sent = listener.map(|listener| listener.send(far).is_ok());
            let nobody = std::io::ErrorKind::ConnectionRefused;
            let near = Counted::new(near, connect.traffic);
            (sent == Some(true)).then_some(near).ok_or(nobody.into())
        });
        let address = connect.address;
        let connected = opened.map_err(|source| TransportError::Connect { address, source });
        let codec = connect.codec.open(setup(FRAME_MAX_BYTES));
        Box::pin(std::future::ready(connected.map(|stream| {
            Box::new(StreamClient::new(stream, codec)) as Box<dyn Client>
        })))
    }
}

fn setup(frame_max_bytes: usize) -> Setup {
    Setup {
        framing: Framing::Codec,
        frame_max_bytes,
    }
}
