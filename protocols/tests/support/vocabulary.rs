//! Any request, reply, refusal and event, for tests by property.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::{
    ClientId, LoginId, Message, MessageId, Nonce, Token, UnreadCount, Verifier,
};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request, Text};

/// A `Hello` of this version: what every connection begins with.
pub(crate) const HELLO: Request<'static> = Request::Hello {
    version: PROTOCOL_VERSION,
};

/// Any request of this version of the vocabulary.
pub(crate) fn request() -> impl Strategy<Value = Request<'static>> {
    let with_peer = (name(), any::<u32>(), option::of(id()), option::of(name()));
    prop_oneof![
        1 => Just(HELLO),
        1 => (name(), verifier()).prop_map(|(name, verifier)| Request::CreateAccount { name, verifier }),
        1 => (name(), any::<[u8; 18]>())
            .prop_map(|(name, nonce)| Request::LogInStart { name, client_nonce: Nonce(nonce) }),
        1 => (any::<u64>(), any::<[u8; 32]>())
            .prop_map(|(login_id, proof)| Request::LogInFinish { login_id: LoginId(login_id), proof }),
        1 => any::<[u8; 16]>().prop_map(|token| Request::Resume { token: Token(token) }),
        1 => prop::sample::select(vec![Request::LogOut, Request::DeleteAccount, Request::Ping, Request::Unread]),
        1 => (text(), option::of(name()), any::<u32>())
            .prop_map(|(pattern, after, limit)| Request::ListAccounts { pattern, after, limit }),
        6 => (name(), text(), option::of(any::<[u8; 16]>()))
            .prop_map(|(to, text, id)| Request::Send { to, text, client_id: id.map(ClientId) }),
        3 => with_peer.prop_map(|(peer, limit, before, other)| match before {
            Some(_) => Request::History { peer, before, limit },
            None => Request::Read { peer: other, limit },
        }),
        1 => (name(), id()).prop_map(|(peer, up_to)| Request::MarkRead { peer, up_to }),
        1 => (name(), any::<u32>())
            .prop_map(|(peer, limit)| Request::History { peer, before: None, limit }),
        1 => ids().prop_map(|ids| Request::DeleteMessages { ids }),
        1 => ids().prop_map(|ids| Request::Undo { ids }),
    ]
}

/// Whatever a server can send.
pub(crate) fn from_server() -> impl Strategy<Value = FromServer<'static>> {
    prop_oneof![
        4 => reply().prop_map(FromServer::Reply),
        1 => refusal().prop_map(FromServer::Refused),
        3 => event().prop_map(FromServer::Event),
    ]
}

/// Any reply.
pub(crate) fn reply() -> impl Strategy<Value = Reply<'static>> {
    prop_oneof![
        1 => (any::<u32>(), any::<u32>(), any::<u32>(), any::<u64>()).prop_map(
            |(version, text_max_chars, page_max, undo_grace_ms)| Reply::Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms
            }
        ),
        1 => (any::<u64>(), any::<[u8; 16]>(), any::<u32>(), any::<[u8; 18]>()).prop_map(
            |(login_id, salt, iterations, nonce)| Reply::LogInStart {
                login_id: LoginId(login_id),
                salt,
                iterations,
                server_nonce: Nonce(nonce)
            }
        ),
        1 => (any::<[u8; 32]>(), any::<[u8; 16]>(), any::<u64>()).prop_map(
            |(server_signature, token, unread)| Reply::LogInFinish { server_signature, token: Token(token), unread }
        ),
        1 => any::<u64>().prop_map(|unread| Reply::Resume { unread }),
        1 => prop::sample::select(vec![
            Reply::CreateAccount,
            Reply::LogOut,
            Reply::DeleteAccount,
            Reply::Ping,
            Reply::MarkRead
        ]),
        1 => (vec(name(), 0..8), any::<bool>()).prop_map(|(names, more)| Reply::ListAccounts { names, more }),
        4 => (id(), any::<bool>()).prop_map(|(id, delivered)| Reply::Send { id, delivered }),
        1 => vec((name(), any::<u64>()).prop_map(|(peer, count)| UnreadCount { peer, count }), 0..8)
            .prop_map(|counts| Reply::Unread { counts }),
        2 => vec(message(), 0..8).prop_map(|messages| Reply::Read { messages }),
        2 => vec(message(), 0..8).prop_map(|messages| Reply::History { messages }),
        1 => ids().prop_map(|ids| Reply::DeleteMessages { ids }),
        1 => ids().prop_map(|ids| Reply::Undo { ids }),
    ]
}

/// Any event.
pub(crate) fn event() -> impl Strategy<Value = Event<'static>> {
    prop_oneof![
        6 => message().prop_map(Event::MessageReceived),
        1 => ids().prop_map(|ids| Event::MessagesDeleted { ids: Arc::from(ids) }),
        1 => ids().prop_map(|ids| Event::MessagesRestored { ids: Arc::from(ids) }),
        1 => name().prop_map(|name| Event::AccountDeleted { name }),
        1 => any::<u64>().prop_map(|missed| Event::Lagged { missed }),
        1 => Just(Event::ServerClosing),
    ]
}

/// Any refusal.
pub(crate) fn refusal() -> impl Strategy<Value = Refusal> {
    (prop::sample::select(ErrorCode::ALL), any::<u64>())
        .prop_map(|(code, detail)| Refusal::with_detail(code, detail))
}

fn message() -> impl Strategy<Value = Message<'static>> {
    (id(), name(), name(), text(), time_ms(), any::<bool>()).prop_map(
        |(id, from, to, text, sent_at_ms, read)| Message {
            id,
            from,
            to,
            text,
            sent_at_ms,
            read,
        },
    )
}

fn verifier() -> impl Strategy<Value = Verifier> {
    (
        any::<[u8; 16]>(),
        any::<u32>(),
        any::<[u8; 32]>(),
        any::<[u8; 32]>(),
    )
        .prop_map(|(salt, iterations, stored_key, server_key)| Verifier {
            salt,
            iterations,
            stored_key,
            server_key,
        })
}

/// Names that recur, and what a client could send in place of a name.
fn name() -> impl Strategy<Value = Text<'static>> {
    prop_oneof![
        6 => (0..8u8).prop_map(|number| format!("user{number:02}")),
        2 => (0..600u16).prop_map(|number| format!("account{number}")),
        1 => "[A-Za-z0-9_.-]{1,50}",
        1 => "\\PC{0,60}",
    ]
    .prop_map(Text::Owned)
}

fn text() -> impl Strategy<Value = Text<'static>> {
    prop_oneof![
        4 => "[a-z0-9 ]{1,20}",
        1 => "\\PC{0,300}",
        1 => vec(any::<char>(), 0..20).prop_map(String::from_iter),
    ]
    .prop_map(Text::Owned)
}

fn id() -> impl Strategy<Value = MessageId> {
    prop_oneof![4 => 0..200u64, 1 => any::<u64>()].prop_map(MessageId)
}

fn ids() -> impl Strategy<Value = Vec<MessageId>> {
    vec(id(), 0..12)
}

fn time_ms() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1_700_000_000_000..1_700_000_000_020u64, 1 => any::<u64>()]
}
