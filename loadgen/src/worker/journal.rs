//! What the workload `journal` tries, for one account after another over one connection, and how the answers are judged.

use protocols::capabilities::Capabilities;
use protocols::client::ClientError;
use server_core::chat::{Patterns, Pushed, Reading, Waiting};
use server_core::message::Operation;
use server_core::{ErrorCode, Event, Message, Refusal, Reply, Request, Text};

use super::{Secrets, Surroundings, Worker, WorkerError};
use crate::payload;
use crate::workloads::Step;
use crate::workloads::journal::{Act, Attempt, TEXT};

/// How many names are wanted: no format has less room.
const NAMES_WANTED: u32 = 200;

type Answered = Result<Result<(), Refusal>, WorkerError>;

impl Worker {
    /// The same client with the secrets of further accounts, from the one behind its own on.
    pub(crate) fn with_others(mut self, others: Vec<Secrets>) -> Self {
        self.others = others;
        self
    }

    /// Tries something and waits for what comes of it. A refusal that must come is a right answer. What the format cannot
    /// say is left out, and noted.
    pub(super) async fn attempt(
        &mut self,
        attempt: Attempt,
        around: Surroundings<'_>,
    ) -> Result<(), WorkerError> {
        if !attempt.act.is_said_by(around.capabilities) {
            leave_out(attempt, around);
            return Ok(());
        }
        self.change_to(attempt.account);
        let answered = match self.act(attempt.act, around).await {
            // Some formats say who speaks, and so cannot say what nobody does who is logged in.
            Err(WorkerError::Client(ClientError::NotExpressible(_))) => {
                leave_out(attempt, around);
                return Ok(());
            }
            answered => answered?,
        };
        match (attempt.act, answered) {
            (Act::Register, Ok(())) => self.left_behind.push(attempt.account),
            (Act::Delete, Ok(())) => self.left_behind.retain(|&left| left != attempt.account),
            _ => {}
        }
        let name = around.names.name(attempt.account);
        let mut shared = around.shared.borrow_mut();
        match judge(attempt, answered, around.capabilities) {
            Ok(()) => shared.ledger.ok += 1,
            Err(problem) => {
                shared.ledger.errors += 1;
                let act = attempt.act.words();
                shared
                    .oracle
                    .wrong(|| format!("the attempt to {act} as {name} {problem}"));
            }
        }
        Ok(())
    }

    /// Deletes all that a broken-off run has left.
    pub(super) async fn clear_away(&mut self, around: Surroundings<'_>) -> Result<(), WorkerError> {
        let mut acts = Vec::new();
        if self.logged_in {
            acts.push((self.account, Act::Delete));
        }
        for &account in &self.left_behind {
            if !(self.logged_in && account == self.account) {
                acts.extend([(account, Act::LogIn), (account, Act::Delete)]);
            }
        }
        for (account, act) in acts {
            around.shared.borrow_mut().ledger.scheduled += 1;
            let attempt = Attempt {
                account,
                act,
                refused: None,
            };
            self.take(Step::Attempt(attempt), around).await?;
        }
        Ok(())
    }

    /// Takes the secrets of an account. Those of the one before are put where its own were.
    fn change_to(&mut self, account: u32) {
        if account == self.account {
            return;
        }
        for changed in [self.account, account] {
            if let Some(at) = changed.checked_sub(1) {
                std::mem::swap(&mut self.secrets, &mut self.others[at as usize]);
            }
        }
        self.account = account;
    }

    async fn act(&mut self, act: Act, around: Surroundings<'_>) -> Answered {
        match act {
            Act::Register => self.create(around).await,
            Act::LogIn => self.log_in(around).await,
            Act::Delete => self.delete(around).await,
            Act::LogOut => {
                let answer = self.ask(&Request::LogOut, around).await?;
                self.logged_in &= answer.is_err();
                Ok(answer.map(drop))
            }
            Act::Send => self.send_hello(around).await,
            Act::List | Act::Unread | Act::Read | Act::History => self.look(act, around).await,
        }
    }

    /// Sends to the name; where that is who is logged in, the message comes back at once.
    async fn send_hello(&mut self, around: Surroundings<'_>) -> Answered {
        let name = around.names.name(self.account);
        let request = Request::Send {
            to: Text::Borrowed(name),
            text: Text::Borrowed(TEXT),
            client_id: None,
        };
        let answer = self.ask(&request, around).await?;
        if answer.is_ok() {
            let event = self.caller.next_event().await?;
            let mut shared = around.shared.borrow_mut();
            shared.layers.events += 1;
            shared.layers.payload_received_bytes += payload::of_event(&event);
            if !matches!(&event, Event::MessageReceived(message) if is_hello(message, name)) {
                shared
                    .oracle
                    .wrong(|| format!("{event:?} came in place of the message"));
            }
        }
        Ok(answer.map(drop))
    }

