//! One message of each kind, as long as those of the workloads; those that carry a text also with the longest one.

use std::sync::Arc;

use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{
    ClientId, LoginId, Message, MessageId, Nonce, Token, UnreadCount, Verifier,
};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request, Text};

/// How many messages, names or ids a sample has where it has several.
const SEVERAL: u64 = 20;

/// The text of most messages.
pub const SHORT_TEXT: &str = "hello";

/// The longest text that servers take unless told otherwise, of letters that take a byte each.
pub const LONG_TEXT: &str = match std::str::from_utf8(&LETTERS) {
    Ok(text) => text,
    Err(_) => panic!("letters are text"),
};

/// How many characters the longest text has.
const LONG_TEXT_CHARS: usize = 256;

const LETTERS: [u8; LONG_TEXT_CHARS] = {
    let mut letters = [0; LONG_TEXT_CHARS];
    let mut index = 0;
    let mut letter = b'a';
    while index < LONG_TEXT_CHARS {
        letters[index] = letter;
        letter = if letter == b'z' { b'a' } else { letter + 1 };
        index += 1;
    }
    letters
};

/// When the first message was sent, in milliseconds since 1970-01-01 UTC.
const SENT_AT_MS: u64 = 1_790_000_000_000;

/// What crosses a connection, in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// By the client.
    Request(Request<'static>),
    /// By the server.
    FromServer(FromServer<'static>),
}

/// Every sample, with what to call it: `request/send`, `reply/send`, `event/lagged`, `refusal/not_enough_unread`.
#[must_use]
pub fn all() -> Vec<(String, Said)> {
    let named = |kind: &str, name: &str, said| (format!("{kind}/{name}"), said);
    let mut all = Vec::new();
    for request in requests() {
        let name = request.operation().name();
        all.push(named("request", name, Said::Request(request)));
    }
    for (name, request) in sends() {
        all.push(named("request", name, Said::Request(request)));
    }
    for reply in replies() {
        let (name, reply) = (reply.operation().name(), FromServer::Reply(reply));
        all.push(named("reply", name, Said::FromServer(reply)));
    }
    for (name, event) in events() {
        let event = FromServer::Event(event);
        all.push(named("event", name, Said::FromServer(event)));
    }
    let refusal = Refusal::with_detail(ErrorCode::NotEnoughUnread, 3);
    let (name, refusal) = (refusal.code.name(), FromServer::Refused(refusal));
    all.push(named("refusal", name, Said::FromServer(refusal)));
    all
}

/// A request of each operation.
fn requests() -> Vec<Request<'static>> {
    vec![
        Request::Hello {
            version: PROTOCOL_VERSION,
        },
        Request::CreateAccount {
            name: name(1),
            verifier: verifier(),
        },
        Request::LogInStart {
            name: name(1),
            client_nonce: Nonce([1; 18]),
        },
        Request::LogInFinish {
            login_id: LoginId(1),
            proof: [2; 32],
        },
        Request::Resume {
            token: Token([3; 16]),
        },
        Request::LogOut,
        Request::DeleteAccount,
        Request::Ping,
        Request::ListAccounts {
            pattern: "user*".into(),
            after: Some(name(1)),
            limit: 100,
        },
        Request::Send {
            to: name(2),
            text: SHORT_TEXT.into(),
            client_id: None,
        },
        Request::Unread,
        Request::Read {
            peer: Some(name(1)),
            limit: 20,
        },
        Request::MarkRead {
            peer: name(1),
            up_to: MessageId(1_020),
        },
        Request::History {
            peer: name(1),
            before: None,
            limit: 20,
        },
        Request::DeleteMessages { ids: ids() },
        Request::Undo { ids: ids() },
    ]
}

