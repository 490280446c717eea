//! A user of the server under test: an account and one connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use server_core::message::{Event, Message, Reply, Request, Token};
use server_core::scram::ClientKeys;
use server_core::{ErrorCode, Refusal};

use super::check::{Checked, Stop};
use super::expect::{same, shown};
use super::kit::{Kit, PASSWORD, lost};
use super::raw::no_stream;
use super::target::Door;
use crate::client::{Caller, Client, LogInError, LoggedIn};

/// An account that may exist on the server, and what it takes to remove it again.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) door: Arc<dyn Door>,
    may_exist: AtomicBool,
    token: Mutex<Option<Token>>,
}

impl Account {
    pub(super) fn new(name: String, door: Arc<dyn Door>) -> Self {
        Self {
            name,
            door,
            may_exist: AtomicBool::new(false),
            token: Mutex::default(),
        }
    }

    /// Whether it was created, or may have been, and was not deleted since.
    pub(super) fn may_exist(&self) -> bool {
        self.may_exist.load(Ordering::Relaxed)
    }

    /// The token of its last log-in, if that was not ended since.
    pub(super) fn token(&self) -> Option<Token> {
        *self.token_slot()
    }

    pub(super) fn set_token(&self, token: Option<Token>) {
        *self.token_slot() = token;
    }

    fn set_may_exist(&self, may_exist: bool) {
        self.may_exist.store(may_exist, Ordering::Relaxed);
    }

    fn token_slot(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a connection carries requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carriage {
    /// One after the other in a stream of bytes: the session ends with it.
    Stream,
    /// Each in a call of its own: the session outlives the connection for a while.
    Calls,
}

impl Carriage {
    /// How this client's connection carries requests; the client is good for nothing but raw bytes afterwards.
    pub(super) fn of(client: &mut dyn Client) -> Self {
        if client.stage_raw(b"") {
            Self::Stream
        } else {
            Self::Calls
        }
    }
}

/// How long to wait before asking again for what the server does when it notices something.
pub(super) const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// One connection, and the account that it is meant for.
pub(super) struct User {
    pub(super) account: Arc<Account>,
    pub(super) kit: Arc<Kit>,
    pub(super) caller: Caller,
}

impl User {
    pub(super) async fn connect(account: Arc<Account>, kit: Arc<Kit>) -> Checked<Self> {
        let door = Arc::clone(&account.door);
        Self::connect_by(&*door, account, kit).await
    }

    /// Connects by another door than the account's own.
    pub(super) async fn connect_by(
        door: &dyn Door,
        account: Arc<Account>,
        kit: Arc<Kit>,
    ) -> Checked<Self> {
        let caller = kit.open(door).await?;
        Ok(Self {
            account,
            kit,
            caller,
        })
    }

    /// The account's name; a copy, so that it can be named while the user is busy.
    pub(super) fn name(&self) -> String {
        self.account.name.clone()
    }

    /// Cuts the connection without a word, and connects again.
    pub(super) async fn reconnect(self) -> Checked<Self> {
        Ok(self.reconnect_over().await?.0)
    }

    /// As [`User::reconnect`]; tells what the connection carried.
    pub(super) async fn reconnect_over(self) -> Checked<(Self, Carriage)> {
        let Self {
            account,
            kit,
            caller,
        } = self;
        let mut client = caller.into_client();
        let carriage = Carriage::of(&mut *client);
        drop(client);
        Ok((Self::connect(account, kit).await?, carriage))
    }

    /// Asks, and waits for whatever is answered.
    pub(super) async fn ask(
        &mut self,
        request: &Request<'_>,
    ) -> Checked<Result<Reply<'static>, Refusal>> {
        let what = request.operation().name();
        let answer = self
            .kit
            .within(&format!("an answer to {what}"), self.caller.call(request))
            .await?;
        sayable(answer.map_err(|error| lost(what, &error))?)
    }

    /// Asks everything at once, and waits for all answers, which are in the order of the requests.
    pub(super) async fn ask_all(
        &mut self,
        requests: &[Request<'_>],
    ) -> Checked<Vec<Result<Reply<'static>, Refusal>>> {
        let what = format!("{} answers", requests.len());
        let answers = self
            .kit
            .within(&what, self.caller.call_all(requests))
            .await?;
        let answers = answers.map_err(|error| lost("a pipeline", &error))?;
        answers.into_iter().map(sayable).collect()
    }

    /// Asks for what must be carried out.
    pub(super) async fn done(&mut self, request: &Request<'_>) -> Checked<Reply<'static>> {
        let what = request.operation().name();
        self.ask(request).await?.map_err(|refusal| {
            Stop::failed(format!(
                "expected {what} to be carried out, but it was refused: {}",
                named(refusal)
            ))
        })
    }

    /// Asks for what must be refused; gives the number that goes with the code.
    pub(super) async fn refused(&mut self, request: &Request<'_>, code: ErrorCode) -> Checked<u64> {
        let what = request.operation().name();
        refusal(what, code, self.ask(request).await?)
    }

    /// Puts bytes into the stream as they are, and waits for whatever is answered.
    pub(super) async fn ask_raw(
        &mut self,
        bytes: &[u8],
    ) -> Checked<Result<Reply<'static>, Refusal>> {
        let answer = self
            .kit
            .within("an answer to raw bytes", self.caller.call_raw(bytes))
            .await?;
        let answer = answer.map_err(|error| lost("raw bytes", &error))?;
        answer.ok_or_else(no_stream)
    }

    /// Asks for the account to be created; does not log in.
    pub(super) async fn try_create(&mut self) -> Checked<Result<Reply<'static>, Refusal>> {
        let account = Arc::clone(&self.account);
        self.try_create_other(&account).await
    }