    /// Asks for something that is there, and looks whether it is.
    async fn look(&mut self, act: Act, around: Surroundings<'_>) -> Answered {
        let name = around.names.name(self.account);
        let request = match act {
            Act::List => Request::ListAccounts {
                pattern: pattern(around).into(),
                after: None,
                limit: NAMES_WANTED,
            },
            Act::Unread => Request::Unread,
            Act::Read => Request::Read {
                peer: None,
                limit: 1,
            },
            _ => Request::History {
                peer: Text::Borrowed(name),
                before: None,
                limit: 1,
            },
        };
        let reply = match self.ask(&request, around).await? {
            Ok(reply) => reply,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let waits = usize::from(around.capabilities.habits.pushed == Pushed::StaysUnread);
        let all_hello = |messages: &[Message<'_>], count: usize| {
            messages.len() == count && messages.iter().all(|message| is_hello(message, name))
        };
        let is_right = match &reply {
            Reply::ListAccounts { names, .. } => names.iter().any(|listed| listed.as_str() == name),
            Reply::Unread { counts } => counts.len() == waits,
            Reply::Read { messages } => all_hello(messages, waits),
            Reply::History { messages } => all_hello(messages, 1),
            _ => true,
        };
        if !is_right {
            let oracle = &mut around.shared.borrow_mut().oracle;
            oracle.wrong(|| format!("{act:?} was answered with {reply:?}"));
        }
        Ok(Ok(()))
    }
}

impl Act {
    /// Whether a format has it; registering, logging in and deleting accounts all have, each in its way.
    fn is_said_by(self, capabilities: &Capabilities) -> bool {
        match self {
            Self::Register | Self::LogIn => true,
            Self::List => capabilities.says(Operation::ListAccounts),
            Self::Send => capabilities.says(Operation::Send),
            Self::Unread => capabilities.says(Operation::Unread),
            Self::Read => {
                capabilities.says(Operation::Read)
                    && capabilities.habits.waiting != Waiting::HandedOver
            }
            Self::History => capabilities.says(Operation::History),
            Self::LogOut => capabilities.says(Operation::LogOut),
            Self::Delete => capabilities.says(Operation::DeleteAccount),
        }
    }

    /// What it is, in results.
    const fn words(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::LogIn => "log in",
            Self::List => "list accounts",
            Self::Send => "send",
            Self::Unread => "count unread",
            Self::Read => "read",
            Self::History => "look back",
            Self::LogOut => "log out",
            Self::Delete => "delete the account",
        }
    }
}

fn leave_out(attempt: Attempt, around: Surroundings<'_>) {
    let mut shared = around.shared.borrow_mut();
    shared.ledger.scheduled -= 1;
    let words = match attempt.refused {
        None => attempt.act.words().to_owned(),
        Some(code) => format!("{} ({})", attempt.act.words(), code.name()),
    };
    shared.left_out.push(words);
}

/// Says what is wrong with an answer.
fn judge(
    attempt: Attempt,
    answered: Result<(), Refusal>,
    capabilities: &Capabilities,
) -> Result<(), String> {
    match (expected(attempt, capabilities), answered) {
        (None, Err(refusal)) => Err(format!("was refused: {refusal}")),
        (Some(code), Ok(())) => Err(format!("was not refused, and must be: {}", code.name())),
        (Some(code), Err(refusal)) if capabilities.tells(code) && refusal.code != code => {
            Err(format!(
                "was refused for another reason than {}: {refusal}",
                code.name()
            ))
        }
        (None, Ok(())) | (Some(_), Err(_)) => Ok(()),
    }
}

/// Why it must be refused. What was told is read where that is the habit, and then nothing waits to be read.
fn expected(attempt: Attempt, capabilities: &Capabilities) -> Option<ErrorCode> {
    let habits = capabilities.habits;
    let nothing_waits = attempt.act == Act::Read
        && habits.pushed == Pushed::IsRead
        && habits.reading == Reading::Exactly;
    if nothing_waits {
        return Some(ErrorCode::NotEnoughUnread);
    }
    attempt.refused
}

fn is_hello(message: &Message<'_>, name: &str) -> bool {
    message.from.as_str() == name && message.text.as_str() == TEXT
}

/// What fits the names of this run, in the language of the format.
fn pattern(around: Surroundings<'_>) -> String {
    let pattern = around.names.pattern();
    match around.capabilities.habits.patterns {
        Patterns::RegularExpressions => pattern.replace('*', ".*"),
        Patterns::Wildcards => pattern,
    }
}
