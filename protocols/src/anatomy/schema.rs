//! Which messages there are, as `proto/mirror.md` says it: names, numbers and the order of fields, which `chat.proto` and
//! `json.md` share.

use super::labelled::Layer;

/// A kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Its name.
    pub(super) name: &'static str,
    /// Its fields, in order.
    pub(super) fields: &'static [Field],
}

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) holds: Type,
    /// Whether a user means it ([`Layer::Payload`]), or the service needs it ([`Layer::Value`]).
    pub(super) layer: Layer,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    U8,
    /// A number of up to 32 or 64 bits.
    Number,
    Bool,
    Text,
    Bytes,
    /// It may be left out.
    Optional(&'static Type),
    /// Any number of them.
    List(&'static Type),
    /// Fields of its own.
    Struct(&'static [Field]),
}

/// What a client asks, each at the place of its number.
pub(super) static REQUESTS: &[Kind] = &[
    kind("hello", &[value("version", NUMBER)]),
    kind("create_account", CREATE_ACCOUNT),
    kind(
        "log_in_start",
        &[payload("name", TEXT), value("client_nonce", BYTES)],
    ),
    kind(
        "log_in_finish",
        &[value("login_id", NUMBER), value("proof", BYTES)],
    ),
    kind("resume", &[value("token", BYTES)]),
    kind("log_out", &[]),
    kind("delete_account", &[]),
    kind("ping", &[]),
    kind(
        "list_accounts",
        &[
            payload("pattern", TEXT),
            payload("after", MAYBE_TEXT),
            value("limit", NUMBER),
        ],
    ),
    kind(
        "send",
        &[
            payload("to", TEXT),
            payload("text", TEXT),
            value("client_id", Type::Optional(&BYTES)),
        ],
    ),
    kind("unread", &[]),
    kind(
        "read",
        &[payload("peer", MAYBE_TEXT), value("limit", NUMBER)],
    ),
    kind(
        "mark_read",
        &[payload("peer", TEXT), value("up_to", NUMBER)],
    ),
    kind(
        "history",
        &[
            payload("peer", TEXT),
            value("before", Type::Optional(&NUMBER)),
            value("limit", NUMBER),
        ],
    ),
    kind("delete_messages", IDS),
    kind("undo", IDS),
];

/// What a server answers, each at the place of its number.
pub(super) static REPLIES: &[Kind] = &[
    kind(
        "hello",
        &[
            value("version", NUMBER),
            value("text_max_chars", NUMBER),
            value("page_max", NUMBER),
            value("undo_grace_ms", NUMBER),
        ],
    ),
    kind("create_account", &[]),
    kind("log_in_start", CHALLENGE),
    kind(
        "log_in_finish",
        &[
            value("server_signature", BYTES),
            value("token", BYTES),
            value("unread", NUMBER),
        ],
    ),
    kind("resume", &[value("unread", NUMBER)]),
    kind("log_out", &[]),
    kind("delete_account", &[]),
    kind("ping", &[]),
    kind(
        "list_accounts",
        &[
            payload("names", Type::List(&TEXT)),
            value("more", Type::Bool),
        ],
    ),
    kind(
        "send",
        &[value("id", NUMBER), value("delivered", Type::Bool)],
    ),
    kind(
        "unread",
        &[value("counts", Type::List(&Type::Struct(COUNT)))],
    ),
    kind("read", MESSAGES),
    kind("mark_read", &[]),
    kind("history", MESSAGES),
    kind("delete_messages", IDS),
    kind("undo", IDS),
];

/// Why a server did not do what was asked; its number is that of the first kind behind the replies.
pub(super) static REFUSED: Kind = kind(
    "refused",
    &[value("code", Type::U8), value("detail", NUMBER)],
);

/// What a server says unasked; numbers go on behind the refusal.
pub(super) static EVENTS: &[Kind] = &[
    kind(
        "message_received",
        &[value("message", Type::Struct(MESSAGE))],
    ),
    kind("messages_deleted", IDS),
    kind("messages_restored", IDS),
    kind("account_deleted", &[payload("name", TEXT)]),
    kind("lagged", &[value("missed", NUMBER)]),
    kind("server_closing", &[]),
];

/// A message. Its recipient knows its own name, which therefore is no payload.
pub(super) static MESSAGE: &[Field] = &[
    value("id", NUMBER),
    payload("from", TEXT),
    value("to", TEXT),
    payload("text", TEXT),
    value("sent_at_ms", NUMBER),
    value("read", Type::Bool),
];

static CREATE_ACCOUNT: &[Field] = &[
    payload("name", TEXT),
    value("salt", BYTES),
    value("iterations", NUMBER),
    value("stored_key", BYTES),
    value("server_key", BYTES),
];

static CHALLENGE: &[Field] = &[
    value("login_id", NUMBER),
    value("salt", BYTES),
    value("iterations", NUMBER),
    value("server_nonce", BYTES),
];

static COUNT: &[Field] = &[payload("peer", TEXT), value("count", NUMBER)];

static MESSAGES: &[Field] = &[value("messages", Type::List(&Type::Struct(MESSAGE)))];

static IDS: &[Field] = &[value("ids", Type::List(&NUMBER))];

const NUMBER: Type = Type::Number;
const TEXT: Type = Type::Text;
const BYTES: Type = Type::Bytes;
const MAYBE_TEXT: Type = Type::Optional(&Type::Text);

/// What a server says, by its number on connections that keep order.
pub(super) fn from_server(number: usize) -> Option<&'static Kind> {
    let mut said = REPLIES.iter().chain([&REFUSED]).chain(EVENTS);
    said.nth(number)
}

/// What a server says, by its name on connections that keep order.
pub(super) fn from_server_named(name: &str) -> Option<&'static Kind> {
    let mut said = REPLIES.iter().chain([&REFUSED]).chain(EVENTS);
    said.find(|kind| kind.name == name)
}

/// The kind of this name.
pub(super) fn named(kinds: &'static [Kind], name: &str) -> Option<&'static Kind> {
    kinds.iter().find(|kind| kind.name == name)
}

const fn kind(name: &'static str, fields: &'static [Field]) -> Kind {
    Kind { name, fields }
}

const fn payload(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        layer: Layer::Payload,
    }
}

const fn value(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        layer: Layer::Value,
    }
}

#[cfg(test)]
mod tests {
    use server_core::message::Operation;

    use super::*;

    #[test]
    fn kinds_stand_at_the_places_of_their_operations() {
        for (place, operation) in Operation::WITH_PASSWORDS.iter().enumerate() {
            assert_eq!(REQUESTS[place].name, operation.name());
            assert_eq!(REPLIES[place].name, operation.name());
        }
        assert_eq!(REQUESTS.len(), Operation::WITH_PASSWORDS.len());
        assert_eq!(from_server(16), Some(&REFUSED));
        assert_eq!(from_server(17), EVENTS.first());
        assert_eq!(from_server(23), None);
    }
}
