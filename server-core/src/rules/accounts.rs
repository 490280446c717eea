//! Creating and deleting accounts.

use std::sync::Arc;

use super::apply::Ruled;
use super::login;
use crate::chat::Connection;
use crate::message::{Reply, Verifier};
use crate::name::Name;
use crate::scram::Hashing;

/// A free name becomes an account. Does not log in, and may be done while logged in.
pub(super) fn create(connection: &Connection, name: &str, verifier: &Verifier) -> Ruled {
    login::require_passwords(connection)?;
    let name = Name::new(name)?;
    Hashing {
        salt: verifier.salt,
        iterations: verifier.iterations,
    }
    .check()?;
    let created = connection.chat.store.create_account(&name, verifier);
    Ok(created.map(move |result| {
        result.map(|_| {
            tracing::debug!(%name, "account created");
            Reply::CreateAccount
        })
    }))
}

/// The account of this session goes with all that it sent and received, and the session with it.
pub(super) fn delete(connection: &Connection) -> Ruled {
    let session = connection.seat.require()?;
    let chat = Arc::clone(&connection.chat);
    let deleted = chat.store.delete_account(session.account, chat.now_ms());
    Ok(deleted.map(move |result| {
        result.map(|()| {
            chat.sessions.end(&session);
            tracing::debug!(name = &*session.name, "account deleted");
            Reply::DeleteAccount
        })
    }))
}
