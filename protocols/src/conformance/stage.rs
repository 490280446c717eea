//! The accounts and connections of one check, and how they are removed again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use server_core::ErrorCode;
use server_core::message::{MessageId, Reply, Request};

use super::check::{Checked, Stop};
use super::kit::Kit;
use super::target::Door;
use super::user::{Account, User};

/// How long removing waits before it tries again, while the server still holds a connection that is gone.
const REMOVAL_PAUSE: Duration = Duration::from_millis(20);

/// Where one check runs, or one sequence of them.
pub(super) struct Stage {
    pub(super) kit: Arc<Kit>,
    /// What sets this stage's accounts apart from those of others.
    number: usize,
    accounts: Vec<Arc<Account>>,
    /// The users of a sequence, by the name that the steps know them by.
    kept: BTreeMap<&'static str, User>,
    /// The messages of a sequence, in the order of sending.
    pub(super) sent: Vec<MessageId>,
}

impl Stage {
    pub(super) fn new(kit: Arc<Kit>, number: usize) -> Self {
        Self {
            kit,
            number,
            accounts: Vec::new(),
            kept: BTreeMap::new(),
            sent: Vec::new(),
        }
    }

    /// A name of this stage's own.
    pub(super) fn name(&self, label: &str) -> String {
        format!("{}{}-{label}", self.kit.prefix, self.number)
    }

    /// Somebody who is connected, and has a name but no account.
    pub(super) async fn guest(&mut self, label: &str) -> Checked<User> {
        let name = self.name(label);
        self.guest_called(name).await
    }

    /// A guest with a name that the check makes itself, beginning with the run's prefix if it is allowed at all.
    pub(super) async fn guest_called(&mut self, name: String) -> Checked<User> {
        let door = Arc::clone(&self.kit.doors[self.accounts.len() % self.kit.doors.len()]);
        let account = Arc::new(Account::new(name, door));
        self.accounts.push(Arc::clone(&account));
        User::connect(account, Arc::clone(&self.kit)).await
    }

    /// Somebody who is connected and has an account, and is not logged in.
    pub(super) async fn created(&mut self, label: &str) -> Checked<User> {
        let mut user = self.guest(label).await?;
        user.create().await?;
        Ok(user)
    }

    /// Somebody who is logged in.
    pub(super) async fn user(&mut self, label: &str) -> Checked<User> {
        let mut user = self.created(label).await?;
        user.log_in().await?;
        Ok(user)
    }

    /// Two who are logged in; by different doors if there are several.
    pub(super) async fn two(&mut self) -> Checked<(User, User)> {
        Ok((self.user("alice").await?, self.user("bob").await?))
    }

    /// One more connection for somebody's account, by the same door; not logged in.
    pub(super) async fn again(&self, user: &User) -> Checked<User> {
        User::connect(Arc::clone(&user.account), Arc::clone(&self.kit)).await
    }

    /// The door that the first user comes by.
    pub(super) fn first_door(&self) -> &dyn Door {
        &*self.kit.doors[0]
    }

    /// Keeps a user for later steps.
    pub(super) fn keep(&mut self, name: &'static str, user: User) {
        self.kept.insert(name, user);
    }

    /// A user of earlier steps.
    pub(super) fn kept(&mut self, name: &str) -> Checked<&mut User> {
        let kept = self.kept.get_mut(name);
        kept.ok_or_else(|| {
            Stop::failed(format!(
                "expected {name} to be there, but an earlier step failed"
            ))
        })
    }

    /// Removes everything that was created; gives the names that could not be removed, each with the reason.
    pub(super) async fn clear(mut self) -> Vec<String> {
        self.kept.clear();
        let mut left = Vec::new();
        for account in self.accounts.iter().filter(|account| account.may_exist()) {
            let removing = self
                .kit
                .within("the removal", remove(&self.kit, account))
                .await;
            if let Err(Stop::Failed(why) | Stop::Skipped(why)) =
                removing.and_then(|removed| removed)
            {
                left.push(format!("{}: {why}", account.name));
            }
        }
        left
    }
}

/// Deletes an account in the session that it has, or else in one of its own.
async fn remove(kit: &Arc<Kit>, account: &Arc<Account>) -> Checked {
    let mut user = User::connect(Arc::clone(account), Arc::clone(kit)).await?;
    if let Some(token) = account.token()
        && let Ok(Reply::Resume { .. }) = user.ask(&Request::Resume { token }).await?
    {
        return user.delete_account().await;
    }
    loop {
        match user.try_log_in().await? {
            Ok(_) => return user.delete_account().await,
            Err(refusal) => match refusal.code {
                ErrorCode::NoSuchAccount | ErrorCode::NameNotAllowed => return Ok(()),
                ErrorCode::AlreadyLoggedIn => tokio::time::sleep(REMOVAL_PAUSE).await,
                _ => return Err(Stop::failed(format!("expected to log in, but {refusal}"))),
            },
        }
    }
}
