//! One request at a time, for everything that is not a load: tests, tools, log-ins.

use std::collections::VecDeque;
use std::future::poll_fn;

use server_core::message::{Message, Nonce, Token};
use server_core::scram::{self, ClientKeys, Exchange, Hashing};
use server_core::{Event, FromServer, Refusal, Reply, Request, Text};

use super::{Client, ClientError, Incoming, Ticket};

/// A client that asks and waits. Events that come in between are kept, in order.
pub struct Caller {
    client: Box<dyn Client>,
    events: VecDeque<Event<'static>>,
    answers: VecDeque<(Option<Ticket>, Result<Reply<'static>, Refusal>)>,
}

/// Why a log-in came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// The connection is over.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The server refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server could not prove that it knows the password's verifier.
    #[error("the server could not prove itself; do not trust it with messages")]
    FalseServer,
    /// The server answered something else than it was asked.
    #[error("the server answered another question than it was asked")]
    WrongReply,
}

/// What a log-in gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// The session's token.
    pub token: Token,
    /// How many unread messages wait.
    pub unread: u64,
}

impl Caller {
    /// Takes over a client with nothing outstanding.
    #[must_use]
    pub fn new(client: Box<dyn Client>) -> Self {
        Self {
            client,
            events: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`ClientError`] if the connection is over; a refusal is the inner result.
    pub async fn call(
        &mut self,
        request: &Request<'_>,
    ) -> Result<Result<Reply<'static>, Refusal>, ClientError> {
        let ticket = self.client.stage(request)?;
        self.answer_to(ticket).await
    }

    /// Asks everything at once, and waits for all answers, which are in the order of the requests.
    ///
    /// # Errors
    /// As [`Caller::call`]; nothing is waited for if a request cannot be said.
    pub async fn call_all(
        &mut self,
        requests: &[Request<'_>],
    ) -> Result<Vec<Result<Reply<'static>, Refusal>>, ClientError> {
        let tickets: Vec<_> = requests
            .iter()
            .map(|request| self.client.stage(request))
            .collect::<Result<_, _>>()?;
        let mut answers = Vec::with_capacity(tickets.len());
        for ticket in tickets {
            answers.push(self.answer_to(ticket).await?);
        }
        Ok(answers)
    }

    async fn answer_to(
        &mut self,
        ticket: Ticket,
    ) -> Result<Result<Reply<'static>, Refusal>, ClientError> {
        loop {
            if let Some(at) = self
                .answers
                .iter()
                .position(|(answered, _)| *answered == Some(ticket))
                && let Some((_, answer)) = self.answers.remove(at)
            {
                return Ok(answer);
            }
            self.exchange().await?;
        }
    }

    /// Waits for the next event.
    ///
    /// # Errors
    /// [`ClientError`] if the connection is over.
    pub async fn next_event(&mut self) -> Result<Event<'static>, ClientError> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Ok(event);
            }
            self.exchange().await?;
        }
    }

    /// Events that have come and were not taken yet.
    pub fn take_events(&mut self) -> Vec<Event<'static>> {
        self.events.drain(..).collect()
    }

    /// Puts bytes into the stream as they are, and waits for whatever is answered; `None` if this transport has no
    /// stream of bytes to put them into.
    ///
    /// # Errors
    /// [`ClientError`] if the connection is over.
    pub async fn call_raw(
        &mut self,
        bytes: &[u8],
    ) -> Result<Option<Result<Reply<'static>, Refusal>>, ClientError> {
        if !self.client.stage_raw(bytes) {
            return Ok(None);
        }
        loop {
            if let Some((_, answer)) = self.answers.pop_front() {
                return Ok(Some(answer));
            }
            self.exchange().await?;
        }
    }

    /// Creates an account whose password has these keys.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn create_account(
        &mut self,
        name: &str,
        keys: &ClientKeys,
    ) -> Result<(), LogInError> {
        let request = Request::CreateAccount {
            name: Text::Borrowed(name),
            verifier: keys.verifier(),
        };
        match self.call(&request).await?? {
            Reply::CreateAccount => Ok(()),
            _ => Err(LogInError::WrongReply),
        }
    }

    /// Logs in by password, derived as the server's challenge says.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn log_in(
        &mut self,
        name: &str,
        password: &str,
        client_nonce: Nonce,
    ) -> Result<LoggedIn, LogInError> {
        self.log_in_with(name, client_nonce, |hashing| {
            ClientKeys::derive(password, hashing)
        })
        .await
    }

    /// Logs in with keys that `keys_for` derives, or has derived before, for the challenge's salt and iterations.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn log_in_with(
        &mut self,
        name: &str,
        client_nonce: Nonce,
        keys_for: impl FnOnce(Hashing) -> ClientKeys,
    ) -> Result<LoggedIn, LogInError> {
        let start = Request::LogInStart {
            name: Text::Borrowed(name),
            client_nonce,
        };
        let Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        } = self.call(&start).await??
        else {
            return Err(LogInError::WrongReply);
        };
        let keys = keys_for(Hashing { salt, iterations }.check()?);
        let exchange = Exchange {
            name,
            client_nonce: &client_nonce,
            server_nonce: &server_nonce,
        };
        let proof = keys.prove(&exchange);
        let finish = Request::LogInFinish {
            login_id,
            proof: proof.client_proof,
        };
        let Reply::LogInFinish {
            server_signature,
            token,
            unread,
        } = self.call(&finish).await??
        else {
            return Err(LogInError::WrongReply);
        };
        if scram::same(&server_signature, &proof.server_signature) {
            Ok(LoggedIn { token, unread })
        } else {
            Err(LogInError::FalseServer)
        }
    }

    /// Creates an account that has no password; gives the key that it is entered with, where that takes one.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn sign_up(&mut self, name: &str) -> Result<Option<Token>, LogInError> {
        let request = Request::SignUp {
            name: Text::Borrowed(name),
        };
        match self.call(&request).await?? {
            Reply::SignUp { key } => Ok(key),
            _ => Err(LogInError::WrongReply),
        }
    }

    /// Logs in to an account that has no password; gives the messages that were handed over.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn enter(
        &mut self,
        name: &str,
        key: Option<Token>,
    ) -> Result<Vec<Message<'static>>, LogInError> {
        let request = Request::Enter {
            name: Text::Borrowed(name),
            key,
        };
        match self.call(&request).await?? {
            Reply::Enter { messages, .. } => Ok(messages),
            _ => Err(LogInError::WrongReply),
        }
    }

    /// Gives the client back; answers and events that were not taken are forgotten.
    #[must_use]
    pub fn into_client(self) -> Box<dyn Client> {
        self.client
    }

    /// The client underneath.
    #[must_use]
    pub fn client(&self) -> &dyn Client {
        &*self.client
    }

    /// The client underneath, to be driven directly. Answers to what is staged there go to its own sink.
    pub fn client_mut(&mut self) -> &mut dyn Client {
        &mut *self.client
    }

    async fn exchange(&mut self) -> Result<(), ClientError> {
        let Self {
            client,
            events,
            answers,
        } = self;
        let mut sink = |incoming: Incoming<'_>| match incoming.message {
            FromServer::Reply(reply) => {
                answers.push_back((incoming.ticket, Ok(reply.into_owned())));
            }
            FromServer::Refused(refusal) => answers.push_back((incoming.ticket, Err(refusal))),
            FromServer::Event(event) => events.push_back(event.into_owned()),
        };
        poll_fn(|context| client.poll_exchange(context, &mut sink)).await
    }
}
