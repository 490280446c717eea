//! Which rule a request runs.

use super::{accounts, entry, listing, login, messages, undo};
use crate::Answer;
use crate::chat::{Connection, Outcome};
use crate::error::{ErrorCode, Refusal};
use crate::limits::{PAGE_MAX, PROTOCOL_VERSION};
use crate::message::{Reply, Request};

/// Applies one request of one connection.
pub(crate) fn apply(connection: &Connection, request: &Request<'_>) -> Outcome {
    let outcome = match request {
        Request::Hello { version } => hello(connection, *version),
        Request::Ping => Ok(Answer::Ready(Ok(Reply::Ping))),
        Request::CreateAccount { name, verifier } => accounts::create(connection, name, verifier),
        Request::DeleteAccount => accounts::delete(connection),
        Request::LogInStart { name, client_nonce } => login::start(connection, name, *client_nonce),
        Request::LogInFinish { login_id, proof } => login::finish(connection, *login_id, proof),
        Request::Resume { token } => login::resume(connection, *token),
        Request::LogOut => login::log_out(connection),
        Request::ListAccounts {
            pattern,
            after,
            limit,
        } => listing::accounts(
            connection,
            &listing::Listing {
                pattern,
                after: after.as_deref(),
                limit: *limit,
            },
        ),
        Request::Send {
            to,
            text,
            client_id,
        } => messages::send(
            connection,
            &messages::Outgoing {
                to,
                text,
                client_id: *client_id,
            },
        ),
        Request::Unread => listing::unread(connection),
        Request::Read { peer, limit } => messages::read(connection, peer.as_deref(), *limit),
        Request::MarkRead { peer, up_to } => messages::mark_read(connection, peer, *up_to),
        Request::History {
            peer,
            before,
            limit,
        } => listing::history(
            connection,
            &listing::Look {
                peer,
                before: *before,
                limit: *limit,
            },
        ),
        Request::DeleteMessages { ids } => undo::delete(connection, ids),
        Request::Undo { ids } => undo::undo(connection, ids),
        Request::SignUp { name } => entry::sign_up(connection, name),
        Request::Enter { name, key } => entry::enter(connection, name, *key),
    };
    outcome.unwrap_or_else(|refusal| Answer::Ready(Err(refusal)))
}

/// What a rule gives back: a refusal at once, or what the store answers.
pub(super) type Ruled = Result<Outcome, Refusal>;

fn hello(connection: &Connection, version: u32) -> Ruled {
    if version != PROTOCOL_VERSION {
        return Err(Refusal::with_detail(
            ErrorCode::UnsupportedVersion,
            PROTOCOL_VERSION.into(),
        ));
    }
    let options = connection.chat.options();
    Ok(Answer::Ready(Ok(Reply::Hello {
        version: PROTOCOL_VERSION,
        text_max_chars: options.text_max_chars,
        page_max: PAGE_MAX,
        undo_grace_ms: options.undo_grace_ms,
    })))
}

/// Checks how much a request asks for at once.
pub(super) fn check_limit(limit: u32) -> Result<u32, Refusal> {
    if (1..=PAGE_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(Refusal::with_detail(
            ErrorCode::LimitNotAllowed,
            PAGE_MAX.into(),
        ))
    }
}
