//! Servers to be tested: one core with a front end for each protocol.

use std::sync::Arc;

use protocols::client::Caller;
use protocols::conformance::{Door, Registered, Target};
use protocols::registry::{self, Front, Pair};
use protocols::security::{Identity, Throwaway};
use protocols::transport::Listen;
use server_core::Chat;
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::{Options, PROTOCOL_VERSION};
use server_core::message::Request;
use server_core::store::{Changes, Store, StoreSpec};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Whether deletions can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undo {
    Off,
    On,
}

impl Undo {
    pub(crate) fn options(self) -> Options {
        let undo_grace_ms = match self {
            Self::Off => 0,
            Self::On => 30_000,
        };
        Options {
            undo_grace_ms,
            ..Options::default()
        }
    }
}

/// A core on the store that `open` gives.
pub(crate) fn core(
    options: Options,
    open: impl FnOnce(Arc<dyn Changes>) -> Arc<dyn Store>,
) -> Arc<Chat> {
    let fanout = Arc::new(Fanout::default());
    Chat::new(Parts {
        store: open(Arc::clone(&fanout) as _),
        fanout,
        environment: Arc::new(System),
        options,
    })
}

/// A core that listens on threads of its own, so that clients notice if those are stuck. It stops when it is dropped.
pub(crate) struct Server {
    pub(crate) chat: Arc<Chat>,
    stop: CancellationToken,
    tasks: TaskTracker,
    runtime: Option<Runtime>,
    _directory: TempDir,
}

impl Server {
    /// A core on the store of this spec.
    pub(crate) fn on(store: &str, undo: Undo) -> Self {
        Self::with(store, undo.options())
    }

    /// As [`Server::on`], with other options.
    pub(crate) fn with(store: &str, options: Options) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let spec: StoreSpec = store.parse().unwrap();
        let open = |changes| spec.open(directory.path(), changes).unwrap();
        Self {
            chat: core(options, open),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            runtime: Some(
                Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .unwrap(),
            ),
            _directory: directory,
        }
    }

    /// A front end for this protocol, and the door to it.
    pub(crate) async fn door(&self, protocol: &str) -> Arc<dyn Door> {
        let protocol = registry::find(protocol).unwrap();
        let Front::Chat(pair) = protocol.front else {
            panic!("{} has no chat core", protocol.name);
        };
        let Throwaway { identity, trust } = protocol.throwaway();
        let address = self.listen_as(pair, identity).await;
        Arc::new(Registered::new(protocol, &address).unwrap().trusting(trust))
    }

    /// A front end for this codec on this transport; gives its address.
    pub(crate) async fn listen(&self, pair: Pair) -> String {
        self.listen_as(pair, None).await
    }

    async fn listen_as(&self, pair: Pair, identity: Option<Arc<Identity>>) -> String {
        let listen = Listen {
            address: pair.transport.anywhere(),
            codec: pair.codec,
            chat: Arc::clone(&self.chat),
            traffic: Arc::default(),
            stop: self.stop.clone(),
            tasks: self.tasks.clone(),
            compression: None,
            identity,
        };
        let runtime = self.runtime.as_ref().unwrap();
        let listening = runtime.spawn(async move { pair.transport.listen(listen).await });
        listening.await.unwrap().unwrap().address
    }

    /// The server, reached by these protocols in turn.
    pub(crate) async fn target(&self, protocols: &[&str]) -> Target {
        let mut doors = Vec::new();
        for protocol in protocols {
            doors.push(self.door(protocol).await);
        }
        Target::through(doors)
    }

    /// Stops all front ends, and waits until every connection is closed.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A client that has come by this door and said hello.
pub(crate) async fn caller(door: &dyn Door) -> Caller {
    let mut caller = Caller::new(door.connect().await.unwrap());
    let hello = Request::Hello {
        version: PROTOCOL_VERSION,
    };
    caller.call(&hello).await.unwrap().unwrap();
    caller
}
