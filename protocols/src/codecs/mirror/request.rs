//! What a client asks. The order of the variants and of their fields is on the wire.

use serde::{Deserialize, Serialize};
use server_core::Text;
use server_core::message::{ClientId, LoginId, MessageId, Nonce, Token, Verifier};

use super::parts::{Absence, Bytes, List, Optional};

/// Ids of messages; a frame's length bounds how many.
pub(in crate::codecs) type Ids = List<u64, { usize::MAX }>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::codecs) enum Request<S> {
    Hello(Hello),
    CreateAccount(CreateAccount<S>),
    LogInStart(LogInStart<S>),
    LogInFinish(LogInFinish),
    Resume(Resume),
    LogOut,
    DeleteAccount,
    Ping,
    ListAccounts(ListAccounts<S>),
    Send(Send<S>),
    Unread,
    Read(Read<S>),
    MarkRead(MarkRead<S>),
    History(History<S>),
    DeleteMessages(DeleteMessages),
    Undo(Undo),
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Hello {
    version: u32,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct CreateAccount<S> {
    name: S,
    salt: Bytes<16>,
    iterations: u32,
    stored_key: Bytes<32>,
    server_key: Bytes<32>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct LogInStart<S> {
    name: S,
    client_nonce: Bytes<18>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct LogInFinish {
    login_id: u64,
    proof: Bytes<32>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Resume {
    token: Bytes<16>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct ListAccounts<S> {
    pattern: S,
    #[serde(
        default = "Optional::nothing",
        skip_serializing_if = "Optional::is_left_out"
    )]
    after: Optional<S>,
    limit: u32,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Send<S> {
    to: S,
    text: S,
    #[serde(
        default = "Optional::nothing",
        skip_serializing_if = "Optional::is_left_out"
    )]
    client_id: Optional<Bytes<16>>,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Read<S> {
    #[serde(
        default = "Optional::nothing",
        skip_serializing_if = "Optional::is_left_out"
    )]
    peer: Optional<S>,
    limit: u32,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct MarkRead<S> {
    peer: S,
    up_to: u64,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct History<S> {
    peer: S,
    #[serde(
        default = "Optional::nothing",
        skip_serializing_if = "Optional::is_left_out"
    )]
    before: Optional<u64>,
    limit: u32,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct DeleteMessages {
    ids: Ids,
}

#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Undo {
    ids: Ids,
}

impl<'v> Request<&'v str> {
    /// What the vocabulary says; `None` for what only accounts without passwords have.
    pub(super) fn of(request: &'v server_core::Request<'_>, absence: Absence) -> Option<Self> {
        use server_core::Request as V;
        let optional =
            |text: &'v Option<Text<'_>>| Optional::new(text.as_ref().map(Text::as_str), absence);
        Some(match request {
            V::Hello { version } => Self::Hello(Hello { version: *version }),
            V::CreateAccount { name, verifier } => Self::CreateAccount(CreateAccount {
                name,
                salt: Bytes(verifier.salt),
                iterations: verifier.iterations,
                stored_key: Bytes(verifier.stored_key),
                server_key: Bytes(verifier.server_key),
            }),
            V::LogInStart { name, client_nonce } => Self::LogInStart(LogInStart {
                name,
                client_nonce: Bytes(client_nonce.0),
            }),
            V::LogInFinish { login_id, proof } => Self::LogInFinish(LogInFinish {
                login_id: login_id.0,
                proof: Bytes(*proof),
            }),
            V::Resume { token } => Self::Resume(Resume {
                token: Bytes(token.0),
            }),
            V::LogOut => Self::LogOut,
            V::DeleteAccount => Self::DeleteAccount,
            V::Ping => Self::Ping,
            V::ListAccounts {
                pattern,
                after,
                limit,
            } => Self::ListAccounts(ListAccounts {
                pattern,
                after: optional(after),
                limit: *limit,
            }),
            V::Send {
                to,
                text,
                client_id,
            } => Self::Send(Send {
                to,
                text,
                client_id: Optional::new(client_id.map(|id| Bytes(id.0)), absence),
            }),
            V::Unread => Self::Unread,
            V::Read { peer, limit } => Self::Read(Read {
                peer: optional(peer),
                limit: *limit,
            }),
            V::MarkRead { peer, up_to } => Self::MarkRead(MarkRead {
                peer,
                up_to: up_to.0,
            }),
            V::History {
                peer,
                before,
                limit,
            } => Self::History(History {
                peer,
                before: Optional::new(before.map(|before| before.0), absence),
                limit: *limit,
            }),
            V::DeleteMessages { ids } => Self::DeleteMessages(DeleteMessages { ids: numbers(ids) }),
            V::Undo { ids } => Self::Undo(Undo { ids: numbers(ids) }),
            V::SignUp { .. } | V::Enter { .. } => return None,
        })
    }
}

impl<'a, S: Into<Text<'a>>> From<Request<S>> for server_core::Request<'a> {
    fn from(request: Request<S>) -> Self {
        match request {
            Request::Hello(Hello { version }) => Self::Hello { version },
            Request::CreateAccount(CreateAccount {
                name,
                salt,
                iterations,
                stored_key,
                server_key,
            }) => Self::CreateAccount {
                name: name.into(),
                verifier: Verifier {
                    salt: salt.0,
                    iterations,
                    stored_key: stored_key.0,
                    server_key: server_key.0,
                },
            },
            Request::LogInStart(LogInStart { name, client_nonce }) => Self::LogInStart {
                name: name.into(),
                client_nonce: Nonce(client_nonce.0),
            },
            Request::LogInFinish(LogInFinish { login_id, proof }) => Self::LogInFinish {
                login_id: LoginId(login_id),
                proof: proof.0,
            },
            Request::Resume(Resume { token }) => Self::Resume {
                token: Token(token.0),
            },
            Request::LogOut => Self::LogOut,
            Request::DeleteAccount => Self::DeleteAccount,
            Request::Ping => Self::Ping,
            Request::ListAccounts(ListAccounts {
                pattern,
                after,
                limit,
            }) => Self::ListAccounts {
                pattern: pattern.into(),
                after: after.get().map(Into::into),
                limit,
            },
            Request::Send(Send {
                to,
                text,
                client_id,
            }) => Self::Send {
                to: to.into(),
                text: text.into(),
                client_id: client_id.get().map(|id| ClientId(id.0)),
            },
            Request::Unread => Self::Unread,
            Request::Read(Read { peer, limit }) => Self::Read {
                peer: peer.get().map(Into::into),
                limit,
            },
            Request::MarkRead(MarkRead { peer, up_to }) => Self::MarkRead {
                peer: peer.into(),
                up_to: MessageId(up_to),
            },
            Request::History(History {
                peer,
                before,
                limit,
            }) => Self::History {
                peer: peer.into(),
                before: before.get().map(MessageId),
                limit,
            },
            Request::DeleteMessages(DeleteMessages { ids }) => Self::DeleteMessages {
                ids: ids.map(MessageId),
            },
            Request::Undo(Undo { ids }) => Self::Undo {
                ids: ids.map(MessageId),
            },
        }
    }
}

/// Ids as their numbers.
pub(super) fn numbers(ids: &[MessageId]) -> Ids {
    List::of(ids, |id| id.0)
}
