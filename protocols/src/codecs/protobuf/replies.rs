//! The reply messages.

use server_core::message::{LoginId, MessageId, Nonce, Operation, Token, UnreadCount};
use server_core::{Message, Reply};

use super::wire::{Fields, Slot, Writer, Wrong, bytes, numbers, put, repeated, slots, text};
use crate::codec::NO_PASSWORD;

pub(super) fn encode(reply: &Reply<'_>, out: &mut Vec<u8>) {
    let mut writer = Writer(out);
    match reply {
        Reply::Hello {
            version,
            text_max_chars,
            page_max,
            undo_grace_ms,
        } => {
            writer.number(1, *version);
            writer.number(2, *text_max_chars);
            writer.number(3, *page_max);
            writer.number(4, *undo_grace_ms);
        }
        Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        } => {
            writer.fixed(1, login_id.0);
            writer.bytes(2, salt);
            writer.number(3, *iterations);
            writer.bytes(4, &server_nonce.0);
        }
        Reply::LogInFinish {
            server_signature,
            token,
            unread,
        } => {
            writer.bytes(1, server_signature);
            writer.bytes(2, &token.0);
            writer.number(3, *unread);
        }
        Reply::Resume { unread } => writer.number(1, *unread),
        Reply::CreateAccount
        | Reply::LogOut
        | Reply::DeleteAccount
        | Reply::Ping
        | Reply::MarkRead
        | Reply::SignUp { .. }
        | Reply::Enter { .. } => {}
        Reply::ListAccounts { names, more } => {
            for name in names {
                writer.optional_bytes(1, Some(name.as_bytes()));
            }
            writer.number(2, *more);
        }
        Reply::Send { id, delivered } => {
            writer.number(1, id.0);
            writer.number(2, *delivered);
        }
        Reply::Unread { counts } => {
            for UnreadCount { peer, count } in counts {
                writer.message(1, |writer| {
                    writer.bytes(1, peer.as_str());
                    writer.number(2, *count);
                });
            }
        }
        Reply::Read { messages } | Reply::History { messages } => {
            for message in messages {
                encode_message(1, message, &mut writer);
            }
        }
        Reply::DeleteMessages { ids } | Reply::Undo { ids } => {
            writer.packed(1, ids.iter().map(|id| id.0));
        }
    }
}

pub(super) fn decode(operation: Operation, body: &[u8]) -> Result<Reply<'_>, Wrong> {
    Ok(match operation {
        Operation::Hello => {
            let [version, text_max_chars, page_max, undo_grace_ms] = slots(body)?;
            Reply::Hello {
                version: version.number_32()?,
                text_max_chars: text_max_chars.number_32()?,
                page_max: page_max.number_32()?,
                undo_grace_ms: undo_grace_ms.number()?,
            }
        }
        Operation::LogInStart => {
            let [login_id, salt, iterations, server_nonce] = slots(body)?;
            Reply::LogInStart {
                login_id: LoginId(login_id.fixed()?),
                salt: salt.array()?,
                iterations: iterations.number_32()?,
                server_nonce: Nonce(server_nonce.array()?),
            }
        }
        Operation::LogInFinish => {
            let [server_signature, token, unread] = slots(body)?;
            Reply::LogInFinish {
                server_signature: server_signature.array()?,
                token: Token(token.array()?),
                unread: unread.number()?,
            }
        }
        Operation::Resume => {
            let [unread] = slots(body)?;
            Reply::Resume {
                unread: unread.number()?,
            }
        }
        Operation::CreateAccount => empty(body, Reply::CreateAccount)?,
        Operation::LogOut => empty(body, Reply::LogOut)?,
        Operation::DeleteAccount => empty(body, Reply::DeleteAccount)?,
        Operation::Ping => empty(body, Reply::Ping)?,
        Operation::MarkRead => empty(body, Reply::MarkRead)?,
        Operation::ListAccounts => list_accounts(body)?,
        Operation::Send => {
            let [id, delivered] = slots(body)?;
            Reply::Send {
                id: MessageId(id.number()?),
                delivered: delivered.flag()?,
            }
        }
        Operation::Unread => Reply::Unread {
            counts: repeated(body, decode_count)?,
        },
        Operation::Read => Reply::Read {
            messages: repeated(body, decode_message)?,
        },
        Operation::History => Reply::History {
            messages: repeated(body, decode_message)?,
        },
        Operation::DeleteMessages => Reply::DeleteMessages {
            ids: numbers(body, MessageId)?,
        },
        Operation::Undo => Reply::Undo {
            ids: numbers(body, MessageId)?,
        },
        Operation::SignUp | Operation::Enter => return Err(Wrong(NO_PASSWORD.reason)),
    })
}

pub(super) fn encode_message(field: u32, message: &Message<'_>, writer: &mut Writer<'_>) {
    writer.message(field, |writer| {
        writer.number(1, message.id.0);
        writer.bytes(2, message.from.as_str());
        writer.bytes(3, message.to.as_str());
        writer.bytes(4, message.text.as_str());
        writer.number(5, message.sent_at_ms);
        writer.number(6, message.read);
    });
}

pub(super) fn decode_message(body: &[u8]) -> Result<Message<'_>, Wrong> {
    let [id, from, to, text, sent_at_ms, read] = slots(body)?;
    Ok(Message {
        id: MessageId(id.number()?),
        from: from.text()?,
        to: to.text()?,
        text: text.text()?,
        sent_at_ms: sent_at_ms.number()?,
        read: read.flag()?,
    })
}

fn decode_count(body: &[u8]) -> Result<UnreadCount<'_>, Wrong> {
    let [peer, count] = slots(body)?;
    Ok(UnreadCount {
        peer: peer.text()?,
        count: count.number()?,
    })
}

fn list_accounts(body: &[u8]) -> Result<Reply<'_>, Wrong> {
    let mut names = Vec::new();
    let mut more = Slot(None);
    for field in Fields(body) {
        match field? {
            (1, name) => put(&mut names, text(bytes(name)?)?)?,
            (2, value) => more = Slot(Some(value)),
            _ => {}
        }
    }
    Ok(Reply::ListAccounts {
        names,
        more: more.flag()?,
    })
}

/// A message without fields, which must be a message all the same.
fn empty<'a>(body: &'a [u8], reply: Reply<'a>) -> Result<Reply<'a>, Wrong> {
    let [] = slots(body)?;
    Ok(reply)
}
