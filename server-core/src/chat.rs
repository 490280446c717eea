//! Where a request meets a session.

mod connection;
mod habits;
mod logins;

use std::sync::Arc;

pub(crate) use connection::Seat;
pub use connection::{Connection, Outcome, Subscription};
pub use habits::{Accounts, Habits, Listing, Patterns, Pushed, Reading, SignUp, Waiting};
pub(crate) use logins::{Logins, PendingLogin};

use crate::digest::StateDigest;
use crate::environment::Environment;
use crate::fanout::Fanout;
use crate::limits::{LOGINS_OVER_CALLS_MAX, Options};
use crate::message::{Event, Token};
use crate::session::Sessions;
use crate::store::{Store, StoreResult, Sweep};
use crate::{Answer, Refusal};

/// The chat service: one core, which any number of front ends serve at once.
pub struct Chat {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sessions: Sessions,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) options: Options,
    pub(crate) logins_over_calls: Logins,
    fanout: Arc<Fanout>,
}

/// What a core is made of.
pub struct Parts {
    /// Where accounts and messages live; it must report its changes to `fanout`.
    pub store: Arc<dyn Store>,
    /// Who is online.
    pub fanout: Arc<Fanout>,
    /// Clock and randomness.
    pub environment: Arc<dyn Environment>,
    /// What this server sets differently.
    pub options: Options,
}

impl Chat {
    /// Puts a core together.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts {
            store,
            fanout,
            environment,
            options,
        } = parts;
        Arc::new(Self {
            store,
            sessions: Sessions::new(Arc::clone(&fanout), options.session_grace_ms),
            environment,
            options,
            logins_over_calls: Logins::new(LOGINS_OVER_CALLS_MAX),
            fanout,
        })
    }

    /// A connection has come: its requests are answered in order, and its end logs out.
    #[must_use]
    pub fn connection(self: &Arc<Self>) -> Connection {
        self.connection_with(Habits::OURS)
    }

    /// A connection has come by a front end with habits of its own.
    #[must_use]
    pub fn connection_with(self: &Arc<Self>, habits: Habits) -> Connection {
        Connection::framed(Arc::clone(self), habits)
    }

    /// A call has come that travels apart from others, in the session of its token if it has one.
    ///
    /// # Errors
    /// [`crate::ErrorCode::SessionEnded`] if the token is not or no longer good.
    pub fn call(self: &Arc<Self>, token: Option<Token>) -> Result<Connection, Refusal> {
        Connection::of_call(Arc::clone(self), token)
    }

    /// Opens the event stream of a session over calls; one that was open before ends.
    ///
    /// # Errors
    /// [`crate::ErrorCode::SessionEnded`] if the token is not or no longer good.
    pub fn subscribe(self: &Arc<Self>, token: Token) -> Result<Subscription, Refusal> {
        Subscription::open(Arc::clone(self), token)
    }

    /// Tells everyone who is online that the server is about to close.
    pub fn announce_closing(&self) {
        self.fanout.tell_all(&Event::ServerClosing);
    }

    /// Forgets what is past its time. To be called every few seconds.
    pub fn sweep(&self) -> StoreResult<()> {
        let now_ms = self.now_ms();
        self.sessions.sweep(now_ms);
        self.logins_over_calls.sweep(now_ms);
        self.store.sweep(Sweep {
            now_ms,
            undo_grace_ms: self.options.undo_grace_ms,
        })
    }

    /// The digest of all conversations as they stand.
    pub fn digest(&self) -> Answer<Result<StateDigest, Refusal>> {
        self.store.digest()
    }

    /// How many sessions there are, those included that only wait to be taken up again.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.sessions.count()
    }

    /// What this server sets differently.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.environment.now_ms()
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.environment.fill_random(&mut bytes);
        bytes
    }
}
