//! The vocabulary as it stands in golden vectors: readable JSON with binary fields in hex. Made for tests, and on
//! purpose of no code that a codec uses.

use serde_json::Value;
use server_core::message::{
    ClientId, LoginId, Message, MessageId, Nonce, Token, UnreadCount, Verifier,
};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request, Text};

/// The bytes that are written as hex.
pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    assert!(
        hex.len().is_multiple_of(2),
        "{hex} has an odd number of digits"
    );
    let digits = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
    digits
        .map(|digits| u8::from_str_radix(digits, 16).expect("hex has digits 0 to f"))
        .collect()
}

/// The request that is written.
pub(crate) fn request(value: &Value) -> Request<'static> {
    let fields = Fields(value);
    match fields.str("op") {
        "hello" => Request::Hello {
            version: fields.u32("version"),
        },
        "create_account" => Request::CreateAccount {
            name: fields.text("name"),
            verifier: Verifier {
                salt: fields.array("salt"),
                iterations: fields.u32("iterations"),
                stored_key: fields.array("stored_key"),
                server_key: fields.array("server_key"),
            },
        },
        "log_in_start" => Request::LogInStart {
            name: fields.text("name"),
            client_nonce: Nonce(fields.array("client_nonce")),
        },
        "log_in_finish" => Request::LogInFinish {
            login_id: LoginId(fields.u64("login_id")),
            proof: fields.array("proof"),
        },
        "resume" => Request::Resume {
            token: Token(fields.array("token")),
        },
        "log_out" => Request::LogOut,
        "delete_account" => Request::DeleteAccount,
        "ping" => Request::Ping,
        "list_accounts" => Request::ListAccounts {
            pattern: fields.text("pattern"),
            after: fields.has("after").then(|| fields.text("after")),
            limit: fields.u32("limit"),
        },
        "send" => Request::Send {
            to: fields.text("to"),
            text: fields.text("text"),
            client_id: fields
                .has("client_id")
                .then(|| ClientId(fields.array("client_id"))),
        },
        "unread" => Request::Unread,
        "read" => Request::Read {
            peer: fields.has("peer").then(|| fields.text("peer")),
            limit: fields.u32("limit"),
        },
        "mark_read" => Request::MarkRead {
            peer: fields.text("peer"),
            up_to: fields.id("up_to"),
        },
        "history" => Request::History {
            peer: fields.text("peer"),
            before: fields.has("before").then(|| fields.id("before")),
            limit: fields.u32("limit"),
        },
        "delete_messages" => Request::DeleteMessages { ids: fields.ids() },
        "undo" => Request::Undo { ids: fields.ids() },
        "sign_up" => Request::SignUp {
            name: fields.text("name"),
        },
        "enter" => Request::Enter {
            name: fields.text("name"),
            key: fields.key(),
        },
        other => panic!("{other} is no request"),
    }
}

/// The reply, refusal or event that is written.
pub(crate) fn from_server(value: &Value) -> FromServer<'static> {
    let fields = Fields(value);
    if fields.has("reply") {
        FromServer::Reply(reply(&fields))
    } else if fields.has("error") {
        let code = ErrorCode::from_name(fields.str("error")).expect("refusals have names");
        let detail = if fields.has("detail") {
            fields.u64("detail")
        } else {
            0
        };
        FromServer::Refused(Refusal::with_detail(code, detail))
    } else {
        FromServer::Event(event(&fields))
    }
}

