//! A server to test, and clients of it.

use std::sync::Arc;

use protocols::client::Caller;
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::transport::{Connect, Listen};
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
    match registry::find("grpc").expect("it is registered").front {
        Front::Chat(pair) => pair,
        Front::Reference(_) => panic!("grpc serves the core"),
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
    let Pair { codec, transport } = pair();
    let connect = Connect {
        address: address.to_owned(),
        codec,
        traffic: Arc::clone(traffic),
    };
    Caller::new(transport.connect(connect).await.expect("it connects"))
}

impl Server {
    pub(crate) async fn start() -> Self {
        let Pair { codec, transport } = pair();
        let (traffic, stop, tasks) = (Arc::default(), CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: "127.0.0.1:0".to_owned(),
            codec,
            chat: core(),
            traffic: Arc::clone(&traffic),
            stop: stop.clone(),
            tasks: tasks.clone(),
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
