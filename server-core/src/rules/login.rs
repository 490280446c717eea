//! Logging in by SCRAM, taking a session up again, logging out.

use std::sync::Arc;

use super::apply::Ruled;
use crate::Answer;
use crate::chat::{Accounts, Chat, Connection, PendingLogin};
use crate::error::{ErrorCode, Refusal};
use crate::message::{LoginId, Nonce, Reply, Token};
use crate::name::Name;
use crate::scram::{self, Exchange};
use crate::session::{Begin, SessionKind};
use crate::store::AccountRecord;

/// The first half: the challenge. Names are public, so an unknown one is said to be unknown.
pub(super) fn start(connection: &Connection, name: &str, client_nonce: Nonce) -> Ruled {
    require_passwords(connection)?;
    refuse_second_login(connection)?;
    Name::check(name)?;
    let (chat, seat) = (Arc::clone(&connection.chat), Arc::clone(&connection.seat));
    let found = chat.store.account(name);
    Ok(found.map(move |result| {
        let account = result?;
        let (salt, iterations) = (account.verifier.salt, account.verifier.iterations);
        let server_nonce = Nonce(chat.random());
        let login = pending(account, [client_nonce, server_nonce], chat.now_ms());
        let login_id = match seat.kind {
            SessionKind::Connection => seat.logins.begin(login),
            SessionKind::Calls => chat
                .logins_over_calls
                .begin_as(LoginId(u64::from_be_bytes(chat.random())), login),
        };
        Ok(Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        })
    }))
}

fn pending(account: AccountRecord, nonces: [Nonce; 2], begun_at_ms: u64) -> PendingLogin {
    let [client_nonce, server_nonce] = nonces;
    PendingLogin {
        account: account.id,
        name: account.name,
        verifier: account.verifier,
        client_nonce,
        server_nonce,
        begun_at_ms,
    }
}

/// The second half: the proof. The session begins before the unread messages are counted, so that a message which
/// comes in between is counted, or told as an event, or both, but never neither.
pub(super) fn finish(connection: &Connection, login_id: LoginId, proof: &[u8; 32]) -> Ruled {
    require_passwords(connection)?;
    refuse_second_login(connection)?;
    let (chat, seat) = (Arc::clone(&connection.chat), Arc::clone(&connection.seat));
    let login = match seat.kind {
        SessionKind::Connection => seat.logins.take(login_id, chat.now_ms()),
        SessionKind::Calls => chat.logins_over_calls.take(login_id, chat.now_ms()),
    };
    let login = login.ok_or(ErrorCode::NoSuchLogin)?;
    let server_signature = check_proof(&login, proof)?;
    let token = Token(chat.random());
    let PendingLogin { account, name, .. } = login;
    let begin = Begin {
        account,
        name,
        token,
        seat: seat.seating(chat.now_ms()),
    };
    let session = chat.sessions.begin(begin)?;
    Ok(chat.store.unread_total(account).map(move |counted| {
        let unread = counted.map_err(|refusal| ended_by(&refusal, &chat, &session))?;
        tracing::debug!(name = &*session.name, "logged in");
        seat.hold(session);
        Ok(Reply::LogInFinish {
            server_signature,
            token,
            unread,
        })
    }))
}

fn check_proof(login: &PendingLogin, proof: &[u8; 32]) -> Result<[u8; 32], Refusal> {
    let exchange = Exchange {
        name: &login.name,
        client_nonce: &login.client_nonce,
        server_nonce: &login.server_nonce,
    };
    scram::verify(&login.verifier, &exchange, proof)
}

/// A session whose account is gone, or could not be looked at, does not begin.
pub(super) fn ended_by(
    refusal: &Refusal,
    chat: &Chat,
    session: &crate::session::Session,
) -> Refusal {
    chat.sessions.end(session);
    match refusal.code {
        ErrorCode::NotLoggedIn => ErrorCode::NoSuchAccount.into(),
        _ => *refusal,
    }
}

/// Takes a session up by its token, from wherever it sat before.
pub(super) fn resume(connection: &Connection, token: Token) -> Ruled {
    require_passwords(connection)?;
    refuse_second_login(connection)?;
    let (chat, seat) = (Arc::clone(&connection.chat), Arc::clone(&connection.seat));
    let session = chat.sessions.resume(token, seat.seating(chat.now_ms()))?;
    Ok(chat
        .store
        .unread_total(session.account)
        .map(move |counted| {
            let unread = counted.map_err(|refusal| ended_by(&refusal, &chat, &session))?;
            tracing::debug!(name = &*session.name, "session taken up");
            seat.hold(session);
            Ok(Reply::Resume { unread })
        }))
}

/// Ends the session; its token is worth nothing any more.
pub(super) fn log_out(connection: &Connection) -> Ruled {
    let session = connection.seat.require()?;
    connection.chat.sessions.end(&session);
    tracing::debug!(name = &*session.name, "logged out");
    Ok(Answer::Ready(Ok(Reply::LogOut)))
}

/// Where accounts have no passwords, nobody proves one and no token is given.
pub(super) fn require_passwords(connection: &Connection) -> Result<(), Refusal> {
    match connection.habits.accounts {
        Accounts::Passwords => Ok(()),
        Accounts::Open | Accounts::Keys => Err(ErrorCode::NotExpressible.into()),
    }
}

pub(super) fn refuse_second_login(connection: &Connection) -> Result<(), Refusal> {
    match connection.seat.session() {
        Some(_) => Err(ErrorCode::AlreadyLoggedIn.into()),
        None => Ok(()),
    }
}
