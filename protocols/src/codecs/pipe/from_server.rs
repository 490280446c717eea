//! What a server says: a byte of status, and behind some of them text.

use server_core::message::Message;
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Text};

use super::super::notebook::{NO_CODE, NO_SUCH_STRING, body, message, page};
use super::pieces;
use super::request::{self, is_text};
use crate::codec::{DecodeError, Decoded, Framing, NotExpressible, Setup};

/// The codes of statuses, as B's headings give them.
const REGISTERED: u8 = 1;
const NAME_EXISTS: u8 = 2;
const LOGGED_IN: u8 = 8;
const LOGGED_IN_UNREAD_FOLLOW: u8 = 9;
const UNKNOWN_USER: u8 = 10;
const ALREADY_LOGGED_IN: u8 = 11;
const FOUND: u8 = 16;
const NOTHING_FOUND: u8 = 17;
const SENT_AT_ONCE: u8 = 24;
const BUFFERED: u8 = 25;
const NO_SUCH_USER: u8 = 26;
const SEND_FAILED: u8 = 27;
const INCOMING: u8 = 32;
const LOGGED_OUT: u8 = 40;
const DELETED: u8 = 48;
const UNKNOWN_ERROR: u8 = 127;

/// Appends what a server says; `asked` is the operation that is answered next. Tells how many bytes only find its boundary.
pub(super) fn write(
    framing: Framing,
    message: &FromServer<'_>,
    asked: Option<u8>,
    out: &mut Vec<u8>,
) -> Result<usize, NotExpressible> {
    match message {
        FromServer::Event(Event::MessageReceived(message)) => {
            out.push(INCOMING);
            body::write::<2>(framing, out, |out| write_message(message, out))
        }
        FromServer::Event(_) => Err(NO_CODE),
        FromServer::Refused(refusal) => {
            out.push(status(refusal.code, asked));
            Ok(0)
        }
        FromServer::Reply(reply) => write_reply(reply, out).map(|()| 0),
    }
}

fn write_reply(reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    match reply {
        Reply::SignUp { key: None } => out.push(REGISTERED),
        Reply::Enter { messages, .. } if messages.is_empty() => out.push(LOGGED_IN),
        Reply::Enter { messages, .. } => {
            out.push(LOGGED_IN_UNREAD_FOLLOW);
            let mut batch = Vec::new();
            for (at, message) in messages.iter().enumerate() {
                separate(at, b'\n', &mut batch);
                write_message(message, &mut batch)?;
            }
            pieces::write(&batch, out);
        }
        Reply::ListAccounts { names, .. } if names.is_empty() => out.push(NOTHING_FOUND),
        Reply::ListAccounts { names, .. } => {
            out.push(FOUND);
            let mut batch = Vec::new();
            for (at, name) in names.iter().enumerate() {
                separate(at, b'|', &mut batch);
                batch.extend_from_slice(checked(name)?);
            }
            pieces::write(&batch, out);
        }
        Reply::Send { delivered, .. } => out.push(if *delivered { SENT_AT_ONCE } else { BUFFERED }),
        Reply::LogOut => out.push(LOGGED_OUT),
        Reply::DeleteAccount => out.push(DELETED),
        _ => return Err(NO_CODE),
    }
    Ok(())
}

/// What B has for a refusal. Why a message was not sent it does not say, unless it is that nobody has that name.
const fn status(code: ErrorCode, asked: Option<u8>) -> u8 {
    match (code, asked) {
        (ErrorCode::Malformed | ErrorCode::FrameRefused, _) => UNKNOWN_ERROR,
        (ErrorCode::AccountExists, _) => NAME_EXISTS,
        (ErrorCode::AlreadyLoggedIn, _) => ALREADY_LOGGED_IN,
        (ErrorCode::NoSuchAccount, Some(request::LOG_IN)) => UNKNOWN_USER,
        (ErrorCode::NoSuchAccount, _) => NO_SUCH_USER,
        (_, Some(request::SEND)) => SEND_FAILED,
        _ => UNKNOWN_ERROR,
    }
}

