//! A server of one protocol, and clients of it, on the runtime of the test.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use protocols::client::{Caller, Client, Incoming, LogInError, LoggedIn};
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::security::{Throwaway, Trust};
use protocols::transport::{Connect, Listen, TransportError};
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::{Options, PROTOCOL_VERSION};
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};
use server_core::store::memory::MemoryStore;
use server_core::{Chat, FromServer, Reply, Request};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A bound on what must end, so that a hang is a failure.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) const HELLO: Request<'static> = Request::Hello {
    version: PROTOCOL_VERSION,
};

/// Waits for what must come.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(DEADLINE, what).await;
    came.expect("it comes in time")
}

/// Lets others run until something holds.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    soon(async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

pub(crate) struct Server {
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) address: String,
    pub(crate) trust: Option<Arc<Trust>>,
    pair: Pair,
    stop: CancellationToken,
    tasks: TaskTracker,
}

fn pair(protocol: &str) -> Pair {
    match registry::find(protocol).expect("it is registered").front {
        Front::Chat(pair) => pair,
        Front::Reference(_) => panic!("{protocol} has no chat core"),
    }
}

impl Server {
    pub(crate) async fn start(protocol: &str) -> Self {
        let anywhere = pair(protocol).transport.anywhere();
        Self::at(protocol, &anywhere).await.expect("it listens")
    }

    pub(crate) async fn at(protocol: &str, address: &str) -> Result<Self, TransportError> {
        let pair = pair(protocol);
        let fanout = Arc::new(Fanout::default());
        let chat = Chat::new(Parts {
            store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
            fanout,
            environment: Arc::new(System),
            options: Options::default(),
        });
        let Throwaway { identity, trust } = Throwaway::of(pair.transport);
        let listen = Listen {
            address: address.to_owned(),
            codec: pair.codec,
            chat,
            identity,
            traffic: Arc::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            compression: None,
        };
        let (traffic, stop, tasks) = (
            Arc::clone(&listen.traffic),
            listen.stop.clone(),
            listen.tasks.clone(),
        );
        let address = pair.transport.listen(listen).await?.address;
        Ok(Self {
            traffic,
            address,
            trust,
            pair,
            stop,
            tasks,
        })
    }

    /// What a client is made of that may come in.
    pub(crate) fn door(&self) -> Connect {
        Connect {
            address: self.address.clone(),
            authority: None,
            codec: self.pair.codec,
            traffic: Arc::default(),
            compression: None,
            trust: self.trust.clone(),
        }
    }

    pub(crate) async fn connect(
        &self,
        connect: Connect,
    ) -> Result<Box<dyn Client>, TransportError> {
        soon(self.pair.transport.connect(connect)).await
    }

    /// Why a client does not come in.
    pub(crate) async fn refusal(&self, connect: Connect) -> String {
        let refused = self.connect(connect).await;
        refused.err().expect("it is refused").to_string()
    }

    /// A client that has said hello.
    pub(crate) async fn caller(&self) -> Caller {
        let connected = self.connect(self.door()).await.expect("it may come in");
        let mut caller = Caller::new(connected);
        let hello = soon(caller.call(&HELLO)).await;
        hello.expect("it is connected").expect("it is greeted");
        caller
    }

    /// A client that is logged in to a new account.
    pub(crate) async fn user(&self, name: &str) -> Caller {
        let hashing = Hashing {
            salt: [7; 16],
            iterations: 4_096,
        };
        let mut caller = self.caller().await;
        let keys = ClientKeys::derive("secret", hashing);
        caller
            .create_account(name, &keys)
            .await
            .expect("it is free");
        let logged_in = log_in(&mut caller, name).await;
        logged_in.expect("the password is right");
        caller
    }

    /// Asks every connection to end; they do once they are driven.
    pub(crate) fn begin_to_stop(&self) {
        self.stop.cancel();
        self.tasks.close();
    }

    /// Waits until nothing of it runs any more.
    pub(crate) async fn ended(self) {
        soon(self.tasks.wait()).await;
    }
}

/// Logs in by the password that all tests share.
pub(crate) async fn log_in(caller: &mut Caller, name: &str) -> Result<LoggedIn, LogInError> {
    caller.log_in(name, "secret", Nonce([1; 18])).await
}

/// Says a request several times at once, and waits for all replies.
pub(crate) async fn ask_at_once(client: &mut dyn Client, request: &Request<'_>, times: usize) {
    for _ in 0..times {
        client.stage(request).expect("it can be said");
    }
    let mut answers = 0;
    soon(async {
        while answers < times {
            let mut sink = |incoming: Incoming<'_>| {
                assert!(
                    matches!(incoming.message, FromServer::Reply(Reply::Hello { .. })),
                    "{incoming:?}"
                );
                answers += 1;
            };
            let exchanged = poll_fn(|context| client.poll_exchange(context, &mut sink)).await;
            exchanged.expect("it is connected");
        }
    })
    .await;
}
