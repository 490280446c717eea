//! Replies, refusals and events as frames.

use server_core::limits::PAGE_MAX;
use server_core::message::{LoginId, Message, Nonce, Operation, Token, UnreadCount};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply};

use super::messages::{self, Order};
use super::number::{write_last, write_varint};
use super::receiver::{Parsed, Reading};
use super::sender::{Sender, write_text};
use super::{event, frame};
use crate::codec::{Encoded, NO_PASSWORD, NotExpressible};

const LOG_OUT: u8 = 0x01;
const DELETE_ACCOUNT: u8 = 0x02;
const PING: u8 = 0x03;
const CREATE_ACCOUNT: u8 = 0x04;
const MARK_READ: u8 = 0x05;
pub(super) const SEND_DELIVERED: u8 = 0x10;
pub(super) const SEND_STORED: u8 = 0x20;
const LOG_IN_START: u8 = 0x40;
const LOG_IN_FINISH: u8 = 0x50;
const RESUME: u8 = 0x60;
const HELLO: u8 = 0x70;
const LIST_ACCOUNTS: u8 = 0x80;
const READ: u8 = 0x90;
const UNREAD: u8 = 0xa0;
const HISTORY: u8 = 0xb0;
const DELETE_MESSAGES: u8 = 0xc0;
const UNDO: u8 = 0xd0;
const REFUSED: u8 = 0xe0;

/// Below this one, a code is a frame without a body.
const FIRST_WITH_BODY: u8 = 0x10;

/// Appends a reply, a refusal or an event.
///
/// # Errors
/// [`NotExpressible`] if a page is longer than pages are, or accounts have no passwords.
pub(super) fn encode(
    message: &FromServer<'_>,
    sender: &mut Sender,
    out: &mut Vec<u8>,
) -> Result<Encoded, NotExpressible> {
    Ok(match message {
        FromServer::Reply(reply) => encode_reply(reply, sender, out)?,
        FromServer::Refused(refusal) => frame::write(out, REFUSED, |out| {
            out.push(refusal.code as u8);
            write_last(out, refusal.detail);
        }),
        FromServer::Event(event) => event::encode(event, sender, out),
    })
}

/// The code of a reply that can be said.
///
/// # Errors
/// [`NotExpressible`] if a page is longer than pages are, or accounts have no passwords.
pub(super) fn code(reply: &Reply<'_>) -> Result<u8, NotExpressible> {
    let page_length = match reply {
        Reply::ListAccounts { names, .. } => names.len(),
        Reply::Unread { counts } => counts.len(),
        Reply::Read { messages } | Reply::History { messages } => messages.len(),
        _ => 0,
    };
    if page_length > PAGE_MAX as usize {
        return Err(NotExpressible {
            reason: "a page that is longer than the longest page",
        });
    }
    match reply {
        Reply::Send {
            delivered: true, ..
        } => Ok(SEND_DELIVERED),
        _ => code_of(reply.operation()).ok_or(NO_PASSWORD),
    }
}

/// The code of an operation's replies, of those to send the one that was not delivered; `None` for what only accounts
/// without passwords have.
pub(super) const fn code_of(operation: Operation) -> Option<u8> {
    Some(match operation {
        Operation::LogOut => LOG_OUT,
        Operation::DeleteAccount => DELETE_ACCOUNT,
        Operation::Ping => PING,
        Operation::CreateAccount => CREATE_ACCOUNT,
        Operation::MarkRead => MARK_READ,
        Operation::Send => SEND_STORED,
        Operation::LogInStart => LOG_IN_START,
        Operation::LogInFinish => LOG_IN_FINISH,
        Operation::Resume => RESUME,
        Operation::Hello => HELLO,
        Operation::ListAccounts => LIST_ACCOUNTS,
        Operation::Read => READ,
        Operation::Unread => UNREAD,
        Operation::History => HISTORY,
        Operation::DeleteMessages => DELETE_MESSAGES,
        Operation::Undo => UNDO,
        Operation::SignUp | Operation::Enter => return None,
    })
}

fn encode_reply(
    reply: &Reply<'_>,
    sender: &mut Sender,
    out: &mut Vec<u8>,
) -> Result<Encoded, NotExpressible> {
    let code = code(reply)?;
    if code < FIRST_WITH_BODY {
        return Ok(frame::write_bare(out, code));
    }
    Ok(frame::write(out, code, |out| {
        encode_reply_body(reply, sender, out);
    }))
}

/// Appends what stands behind a frame's first byte and length.
pub(super) fn encode_reply_body(reply: &Reply<'_>, sender: &mut Sender, out: &mut Vec<u8>) {
    match reply {
        Reply::LogOut
        | Reply::DeleteAccount
        | Reply::Ping
        | Reply::CreateAccount
        | Reply::MarkRead
        | Reply::SignUp { .. }
        | Reply::Enter { .. } => {}
        Reply::Send { id, .. } => write_last(out, sender.id_difference(*id)),
        Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        } => {
            out.extend_from_slice(salt);
            out.extend_from_slice(&server_nonce.0);
            write_varint(out, (*iterations).into());
            write_last(out, login_id.0);
        }
        Reply::LogInFinish {
            server_signature,
            token,
            unread,
        } => {
            out.extend_from_slice(server_signature);
            out.extend_from_slice(&token.0);
            write_last(out, *unread);
        }
        Reply::Resume { unread } => write_last(out, *unread),
        Reply::Hello {
            version,
            text_max_chars,
            page_max,
            undo_grace_ms,
        } => {
            write_varint(out, (*version).into());
            write_varint(out, (*text_max_chars).into());
            write_varint(out, (*page_max).into());
            write_last(out, *undo_grace_ms);
        }
        Reply::ListAccounts { names, more } => {
            out.push((*more).into());
            for name in names {
                write_text(name, out);
            }
        }
        Reply::Unread { counts } => {
            for UnreadCount { peer, count } in counts {
                sender.write_name(peer, out);
                write_varint(out, *count);
            }
        }
        Reply::Read { messages } => encode_page(messages, Order::Rising, sender, out),
        Reply::History { messages } => encode_page(messages, Order::Falling, sender, out),
        Reply::DeleteMessages { ids } | Reply::Undo { ids } => sender.write_ids(ids, out),
    }
}

