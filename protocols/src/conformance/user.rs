//! A user of the server under test: an account and one connection.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use server_core::message::{Event, Message, Operation, Reply, Request};
use server_core::{ErrorCode, Refusal};

use super::account::Account;
use super::asking::Posted;
use super::check::{Checked, Stop};
use super::expect::{same, shown};
use super::kit::{Kit, lost};
use super::raw::no_stream;
use super::saying;
use super::target::Door;
use crate::capabilities::{Capabilities, Part};
use crate::client::Caller;
use crate::transport::Carriage;

/// How long to wait before asking again for what the server does when it notices something.
pub(super) const BETWEEN_TRIES: Duration = Duration::from_millis(5);

/// One connection, and the account that it is meant for.
pub(super) struct User {
    pub(super) account: Arc<Account>,
    pub(super) kit: Arc<Kit>,
    pub(super) caller: Caller,
    /// What the format of this connection can say.
    pub(super) capabilities: &'static Capabilities,
    /// What was handed over and not looked at yet, where messages are not read one by one.
    pub(super) inbox: VecDeque<Message<'static>>,
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
            capabilities: door.capabilities(),
            inbox: VecDeque::new(),
        })
    }

    /// Whether the format can say this.
    pub(super) fn says(&self, operation: Operation) -> bool {
        self.capabilities.says(operation)
    }

    /// Those of the requests that the format can say; the check is skipped if there are none.
    pub(super) fn sayable<'r>(
        &self,
        requests: impl IntoIterator<Item = Request<'r>>,
    ) -> Checked<Vec<Request<'r>>> {
        let all: Vec<_> = requests.into_iter().collect();
        let first = all.first().map(Request::operation);
        let sayable: Vec<_> = all
            .into_iter()
            .filter(|request| self.says(request.operation()))
            .collect();
        match first {
            Some(operation) if sayable.is_empty() => Err(saying::missing(operation.name())),
            _ => Ok(sayable),
        }
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
            ..
        } = self;
        let client = caller.into_client();
        let carriage = client.carriage();
        drop(client);
        Ok((Self::connect(account, kit).await?, carriage))
    }

    /// Asks, and waits for whatever is answered.
    pub(super) async fn ask(
        &mut self,
        request: &Request<'_>,
    ) -> Checked<Result<Reply<'static>, Refusal>> {
        let what = request.operation().name();
        saying::can_ask(self.capabilities, request)?;
        let answer = self
            .kit
            .within(&format!("an answer to {what}"), self.caller.call(request))
            .await?;
        self.sayable_answer(answer.map_err(|error| lost(what, &error))?)
    }

    /// The session is the account's own: what it sends to itself comes from it.
    pub(super) async fn is_logged_in(&mut self) -> Checked {
        let name = self.name();
        let sent = self.send(&name, "is this mine?").await?;
        self.hears(&sent).await
    }

    /// Whatever is asked before a log-in is answered.
    pub(super) async fn is_answered(&mut self) -> Checked {
        if self.says(Operation::Ping) {
            return self.done(&Request::Ping).await.map(drop);
        }
        self.try_log_in().await.map(drop)
    }

    /// Asks everything at once, and waits for all answers, which are in the order of the requests.
    pub(super) async fn ask_all(
        &mut self,
        requests: &[Request<'_>],
    ) -> Checked<Vec<Result<Reply<'static>, Refusal>>> {
        for request in requests {
            saying::can_ask(self.capabilities, request)?;
        }
        let what = format!("{} answers", requests.len());
        let answers = self
            .kit
            .within(&what, self.caller.call_all(requests))
            .await?;
        let answers = answers.map_err(|error| lost("a pipeline", &error))?;
        answers
            .into_iter()
            .map(|answer| self.sayable_answer(answer))
            .collect()
    }

    /// What a format cannot say is no failure. A format that does not say why it refuses may say just that of anything.
    fn sayable_answer(
        &self,
        answer: Result<Reply<'static>, Refusal>,
    ) -> Checked<Result<Reply<'static>, Refusal>> {
        match answer {
            Err(refusal)
                if refusal.code == ErrorCode::NotExpressible
                    && self.capabilities.tells(refusal.code) =>
            {
                Err(Stop::skipped(refusal.to_string()))
            }
            answer => Ok(answer),
        }
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
        let answer = self.ask(request).await?;
        self.refusal(what, code, answer)
    }

    /// A refusal with this code must have come; gives the number that goes with it. Where the format does not say why
    /// something is refused, any refusal will do.
    pub(super) fn refusal(
        &self,
        what: &str,
        code: ErrorCode,
        answer: Result<Reply<'static>, Refusal>,
    ) -> Checked<u64> {
        match answer {
            Err(refusal) if !self.capabilities.tells(code) => Ok(refusal.detail),
            answer => refusal(what, code, answer),
        }
    }

    /// The number that goes with a refusal must be this, where the format says it.
    pub(super) fn detail(&self, what: &str, expected: u64, came: u64) -> Checked {
        if self.capabilities.has(Part::RefusalDetails) {
            return same(what, expected, came);
        }
        Ok(())
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

    /// The next event tells this message.
    pub(super) async fn hears(&mut self, posted: &Posted) -> Checked {
        let message = self.message().await?;
        if !posted.is(&message) {
            return Err(Stop::failed(format!(
                "expected the message {posted:?} to come live, but it was {}",
                shown(&message)
            )));
        }
        Ok(())
    }

    /// Nothing was told that was not taken yet: a new message from `witness` is the next event. Events of one
    /// account come in their order, so whatever was told before would come before.
    pub(super) async fn heard_nothing_else(&mut self, witness: &mut Self) -> Checked {
        let sent = witness.send(&self.name(), "and now this").await?;
        match self.event().await? {
            Event::MessageReceived(message) if sent.is(&message) => Ok(()),
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

pub(super) fn named(refusal: Refusal) -> String {
    format!("{} ({refusal})", refusal.code.name())
}
