//! Steps that wait for their answer: creating, logging in, reading, deleting.

use protocols::capabilities::Part;
use server_core::chat::{SignUp, Waiting};
use server_core::message::{Message, Reply};
use server_core::{Event, Refusal, Request, Text};

use super::{Secrets, Surroundings, Worker, WorkerError};
use crate::payload;
use crate::shared::Shared;
use crate::workloads::Step;

impl Worker {
    /// Takes one step and waits for its answer. A refusal is a wrong answer, and the run goes on.
    pub(super) async fn take(
        &mut self,
        step: Step,
        around: Surroundings<'_>,
    ) -> Result<(), WorkerError> {
        around.shared.borrow_mut().ledger.in_flight += 1;
        if let Step::Attempt(attempt) = step {
            let ended = self.attempt(attempt, around).await;
            self.drain_events(around);
            let mut shared = around.shared.borrow_mut();
            shared.progress += 1;
            shared.ledger.in_flight -= 1;
            shared.ledger.errors += u64::from(ended.is_err());
            return ended;
        }
        let answered = match step {
            Step::CreateAccount => self.create(around).await,
            Step::LogIn => self.log_in(around).await,
            Step::Read { count } => self.read(count, around).await,
            Step::DeleteAccount => self.delete(around).await,
            _ => unreachable!("a conversation has phases of its own"),
        };
        self.drain_events(around);
        let mut shared = around.shared.borrow_mut();
        shared.progress += 1;
        shared.ledger.in_flight -= 1;
        match answered {
            Ok(Ok(())) => shared.ledger.ok += 1,
            Ok(Err(refusal)) => {
                shared.ledger.errors += 1;
                let name = around.names.name(self.account);
                shared
                    .oracle
                    .wrong(|| format!("{step:?} of {name} was refused: {refusal}"));
            }
            Err(error) => {
                shared.ledger.errors += 1;
                return Err(error);
            }
        }
        Ok(())
    }

    pub(super) async fn create(
        &mut self,
        around: Surroundings<'_>,
    ) -> Result<Result<(), Refusal>, WorkerError> {
        let name = Text::Borrowed(around.names.name(self.account));
        let request = match &self.secrets {
            Secrets::Password { keys, .. } => Request::CreateAccount {
                name,
                verifier: keys.verifier(),
            },
            Secrets::Key(_) => Request::SignUp { name },
        };
        let answer = self.ask(&request, around).await?;
        self.created |= answer.is_ok();
        if let Ok(Reply::SignUp { key }) = &answer {
            self.secrets = Secrets::Key(*key);
            // Everywhere else an account that was created is not logged in yet, and workloads rely on that.
            if around.capabilities.habits.sign_up == SignUp::Enters {
                return Ok(self.ask(&Request::LogOut, around).await?.map(drop));
            }
        }
        Ok(answer.map(drop))
    }

    pub(super) async fn log_in(
        &mut self,
        around: Surroundings<'_>,
    ) -> Result<Result<(), Refusal>, WorkerError> {
        let name = around.names.name(self.account);
        let Self {
            caller, secrets, ..
        } = self;
        let (keys, client_nonce) = match secrets {
            Secrets::Password { keys, client_nonce } => (keys, *client_nonce),
            Secrets::Key(_) => return self.enter(around).await,
        };
        let hashing = keys.hashing();
        let logged_in = caller.log_in_with(name, client_nonce, |asked| {
            if asked == hashing {
                (**keys).clone()
            } else {
                another_password(asked)
            }
        });
        match logged_in.await {
            Ok(_) => {
                let mut shared = around.shared.borrow_mut();
                shared.layers.payload_sent_bytes += name.len() as u64;
                shared.layers.replies += 2;
                self.logged_in = true;
                Ok(Ok(()))
            }
            Err(protocols::client::LogInError::Refused(refusal)) => Ok(Err(refusal)),
            Err(error) => Err(error.into()),
        }
    }