fn reply(fields: &Fields<'_>) -> Reply<'static> {
    match fields.str("reply") {
        "hello" => Reply::Hello {
            version: fields.u32("version"),
            text_max_chars: fields.u32("text_max_chars"),
            page_max: fields.u32("page_max"),
            undo_grace_ms: fields.u64("undo_grace_ms"),
        },
        "create_account" => Reply::CreateAccount,
        "log_in_start" => Reply::LogInStart {
            login_id: LoginId(fields.u64("login_id")),
            salt: fields.array("salt"),
            iterations: fields.u32("iterations"),
            server_nonce: Nonce(fields.array("server_nonce")),
        },
        "log_in_finish" => Reply::LogInFinish {
            server_signature: fields.array("server_signature"),
            token: Token(fields.array("token")),
            unread: fields.u64("unread"),
        },
        "resume" => Reply::Resume {
            unread: fields.u64("unread"),
        },
        "log_out" => Reply::LogOut,
        "delete_account" => Reply::DeleteAccount,
        "ping" => Reply::Ping,
        "list_accounts" => {
            let names = fields.list("names", text);
            Reply::ListAccounts {
                names,
                more: fields.bool("more"),
            }
        }
        "send" => Reply::Send {
            id: fields.id("id"),
            delivered: fields.bool("delivered"),
        },
        "unread" => Reply::Unread {
            counts: fields.list("counts", count),
        },
        "read" => Reply::Read {
            messages: fields.list("messages", message),
        },
        "mark_read" => Reply::MarkRead,
        "history" => Reply::History {
            messages: fields.list("messages", message),
        },
        "delete_messages" => Reply::DeleteMessages { ids: fields.ids() },
        "undo" => Reply::Undo { ids: fields.ids() },
        "sign_up" => Reply::SignUp { key: fields.key() },
        "enter" => Reply::Enter {
            unread: fields.has("unread").then(|| fields.u64("unread")),
            messages: fields.list("messages", message),
        },
        other => panic!("{other} is no reply"),
    }
}

fn event(fields: &Fields<'_>) -> Event<'static> {
    match fields.str("event") {
        "message_received" => Event::MessageReceived(message(fields.get("message"))),
        "messages_deleted" => Event::MessagesDeleted {
            ids: fields.ids().into(),
        },
        "messages_restored" => Event::MessagesRestored {
            ids: fields.ids().into(),
        },
        "account_deleted" => Event::AccountDeleted {
            name: fields.text("name"),
        },
        "lagged" => Event::Lagged {
            missed: fields.u64("missed"),
        },
        "server_closing" => Event::ServerClosing,
        other => panic!("{other} is no event"),
    }
}

fn message(value: &Value) -> Message<'static> {
    let fields = Fields(value);
    Message {
        id: fields.id("id"),
        from: fields.text("from"),
        to: fields.text("to"),
        text: fields.text("text"),
        sent_at_ms: fields.u64("sent_at_ms"),
        read: fields.bool("read"),
    }
}

fn count(value: &Value) -> UnreadCount<'static> {
    let fields = Fields(value);
    UnreadCount {
        peer: fields.text("peer"),
        count: fields.u64("count"),
    }
}

fn text(value: &Value) -> Text<'static> {
    Text::Owned(value.as_str().expect("a text is a string").to_owned())
}

/// The fields of one object. What is not there or of another type is a fault of the vectors.
struct Fields<'v>(&'v Value);

impl<'v> Fields<'v> {
    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    fn get(&self, name: &str) -> &'v Value {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("{} has no {name}", self.0))
    }

    fn str(&self, name: &str) -> &'v str {
        self.get(name)
            .as_str()
            .unwrap_or_else(|| panic!("{name} is no string"))
    }

    fn text(&self, name: &str) -> Text<'static> {
        text(self.get(name))
    }

    fn bool(&self, name: &str) -> bool {
        self.get(name)
            .as_bool()
            .unwrap_or_else(|| panic!("{name} is no flag"))
    }

    fn u64(&self, name: &str) -> u64 {
        self.get(name)
            .as_u64()
            .unwrap_or_else(|| panic!("{name} is no number"))
    }

    fn u32(&self, name: &str) -> u32 {
        self.u64(name)
            .try_into()
            .unwrap_or_else(|_| panic!("{name} is too large"))
    }

    fn id(&self, name: &str) -> MessageId {
        MessageId(self.u64(name))
    }

    fn key(&self) -> Option<Token> {
        self.has("key").then(|| Token(self.array("key")))
    }

    fn ids(&self) -> Vec<MessageId> {
        self.list("ids", |id| {
            MessageId(id.as_u64().expect("an id is a number"))
        })
    }

    fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        bytes(self.str(name))
            .try_into()
            .unwrap_or_else(|_| panic!("{name} has another length"))
    }

    fn list<T>(&self, name: &str, item: impl FnMut(&'v Value) -> T) -> Vec<T> {
        let list = self
            .get(name)
            .as_array()
            .unwrap_or_else(|| panic!("{name} is no list"));
        list.iter().map(item).collect()
    }
}
