//! What a server says: the state that the client is in, and behind it what is ours.

use server_core::message::{Message, MessageId};
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Text};

use super::super::notebook::{NO_CODE, body, message, page};
use super::request::{
    CREATE, DELETE_ACCOUNT, LIST, LOG_IN, LOG_OUT, OPEN_UNDELIVERED, SEND, split_name, text,
    write_name,
};
use crate::codec::{DecodeError, Decoded, Framing, NotExpressible, Setup};

/// The states, as C numbers them.
const LOGGED_OUT: u8 = 0;
const LOGGED_IN: u8 = 1;
const NO_CHANGE: u8 = 2;

/// In the place of a state: a message, and no reply.
const PUSHED: u8 = 3;

/// What a refusal's code has beside its number, so that it is no tag.
const REFUSED: u8 = 0x80;

/// Appends what a server says; tells how many bytes only find its boundary.
pub(super) fn write(
    framing: Framing,
    message: &FromServer<'_>,
    out: &mut Vec<u8>,
) -> Result<usize, NotExpressible> {
    match message {
        FromServer::Event(Event::MessageReceived(message)) => {
            out.push(PUSHED);
            body::write::<2>(framing, out, |out| {
                write_name(&message.from, out)?;
                out.extend_from_slice(message.text.as_bytes());
                Ok(())
            })
        }
        FromServer::Event(_) => Err(NO_CODE),
        FromServer::Refused(refusal) => {
            out.extend_from_slice(&[NO_CHANGE, REFUSED | refusal.code as u8]);
            Ok(0)
        }
        FromServer::Reply(reply) => write_reply(framing, reply, out),
    }
}

fn write_reply(
    framing: Framing,
    reply: &Reply<'_>,
    out: &mut Vec<u8>,
) -> Result<usize, NotExpressible> {
    match reply {
        Reply::SignUp { key: None } => out.extend_from_slice(&[LOGGED_IN, CREATE]),
        Reply::Enter { messages, .. } if messages.is_empty() => {
            out.extend_from_slice(&[LOGGED_IN, LOG_IN]);
        }
        Reply::LogOut => out.extend_from_slice(&[LOGGED_OUT, LOG_OUT]),
        Reply::DeleteAccount => out.extend_from_slice(&[LOGGED_OUT, DELETE_ACCOUNT]),
        Reply::Send { .. } => out.extend_from_slice(&[NO_CHANGE, SEND]),
        Reply::Read { messages } => {
            out.extend_from_slice(&[NO_CHANGE, OPEN_UNDELIVERED]);
            return body::write::<4>(framing, out, |out| {
                messages.iter().try_for_each(|one| write_message(one, out))
            });
        }
        Reply::ListAccounts { names, .. } => {
            out.extend_from_slice(&[NO_CHANGE, LIST]);
            return body::write::<2>(framing, out, |out| {
                names.iter().try_for_each(|name| write_name(name, out))
            });
        }
        _ => return Err(NO_CODE),
    }
    Ok(0)
}

/// One of several messages: its text has a length, too, in bytes.
fn write_message(message: &Message<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    write_name(&message.from, out)?;
    let text = message.text.as_bytes();
    let length = u16::try_from(text.len()).map_err(|_| body::TOO_LONG)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text);
    Ok(())
}

/// Decodes what a server says first. The recipient of messages is left empty.
pub(super) fn read(
    setup: Setup,
    input: &[u8],
) -> Result<Option<Decoded<FromServer<'_>>>, DecodeError> {
    body::check_length(setup, input)?;
    let (body, code) = match *input {
        [PUSHED, ..] => (body::read::<2>(setup, input, 1)?, None),
        [LOGGED_OUT..=NO_CHANGE, code, ..] => {
            let body = match code {
                OPEN_UNDELIVERED => body::read::<4>(setup, input, 2)?,
                LIST => body::read::<2>(setup, input, 2)?,
                _ => Some(body::none(setup, input, 2)),
            };
            (body, Some(code))
        }
        [] | [LOGGED_OUT..=NO_CHANGE] if setup.framing == Framing::Codec => return Ok(None),
        _ => return Err(body::lost("there is no such state")),
    };
    let Some(body) = body else {
        return Ok(None);
    };
    let said = match code {
        Some(code) => parse_reply(code, body.bytes),
        None => parse_pushed(body.bytes),
    };
    body.decoded(said).map(Some)
}

fn parse_pushed(body: &[u8]) -> Result<FromServer<'_>, &'static str> {
    let (from, body) = split_name(body)?;
    let message = message(from, text(body)?);
    Ok(FromServer::Event(Event::MessageReceived(message)))
}

fn parse_reply(code: u8, body: &[u8]) -> Result<FromServer<'_>, &'static str> {
    let reply = match code {
        OPEN_UNDELIVERED => Reply::Read {
            messages: parse_all(body, split_message)?,
        },
        LIST => Reply::ListAccounts {
            names: parse_all(body, |body| {
                split_name(body).map(|(name, left)| (Text::Borrowed(name), left))
            })?,
            more: false,
        },
        _ if !body.is_empty() => return Err("this reply stands alone"),
        CREATE => Reply::SignUp { key: None },
        LOG_IN => Reply::Enter {
            unread: None,
            messages: Vec::new(),
        },
        LOG_OUT => Reply::LogOut,
        DELETE_ACCOUNT => Reply::DeleteAccount,
        SEND => Reply::Send {
            id: MessageId(0),
            delivered: false,
        },
        _ => {
            let number = code.checked_sub(REFUSED).ok_or("there is no such tag")?;
            let code = ErrorCode::from_number(number).ok_or("there is no such refusal")?;
            return Ok(FromServer::Refused(Refusal::new(code)));
        }
    };
    Ok(FromServer::Reply(reply))
}

/// Reads one behind the other until nothing is left.
fn parse_all<'a, T>(
    mut body: &'a [u8],
    split: impl Fn(&'a [u8]) -> Result<(T, &'a [u8]), &'static str>,
) -> Result<Vec<T>, &'static str> {
    page(std::iter::from_fn(|| {
        (!body.is_empty()).then(|| {
            let (one, left) = split(body)?;
            body = left;
            Ok(one)
        })
    }))
}

fn split_message(body: &[u8]) -> Result<(Message<'_>, &[u8]), &'static str> {
    const TOO_SHORT: &str = "a text is longer than what is there";
    let (from, body) = split_name(body)?;
    let (&length, body) = body.split_first_chunk().ok_or(TOO_SHORT)?;
    let (said, left) = body
        .split_at_checked(u16::from_be_bytes(length).into())
        .ok_or(TOO_SHORT)?;
    Ok((message(from, text(said)?), left))
}