fn separate(at: usize, separator: u8, batch: &mut Vec<u8>) {
    if at > 0 {
        batch.push(separator);
    }
}

/// Texts that came in by another format may have what separates messages here.
fn write_message(message: &Message<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    out.extend_from_slice(checked(&message.from)?);
    out.push(b'|');
    out.extend_from_slice(checked(&message.text)?);
    Ok(())
}

fn checked(string: &str) -> Result<&[u8], NotExpressible> {
    if is_text(string) {
        Ok(string.as_bytes())
    } else {
        Err(NO_SUCH_STRING)
    }
}

/// Decodes what a server says first. The recipient of messages is left empty.
pub(super) fn read<'a>(
    setup: Setup,
    input: &'a [u8],
    joined: &'a mut Vec<u8>,
) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
    body::check_length(setup, input)?;
    let Some(&code) = input.first() else {
        return Ok(None);
    };
    let body = match code {
        LOGGED_IN_UNREAD_FOLLOW | FOUND => pieces::read(setup, input, 1, joined)?,
        INCOMING => body::read::<2>(setup, input, 1)?,
        _ => Some(body::none(setup, input, 1)),
    };
    let Some(body) = body else {
        return Ok(None);
    };
    let said = match code {
        LOGGED_IN_UNREAD_FOLLOW | FOUND | INCOMING => parse(code, body.bytes),
        _ if body.frame_bytes > 1 => Err("a status stands alone"),
        _ => Ok(alone(code).ok_or_else(|| body::lost("there is no such status"))?),
    };
    body.decoded(said).map(Some)
}

/// What a status says that stands alone.
fn alone(code: u8) -> Option<FromServer<'static>> {
    let reply = match code {
        REGISTERED => Reply::SignUp { key: None },
        LOGGED_IN => entered(Vec::new()),
        NOTHING_FOUND => Reply::ListAccounts {
            names: Vec::new(),
            more: false,
        },
        SENT_AT_ONCE | BUFFERED => Reply::Send {
            id: message("", "").id,
            delivered: code == SENT_AT_ONCE,
        },
        LOGGED_OUT => Reply::LogOut,
        DELETED => Reply::DeleteAccount,
        _ => return refusal(code).map(|code| FromServer::Refused(Refusal::new(code))),
    };
    Some(FromServer::Reply(reply))
}

/// What a status refuses; for those that do not say why, that it cannot be said.
const fn refusal(code: u8) -> Option<ErrorCode> {
    Some(match code {
        NAME_EXISTS => ErrorCode::AccountExists,
        UNKNOWN_USER | NO_SUCH_USER => ErrorCode::NoSuchAccount,
        ALREADY_LOGGED_IN => ErrorCode::AlreadyLoggedIn,
        SEND_FAILED | UNKNOWN_ERROR => ErrorCode::NotExpressible,
        _ => return None,
    })
}

const fn entered(messages: Vec<Message<'_>>) -> Reply<'_> {
    Reply::Enter {
        unread: None,
        messages,
    }
}

fn parse(code: u8, body: &[u8]) -> Result<FromServer<'_>, &'static str> {
    let body = std::str::from_utf8(body)
        .ok()
        .filter(|body| body.is_ascii())
        .ok_or("what a server says is ASCII")?;
    Ok(match code {
        INCOMING => FromServer::Event(Event::MessageReceived(parse_message(body)?)),
        FOUND => FromServer::Reply(Reply::ListAccounts {
            names: page(body.split('|').map(|name| Ok(Text::Borrowed(name))))?,
            more: false,
        }),
        _ => {
            let messages = page(body.split('\n').map(parse_message))?;
            FromServer::Reply(entered(messages))
        }
    })
}

fn parse_message(body: &str) -> Result<Message<'_>, &'static str> {
    match body.split_once('|') {
        Some((from, text)) if is_text(text) => Ok(message(from, text)),
        _ => Err("a message is sender|text"),
    }
}