/// Further requests of the operation that matters most: as retries need it, and with the longest text.
fn sends() -> [(&'static str, Request<'static>); 2] {
    let send = |text: &'static str, client_id| Request::Send {
        to: name(2),
        text: text.into(),
        client_id,
    };
    [
        (
            "send_with_client_id",
            send(SHORT_TEXT, Some(ClientId([4; 16]))),
        ),
        ("send_long", send(LONG_TEXT, None)),
    ]
}

/// A reply of each operation.
fn replies() -> Vec<Reply<'static>> {
    vec![
        Reply::Hello {
            version: PROTOCOL_VERSION,
            text_max_chars: 256,
            page_max: 1_000,
            undo_grace_ms: 0,
        },
        Reply::CreateAccount,
        Reply::LogInStart {
            login_id: LoginId(1),
            salt: [5; 16],
            iterations: 4_096,
            server_nonce: Nonce([6; 18]),
        },
        Reply::LogInFinish {
            server_signature: [7; 32],
            token: Token([3; 16]),
            unread: 20,
        },
        Reply::Resume { unread: 20 },
        Reply::LogOut,
        Reply::DeleteAccount,
        Reply::Ping,
        Reply::ListAccounts {
            names: (1..=SEVERAL).map(name).collect(),
            more: true,
        },
        Reply::Send {
            id: MessageId(1_001),
            delivered: true,
        },
        Reply::Unread {
            counts: (1..=SEVERAL)
                .map(|peer| UnreadCount {
                    peer: name(peer),
                    count: peer,
                })
                .collect(),
        },
        Reply::Read {
            messages: (1..=SEVERAL).map(message).collect(),
        },
        Reply::MarkRead,
        Reply::History {
            messages: (1..=SEVERAL).rev().map(message).collect(),
        },
        Reply::DeleteMessages { ids: ids() },
        Reply::Undo { ids: ids() },
    ]
}

/// An event of each kind, with what to call it.
fn events() -> Vec<(&'static str, Event<'static>)> {
    vec![
        ("message_received", Event::MessageReceived(message(1))),
        (
            "message_received_long",
            Event::MessageReceived(Message {
                text: LONG_TEXT.into(),
                ..message(1)
            }),
        ),
        (
            "messages_deleted",
            Event::MessagesDeleted { ids: ids().into() },
        ),
        (
            "messages_restored",
            Event::MessagesRestored { ids: ids().into() },
        ),
        ("account_deleted", Event::AccountDeleted { name: name(1) }),
        ("lagged", Event::Lagged { missed: 100 }),
        ("server_closing", Event::ServerClosing),
    ]
}

fn message(number: u64) -> Message<'static> {
    Message {
        id: MessageId(1_000 + number),
        from: name(1),
        to: name(2),
        text: Text::Shared(Arc::from(format!("Message {number}"))),
        sent_at_ms: SENT_AT_MS + number,
        read: false,
    }
}

fn name(number: u64) -> Text<'static> {
    Text::Shared(Arc::from(format!("user{number:02}")))
}

fn ids() -> Vec<MessageId> {
    (1..=SEVERAL)
        .map(|number| MessageId(1_000 + number))
        .collect()
}

fn verifier() -> Verifier {
    Verifier {
        salt: [5; 16],
        iterations: 4_096,
        stored_key: [8; 32],
        server_key: [9; 32],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use server_core::limits::Options;
    use server_core::message::Operation;

    use super::*;

    #[test]
    fn every_operation_has_a_request_and_a_reply() {
        let requested: Vec<_> = requests().iter().map(Request::operation).collect();
        let replied: Vec<_> = replies().iter().map(Reply::operation).collect();
        assert_eq!(
            (&*requested, &*replied),
            (Operation::WITH_PASSWORDS, Operation::WITH_PASSWORDS)
        );
    }

    #[test]
    fn names_are_unique() {
        let all = all();
        let names: BTreeSet<_> = all.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn no_longer_text_is_taken() {
        let longest = usize::try_from(Options::default().text_max_chars).unwrap();
        assert_eq!(LONG_TEXT.chars().count(), longest);
    }
}
