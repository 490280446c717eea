//! The vocabulary as objects.

use server_core::message::{Message, MessageId, UnreadCount};
use server_core::{Event, FromServer, Refusal, Reply, Request};

use super::object::{Object, write_number, write_object, write_text};
use crate::codec::{NotExpressible, check_reply, check_request};

/// Appends a request, without the end of the line.
pub(super) fn request(request: &Request<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    check_request(request)?;
    write_object(out, |object| {
        object.word("op", request.operation().name());
        request_fields(request, object);
    });
    Ok(())
}

/// Appends a reply, a refusal or an event, without the end of the line.
pub(super) fn from_server(
    message: &FromServer<'_>,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    if let FromServer::Reply(reply) = message {
        check_reply(reply)?;
    }
    write_object(out, |object| match message {
        FromServer::Reply(reply) => {
            object.word("reply", reply.operation().name());
            reply_fields(reply, object);
        }
        FromServer::Refused(refusal) => refusal_fields(refusal, object),
        FromServer::Event(event) => event_fields(event, object),
    });
    Ok(())
}

/// The fields of a request, without its operation.
pub(super) fn request_fields(request: &Request<'_>, object: &mut Object<'_>) {
    match request {
        Request::Hello { version } => object.number("version", (*version).into()),
        Request::CreateAccount { name, verifier } => {
            object.text("name", name);
            object.binary("salt", &verifier.salt);
            object.number("iterations", verifier.iterations.into());
            object.binary("stored_key", &verifier.stored_key);
            object.binary("server_key", &verifier.server_key);
        }
        Request::LogInStart { name, client_nonce } => {
            object.text("name", name);
            object.binary("client_nonce", &client_nonce.0);
        }
        Request::LogInFinish { login_id, proof } => {
            object.number("login_id", login_id.0);
            object.binary("proof", proof);
        }
        Request::Resume { token } => object.binary("token", &token.0),
        Request::LogOut
        | Request::DeleteAccount
        | Request::Ping
        | Request::Unread
        | Request::SignUp { .. }
        | Request::Enter { .. } => {}
        Request::ListAccounts {
            pattern,
            after,
            limit,
        } => {
            object.text("pattern", pattern);
            if let Some(after) = after {
                object.text("after", after);
            }
            object.number("limit", (*limit).into());
        }
        Request::Send {
            to,
            text,
            client_id,
        } => {
            object.text("to", to);
            object.text("text", text);
            if let Some(client_id) = client_id {
                object.binary("client_id", &client_id.0);
            }
        }
        Request::Read { peer, limit } => {
            if let Some(peer) = peer {
                object.text("peer", peer);
            }
            object.number("limit", (*limit).into());
        }
        Request::MarkRead { peer, up_to } => {
            object.text("peer", peer);
            object.number("up_to", up_to.0);
        }
        Request::History {
            peer,
            before,
            limit,
        } => {
            object.text("peer", peer);
            if let Some(before) = before {
                object.number("before", before.0);
            }
            object.number("limit", (*limit).into());
        }
        Request::DeleteMessages { ids } | Request::Undo { ids } => id_list(object, ids),
    }
}

/// The fields of a reply, without its operation.
pub(super) fn reply_fields(reply: &Reply<'_>, object: &mut Object<'_>) {
    match reply {
        Reply::Hello {
            version,
            text_max_chars,
            page_max,
            undo_grace_ms,
        } => {
            object.number("version", (*version).into());
            object.number("text_max_chars", (*text_max_chars).into());
            object.number("page_max", (*page_max).into());
            object.number("undo_grace_ms", *undo_grace_ms);
        }
        Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        } => {
            object.number("login_id", login_id.0);
            object.binary("salt", salt);
            object.number("iterations", (*iterations).into());
            object.binary("server_nonce", &server_nonce.0);
        }
        Reply::LogInFinish {
            server_signature,
            token,
            unread,
        } => {
            object.binary("server_signature", server_signature);
            object.binary("token", &token.0);
            object.number("unread", *unread);
        }
        Reply::Resume { unread } => object.number("unread", *unread),
        Reply::CreateAccount
        | Reply::LogOut
        | Reply::DeleteAccount
        | Reply::Ping
        | Reply::MarkRead
        | Reply::SignUp { .. }
        | Reply::Enter { .. } => {}
        Reply::ListAccounts { names, more } => {
            object.list("names", names, |out, name| write_text(out, name));
            object.flag("more", *more);
        }
        Reply::Send { id, delivered } => {
            object.number("id", id.0);
            object.flag("delivered", *delivered);
        }
        Reply::Unread { counts } => object.list("counts", counts, write_count),
        Reply::Read { messages } | Reply::History { messages } => {
            object.list("messages", messages, |out, message| {
                write_object(out, |object| message_fields(message, object));
            });
        }
        Reply::DeleteMessages { ids } | Reply::Undo { ids } => id_list(object, ids),
    }
}

/// An event's name and fields.
pub(super) fn event_fields(event: &Event<'_>, object: &mut Object<'_>) {
    object.word("event", event.name());
    match event {
        Event::MessageReceived(message) => {
            object.object("message", |object| message_fields(message, object));
        }
        Event::MessagesDeleted { ids } | Event::MessagesRestored { ids } => id_list(object, ids),
        Event::AccountDeleted { name } => object.text("name", name),
        Event::Lagged { missed } => object.number("missed", *missed),
        Event::ServerClosing => {}
    }
}

fn refusal_fields(refusal: &Refusal, object: &mut Object<'_>) {
    object.word("error", refusal.code.name());
    if refusal.detail != 0 {
        object.number("detail", refusal.detail);
    }
    object.text("message", &refusal.to_string());
}

fn message_fields(message: &Message<'_>, object: &mut Object<'_>) {
    object.number("id", message.id.0);
    object.text("from", &message.from);
    object.text("to", &message.to);
    object.text("text", &message.text);
    object.number("sent_at_ms", message.sent_at_ms);
    object.flag("read", message.read);
}

fn write_count(out: &mut Vec<u8>, count: &UnreadCount<'_>) {
    write_object(out, |object| {
        object.text("peer", &count.peer);
        object.number("count", count.count);
    });
}

fn id_list(object: &mut Object<'_>, ids: &[MessageId]) {
    object.list("ids", ids, |out, id| write_number(out, id.0));
}
