//! The layer `payload`: the texts and names that a user means, in bytes.

use server_core::{Event, FromServer, Message, Reply, Request};

/// What a request means.
#[must_use]
pub fn of_request(request: &Request<'_>) -> u64 {
    let bytes = match request {
        Request::CreateAccount { name, .. }
        | Request::LogInStart { name, .. }
        | Request::SignUp { name }
        | Request::Enter { name, .. } => name.len(),
        Request::ListAccounts { pattern, after, .. } => {
            pattern.len() + after.as_ref().map_or(0, |name| name.len())
        }
        Request::Send { to, text, .. } => to.len() + text.len(),
        Request::Read { peer, .. } => peer.as_ref().map_or(0, |name| name.len()),
        Request::MarkRead { peer, .. } | Request::History { peer, .. } => peer.len(),
        _ => 0,
    };
    bytes as u64
}

/// What a reply or an event means. A message is its sender and its text: the recipient knows its own name.
#[must_use]
pub fn of_incoming(incoming: &FromServer<'_>) -> u64 {
    match incoming {
        FromServer::Reply(reply) => of_reply(reply),
        FromServer::Refused(_) => 0,
        FromServer::Event(event) => of_event(event),
    }
}

/// As [`of_incoming`], for a reply.
#[must_use]
pub fn of_reply(reply: &Reply<'_>) -> u64 {
    match reply {
        Reply::ListAccounts { names, .. } => names.iter().map(|name| name.len() as u64).sum(),
        Reply::Unread { counts } => counts.iter().map(|count| count.peer.len() as u64).sum(),
        Reply::Read { messages } | Reply::History { messages } | Reply::Enter { messages, .. } => {
            messages.iter().map(of_message).sum()
        }
        _ => 0,
    }
}

/// As [`of_incoming`], for an event.
#[must_use]
pub fn of_event(event: &Event<'_>) -> u64 {
    match event {
        Event::MessageReceived(message) => of_message(message),
        Event::AccountDeleted { name } => name.len() as u64,
        _ => 0,
    }
}

fn of_message(message: &Message<'_>) -> u64 {
    (message.from.len() + message.text.len()) as u64
}
