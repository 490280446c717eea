//! A core on a store of its own, and people who are logged in there.

use std::sync::Arc;

use server_core::chat::{Outcome, Parts};
use server_core::environment::{Environment as _, System};
use server_core::fanout::Fanout;
use server_core::limits::Options;
use server_core::message::{MessageId, Nonce};
use server_core::scram::{ClientKeys, Exchange, Hashing};
use server_core::store::{Changes, StoreKind, StoreSpec};
use server_core::{Chat, Connection, Reply, Request, Text};
use tempfile::TempDir;

use crate::samples::SHORT_TEXT;

/// How many requests are handed to the store before their answers are waited for, when a world is filled.
const BATCH: usize = 256;

/// A core with an empty store.
pub struct World {
    /// The core.
    pub chat: Arc<Chat>,
    keys: ClientKeys,
    _directory: TempDir,
}

impl World {
    /// Opens a store of that kind in a directory that goes away with the world.
    ///
    /// # Panics
    /// If the store cannot be opened.
    #[must_use]
    pub fn new(kind: &StoreKind) -> Self {
        let directory = tempfile::tempdir().expect("there is room for a store");
        let fanout = Arc::new(Fanout::default());
        let changes: Arc<dyn Changes> = Arc::clone(&fanout) as _;
        let spec: StoreSpec = kind.name.parse().expect("a name is a spec");
        let store = spec
            .open(directory.path(), changes)
            .expect("the store opens");
        let parts = Parts {
            store,
            fanout,
            environment: Arc::new(System),
            options: Options::default(),
        };
        let keys = ClientKeys::derive(
            "a password",
            Hashing {
                salt: [1; 16],
                iterations: 4_096,
            },
        );
        Self {
            chat: Chat::new(parts),
            keys,
            _directory: directory,
        }
    }

    /// A connection whose account is new and logged in.
    #[must_use]
    pub fn newcomer(&self, name: &str) -> Connection {
        let connection = self.chat.connection();
        ask(&connection, &self.creation(name));
        self.log_in(&connection, name);
        connection
    }

    /// The request that creates an account with the password that all have here.
    #[must_use]
    pub fn creation<'a>(&self, name: &'a str) -> Request<'a> {
        Request::CreateAccount {
            name: Text::Borrowed(name),
            verifier: self.keys.verifier(),
        }
    }

    /// Both halves of a log-in.
    ///
    /// # Panics
    /// If the server refuses it.
    pub fn log_in(&self, connection: &Connection, name: &str) {
        let client_nonce = Nonce(random());
        let start = Request::LogInStart {
            name: Text::Borrowed(name),
            client_nonce,
        };
        let Reply::LogInStart {
            login_id,
            server_nonce,
            ..
        } = ask(connection, &start)
        else {
            panic!("another reply than the challenge");
        };
        let exchange = Exchange {
            name,
            client_nonce: &client_nonce,
            server_nonce: &server_nonce,
        };
        let proof = self.keys.prove(&exchange).client_proof;
        ask(connection, &Request::LogInFinish { login_id, proof });
    }
}

/// Asks, and blocks until the answer is there.
///
/// # Panics
/// If it is a refusal.
#[expect(
    clippy::must_use_candidate,
    reason = "a request is made for what it does"
)]
pub fn ask(connection: &Connection, request: &Request<'_>) -> Reply<'static> {
    connection
        .apply(request)
        .block()
        .expect("the request is carried out")
}

/// Sends that many short messages, several at a time; gives their ids.
///
/// # Panics
/// If one is refused.
#[expect(
    clippy::must_use_candidate,
    reason = "a request is made for what it does"
)]
pub fn send_many(connection: &Connection, to: &str, messages: u64) -> Vec<MessageId> {
    let request = send(to, SHORT_TEXT);
    let mut ids = Vec::new();
    let mut left = usize::try_from(messages).expect("a number of messages that memory holds");
    while left > 0 {
        let batch = left.min(BATCH);
        let answers: Vec<Outcome> = (0..batch).map(|_| connection.apply(&request)).collect();
        ids.extend(answers.into_iter().map(|answer| match answer.block() {
            Ok(Reply::Send { id, .. }) => id,
            other => panic!("a message was not taken: {other:?}"),
        }));
        left -= batch;
    }
    ids
}

/// A message.
#[must_use]
pub const fn send<'a>(to: &'a str, text: &'a str) -> Request<'a> {
    Request::Send {
        to: Text::Borrowed(to),
        text: Text::Borrowed(text),
        client_id: None,
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    System.fill_random(&mut bytes);
    bytes
}