    /// Asks for somebody else's account to be created.
    pub(super) async fn try_create_other(
        &mut self,
        account: &Account,
    ) -> Checked<Result<Reply<'static>, Refusal>> {
        account.set_may_exist(true);
        let name = &account.name;
        let verifier = self.kit.keys.verifier();
        self.ask(&Request::CreateAccount {
            name: name.as_str().into(),
            verifier,
        })
        .await
    }

    pub(super) async fn create_other(&mut self, account: &Account) -> Checked {
        let created = self.try_create_other(account).await?;
        same(
            "the answer to create_account",
            Ok(Reply::CreateAccount),
            created,
        )
    }

    pub(super) async fn create(&mut self) -> Checked {
        let created = self.try_create().await?;
        same(
            "the answer to create_account",
            Ok(Reply::CreateAccount),
            created,
        )
    }

    /// Logs in with the right password, or is refused.
    pub(super) async fn try_log_in(&mut self) -> Checked<Result<LoggedIn, Refusal>> {
        let keys = self.kit.keys.clone();
        let logged_in = self.prove(&self.name(), &keys).await?;
        if let Ok(logged_in) = &logged_in {
            self.account.set_token(Some(logged_in.token));
        }
        Ok(logged_in)
    }

    /// Logs in as `name` with `keys`, as far as that goes.
    pub(super) async fn prove(
        &mut self,
        name: &str,
        keys: &ClientKeys,
    ) -> Checked<Result<LoggedIn, Refusal>> {
        let known = |hashing| {
            if hashing == keys.hashing() {
                keys.clone()
            } else {
                ClientKeys::derive(PASSWORD, hashing)
            }
        };
        let coming = self.caller.log_in_with(name, Kit::nonce(), known);
        match self.kit.within("an answer to the log-in", coming).await? {
            Ok(logged_in) => Ok(Ok(logged_in)),
            Err(LogInError::Refused(refusal)) => Ok(Err(refusal)),
            Err(LogInError::Client(error)) => Err(lost("the log-in", &error)),
            Err(error) => Err(Stop::failed(format!(
                "expected an answer to the log-in, but {error}"
            ))),
        }
    }

    /// Logs in; gives how many unread messages wait.
    pub(super) async fn log_in(&mut self) -> Checked<u64> {
        let logged_in = self.try_log_in().await?;
        logged_in
            .map(|logged_in| logged_in.unread)
            .map_err(|refusal| {
                Stop::failed(format!(
                    "expected the log-in to succeed, but it was refused: {}",
                    named(refusal)
                ))
            })
    }

    pub(super) async fn log_in_refused(&mut self, code: ErrorCode) -> Checked {
        match self.try_log_in().await? {
            Ok(_) => Err(Stop::failed(format!(
                "expected the log-in to be refused with {}, but it succeeded",
                code.name()
            ))),
            Err(refusal) => same(
                "the refusal of the log-in",
                code.name(),
                refusal.code.name(),
            ),
        }
    }

    /// Logs in as soon as the server has noticed that the connection before is gone.
    pub(super) async fn log_in_when_free(&mut self) -> Checked<Result<LoggedIn, Refusal>> {
        let kit = Arc::clone(&self.kit);
        let trying = async {
            loop {
                match self.try_log_in().await? {
                    Err(refusal) if refusal.code == ErrorCode::AlreadyLoggedIn => {
                        tokio::time::sleep(BETWEEN_TRIES).await;
                    }
                    answer => return Ok(answer),
                }
            }
        };
        kit.within("the server to notice a cut", trying).await?
    }

    /// Takes the account's session up on this connection; gives how many unread messages wait.
    pub(super) async fn resume(&mut self) -> Checked<u64> {
        let token = self.token()?;
        match self.done(&Request::Resume { token }).await? {
            Reply::Resume { unread } => Ok(unread),
            other => Err(wrong_reply("resume", &other)),
        }
    }

    /// The token of the last log-in.
    pub(super) fn token(&self) -> Checked<Token> {
        self.account
            .token()
            .ok_or_else(|| Stop::failed("expected a session's token, but there is none"))
    }

    pub(super) async fn log_out(&mut self) -> Checked {
        let reply = self.done(&Request::LogOut).await?;
        self.account.set_token(None);
        same("the reply to log_out", Reply::LogOut, reply)
    }

    pub(super) async fn delete_account(&mut self) -> Checked {
        let reply = self.done(&Request::DeleteAccount).await?;
        self.account.set_token(None);
        self.account.set_may_exist(false);
        same("the reply to delete_account", Reply::DeleteAccount, reply)
    }

    /// The next event.
    pub(super) async fn event(&mut self) -> Checked<Event<'static>> {
        let event = self
            .kit
            .within("an event", self.caller.next_event())
            .await?;
        event.map_err(|error| Stop::failed(format!("expected an event, but {error}")))
    }

    /// The message that the next event tells.
    pub(super) async fn message(&mut self) -> Checked<Message<'static>> {
        match self.event().await? {
            Event::MessageReceived(message) => Ok(message),
            other => Err(Stop::failed(format!(
                "expected a message, but the event was {}",
                shown(&other)
            ))),
        }
    }

    /// Nothing was told that was not taken yet: a new message from `witness` is the next event. Events of one
    /// account come in their order, so whatever was told before would come before.
    pub(super) async fn heard_nothing_else(&mut self, witness: &mut Self) -> Checked {
        let sent = witness.send(&self.name(), "and now this").await?;
        match self.event().await? {
            Event::MessageReceived(message) if message.id == sent.id => Ok(()),
            other => Err(Stop::failed(format!(
                "expected no event, but there was {}",
                shown(&other)
            ))),
        }
    }
}

