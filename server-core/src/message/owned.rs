//! The vocabulary free of the frames that it was read from.

use super::{Event, FromServer, Message, Reply, UnreadCount};
use crate::text::Text;

impl Message<'_> {
    /// The same message, free of the frame's lifetime.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message {
            id: self.id,
            from: self.from.into_owned(),
            to: self.to.into_owned(),
            text: self.text.into_owned(),
            sent_at_ms: self.sent_at_ms,
            read: self.read,
        }
    }
}

impl FromServer<'_> {
    /// The same, free of the frame's lifetime.
    #[must_use]
    pub fn into_owned(self) -> FromServer<'static> {
        match self {
            Self::Reply(reply) => FromServer::Reply(reply.into_owned()),
            Self::Refused(refusal) => FromServer::Refused(refusal),
            Self::Event(event) => FromServer::Event(event.into_owned()),
        }
    }
}

impl Event<'_> {
    /// The same event, free of the frame's lifetime.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::MessageReceived(message) => Event::MessageReceived(message.into_owned()),
            Self::MessagesDeleted { ids } => Event::MessagesDeleted { ids },
            Self::MessagesRestored { ids } => Event::MessagesRestored { ids },
            Self::AccountDeleted { name } => Event::AccountDeleted {
                name: name.into_owned(),
            },
            Self::Lagged { missed } => Event::Lagged { missed },
            Self::ServerClosing => Event::ServerClosing,
        }
    }
}

impl Reply<'_> {
    /// The same reply, free of the frame's lifetime.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        match self {
            Self::Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms,
            } => Reply::Hello {
                version,
                text_max_chars,
                page_max,
                undo_grace_ms,
            },
            Self::CreateAccount => Reply::CreateAccount,
            Self::LogInStart {
                login_id,
                salt,
                iterations,
                server_nonce,
            } => Reply::LogInStart {
                login_id,
                salt,
                iterations,
                server_nonce,
            },
            Self::LogInFinish {
                server_signature,
                token,
                unread,
            } => Reply::LogInFinish {
                server_signature,
                token,
                unread,
            },
            Self::Resume { unread } => Reply::Resume { unread },
            Self::LogOut => Reply::LogOut,
            Self::DeleteAccount => Reply::DeleteAccount,
            Self::Ping => Reply::Ping,
            Self::ListAccounts { names, more } => Reply::ListAccounts {
                names: names.into_iter().map(Text::into_owned).collect(),
                more,
            },
            Self::Send { id, delivered } => Reply::Send { id, delivered },
            Self::Unread { counts } => Reply::Unread {
                counts: counts
                    .into_iter()
                    .map(|UnreadCount { peer, count }| UnreadCount {
                        peer: peer.into_owned(),
                        count,
                    })
                    .collect(),
            },
            Self::Read { messages } => Reply::Read {
                messages: messages.into_iter().map(Message::into_owned).collect(),
            },
            Self::MarkRead => Reply::MarkRead,
            Self::History { messages } => Reply::History {
                messages: messages.into_iter().map(Message::into_owned).collect(),
            },
            Self::DeleteMessages { ids } => Reply::DeleteMessages { ids },
            Self::Undo { ids } => Reply::Undo { ids },
            Self::SignUp { key } => Reply::SignUp { key },
            Self::Enter { unread, messages } => Reply::Enter {
                unread,
                messages: messages.into_iter().map(Message::into_owned).collect(),
            },
        }
    }
}
