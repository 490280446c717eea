//! A server to test, and clients of it.

use std::num::NonZeroU32;
use std::sync::Arc;

use protocols::client::{Caller, Client};
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::transport::{Compression, Connect, Listen, Sharing, TransportError};
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::Options;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};
use server_core::store::memory::MemoryStore;
use server_core::{Chat, Request};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A server, and what stops it.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

fn pair() -> Pair {
    pair_of("grpc")
}

fn pair_of(protocol: &str) -> Pair {
    match registry::find(protocol).expect("it is registered").front {
        Front::Chat(pair) => pair,
        Front::Reference(_) => panic!("{protocol} serves the core"),
    }
}

/// What is said of the transport.
pub(crate) fn conditions() -> protocols::conditions::Conditions {
    pair().transport.conditions()
}

fn core() -> Arc<Chat> {
    let fanout = Arc::new(Fanout::default());
    Chat::new(Parts {
        store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
        fanout,
        environment: Arc::new(System),
        options: Options::default(),
    })
}

/// Connects a client to whatever listens at `address`.
pub(crate) async fn connect(address: &str, traffic: &Arc<Traffic>) -> Caller {
    connect_compressed(address, traffic, None).await
}

/// Connects a client that compresses what it says.
pub(crate) async fn connect_compressed(
    address: &str,
    traffic: &Arc<Traffic>,
    compression: Option<Compression>,
) -> Caller {
    let Pair { codec, transport } = pair();
    let connect = Connect {
        address: address.to_owned(),
        authority: None,
        codec,
        traffic: Arc::clone(traffic),
        compression,
        trust: None,
    };
    Caller::new(transport.connect(connect).await.expect("it connects"))
}

/// Connects some clients that share a connection.
pub(crate) async fn connect_shared(
    address: &str,
    traffic: &Arc<Traffic>,
    clients: NonZeroU32,
) -> Vec<Caller> {
    let Pair { codec, transport } = pair();
    let connect = Connect {
        address: address.to_owned(),
        authority: None,
        codec,
        traffic: Arc::clone(traffic),
        compression: None,
        trust: None,
    };
    let clients = transport.connect_shared(connect, clients).await;
    let clients = clients.expect("it connects");
    clients.into_iter().map(Caller::new).collect()
}

/// Whether clients of a protocol can share a connection.
pub(crate) fn sharing(protocol: &str) -> Sharing {
    pair_of(protocol).transport.sharing()
}

/// What comes of sharing a connection over a protocol.
pub(crate) async fn try_shared(
    protocol: &str,
    address: &str,
    clients: NonZeroU32,
) -> Result<Vec<Box<dyn Client>>, TransportError> {
    let Pair { codec, transport } = pair_of(protocol);
    let connect = Connect {
        address: address.to_owned(),
        authority: None,
        codec,
        traffic: Arc::default(),
        compression: None,
        trust: None,
    };
    transport.connect_shared(connect, clients).await
}

/// What comes of compression over a protocol.
pub(crate) async fn try_compressed(
    protocol: &str,
    address: &str,
) -> Result<Box<dyn Client>, TransportError> {
    let Pair { codec, transport } = pair_of(protocol);
    let connect = Connect {
        address: address.to_owned(),
        authority: None,
        codec,
        traffic: Arc::default(),
        compression: Some(Compression::Gzip),
        trust: None,
    };
    transport.connect(connect).await
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with("grpc", None).await
    }

    /// A server that compresses for clients that take it.
    pub(crate) async fn compressing() -> Self {
        Self::with("grpc", Some(Compression::Gzip)).await
    }

    /// A server of another protocol.
    pub(crate) async fn speaking(protocol: &str) -> Self {
        Self::with(protocol, None).await
    }

    async fn with(protocol: &str, compression: Option<Compression>) -> Self {
        let Pair { codec, transport } = pair_of(protocol);
        let (traffic, stop, tasks) = (Arc::default(), CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: "127.0.0.1:0".to_owned(),
            codec,
            chat: core(),
            traffic: Arc::clone(&traffic),
            stop: stop.clone(),
            tasks: tasks.clone(),
            compression,
            identity: None,
        };
        let address = transport.listen(listen).await.expect("it listens").address;
        Self {
            address,
            traffic,
            stop,
            tasks,
        }
    }

    pub(crate) async fn connect(&self) -> Caller {
        connect(&self.address, &Arc::default()).await
    }

    /// A client with an account of this name, logged in.
    pub(crate) async fn user(&self, name: &str) -> Caller {
        let mut caller = self.connect().await;
        enter(&mut caller, name).await;
        caller
    }

    /// Stops, and waits until nothing runs any more.
    pub(crate) async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Creates an account and logs in.
pub(crate) async fn enter(caller: &mut Caller, name: &str) {
    caller
        .create_account(name, &keys())
        .await
        .expect("it is created");
    log_in(caller, name).await;
}

pub(crate) async fn log_in(caller: &mut Caller, name: &str) {
    caller
        .log_in_with(name, Nonce([1; 18]), |_| keys())
        .await
        .expect("it logs in");
}

/// What all passwords are hashed to.
pub(crate) fn keys() -> ClientKeys {
    ClientKeys::derive(
        "pencil",
        Hashing {
            salt: [7; 16],
            iterations: 4096,
        },
    )
}

pub(crate) fn send<'a>(to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: to.into(),
        text: text.into(),
        client_id: None,
    }
}
