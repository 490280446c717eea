//! One message of each kind, as long as those of the workloads.

use std::sync::Arc;

use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{
    ClientId, LoginId, Message, MessageId, Nonce, Token, UnreadCount, Verifier,
};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request, Text};

/// How many messages, names or ids a sample has where it has several.
const SEVERAL: u64 = 20;

/// When the first message was sent, in milliseconds since 1970-01-01 UTC.
const SENT_AT_MS: u64 = 1_790_000_000_000;

/// A request of each operation.
#[must_use]
pub fn requests() -> Vec<Request<'static>> {
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
            text: "hello".into(),
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

/// A `Send` as retries need it.
#[must_use]
pub fn send_with_client_id() -> Request<'static> {
    Request::Send {
        to: name(2),
        text: "hello".into(),
        client_id: Some(ClientId([4; 16])),
    }
}

/// A reply of each operation.
#[must_use]
pub fn replies() -> Vec<Reply<'static>> {
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
#[must_use]
pub fn events() -> Vec<(&'static str, Event<'static>)> {
    vec![
        ("message_received", Event::MessageReceived(message(1))),
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

/// A refusal.
#[must_use]
pub fn refusal() -> FromServer<'static> {
    FromServer::Refused(Refusal::with_detail(ErrorCode::NotEnoughUnread, 3))
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
    use server_core::message::Operation;

    use super::*;

    #[test]
    fn every_operation_has_a_request_and_a_reply() {
        let requested: Vec<_> = requests().iter().map(Request::operation).collect();
        let replied: Vec<_> = replies().iter().map(Reply::operation).collect();
        assert_eq!((&*requested, &*replied), (Operation::ALL, Operation::ALL));
    }
}
