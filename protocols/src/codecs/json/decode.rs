//! Objects as the vocabulary.

use serde::de::DeserializeSeed as _;
use server_core::message::{
    ClientId, LoginId, Message, MessageId, Nonce, Operation, Token, UnreadCount, Verifier,
};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request};

use super::fields::{
    FieldSet, Fill, FromServerFields, MessageField, MessageFields, Object, RequestFields,
};
use crate::codec::NO_PASSWORD;

type Parsed<T> = Result<T, &'static str>;

/// What the line of a request says.
pub(super) fn request(line: &[u8]) -> Parsed<Request<'_>> {
    let mut fields = RequestFields::default();
    fill(&mut fields, line)?;
    let op = fields.op.take().ok_or("the request has no \"op\"")?;
    let operation = Operation::from_name(&op.0).ok_or("there is no such \"op\"")?;
    fields.take_request(operation)
}

/// What the line of a reply, a refusal or an event says.
pub(super) fn from_server(line: &[u8]) -> Parsed<FromServer<'_>> {
    let mut fields = FromServerFields::default();
    fill(&mut fields, line)?;
    match (
        fields.reply.take(),
        fields.error.take(),
        fields.event.take(),
    ) {
        (Some(reply), None, None) => {
            let operation = Operation::from_name(&reply.0).ok_or("there is no such \"reply\"")?;
            fields.take_reply(operation).map(FromServer::Reply)
        }
        (None, Some(error), None) => {
            let code = ErrorCode::from_name(&error.0).ok_or("there is no such \"error\"")?;
            let detail = fields.detail.unwrap_or_default();
            Ok(FromServer::Refused(Refusal::with_detail(code, detail)))
        }
        (None, None, Some(event)) => fields.take_event(&event.0).map(FromServer::Event),
        _ => Err("it is not one of \"reply\", \"error\" and \"event\""),
    }
}

/// What the body of an event says.
pub(super) fn event(body: &[u8]) -> Parsed<Event<'_>> {
    let mut fields = FromServerFields::default();
    fill(&mut fields, body)?;
    let event = fields.event.take().ok_or("it has no \"event\"")?;
    fields.take_event(&event.0)
}

/// Reads an object and nothing behind it into its fields.
pub(super) fn fill<'a, F: FieldSet<'a>>(fields: &mut F, line: &'a [u8]) -> Parsed<()> {
    let line = std::str::from_utf8(line).map_err(|_| "the line is not UTF-8")?;
    let mut json = serde_json::Deserializer::from_str(line);
    let filled = Fill(fields).deserialize(&mut json);
    match filled.and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(error) if error.is_data() => Err("a field is doubled, missing or of another type"),
        Err(_) => Err("the line is not a JSON object"),
    }
}

fn need<T>(field: Option<T>) -> Parsed<T> {
    field.ok_or("a field is missing")
}

fn ids(field: Option<Vec<u64>>) -> Parsed<impl Iterator<Item = MessageId>> {
    need(field).map(|ids| ids.into_iter().map(MessageId))
}

impl<'a> RequestFields<'a> {
    /// The request of this kind that the fields make.
    pub(super) fn take_request(&mut self, operation: Operation) -> Parsed<Request<'a>> {
        Ok(match operation {
            Operation::Hello => Request::Hello {
                version: need(self.version.take())?,
            },
            Operation::CreateAccount => self.take_create_account()?,
            Operation::LogInStart => Request::LogInStart {
                name: need(self.name.take())?.into(),
                client_nonce: Nonce(need(self.client_nonce.take())?.0),
            },
            Operation::LogInFinish => Request::LogInFinish {
                login_id: LoginId(need(self.login_id.take())?),
                proof: need(self.proof.take())?.0,
            },
            Operation::Resume => Request::Resume {
                token: Token(need(self.token.take())?.0),
            },
            Operation::LogOut => Request::LogOut,
            Operation::DeleteAccount => Request::DeleteAccount,
            Operation::Ping => Request::Ping,
            Operation::ListAccounts => Request::ListAccounts {
                pattern: need(self.pattern.take())?.into(),
                after: self.after.take().map(Into::into),
                limit: need(self.limit.take())?,
            },
            Operation::Send => Request::Send {
                to: need(self.to.take())?.into(),
                text: need(self.text.take())?.into(),
                client_id: self.client_id.take().map(|id| ClientId(id.0)),
            },
            Operation::Unread => Request::Unread,
            Operation::Read => Request::Read {
                peer: self.peer.take().map(Into::into),
                limit: need(self.limit.take())?,
            },
            Operation::MarkRead => Request::MarkRead {
                peer: need(self.peer.take())?.into(),
                up_to: MessageId(need(self.up_to.take())?),
            },
            Operation::History => Request::History {
                peer: need(self.peer.take())?.into(),
                before: self.before.take().map(MessageId),
                limit: need(self.limit.take())?,
            },
            Operation::DeleteMessages => Request::DeleteMessages {
                ids: ids(self.ids.take())?.collect(),
            },
            Operation::Undo => Request::Undo {
                ids: ids(self.ids.take())?.collect(),
            },
            Operation::SignUp | Operation::Enter => return Err(NO_PASSWORD.reason),
        })
    }

    fn take_create_account(&mut self) -> Parsed<Request<'a>> {
        let verifier = Verifier {
            salt: need(self.salt.take())?.0,
            iterations: need(self.iterations.take())?,
            stored_key: need(self.stored_key.take())?.0,
            server_key: need(self.server_key.take())?.0,
        };
        Ok(Request::CreateAccount {
            name: need(self.name.take())?.into(),
            verifier,
        })
    }
}

