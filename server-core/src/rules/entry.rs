//! Signing up and entering, where accounts have no passwords.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::apply::Ruled;
use super::login::{ended_by, refuse_second_login};
use crate::Answer;
use crate::chat::{Accounts, Chat, Connection, Habits, Outcome, Pushed, Seat, SignUp, Waiting};
use crate::error::{ErrorCode, Refusal};
use crate::limits::PAGE_MAX;
use crate::message::{Reply, Token, Verifier};
use crate::name::Name;
use crate::scram;
use crate::session::{Begin, Session};
use crate::store::{AccountId, AccountRecord, Fewer, ReadQuery};

/// A free name becomes an account; it is given a key where accounts have keys, and logged in where signing up does that.
pub(super) fn sign_up(connection: &Connection, name: &str) -> Ruled {
    let door = Door::of(connection);
    let key = match door.habits.accounts {
        Accounts::Passwords => return Err(ErrorCode::NotExpressible.into()),
        Accounts::Open => None,
        Accounts::Keys => Some(Token(door.chat.random())),
    };
    if door.habits.sign_up == SignUp::Enters {
        refuse_second_login(connection)?;
    }
    let name = Name::new(name)?;
    let created = door.chat.store.create_account(&name, &credential(key));
    Ok(created.map(move |result| {
        let account = result?;
        tracing::debug!(%name, "account created");
        if door.habits.sign_up == SignUp::Enters {
            door.begin(account, Arc::clone(name.shared()))?;
        }
        Ok(Reply::SignUp { key })
    }))
}

/// Logs in. The session begins before the unread messages are looked at, so that one that comes in between is neither
/// lost nor, where they are handed over, told twice.
pub(super) fn enter(connection: &Connection, name: &str, key: Option<Token>) -> Ruled {
    let door = Door::of(connection);
    if door.habits.accounts == Accounts::Passwords {
        return Err(ErrorCode::NotExpressible.into());
    }
    refuse_second_login(connection)?;
    Name::check(name)?;
    let found = door.chat.store.account(name);
    Ok(found.and_then(move |result| {
        let session = result.and_then(|account| door.let_in(&account, key));
        match session {
            Ok(session) => door.greet(session),
            Err(refusal) => Answer::Ready(Err(refusal)),
        }
    }))
}

/// What is kept of an account without a password: the hash of its key, or nothing that any key or password fits. No
/// password is hashed for 0 iterations, so that neither kind of account is taken for the other.
fn credential(key: Option<Token>) -> Verifier {
    Verifier {
        salt: [0; 16],
        iterations: 0,
        stored_key: key.map_or([0; 32], |key| Sha256::digest(key.0).into()),
        server_key: [0; 32],
    }
}

/// Where somebody enters: what a rule holds on to until the store has answered.
struct Door {
    chat: Arc<Chat>,
    seat: Arc<Seat>,
    habits: Habits,
}

impl Door {
    fn of(connection: &Connection) -> Self {
        Self {
            chat: Arc::clone(&connection.chat),
            seat: Arc::clone(&connection.seat),
            habits: connection.habits,
        }
    }

    fn let_in(&self, account: &AccountRecord, key: Option<Token>) -> Result<Arc<Session>, Refusal> {
        let (kept, shown) = (account.verifier, credential(key));
        let fits = scram::same(&kept.stored_key, &shown.stored_key);
        let is_missing = key.is_none() && self.habits.accounts == Accounts::Keys;
        if !fits || is_missing || kept.iterations != shown.iterations {
            return Err(ErrorCode::IncorrectPassword.into());
        }
        self.begin(account.id, Arc::clone(&account.name))
    }

    /// Begins a session, whose token nobody is told: it ends with the connection.
    fn begin(&self, account: AccountId, name: Arc<str>) -> Result<Arc<Session>, Refusal> {
        let session = self.chat.sessions.begin(Begin {
            account,
            name,
            token: Token(self.chat.random()),
            seat: self.seat.seating(self.chat.now_ms()),
        })?;
        self.seat.hold(Arc::clone(&session));
        Ok(session)
    }

    /// Hands over what waits, where that is the habit, and counts the rest.
    fn greet(self, session: Arc<Session>) -> Outcome {
        let handed_over = match self.habits.waiting {
            Waiting::Waits => Answer::Ready(Ok(Vec::new())),
            Waiting::HandedOver => self.chat.store.read(&ReadQuery {
                reader: session.account,
                peer: None,
                limit: PAGE_MAX,
                fewer: Fewer::Taken,
            }),
        };
        handed_over.and_then(move |result| {
            let messages = match result {
                Ok(messages) => messages,
                Err(refusal) => {
                    return Answer::Ready(Err(ended_by(&refusal, &self.chat, &session)));
                }
            };
            if self.habits.pushed == Pushed::IsRead {
                self.seat.forget_news_of(&messages);
            }
            let counted = self.chat.store.unread_total(session.account);
            counted.map(move |counted| {
                // What is handed over is marked by now: a count that cannot be had must not keep it back.
                let unread = match counted {
                    Err(refusal) if messages.is_empty() => {
                        return Err(ended_by(&refusal, &self.chat, &session));
                    }
                    counted => counted.ok(),
                };
                tracing::debug!(name = &*session.name, "logged in");
                Ok(Reply::Enter { unread, messages })
            })
        })
    }
}
