//! The accounts and connections of one check, and how they are removed again.

use std::collections::BTreeMap;
use std::sync::Arc;

use server_core::ErrorCode;
use server_core::message::{MessageId, Reply, Request};

use super::account::Account;
use super::check::{Checked, Stop};
use super::kit::Kit;
use super::target::Door;
use super::user::User;
use crate::transport::Carriage;

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
        let Kit {
            prefix, separator, ..
        } = &*self.kit;
        format!("{prefix}{}{separator}{label}", self.number)
    }

    /// Somebody who is connected, and has a name but no account.
    pub(super) async fn guest(&mut self, label: &str) -> Checked<User> {
        let name = self.name(label);
        self.guest_called(&name).await
    }

    /// A guest with a name that the check makes itself, beginning with the run's prefix if it is allowed at all.
    pub(super) async fn guest_called(&mut self, name: &str) -> Checked<User> {
        let account = self.reserve(name);
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
    pub(super) async fn again(&mut self, account: &Arc<Account>) -> Checked<User> {
        User::connect(Arc::clone(account), Arc::clone(&self.kit)).await
    }

    /// Further connections for somebody's account, by each door in turn; not logged in.
    pub(super) async fn crowd(
        &mut self,
        account: &Arc<Account>,
        count: usize,
    ) -> Checked<Vec<User>> {
        let mut crowd = Vec::with_capacity(count);
        for door in self.kit.doors.iter().cycle().take(count) {
            let account = Arc::clone(account);
            crowd.push(User::connect_by(&**door, account, Arc::clone(&self.kit)).await?);
        }
        Ok(crowd)
    }

    /// The account of a name that was reserved.
    pub(super) fn account(&self, name: &str) -> Checked<Arc<Account>> {
        let found = self.accounts.iter().find(|account| account.name == name);
        found
            .cloned()
            .ok_or_else(|| Stop::failed(format!("expected an account {name}, but there is none")))
    }

    /// Sees to it that an account of this name is removed, should it come to exist.
    pub(super) fn reserve(&mut self, name: &str) -> Arc<Account> {
        let door = Arc::clone(&self.kit.doors[self.accounts.len() % self.kit.doors.len()]);
        let account = Arc::new(Account::new(name.to_owned(), door));
        self.accounts.push(Arc::clone(&account));
        account
    }

    /// Has `by` create further accounts; gives their names.
    pub(super) async fn create_more(
        &mut self,
        by: &mut User,
        labels: &[&str],
    ) -> Checked<Vec<String>> {
        let mut names = Vec::with_capacity(labels.len());
        for label in labels {
            let name = self.name(label);
            let account = self.reserve(&name);
            by.create_other(&account).await?;
            names.push(name);
        }
        Ok(names)
    }

    /// The door that the first user comes by.
    pub(super) fn first_door(&self) -> &dyn Door {
        &*self.kit.doors[0]
    }

    /// How connections by the first door carry requests.
    pub(super) async fn carriage(&mut self) -> Checked<Carriage> {
        let client = self.kit.open(self.first_door()).await?.into_client();
        Ok(client.carriage())
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
            let removing = Box::pin(remove(&self.kit, account));
            let removing = self.kit.within("the removal", removing).await;
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
    let can_exist = user.capabilities.names.has(&account.name);
    let entry = match user.log_in_when_free().await {
        Err(Stop::Skipped(_)) if !can_exist => return Ok(()),
        entry => entry?,
    };
    match entry {
        Ok(_) => user.delete_account().await,
        Err(_) if !can_exist => Ok(()),
        Err(refusal)
            if matches!(
                refusal.code,
                ErrorCode::NoSuchAccount | ErrorCode::NameNotAllowed
            ) =>
        {
            Ok(())
        }
        Err(refusal) => Err(Stop::failed(format!("expected to log in, but {refusal}"))),
    }
}
