//! A transport: pairs of Unix sockets within this process, handed over by a list of who listens.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use protocols::client::{Client, StreamClient};
use protocols::conditions::Conditions;
use protocols::counted::Counted;
use protocols::server::{StreamParts, serve};
use protocols::transport::{
    BoxFuture, Carriage, Connect, Listen, Listening, Medium, Transport, TransportError,
};
use protocols::transports::tcp::Tcp;
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
                let stream = Counted::new(stream, listen.traffic.clone());
                let parts = StreamParts::of(stream, &listen);
                listen.tasks.spawn(serve(parts));
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
        let codec = connect.codec;
        Box::pin(std::future::ready(connected.map(|stream| {
            Box::new(StreamClient::on(stream, codec)) as Box<dyn Client>
        })))
    }
}
