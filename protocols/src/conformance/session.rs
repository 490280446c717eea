//! How a user gets an account and a session, and how both end.

use std::sync::Arc;

use server_core::message::{Reply, Request, Token};
use server_core::scram::ClientKeys;
use server_core::{ErrorCode, Refusal};

use super::account::Account;
use super::check::{Checked, Stop};
use super::expect::same;
use super::kit::{Kit, PASSWORD, lost};
use super::user::{BETWEEN_TRIES, User, named, wrong_reply};
use crate::client::{LogInError, LoggedIn};

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
}
