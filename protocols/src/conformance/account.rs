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
}

impl Account {
    pub(super) fn new(name: String, door: Arc<dyn Door>) -> Self {
        Self {
            name,
            door,
            may_exist: AtomicBool::new(false),
            token: Mutex::default(),
        }
    }

    /// Whether it was created, or may have been, and was not deleted since.
    pub(super) fn may_exist(&self) -> bool {
        self.may_exist.load(Ordering::Relaxed)
    }

    /// The token of its last log-in, if that was not ended since.
    pub(super) fn token(&self) -> Option<Token> {
        *self.token_slot()
    }

    pub(super) fn set_token(&self, token: Option<Token>) {
        *self.token_slot() = token;
    }

    pub(super) fn set_may_exist(&self, may_exist: bool) {
        self.may_exist.store(may_exist, Ordering::Relaxed);
    }

    fn token_slot(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