fn encode_page(page: &[Message<'_>], order: Order, sender: &mut Sender, out: &mut Vec<u8>) {
    for message in page {
        messages::write_head(message, order, sender, out);
        write_text(&message.text, out);
    }
}

/// Reads what a frame's code and body say.
pub(super) fn decode<'a>(code: u8, reading: &mut Reading<'a, '_>) -> Parsed<FromServer<'a>> {
    Ok(match code {
        REFUSED => {
            let code = ErrorCode::from_number(reading.bytes.byte()?)
                .ok_or("there is no refusal of this code")?;
            FromServer::Refused(Refusal::with_detail(code, reading.bytes.last_number()?))
        }
        event::MESSAGE_RECEIVED => FromServer::Event(event::decode_received(reading)?),
        event::SERVER_CLOSING => FromServer::Event(Event::ServerClosing),
        event::OTHER_EVENT => {
            let number = reading.bytes.byte()?;
            FromServer::Event(event::decode_other(number, reading)?)
        }
        _ => FromServer::Reply(decode_reply(code, reading)?),
    })
}

/// Reads the reply that a frame's code and body make.
pub(super) fn decode_reply<'a>(code: u8, reading: &mut Reading<'a, '_>) -> Parsed<Reply<'a>> {
    Ok(match code {
        LOG_OUT => Reply::LogOut,
        DELETE_ACCOUNT => Reply::DeleteAccount,
        PING => Reply::Ping,
        CREATE_ACCOUNT => Reply::CreateAccount,
        MARK_READ => Reply::MarkRead,
        SEND_DELIVERED | SEND_STORED => {
            let difference = reading.bytes.last_number()?;
            Reply::Send {
                id: reading.id_behind(difference),
                delivered: code == SEND_DELIVERED,
            }
        }
        LOG_IN_START => Reply::LogInStart {
            salt: reading.bytes.array()?,
            server_nonce: Nonce(reading.bytes.array()?),
            iterations: reading.bytes.varint_u32()?,
            login_id: LoginId(reading.bytes.last_number()?),
        },
        LOG_IN_FINISH => Reply::LogInFinish {
            server_signature: reading.bytes.array()?,
            token: Token(reading.bytes.array()?),
            unread: reading.bytes.last_number()?,
        },
        RESUME => Reply::Resume {
            unread: reading.bytes.last_number()?,
        },
        HELLO => Reply::Hello {
            version: reading.bytes.varint_u32()?,
            text_max_chars: reading.bytes.varint_u32()?,
            page_max: reading.bytes.varint_u32()?,
            undo_grace_ms: reading.bytes.last_number()?,
        },
        LIST_ACCOUNTS => Reply::ListAccounts {
            more: decode_flag(reading)?,
            names: decode_page(reading, |reading| reading.text().map(Into::into))?,
        },
        UNREAD => Reply::Unread {
            counts: decode_page(reading, |reading| {
                Ok(UnreadCount {
                    peer: reading.name()?.name.into(),
                    count: reading.bytes.varint()?,
                })
            })?,
        },
        READ => Reply::Read {
            messages: decode_messages(reading, Order::Rising)?,
        },
        HISTORY => Reply::History {
            messages: decode_messages(reading, Order::Falling)?,
        },
        DELETE_MESSAGES => Reply::DeleteMessages {
            ids: reading.ids()?,
        },
        UNDO => Reply::Undo {
            ids: reading.ids()?,
        },
        _ => return Err("there is no reply or event of this code"),
    })
}

fn decode_flag(reading: &mut Reading<'_, '_>) -> Parsed<bool> {
    match reading.bytes.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err("a flag is neither 0 nor 1"),
    }
}

fn decode_messages<'a>(reading: &mut Reading<'a, '_>, order: Order) -> Parsed<Vec<Message<'a>>> {
    decode_page(reading, |reading| {
        let head = messages::read_head(reading, order)?;
        Ok(Message {
            text: reading.text()?.into(),
            ..head
        })
    })
}

/// Reads entries up to the end of the frame, and no more than a page of them, so that few bytes cannot take much memory.
fn decode_page<'a, 'r, T>(
    reading: &mut Reading<'a, 'r>,
    mut read: impl FnMut(&mut Reading<'a, 'r>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut page = Vec::new();
    while !reading.bytes.is_empty() {
        if page.len() == PAGE_MAX as usize {
            return Err("the page is longer than the longest page");
        }
        page.push(read(reading)?);
    }
    Ok(page)
}