    /// Logs in without a password. What is handed over is as good as read, and checked as that.
    async fn enter(
        &mut self,
        around: Surroundings<'_>,
    ) -> Result<Result<(), Refusal>, WorkerError> {
        let key = match self.secrets {
            Secrets::Password { .. } => None,
            Secrets::Key(key) => key,
        };
        let name = Text::Borrowed(around.names.name(self.account));
        let reply = match self.ask(&Request::Enter { name, key }, around).await? {
            Ok(reply) => reply,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.logged_in = true;
        let Reply::Enter { messages, .. } = reply else {
            return Ok(Ok(()));
        };
        self.handed_over = u32::try_from(messages.len()).unwrap_or(u32::MAX);
        self.take_read(&messages, around, &mut around.shared.borrow_mut());
        Ok(Ok(()))
    }

    /// Holds messages that were read against those that are due.
    fn take_read(&self, messages: &[Message<'_>], around: Surroundings<'_>, shared: &mut Shared) {
        let oracle = &mut shared.oracle;
        for message in messages {
            oracle.deliver(self.account, message);
            if !message.read && around.capabilities.has(Part::ReadMarks) {
                oracle.wrong(|| format!("message {} was read and is not marked", message.id.0));
            }
        }
    }

    /// Where what waits is handed over at the log-in, nothing is left to be asked for.
    async fn read(
        &mut self,
        count: u32,
        around: Surroundings<'_>,
    ) -> Result<Result<(), Refusal>, WorkerError> {
        if around.capabilities.habits.waiting == Waiting::HandedOver {
            let handed_over = std::mem::take(&mut self.handed_over);
            if handed_over != count {
                let oracle = &mut around.shared.borrow_mut().oracle;
                oracle.wrong(|| {
                    format!("{handed_over} messages were handed over in place of {count}")
                });
            }
            return Ok(Ok(()));
        }
        let reply = match self
            .ask(
                &Request::Read {
                    peer: None,
                    limit: count,
                },
                around,
            )
            .await?
        {
            Ok(reply) => reply,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut shared = around.shared.borrow_mut();
        let oracle = &mut shared.oracle;
        match reply {
            Reply::Read { messages } => {
                if messages.len() != count as usize {
                    oracle.wrong(|| {
                        format!("{} messages were read in place of {count}", messages.len())
                    });
                }
                self.take_read(&messages, around, &mut shared);
            }
            other => oracle.wrong(|| format!("reading was answered with {:?}", other.operation())),
        }
        Ok(Ok(()))
    }

    pub(super) async fn delete(
        &mut self,
        around: Surroundings<'_>,
    ) -> Result<Result<(), Refusal>, WorkerError> {
        let answer = self.ask(&Request::DeleteAccount, around).await?;
        if answer.is_ok() {
            (self.created, self.logged_in) = (false, false);
        }
        Ok(answer.map(|_| ()))
    }

    /// Asks, counts the payload, and holds the reply against the request.
    pub(super) async fn ask(
        &mut self,
        request: &Request<'_>,
        around: Surroundings<'_>,
    ) -> Result<Result<Reply<'static>, Refusal>, WorkerError> {
        let answer = self.caller.call(request).await?;
        let mut shared = around.shared.borrow_mut();
        shared.layers.payload_sent_bytes += payload::of_request(request);
        shared.layers.replies += 1;
        if let Ok(reply) = &answer {
            shared.layers.payload_received_bytes += payload::of_reply(reply);
            if reply.operation() != request.operation() {
                let (asked, answered) = (request.operation(), reply.operation());
                shared
                    .oracle
                    .wrong(|| format!("{asked:?} was answered with {answered:?}"));
            }
        }
        Ok(answer)
    }

    /// Events that came between steps: others delete their accounts; messages belong to their own phases.
    pub(super) fn drain_events(&mut self, around: Surroundings<'_>) {
        let mut shared = around.shared.borrow_mut();
        for event in self.caller.take_events() {
            shared.layers.events += 1;
            shared.layers.payload_received_bytes += payload::of_event(&event);
            match event {
                Event::MessageReceived(message) => {
                    shared.oracle.deliver(self.account, &message);
                }
                Event::AccountDeleted { .. } => {}
                other => shared.oracle.wrong(|| format!("{other:?} came unasked")),
            }
        }
    }
}

/// Keys that cannot be right: the server asks for a salt or for iterations that this account never had.
fn another_password(asked: server_core::scram::Hashing) -> server_core::scram::ClientKeys {
    server_core::scram::ClientKeys::derive("", asked)
}
