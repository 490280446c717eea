//! What a server answers and delivers.

use server_core::message::{Message, MessageId, Token};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Text};

use super::super::notebook::{NO_CODE, message};
use super::frame::{
    self, DELETE_ACCOUNT, DELIVER, Frame, LEAVE, LIST, LOG_IN, READ, REFUSED, Reader, SEND,
    SIGN_UP, write_short,
};
use crate::codec::NotExpressible;

/// Appends what a server says.
pub(super) fn write(said: &FromServer<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    match said {
        FromServer::Reply(reply) => {
            frame::write(action(reply)?, out, |out| write_reply(reply, out))
        }
        FromServer::Refused(refusal) => frame::write(REFUSED, out, |out| {
            out.push(refusal.code as u8);
            if refusal.detail > 0 {
                out.extend_from_slice(&refusal.detail.to_be_bytes());
            }
            Ok(())
        }),
        FromServer::Event(Event::MessageReceived(message)) => frame::write(DELIVER, out, |out| {
            write_short(&message.from, out)?;
            out.extend_from_slice(message.text.as_bytes());
            Ok(())
        }),
        FromServer::Event(_) => Err(NO_CODE),
    }
}

const fn action(reply: &Reply<'_>) -> Result<u8, NotExpressible> {
    Ok(match reply {
        Reply::SignUp { .. } => SIGN_UP,
        Reply::Enter { .. } => LOG_IN,
        Reply::ListAccounts { .. } => LIST,
        Reply::Send { .. } => SEND,
        Reply::Read { .. } => READ,
        Reply::DeleteAccount => DELETE_ACCOUNT,
        Reply::LogOut => LEAVE,
        _ => return Err(NO_CODE),
    })
}

fn write_reply(reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    match reply {
        Reply::SignUp { key: Some(key) } => out.extend_from_slice(&key.0),
        Reply::Enter {
            unread: Some(unread),
            messages,
        } if messages.is_empty() => {
            let unread = u32::try_from(*unread).unwrap_or(u32::MAX);
            out.extend_from_slice(&unread.to_be_bytes());
        }
        Reply::ListAccounts { names, more } => {
            out.push(u8::from(*more));
            names.iter().try_for_each(|name| write_short(name, out))?;
        }
        Reply::Send { delivered, .. } => out.push(u8::from(*delivered)),
        Reply::Read { messages } => {
            messages
                .iter()
                .try_for_each(|one| write_message(one, out))?;
        }
        Reply::DeleteAccount | Reply::LogOut => {}
        _ => return Err(NO_CODE),
    }
    Ok(())
}

/// One of several messages: its text has a length, too.
fn write_message(message: &Message<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    write_short(&message.from, out)?;
    let length = u32::try_from(message.text.len()).map_err(|_| NO_CODE)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(message.text.as_bytes());
    Ok(())
}

/// Reads what a server says. The recipient of messages is left empty.
pub(super) fn parse<'a>(frame: &Frame<'a>) -> Result<FromServer<'a>, &'static str> {
    let mut body = Reader(frame.body);
    let said = match frame.action {
        REFUSED => {
            let code = ErrorCode::from_number(body.u8()?).ok_or("there is no such refusal")?;
            let detail = if body.0.is_empty() {
                0
            } else {
                u64::from_be_bytes(body.array()?)
            };
            FromServer::Refused(Refusal::with_detail(code, detail))
        }
        DELIVER => {
            let (from, text) = (body.short()?, body.rest()?);
            FromServer::Event(Event::MessageReceived(message(from, text)))
        }
        action => FromServer::Reply(parse_reply(action, &mut body)?),
    };
    body.end(said)
}

fn parse_reply<'a>(action: u8, body: &mut Reader<'a>) -> Result<Reply<'a>, &'static str> {
    Ok(match action {
        SIGN_UP => Reply::SignUp {
            key: Some(Token(body.array()?)),
        },
        LOG_IN => Reply::Enter {
            unread: Some(body.u32()?.into()),
            messages: Vec::new(),
        },
        LIST => {
            let more = body.boolean()?;
            let names = body.page(|body| body.short().map(Text::Borrowed))?;
            Reply::ListAccounts { names, more }
        }
        SEND => Reply::Send {
            id: MessageId(0),
            delivered: body.boolean()?,
        },
        READ => Reply::Read {
            messages: body.page(|body| {
                let (from, length) = (body.short()?, body.u32()?);
                let length = usize::try_from(length).map_err(|_| "a text is too long")?;
                Ok(message(from, body.string(length)?))
            })?,
        },
        DELETE_ACCOUNT => Reply::DeleteAccount,
        LEAVE => Reply::LogOut,
        _ => return Err("there is no such action"),
    })
}
