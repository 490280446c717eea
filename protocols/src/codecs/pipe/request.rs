//! What a client says: a byte of operation, a length that is ours, and text.

use server_core::limits::PAGE_MAX;
use server_core::{Request, Text};

use super::super::notebook::{NO_CODE, NO_PLACE, NO_SUCH_STRING, body};
use super::{CAPABILITIES, NAME_MAX_CHARS};
use crate::codec::{DecodeError, Decoded, Framing, NotExpressible, Setup};

/// The codes of operations, as B's headings give them.
pub(super) const REGISTER: u8 = 1;
pub(super) const LOG_IN: u8 = 2;
pub(super) const SEARCH: u8 = 3;
pub(super) const SEND: u8 = 4;
pub(super) const LOG_OUT: u8 = 5;
pub(super) const DELETE_ACCOUNT: u8 = 6;

/// The code of a request; 0 if it has none.
pub(super) const fn code(request: &Request<'_>) -> u8 {
    match request {
        Request::SignUp { .. } => REGISTER,
        Request::Enter { .. } => LOG_IN,
        Request::ListAccounts { .. } => SEARCH,
        Request::Send { .. } => SEND,
        Request::LogOut => LOG_OUT,
        Request::DeleteAccount => DELETE_ACCOUNT,
        _ => 0,
    }
}

/// Appends a request of `speaker`'s, whose name is empty if nobody is logged in; tells how many bytes only find its
/// boundary.
pub(super) fn write(
    framing: Framing,
    request: &Request<'_>,
    speaker: &str,
    out: &mut Vec<u8>,
) -> Result<usize, NotExpressible> {
    check(request)?;
    out.push(code(request));
    body::write::<2>(framing, out, |out| {
        match request {
            Request::SignUp { name } | Request::Enter { name, .. } => {
                out.extend_from_slice(name.as_bytes());
            }
            Request::ListAccounts { pattern, .. } => out.extend_from_slice(pattern.as_bytes()),
            Request::Send { to, text, .. } => {
                for part in [speaker, "|", to, "|", text] {
                    out.extend_from_slice(part.as_bytes());
                }
            }
            _ => out.extend_from_slice(speaker.as_bytes()),
        }
        Ok(())
    })
}

/// Makes the checks that B's clients make before they send.
fn check(request: &Request<'_>) -> Result<(), NotExpressible> {
    let fits = match request {
        Request::SignUp { name } | Request::Enter { name, key: None } => {
            CAPABILITIES.names.has(name)
        }
        Request::ListAccounts {
            pattern,
            after: None,
            ..
        } => pattern.len() <= NAME_MAX_CHARS && pattern.bytes().all(is_pattern_byte),
        Request::Send {
            to,
            text,
            client_id: None,
        } => CAPABILITIES.names.has(to) && CAPABILITIES.texts.has(text),
        Request::LogOut | Request::DeleteAccount => true,
        Request::Enter { .. } | Request::ListAccounts { .. } | Request::Send { .. } => {
            return Err(NO_PLACE);
        }
        _ => return Err(NO_CODE),
    };
    if fits { Ok(()) } else { Err(NO_SUCH_STRING) }
}

/// Decodes the first request; `member` is who is logged in here.
pub(super) fn read<'a>(
    setup: Setup,
    input: &'a [u8],
    member: Option<&str>,
) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
    body::check_length(setup, input)?;
    let Some(&code) = input.first() else {
        return Ok(None);
    };
    let Some(body) = body::read::<2>(setup, input, 1)? else {
        return Ok(None);
    };
    body.decoded(parse(code, body.bytes, member)).map(Some)
}

/// Lengths are the service's to check; here it is what would make it something else than was written.
fn parse<'a>(code: u8, body: &'a [u8], member: Option<&str>) -> Result<Request<'a>, &'static str> {
    let body = std::str::from_utf8(body)
        .ok()
        .filter(|body| body.is_ascii())
        .ok_or("a request is ASCII")?;
    let speaks = |speaker: &str| {
        if member.is_none_or(|member| member == speaker) {
            Ok(())
        } else {
            Err("it is sent in the name of somebody else than is logged in")
        }
    };
    match code {
        REGISTER => Ok(Request::SignUp { name: name(body)? }),
        LOG_IN => Ok(Request::Enter {
            name: name(body)?,
            key: None,
        }),
        SEARCH if body.len() > NAME_MAX_CHARS || !body.bytes().all(is_pattern_byte) => {
            Err("a pattern is at most 50 letters, digits and *")
        }
        SEARCH => Ok(Request::ListAccounts {
            pattern: Text::Borrowed(body),
            after: None,
            limit: PAGE_MAX,
        }),
        SEND => {
            let mut parts = body.splitn(3, '|');
            let (Some(from), Some(to), Some(text)) = (parts.next(), parts.next(), parts.next())
            else {
                return Err("a message is sender|receiver|text");
            };
            speaks(from)?;
            Ok(Request::Send {
                to: name(to)?,
                text: message_text(text)?,
                client_id: None,
            })
        }
        LOG_OUT => speaks(body).map(|()| Request::LogOut),
        DELETE_ACCOUNT => speaks(body).map(|()| Request::DeleteAccount),
        _ => Err("there is no such operation"),
    }
}

fn name(name: &str) -> Result<Text<'_>, &'static str> {
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(Text::Borrowed(name))
    } else {
        Err("a name is letters and digits")
    }
}

fn message_text(text: &str) -> Result<Text<'_>, &'static str> {
    if is_text(text) {
        Ok(Text::Borrowed(text))
    } else {
        Err("a text is ASCII without line feeds and without |")
    }
}

/// Whether a text can stand between separators.
pub(super) fn is_text(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii() && !matches!(byte, b'\n' | b'|'))
}

const fn is_pattern_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'*'
}
