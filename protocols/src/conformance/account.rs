//! An account on the server under test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use server_core::message::Token;

use super::target::Door;

/// An account that may exist on the server, and what it takes to remove it again.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) door: Arc<dyn Door>,
    may_exist: AtomicBool,
    token: Mutex<Option<Token>>,
    key: Mutex<Option<Token>>,
}

impl Account {
    pub(super) fn new(name: String, door: Arc<dyn Door>) -> Self {
        Self {
            name,
            door,
            may_exist: AtomicBool::new(false),
            token: Mutex::default(),
            key: Mutex::default(),
        }
    }

    /// Whether it was created, or may have been, and was not deleted since.
    pub(super) fn may_exist(&self) -> bool {
        self.may_exist.load(Ordering::Relaxed)
    }

    /// The token of its last log-in, if that was not ended since.
    pub(super) fn token(&self) -> Option<Token> {
        *slot(&self.token)
    }

    pub(super) fn set_token(&self, token: Option<Token>) {
        *slot(&self.token) = token;
    }

    /// What it is entered with, where accounts have keys.
    pub(super) fn key(&self) -> Option<Token> {
        *slot(&self.key)
    }

    pub(super) fn set_key(&self, key: Option<Token>) {
        *slot(&self.key) = key;
    }

    pub(super) fn set_may_exist(&self, may_exist: bool) {
        self.may_exist.store(may_exist, Ordering::Relaxed);
    }
}

fn slot(token: &Mutex<Option<Token>>) -> MutexGuard<'_, Option<Token>> {
    token.lock().unwrap_or_else(PoisonError::into_inner)
}
