//! Log-ins that were begun and not finished.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::LOGIN_TIMEOUT_MS;
use crate::message::{LoginId, Nonce, Verifier};
use crate::store::AccountId;

/// What the server remembers between the two halves of a log-in.
pub(crate) struct PendingLogin {
    pub(crate) account: AccountId,
    pub(crate) name: Arc<str>,
    pub(crate) verifier: Verifier,
    pub(crate) client_nonce: Nonce,
    pub(crate) server_nonce: Nonce,
    pub(crate) begun_at_ms: u64,
}

/// A bounded table: when it is full, the oldest makes room.
pub(crate) struct Logins {
    most: usize,
    pending: Mutex<BTreeMap<LoginId, PendingLogin>>,
}

impl Logins {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            most,
            pending: Mutex::new(BTreeMap::new()),
        }
    }

    /// Keeps a log-in under the number that follows the last one: short on the wire, and good on its own
    /// connection only.
    pub(crate) fn begin(&self, login: PendingLogin) -> LoginId {
        let mut pending = self.pending();
        let id = LoginId(pending.last_key_value().map_or(1, |(last, _)| last.0 + 1));
        self.insert(&mut pending, id, login);
        id
    }

    /// Keeps a log-in under a number that nobody can guess, because calls of all clients share the table.
    pub(crate) fn begin_as(&self, id: LoginId, login: PendingLogin) -> LoginId {
        self.insert(&mut self.pending(), id, login);
        id
    }

    /// Takes a log-in out, whatever becomes of it, unless it took too long.
    pub(crate) fn take(&self, id: LoginId, now_ms: u64) -> Option<PendingLogin> {
        let login = self.pending().remove(&id)?;
        (!is_past(&login, now_ms)).then_some(login)
    }

    /// Forgets those that took too long.
    pub(crate) fn sweep(&self, now_ms: u64) {
        self.pending().retain(|_, login| !is_past(login, now_ms));
    }

    fn insert(
        &self,
        pending: &mut BTreeMap<LoginId, PendingLogin>,
        id: LoginId,
        login: PendingLogin,
    ) {
        if pending.len() >= self.most {
            let oldest = pending
                .iter()
                .min_by_key(|(_, login)| login.begun_at_ms)
                .map(|(&id, _)| id);
            oldest.map(|id| pending.remove(&id));
        }
        pending.insert(id, login);
    }

    fn pending(&self) -> MutexGuard<'_, BTreeMap<LoginId, PendingLogin>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_past(login: &PendingLogin, now_ms: u64) -> bool {
    now_ms >= login.begun_at_ms.saturating_add(LOGIN_TIMEOUT_MS)
}
