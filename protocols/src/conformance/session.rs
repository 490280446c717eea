//! How a user gets an account and a session, and how both end.

use std::sync::Arc;

use server_core::chat::{Accounts, SignUp, Waiting};
use server_core::message::{Operation, Reply, Request, Token};
use server_core::scram::ClientKeys;
use server_core::{ErrorCode, Refusal};

use super::account::Account;
use super::check::{Checked, Stop};
use super::expect::same;
use super::kit::{Kit, PASSWORD, lost};
use super::saying;
use super::user::{BETWEEN_TRIES, User, named, wrong_reply};
use crate::client::{LogInError, LoggedIn};

/// What a log-in gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// How many unread messages wait; `None` if the format does not say.
    pub(super) unread: Option<u64>,
}

impl User {
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
        if !self.capabilities.has_passwords() {
            return self.try_sign_up(account).await;
        }
        let name = &account.name;
        let verifier = self.kit.keys.verifier();
        self.ask(&Request::CreateAccount {
            name: name.as_str().into(),
            verifier,
        })
        .await
    }

    /// Signs an account up, which is not logged in afterwards either; answered as `CreateAccount` is. Somebody else's is
    /// signed up on a connection of its own, because some formats sign nobody up who is logged in.
    async fn try_sign_up(&mut self, account: &Account) -> Checked<Result<Reply<'static>, Refusal>> {
        if account.name != self.account.name {
            let mut guest = Self::connect(Arc::clone(&self.account), Arc::clone(&self.kit)).await?;
            return guest.sign_up(account).await;
        }
        self.sign_up(account).await
    }

    async fn sign_up(&mut self, account: &Account) -> Checked<Result<Reply<'static>, Refusal>> {
        let name = account.name.as_str().into();
        let key = match self.ask(&Request::SignUp { name }).await? {
            Ok(Reply::SignUp { key }) => key,
            Ok(other) => return Err(wrong_reply("sign_up", &other)),
            Err(refusal) => return Ok(Err(refusal)),
        };
        account.set_key(key);
        if self.capabilities.habits.sign_up == SignUp::Enters {
            let left = self.done(&Request::LogOut).await?;
            same("the reply to log_out", Reply::LogOut, left)?;
        }
        Ok(Ok(Reply::CreateAccount))
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

    /// Logs in with the right password or key, or is refused.
    pub(super) async fn try_log_in(&mut self) -> Checked<Result<Entry, Refusal>> {
        let account = Arc::clone(&self.account);
        if !self.capabilities.has_passwords() {
            return self.enter(&account, account.key()).await;
        }
        let keys = self.kit.keys.clone();
        let logged_in = self.prove(&account.name, &keys).await?;
        if let Ok(logged_in) = &logged_in {
            account.set_token(Some(logged_in.token));
        }
        Ok(logged_in.map(Entry::of))
    }

    /// Logs in on this connection as somebody else.
    pub(super) async fn try_log_in_as(
        &mut self,
        account: &Account,
    ) -> Checked<Result<Entry, Refusal>> {
        if !self.capabilities.has_passwords() {
            return self.enter(account, account.key()).await;
        }
        let keys = self.kit.keys.clone();
        let logged_in = self.prove(&account.name, &keys).await?;
        Ok(logged_in.map(Entry::of))
    }

    /// Logs in without a password, with some key where accounts have keys; keeps what is handed over.
    pub(super) async fn enter(
        &mut self,
        account: &Account,
        key: Option<Token>,
    ) -> Checked<Result<Entry, Refusal>> {
        let name = account.name.as_str().into();
        let has_keys = self.capabilities.habits.accounts == Accounts::Keys;
        let key = key.or_else(|| has_keys.then(Kit::token));
        let (unread, messages) = match self.ask(&Request::Enter { name, key }).await? {
            Ok(Reply::Enter { unread, messages }) => (unread, messages),
            Ok(other) => return Err(wrong_reply("enter", &other)),
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.inbox.extend(messages);
        let unread = match self.capabilities.habits.waiting {
            Waiting::HandedOver => Some(self.inbox.len() as u64 + unread.unwrap_or(0)),
            Waiting::Waits => unread,
        };
        Ok(Ok(Entry { unread }))
    }

    /// Logs in as `name` with `keys`, as far as that goes.
    pub(super) async fn prove(
        &mut self,
        name: &str,
        keys: &ClientKeys,
    ) -> Checked<Result<LoggedIn, Refusal>> {
        saying::has_passwords(self.capabilities)?;
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

    /// Logs in.
    pub(super) async fn log_in(&mut self) -> Checked<Entry> {
        let logged_in = self.try_log_in().await?;
        logged_in.map_err(|refusal| {
            Stop::failed(format!(
                "expected the log-in to succeed, but it was refused: {}",
                named(refusal)
            ))
        })
    }

    /// Logs in; so many unread messages must wait then, where the format says how many do.
    pub(super) async fn logs_in_to(&mut self, unread: u64) -> Checked {
        self.log_in().await?.holds(unread)
    }

    pub(super) async fn log_in_refused(&mut self, code: ErrorCode) -> Checked {
        match self.try_log_in().await? {
            Ok(_) => Err(Stop::failed(format!(
                "expected the log-in to be refused with {}, but it succeeded",
                code.name()
            ))),
            Err(_) if !self.capabilities.tells(code) => Ok(()),
            Err(refusal) => same(
                "the refusal of the log-in",
                code.name(),
                refusal.code.name(),
            ),
        }
    }

    /// Logs in as soon as the server has noticed that the connection before is gone.
    pub(super) async fn log_in_when_free(&mut self) -> Checked<Result<Entry, Refusal>> {
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
        saying::says(self.capabilities, Operation::Resume)?;
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
}

impl Entry {
    const fn of(logged_in: LoggedIn) -> Self {
        Self {
            unread: Some(logged_in.unread),
        }
    }

    /// So many unread messages must wait, where the format says how many do.
    pub(super) fn holds(self, unread: u64) -> Checked {
        match self.unread {
            Some(said) => same("the unread count that the log-in gives", unread, said),
            None => Ok(()),
        }
    }
}