/// A refusal with this code must have come; gives the number that goes with it.
pub(super) fn refusal(
    what: &str,
    code: ErrorCode,
    answer: Result<Reply<'static>, Refusal>,
) -> Checked<u64> {
    match answer {
        Err(refusal) if refusal.code == code => Ok(refusal.detail),
        Err(other) => Err(Stop::failed(format!(
            "expected {what} to be refused with {}, but it was with {}",
            code.name(),
            named(other)
        ))),
        Ok(reply) => Err(Stop::failed(format!(
            "expected {what} to be refused with {}, but it was carried out: {}",
            code.name(),
            shown(&reply)
        ))),
    }
}

/// Another kind of reply than the request's.
pub(super) fn wrong_reply(what: &str, came: &Reply<'static>) -> Stop {
    Stop::failed(format!(
        "expected a reply to {what}, but it was {}",
        shown(came)
    ))
}

/// What a format cannot say is no failure.
fn sayable(answer: Result<Reply<'static>, Refusal>) -> Checked<Result<Reply<'static>, Refusal>> {
    match answer {
        Err(refusal) if refusal.code == ErrorCode::NotExpressible => {
            Err(Stop::skipped(refusal.to_string()))
        }
        answer => Ok(answer),
    }
}

fn named(refusal: Refusal) -> String {
    format!("{} ({refusal})", refusal.code.name())
}