impl<'a> FromServerFields<'a> {
    /// The reply of this kind that the fields make.
    pub(super) fn take_reply(&mut self, operation: Operation) -> Parsed<Reply<'a>> {
        Ok(match operation {
            Operation::Hello => Reply::Hello {
                version: need(self.version.take())?,
                text_max_chars: need(self.text_max_chars.take())?,
                page_max: need(self.page_max.take())?,
                undo_grace_ms: need(self.undo_grace_ms.take())?,
            },
            Operation::CreateAccount => Reply::CreateAccount,
            Operation::LogInStart => Reply::LogInStart {
                login_id: LoginId(need(self.login_id.take())?),
                salt: need(self.salt.take())?.0,
                iterations: need(self.iterations.take())?,
                server_nonce: Nonce(need(self.server_nonce.take())?.0),
            },
            Operation::LogInFinish => Reply::LogInFinish {
                server_signature: need(self.server_signature.take())?.0,
                token: Token(need(self.token.take())?.0),
                unread: need(self.unread.take())?,
            },
            Operation::Resume => Reply::Resume {
                unread: need(self.unread.take())?,
            },
            Operation::LogOut => Reply::LogOut,
            Operation::DeleteAccount => Reply::DeleteAccount,
            Operation::Ping => Reply::Ping,
            Operation::ListAccounts => Reply::ListAccounts {
                names: need(self.names.take())?
                    .into_iter()
                    .map(Into::into)
                    .collect(),
                more: need(self.more.take())?,
            },
            Operation::Send => Reply::Send {
                id: MessageId(need(self.id.take())?),
                delivered: need(self.delivered.take())?,
            },
            Operation::Unread => Reply::Unread {
                counts: self.take_counts()?,
            },
            Operation::Read => Reply::Read {
                messages: self.take_messages()?,
            },
            Operation::MarkRead => Reply::MarkRead,
            Operation::History => Reply::History {
                messages: self.take_messages()?,
            },
            Operation::DeleteMessages => Reply::DeleteMessages {
                ids: ids(self.ids.take())?.collect(),
            },
            Operation::Undo => Reply::Undo {
                ids: ids(self.ids.take())?.collect(),
            },
            Operation::SignUp | Operation::Enter => return Err(NO_PASSWORD.reason),
        })
    }

    /// The event of this name that the fields make.
    pub(super) fn take_event(&mut self, name: &str) -> Parsed<Event<'a>> {
        Ok(match name {
            "message_received" => match need(self.message.take())? {
                MessageField::Message(message) => Event::MessageReceived(message.into()),
                MessageField::Sentence => return Err("the message of an event is an object"),
            },
            "messages_deleted" => Event::MessagesDeleted {
                ids: ids(self.ids.take())?.collect(),
            },
            "messages_restored" => Event::MessagesRestored {
                ids: ids(self.ids.take())?.collect(),
            },
            "account_deleted" => Event::AccountDeleted {
                name: need(self.name.take())?.into(),
            },
            "lagged" => Event::Lagged {
                missed: need(self.missed.take())?,
            },
            "server_closing" => Event::ServerClosing,
            _ => return Err("there is no such \"event\""),
        })
    }

    fn take_messages(&mut self) -> Parsed<Vec<Message<'a>>> {
        Ok(need(self.messages.take())?
            .into_iter()
            .map(|message| message.0.into())
            .collect())
    }

    fn take_counts(&mut self) -> Parsed<Vec<UnreadCount<'a>>> {
        let counts = need(self.counts.take())?.into_iter();
        Ok(counts
            .map(|Object(count)| UnreadCount {
                peer: count.peer.into(),
                count: count.count,
            })
            .collect())
    }
}

impl<'a> From<MessageFields<'a>> for Message<'a> {
    fn from(fields: MessageFields<'a>) -> Self {
        Self {
            id: MessageId(fields.id),
            from: fields.from.into(),
            to: fields.to.into(),
            text: fields.text.into(),
            sent_at_ms: fields.sent_at_ms,
            read: fields.read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use server_core::Text;

    #[test]
    fn texts_are_borrowed_unless_they_have_escapes() {
        for (text, borrowed) in [("hello", true), ("grüße", true), (r"a\nb", false)] {
            let line = format!(r#"{{"op":"send","to":"user02","text":"{text}"}}"#);
            let Ok(Request::Send {
                to: Text::Borrowed("user02"),
                text,
                client_id: None,
            }) = request(line.as_bytes())
            else {
                panic!("{line} is a request");
            };
            assert_eq!(matches!(text, Text::Borrowed(_)), borrowed, "{line}");
        }
    }

    #[test]
    fn the_texts_of_an_event_are_borrowed() {
        let line = br#"{"event":"message_received","message":{"id":1,"from":"a","to":"b","text":"c","sent_at_ms":2,"read":true}}"#;
        let Ok(FromServer::Event(Event::MessageReceived(message))) = from_server(line) else {
            panic!("it is an event");
        };
        for text in [message.from, message.to, message.text] {
            assert!(matches!(text, Text::Borrowed(_)));
        }
    }

    #[test]
    fn nesting_that_is_ignored_costs_no_stack() {
        let depth = 1_000_000;
        let line = format!(
            r#"{{"op":"ping","x":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        assert_eq!(request(line.as_bytes()), Ok(Request::Ping));
        let line = format!(r#"{{"op":"ping","x":{}"#, r#"{"x":"#.repeat(depth));
        assert!(request(line.as_bytes()).is_err());
        let line = format!(
            r#"{{"event":"message_received","message":{}"#,
            "[".repeat(depth)
        );
        assert!(from_server(line.as_bytes()).is_err());
    }
}
