//! Who is logged in, by account and by token.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::Outbox;
use crate::error::{ErrorCode, Refusal};
use crate::fanout::Fanout;
use crate::message::Token;
use crate::store::AccountId;

/// How a session's requests travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionKind {
    /// On one connection, whose end logs out.
    Connection,
    /// In calls of their own, each with the token: the session lives while its event stream is open, or for the
    /// grace period after its last call.
    Calls,
}

/// A log-in, from its proof to its end.
pub(crate) struct Session {
    pub(crate) account: AccountId,
    pub(crate) name: Arc<str>,
    key: TokenKey,
    ended: AtomicBool,
}

impl Session {
    /// Whether it was logged out, deleted, taken over or forgotten.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// What looks a session up: the token's hash, so that the time of a look-up tells nothing about any token.
type TokenKey = [u8; 32];

fn key_of(token: Token) -> TokenKey {
    Sha256::digest(token.0).into()
}

/// All sessions of a core.
pub(crate) struct Sessions {
    fanout: Arc<Fanout>,
    grace_ms: u64,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    by_token: HashMap<TokenKey, Entry>,
    by_account: HashMap<AccountId, TokenKey>,
}

struct Entry {
    session: Arc<Session>,
    kind: SessionKind,
    outbox: Option<Arc<Outbox>>,
    last_used_ms: u64,
}

/// Who begins a session.
pub(crate) struct Begin {
    pub(crate) account: AccountId,
    pub(crate) name: Arc<str>,
    pub(crate) token: Token,
    pub(crate) seat: Seating,
}

/// Where a session is to sit from now on.
pub(crate) struct Seating {
    pub(crate) kind: SessionKind,
    /// Where its events go: the connection's outbox; none over calls, until they are subscribed to.
    pub(crate) outbox: Option<Arc<Outbox>>,
    pub(crate) now_ms: u64,
}

impl Sessions {
    pub(crate) fn new(fanout: Arc<Fanout>, grace_ms: u64) -> Self {
        Self {
            fanout,
            grace_ms,
            tables: Mutex::default(),
        }
    }

    /// Begins a session, in place of one that nobody holds any more.
    pub(crate) fn begin(&self, begin: Begin) -> Result<Arc<Session>, Refusal> {
        self.begin_in(&mut self.tables(), begin)
    }

    fn begin_in(&self, tables: &mut Tables, begin: Begin) -> Result<Arc<Session>, Refusal> {
        if let Some(held) = tables.by_account.get(&begin.account).copied() {
            if tables
                .by_token
                .get(&held)
                .is_some_and(|entry| self.is_live(entry, begin.seat.now_ms))
            {
                return Err(ErrorCode::AlreadyLoggedIn.into());
            }
            self.remove(tables, &held);
        }
        let session = Arc::new(Session {
            account: begin.account,
            name: begin.name,
            key: key_of(begin.token),
            ended: AtomicBool::new(false),
        });
        let Seating {
            kind,
            outbox,
            now_ms,
        } = begin.seat;
        if let Some(outbox) = &outbox {
            self.fanout.attach(session.account, Arc::clone(outbox));
        }
        let entry = Entry {
            session: Arc::clone(&session),
            kind,
            outbox,
            last_used_ms: now_ms,
        };
        tables.by_account.insert(session.account, session.key);
        tables.by_token.insert(session.key, entry);
        Ok(session)
    }

    /// Takes a session up again by its token, wherever it sat before: a connection that still holds it loses it.
    pub(crate) fn resume(&self, token: Token, seat: Seating) -> Result<Arc<Session>, Refusal> {
        let mut tables = self.tables();
        let key = key_of(token);
        let Some(entry) = tables.by_token.get(&key) else {
            return Err(ErrorCode::SessionEnded.into());
        };
        if !self.is_kept(entry, seat.now_ms) {
            self.remove(&mut tables, &key);
            return Err(ErrorCode::SessionEnded.into());
        }
        let (account, name) = (entry.session.account, Arc::clone(&entry.session.name));
        self.remove(&mut tables, &key);
        self.begin_in(
            &mut tables,
            Begin {
                account,
                name,
                token,
                seat,
            },
        )
    }

    /// The session of a call, and marks it as used.
    pub(crate) fn of_call(&self, token: Token, now_ms: u64) -> Result<Arc<Session>, Refusal> {
        let mut tables = self.tables();
        let key = key_of(token);
        match tables.by_token.get_mut(&key) {
            Some(entry) if self.is_kept(entry, now_ms) => {
                entry.last_used_ms = now_ms;
                Ok(Arc::clone(&entry.session))
            }
            Some(_) => {
                self.remove(&mut tables, &key);
                Err(ErrorCode::SessionEnded.into())
            }
            None => Err(ErrorCode::SessionEnded.into()),
        }
    }

    /// From now on the session's events go to `outbox`; an event stream that was open before ends.
    pub(crate) fn subscribe(&self, session: &Session, outbox: &Arc<Outbox>) -> Result<(), Refusal> {
        let mut tables = self.tables();
        let entry = tables
            .by_token
            .get_mut(&session.key)
            .ok_or(ErrorCode::SessionEnded)?;
        if let Some(before) = entry.outbox.replace(Arc::clone(outbox)) {
            before.end();
        }
        self.fanout.attach(session.account, Arc::clone(outbox));
        Ok(())
    }

    /// The connection or event stream behind `outbox` is gone: the account is offline, the token still good for
    /// the grace period.
    pub(crate) fn leave(&self, session: &Session, outbox: &Arc<Outbox>, now_ms: u64) {
        let mut tables = self.tables();
        self.fanout.detach(session.account, outbox);
        let Some(entry) = tables.by_token.get_mut(&session.key) else {
            return;
        };
        if entry
            .outbox
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, outbox))
        {
            entry.outbox = None;
            entry.last_used_ms = now_ms;
        }
    }

    /// Logs out: the token is worth nothing any more.
    pub(crate) fn end(&self, session: &Session) {
        self.remove(&mut self.tables(), &session.key);
    }

    /// Forgets sessions that can no longer be taken up.
    pub(crate) fn sweep(&self, now_ms: u64) {
        let mut tables = self.tables();
        let past = |entry: &&Entry| !self.is_kept(entry, now_ms);
        let keys: Vec<_> = tables
            .by_token
            .values()
            .filter(past)
            .map(|entry| entry.session.key)
            .collect();
        for key in keys {
            self.remove(&mut tables, &key);
        }
    }

    /// How many sessions there are, those included that only wait to be taken up again.
    pub(crate) fn count(&self) -> usize {
        self.tables().by_token.len()
    }

    /// Whether it keeps others from logging in.
    fn is_live(&self, entry: &Entry, now_ms: u64) -> bool {
        entry.outbox.is_some() || (entry.kind == SessionKind::Calls && self.is_kept(entry, now_ms))
    }

    /// Whether its token is good.
    fn is_kept(&self, entry: &Entry, now_ms: u64) -> bool {
        entry.outbox.is_some() || now_ms < entry.last_used_ms.saturating_add(self.grace_ms)
    }

    fn remove(&self, tables: &mut Tables, key: &TokenKey) {
        let Some(entry) = tables.by_token.remove(key) else {
            return;
        };
        let account = entry.session.account;
        if tables.by_account.get(&account) == Some(key) {
            tables.by_account.remove(&account);
        }
        entry.session.ended.store(true, Ordering::Release);
        if let Some(outbox) = entry.outbox {
            self.fanout.detach(account, &outbox);
            match entry.kind {
                SessionKind::Connection => outbox.clear(),
                SessionKind::Calls => outbox.end(),
            }
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
