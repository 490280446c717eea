//! Two clients over `protobuf+grpc`, end to end over loopback.

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
use server_core::{Chat, ErrorCode, Event, Reply, Request};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A server, and what stops it.
struct Server {
    address: String,
    traffic: Arc<Traffic>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

fn pair() -> Pair {
    match registry::find("grpc").expect("it is registered").front {
        Front::Chat(pair) => pair,
        Front::Reference(_) => panic!("grpc serves the core"),
    }
}

fn chat() -> Arc<Chat> {
    let fanout = Arc::new(Fanout::default());
    Chat::new(Parts {
        store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
        fanout,
        environment: Arc::new(System),
        options: Options::default(),
    })
}

impl Server {
    async fn start() -> Self {
        let Pair { codec, transport } = pair();
        let (traffic, stop, tasks) = (Arc::default(), CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: "127.0.0.1:0".to_owned(),
            codec,
            chat: chat(),
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

    async fn connect(&self) -> Caller {
        self.connect_counted(Arc::default()).await
    }

    async fn connect_counted(&self, traffic: Arc<Traffic>) -> Caller {
        let Pair { codec, transport } = pair();
        let connect = Connect {
            address: self.address.clone(),
            codec,
            traffic,
        };
        Caller::new(transport.connect(connect).await.expect("it connects"))
    }
}

fn keys() -> ClientKeys {
    ClientKeys::derive(
        "pencil",
        Hashing {
            salt: [7; 16],
            iterations: 4096,
        },
    )
}

/// Creates an account and logs in.
async fn user(server: &Server, name: &str) -> Caller {
    let mut caller = server.connect().await;
    caller
        .create_account(name, &keys())
        .await
        .expect("it is created");
    caller
        .log_in_with(name, Nonce([1; 18]), |_| keys())
        .await
        .expect("it logs in");
    caller
}

fn send<'a>(to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: to.into(),
        text: text.into(),
        client_id: None,
    }
}

#[tokio::test]
async fn a_message_reaches_who_is_online() {
    let server = Server::start().await;
    let mut first = user(&server, "user01").await;
    let mut second = user(&server, "user02").await;
    let reply = first.call(&send("user02", "hello")).await.unwrap().unwrap();
    let Reply::Send {
        id,
        delivered: true,
    } = reply
    else {
        panic!("{reply:?}")
    };
    let Event::MessageReceived(message) = second.next_event().await.unwrap() else {
        panic!("another event")
    };
    assert_eq!(
        (message.id, &*message.from, &*message.to, &*message.text),
        (id, "user01", "user02", "hello")
    );
    let refused = first
        .call(&send("nobody", "hello"))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::NoSuchAccount);
}
