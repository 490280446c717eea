//! The core that the script is said to, and who else is there.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use server_core::chat::{Accounts, Habits, Parts};
use server_core::environment::{Fixed, FixedStart};
use server_core::fanout::Fanout;
use server_core::limits::{Options, SCRAM_ITERATIONS_MIN};
use server_core::message::{LoginId, Nonce, Token};
use server_core::scram::{ClientKeys, Exchange, Hashing};
use server_core::store::{Store, StoreSpec};
use server_core::{Chat, Connection, Event, Refusal, Reply, Request, Text};

use super::WrongAnswer;

/// The account that the client has.
pub(crate) const CLIENT: &str = "user01";

/// The account that somebody else has.
pub(crate) const PEER: &str = "user02";

/// How much later each step is than the one before, in milliseconds: formats that tell the time from the message before
/// have something to tell.
const STEP_MS: u64 = 1_000;

/// How long deletions can be undone, in milliseconds.
const UNDO_GRACE_MS: u64 = 30_000;

/// A core whose clock stands between steps and whose randomness repeats, and the peer.
pub(crate) struct World {
    pub(crate) chat: Arc<Chat>,
    fanout: Arc<Fanout>,
    environment: Arc<Fixed>,
    store: Arc<dyn Store>,
    peer: Option<Connection>,
    peer_key: Option<Token>,
    habits: Habits,
}

impl World {
    /// A core on an empty store.
    ///
    /// # Errors
    /// If the store cannot be opened.
    pub(crate) fn new(store: &StoreSpec, directory: &Path) -> anyhow::Result<Self> {
        let fanout = Arc::new(Fanout::default());
        let environment = Arc::new(Fixed::new(FixedStart::default()));
        let store = store.open(directory, Arc::clone(&fanout) as _)?;
        let chat = Chat::new(Parts {
            store: Arc::clone(&store),
            fanout: Arc::clone(&fanout),
            environment: Arc::clone(&environment) as _,
            options: Options {
                undo_grace_ms: UNDO_GRACE_MS,
                ..Options::default()
            },
        });
        Ok(Self {
            chat,
            fanout,
            environment,
            store,
            peer: None,
            peer_key: None,
            habits: Habits::OURS,
        })
    }

    /// A core in memory.
    ///
    /// # Errors
    /// If there is no such store.
    pub(crate) fn in_memory() -> anyhow::Result<Self> {
        Self::new(&"memory".parse()?, Path::new("."))
    }

    /// A core in memory whose accounts have these habits.
    ///
    /// # Errors
    /// If there is no such store.
    pub(crate) fn with_habits(habits: Habits) -> anyhow::Result<Self> {
        let world = Self::in_memory()?;
        Ok(Self { habits, ..world })
    }

    /// Moves the clock to the next step.
    pub(crate) fn next_step(&self) {
        self.environment.advance(STEP_MS);
    }

    /// Where accounts and messages live.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The peer gets its account at the core itself, so that no stream carries it.
    ///
    /// # Errors
    /// If the core refuses.
    pub(crate) fn peer_signs_up(&mut self) -> anyhow::Result<()> {
        let connection = self.chat.connection_with(self.habits);
        let name = Text::Borrowed(PEER);
        let request = match self.habits.accounts {
            Accounts::Passwords => Request::CreateAccount {
                name,
                verifier: keys().verifier(),
            },
            Accounts::Open | Accounts::Keys => Request::SignUp { name },
        };
        let reply = connection.apply(&request).block();
        if let Reply::SignUp { key } = reply.map_err(|refusal| refused(&refusal))? {
            self.peer_key = key;
        }
        Ok(())
    }

    /// The peer logs in at the core itself, so that no stream carries it.
    ///
    /// # Errors
    /// If the core refuses.
    pub(crate) fn peer_enters(&mut self) -> anyhow::Result<()> {
        self.peer = Some(match self.habits.accounts {
            Accounts::Passwords => self.enter(PEER)?.0,
            Accounts::Open | Accounts::Keys => self.enter_without_password()?,
        });
        Ok(())
    }

    /// The peer asks for something; gives the reply.
    ///
    /// # Errors
    /// If the peer is not there, or the core refuses.
    pub(crate) fn peer_asks(&self, request: &Request<'_>) -> anyhow::Result<Reply<'static>> {
        let peer = self.peer.as_ref().context("the peer has not logged in")?;
        peer.apply(request)
            .block()
            .map_err(|refusal| refused(&refusal))
    }

    /// The client's account logs in elsewhere and loses its connection there: the session waits for whoever has its
    /// token, which this gives.
    ///
    /// # Errors
    /// If the core refuses.
    pub(crate) fn client_was_elsewhere(&self) -> anyhow::Result<Token> {
        let (_connection, token) = self.enter(CLIENT)?;
        Ok(token)
    }

    /// Everyone who is online is told of this.
    pub(crate) fn tell(&self, event: &Event<'static>) {
        self.fanout.tell_all(event);
    }

    fn enter_without_password(&self) -> anyhow::Result<Connection> {
        let connection = self.chat.connection_with(self.habits);
        let enter = Request::Enter {
            name: Text::Borrowed(PEER),
            key: self.peer_key,
        };
        let entered = connection.apply(&enter).block();
        entered.map_err(|refusal| refused(&refusal))?;
        Ok(connection)
    }

    fn enter(&self, name: &'static str) -> anyhow::Result<(Connection, Token)> {
        let connection = self.chat.connection();
        let Reply::LogInStart {
            login_id,
            server_nonce,
            ..
        } = connection
            .apply(&log_in_start(name))
            .block()
            .map_err(|refusal| refused(&refusal))?
        else {
            return Err(another_question());
        };
        let finish = log_in_finish(name, login_id, &server_nonce);
        let finished = connection.apply(&finish).block();
        match finished.map_err(|refusal| refused(&refusal))? {
            Reply::LogInFinish { token, .. } => Ok((connection, token)),
            _ => Err(another_question()),
        }
    }
}

fn refused(refusal: &Refusal) -> anyhow::Error {
    WrongAnswer(format!("the core refused what it should not: {refusal}")).into()
}

fn another_question() -> anyhow::Error {
    WrongAnswer("the core answered another question than it was asked".to_owned()).into()
}

/// What both accounts have in place of a password.
pub(crate) fn keys() -> &'static ClientKeys {
    static KEYS: OnceLock<ClientKeys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let hashing = Hashing {
            salt: [0x5a; 16],
            iterations: SCRAM_ITERATIONS_MIN,
        };
        ClientKeys::derive("a password", hashing)
    })
}

/// The first half of a log-in.
pub(crate) const fn log_in_start(name: &'static str) -> Request<'static> {
    Request::LogInStart {
        name: Text::Borrowed(name),
        client_nonce: CLIENT_NONCE,
    }
}

/// The second half.
pub(crate) fn log_in_finish(
    name: &str,
    login_id: LoginId,
    server_nonce: &Nonce,
) -> Request<'static> {
    let exchange = Exchange {
        name,
        client_nonce: &CLIENT_NONCE,
        server_nonce,
    };
    Request::LogInFinish {
        login_id,
        proof: keys().prove(&exchange).client_proof,
    }
}

const CLIENT_NONCE: Nonce = Nonce([
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
    0x01, 0x02,
]);
