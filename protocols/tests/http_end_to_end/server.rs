//! A server to test, and clients of it.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use protocols::client::Caller;
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::transport::{Connect, Listen, TransportError};
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

use super::raw::Raw;

/// A server, and what stops it.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) stop: CancellationToken,
    tasks: TaskTracker,
    protocol: &'static str,
}

fn pair(protocol: &str) -> Pair {
    match registry::find(protocol).expect("it is registered").front {
        Front::Chat(pair) => pair,
        Front::Reference(_) => panic!("{protocol} serves the core"),
    }
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

/// Connects a client of `rest` to whatever listens at `address`.
pub(crate) async fn connect(address: &str) -> Caller {
    try_connect("rest", address).await.expect("it connects")
}

async fn try_connect(protocol: &str, address: &str) -> Result<Caller, TransportError> {
    let Pair { codec, transport } = pair(protocol);
    let connect = Connect {
        address: address.to_owned(),
        authority: Some("chat".to_owned()),
        codec,
        traffic: Arc::default(),
        compression: None,
        trust: None,
    };
    transport.connect(connect).await.map(Caller::new)
}

impl Server {
    /// A server of `rest`.
    pub(crate) async fn start() -> Self {
        Self::of("rest").await
    }

    pub(crate) async fn of(protocol: &'static str) -> Self {
        let Pair { codec, transport } = pair(protocol);
        let traffic = Arc::new(Traffic::recording());
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: "127.0.0.1:0".to_owned(),
            codec,
            chat: core(),
            traffic: Arc::clone(&traffic),
            stop: stop.clone(),
            tasks: tasks.clone(),
            compression: None,
            identity: None,
        };
        let address = transport.listen(listen).await.expect("it listens").address;
        Self {
            address,
            traffic,
            stop,
            tasks,
            protocol,
        }
    }

    pub(crate) async fn connect(&self) -> Caller {
        let caller = try_connect(self.protocol, &self.address).await;
        caller.expect("it connects")
    }

    /// A connection without a client.
    pub(crate) async fn raw(&self) -> Raw {
        Raw::connect(&self.address).await
    }

    /// A client with an account of this name, logged in.
    pub(crate) async fn user(&self, name: &str) -> Caller {
        self.user_with_token(name).await.0
    }

    /// The same, and its token in base64.
    pub(crate) async fn user_with_token(&self, name: &str) -> (Caller, String) {
        let mut caller = self.connect().await;
        let created = caller.create_account(name, &keys()).await;
        created.expect("it is created");
        let logged_in = caller.log_in_with(name, Nonce([1; 18]), |_| keys()).await;
        let token = logged_in.expect("it logs in").token;
        (caller, BASE64_STANDARD.encode(token.0))
    }

    /// Stops, and waits until nothing runs any more.
    pub(crate) async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// What all passwords are hashed to.
fn keys() -> ClientKeys {
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
