//! What a server says: replies, refusals and events in one enum, so that one number or name tells them apart. The order
//! of the variants and of their fields is on the wire.

use serde::{Deserialize, Serialize};
use server_core::limits::PAGE_MAX;
use server_core::message::{LoginId, MessageId, Nonce, Token};
use server_core::{ErrorCode, Event, Refusal, Reply, Text};

use super::parts::{Bytes, List};
use super::request::{Ids, numbers};

/// What a page holds, as many of them as a server gives.
type Page<T> = List<T, { PAGE_MAX as usize }>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::codecs) enum FromServer<S> {
    Hello(Hello),
    CreateAccount,
    LogInStart(LogInStart),
    LogInFinish(LogInFinish),
    Resume(Resume),
    LogOut,
    DeleteAccount,
    Ping,
    ListAccounts(ListAccounts<S>),
    Send(Send),
    Unread(Unread<S>),
    Read(Read<S>),
    MarkRead,
    History(History<S>),
    DeleteMessages(DeleteMessages),
    Undo(Undo),
    Refused { code: u8, detail: u64 },
    MessageReceived { message: Message<S> },
    MessagesDeleted { ids: Ids },
    MessagesRestored { ids: Ids },
    AccountDeleted { name: S },
    Lagged { missed: u64 },
    ServerClosing,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Hello {
    version: u32,
    text_max_chars: u32,
    page_max: u32,
    undo_grace_ms: u64,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct LogInStart {
    login_id: u64,
    salt: Bytes<16>,
    iterations: u32,
    server_nonce: Bytes<18>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct LogInFinish {
    server_signature: Bytes<32>,
    token: Bytes<16>,
    unread: u64,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Resume {
    unread: u64,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct ListAccounts<S> {
    names: Page<S>,
    more: bool,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Send {
    id: u64,
    delivered: bool,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Unread<S> {
    counts: Page<UnreadCount<S>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Read<S> {
    messages: Page<Message<S>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct History<S> {
    messages: Page<Message<S>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct DeleteMessages {
    ids: Ids,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Undo {
    ids: Ids,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Message<S> {
    id: u64,
    from: S,
    to: S,
    text: S,
    sent_at_ms: u64,
    read: bool,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct UnreadCount<S> {
    peer: S,
    count: u64,
}

impl<'v> FromServer<&'v str> {
    /// What the vocabulary says; `None` for what only accounts without passwords have.
    pub(super) fn of(message: &'v server_core::FromServer<'_>) -> Option<Self> {
        Some(match message {
            server_core::FromServer::Reply(reply) => return Self::of_reply(reply),
            server_core::FromServer::Refused(refusal) => Self::Refused {
                code: refusal.code as u8,
                detail: refusal.detail,
            },
            server_core::FromServer::Event(event) => event.into(),
        })
    }

    /// What the vocabulary answers; `None` for what only accounts without passwords have.
    pub(super) fn of_reply(reply: &'v Reply<'_>) -> Option<Self> {
        Some(match reply {
            Reply::Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms,
            } => Self::Hello(Hello {
                version: *version,
                text_max_chars: *text_max_chars,
                page_max: *page_max,
                undo_grace_ms: *undo_grace_ms,
            }),
            Reply::CreateAccount => Self::CreateAccount,
            Reply::LogInStart {
                login_id,
                salt,
                iterations,
                server_nonce,
            } => Self::LogInStart(LogInStart {
                login_id: login_id.0,
                salt: Bytes(*salt),
                iterations: *iterations,
                server_nonce: Bytes(server_nonce.0),
            }),
            Reply::LogInFinish {
                server_signature,
                token,
                unread,
            } => Self::LogInFinish(LogInFinish {
                server_signature: Bytes(*server_signature),
                token: Bytes(token.0),
                unread: *unread,
            }),
            Reply::Resume { unread } => Self::Resume(Resume { unread: *unread }),
            Reply::LogOut => Self::LogOut,
            Reply::DeleteAccount => Self::DeleteAccount,
            Reply::Ping => Self::Ping,
            Reply::ListAccounts { names, more } => Self::ListAccounts(ListAccounts {
                names: List(names.iter().map(Text::as_str).collect()),
                more: *more,
            }),
            Reply::Send { id, delivered } => Self::Send(Send {
                id: id.0,
                delivered: *delivered,
            }),
            Reply::Unread { counts } => Self::Unread(Unread {
                counts: List(counts.iter().map(Into::into).collect()),
            }),
            Reply::Read { messages } => Self::Read(Read {
                messages: page(messages),
            }),
            Reply::MarkRead => Self::MarkRead,
            Reply::History { messages } => Self::History(History {
                messages: page(messages),
            }),
            Reply::DeleteMessages { ids } => {
                Self::DeleteMessages(DeleteMessages { ids: numbers(ids) })
            }
            Reply::Undo { ids } => Self::Undo(Undo { ids: numbers(ids) }),
            Reply::SignUp { .. } | Reply::Enter { .. } => return None,
        })
    }
}

impl<'v> From<&'v Event<'_>> for FromServer<&'v str> {
    fn from(event: &'v Event<'_>) -> Self {
        match event {
            Event::MessageReceived(message) => Self::MessageReceived {
                message: message.into(),
            },
            Event::MessagesDeleted { ids } => Self::MessagesDeleted { ids: numbers(ids) },
            Event::MessagesRestored { ids } => Self::MessagesRestored { ids: numbers(ids) },
            Event::AccountDeleted { name } => Self::AccountDeleted { name },
            Event::Lagged { missed } => Self::Lagged { missed: *missed },
            Event::ServerClosing => Self::ServerClosing,
        }
    }
}

fn page<'v>(messages: &'v [server_core::Message<'_>]) -> Page<Message<&'v str>> {
    List(messages.iter().map(Into::into).collect())
}

impl<'v> From<&'v server_core::Message<'_>> for Message<&'v str> {
    fn from(message: &'v server_core::Message<'_>) -> Self {
        Self {
            id: message.id.0,
            from: &message.from,
            to: &message.to,
            text: &message.text,
            sent_at_ms: message.sent_at_ms,
            read: message.read,
        }
    }
}

impl<'v> From<&'v server_core::message::UnreadCount<'_>> for UnreadCount<&'v str> {
    fn from(count: &'v server_core::message::UnreadCount<'_>) -> Self {
        Self {
            peer: &count.peer,
            count: count.count,
        }
    }
}

impl<'a, S: Into<Text<'a>>> TryFrom<FromServer<S>> for server_core::FromServer<'a> {
    /// What is wrong with it.
    type Error = &'static str;

    fn try_from(message: FromServer<S>) -> Result<Self, Self::Error> {
        let reply = match message {
            FromServer::Hello(Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms,
            }) => Reply::Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms,
            },
            FromServer::CreateAccount => Reply::CreateAccount,
            FromServer::LogInStart(LogInStart {
                login_id,
                salt,
                iterations,
                server_nonce,
            }) => Reply::LogInStart {
                login_id: LoginId(login_id),
                salt: salt.0,
                iterations,
                server_nonce: Nonce(server_nonce.0),
            },
            FromServer::LogInFinish(LogInFinish {
                server_signature,
                token,
                unread,
            }) => Reply::LogInFinish {
                server_signature: server_signature.0,
                token: Token(token.0),
                unread,
            },
            FromServer::Resume(Resume { unread }) => Reply::Resume { unread },
            FromServer::LogOut => Reply::LogOut,
            FromServer::DeleteAccount => Reply::DeleteAccount,
            FromServer::Ping => Reply::Ping,
            FromServer::ListAccounts(ListAccounts { names, more }) => Reply::ListAccounts {
                names: names.map(Into::into),
                more,
            },
            FromServer::Send(Send { id, delivered }) => Reply::Send {
                id: MessageId(id),
                delivered,
            },
            FromServer::Unread(Unread { counts }) => Reply::Unread {
                counts: counts.map(Into::into),
            },
            FromServer::Read(Read { messages }) => Reply::Read {
                messages: messages.map(Into::into),
            },
            FromServer::MarkRead => Reply::MarkRead,
            FromServer::History(History { messages }) => Reply::History {
                messages: messages.map(Into::into),
            },
            FromServer::DeleteMessages(DeleteMessages { ids }) => Reply::DeleteMessages {
                ids: ids.map(MessageId),
            },
            FromServer::Undo(Undo { ids }) => Reply::Undo {
                ids: ids.map(MessageId),
            },
            FromServer::Refused { code, detail } => return refused(code, detail),
            event => return event_of(event).map(Self::Event).ok_or(NOT_SAID),
        };
        Ok(Self::Reply(reply))
    }
}

/// What nothing is that is neither a reply nor a refusal nor an event: there is no such variant.
const NOT_SAID: &str = "it is neither a reply nor a refusal nor an event";

fn refused(code: u8, detail: u64) -> Result<server_core::FromServer<'static>, &'static str> {
    let code = ErrorCode::from_number(code).ok_or("there is no refusal of that number")?;
    let refusal = Refusal::with_detail(code, detail);
    Ok(server_core::FromServer::Refused(refusal))
}

fn event_of<'a, S: Into<Text<'a>>>(message: FromServer<S>) -> Option<Event<'a>> {
    Some(match message {
        FromServer::MessageReceived { message } => Event::MessageReceived(message.into()),
        FromServer::MessagesDeleted { ids } => Event::MessagesDeleted {
            ids: ids.map(MessageId).into(),
        },
        FromServer::MessagesRestored { ids } => Event::MessagesRestored {
            ids: ids.map(MessageId).into(),
        },
        FromServer::AccountDeleted { name } => Event::AccountDeleted { name: name.into() },
        FromServer::Lagged { missed } => Event::Lagged { missed },
        FromServer::ServerClosing => Event::ServerClosing,
        _ => return None,
    })
}

impl<'a, S: Into<Text<'a>>> From<Message<S>> for server_core::Message<'a> {
    fn from(message: Message<S>) -> Self {
        Self {
            id: MessageId(message.id),
            from: message.from.into(),
            to: message.to.into(),
            text: message.text.into(),
            sent_at_ms: message.sent_at_ms,
            read: message.read,
        }
    }
}

impl<'a, S: Into<Text<'a>>> From<UnreadCount<S>> for server_core::message::UnreadCount<'a> {
    fn from(count: UnreadCount<S>) -> Self {
        Self {
            peer: count.peer.into(),
            count: count.count,
        }
    }
}
