//! What a client says: a tag, and behind some of them a length that is ours and a body.

use server_core::limits::PAGE_MAX;
use server_core::{Request, Text};

use super::super::notebook::{NO_CODE, NO_PLACE, NO_SUCH_STRING, body};
use super::CAPABILITIES;
use crate::codec::{DecodeError, Decoded, Framing, NotExpressible, Setup};

/// The tags, as C numbers them.
pub(super) const CREATE: u8 = 0;
pub(super) const LOG_IN: u8 = 1;
pub(super) const LOG_OUT: u8 = 2;
pub(super) const DELETE_ACCOUNT: u8 = 3;
pub(super) const SEND: u8 = 4;
pub(super) const OPEN_UNDELIVERED: u8 = 5;
pub(super) const LIST: u8 = 6;

/// The tag of a request; one that nobody knows if it has none.
pub(super) const fn code(request: &Request<'_>) -> u8 {
    match request {
        Request::SignUp { .. } => CREATE,
        Request::Enter { .. } => LOG_IN,
        Request::LogOut => LOG_OUT,
        Request::DeleteAccount => DELETE_ACCOUNT,
        Request::Send { .. } => SEND,
        Request::Read { .. } => OPEN_UNDELIVERED,
        Request::ListAccounts { .. } => LIST,
        _ => u8::MAX,
    }
}

/// Whether a tag is taken alone.
const fn stands_alone(code: u8) -> bool {
    matches!(code, LOG_OUT | DELETE_ACCOUNT | OPEN_UNDELIVERED)
}

/// Appends a request; tells how many bytes only find its boundary.
pub(super) fn write(
    framing: Framing,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<usize, NotExpressible> {
    check(request)?;
    let code = code(request);
    out.push(code);
    if stands_alone(code) {
        return Ok(0);
    }
    body::write::<2>(framing, out, |out| write_body(request, out))
}

fn write_body(request: &Request<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    match request {
        Request::SignUp { name } | Request::Enter { name, .. } => {
            out.extend_from_slice(name.as_bytes());
        }
        Request::Send { to, text, .. } => {
            write_name(to, out)?;
            out.extend_from_slice(text.as_bytes());
        }
        Request::ListAccounts { pattern, limit, .. } => {
            // Fewer names than were wanted are no harm.
            out.push(u8::try_from(*limit).unwrap_or(u8::MAX));
            out.extend_from_slice(pattern.as_bytes());
        }
        _ => return Err(NO_CODE),
    }
    Ok(())
}

/// Makes the checks that need no server.
fn check(request: &Request<'_>) -> Result<(), NotExpressible> {
    let fits = match request {
        Request::SignUp { name } | Request::Enter { name, key: None } => {
            CAPABILITIES.names.has(name)
        }
        Request::Send {
            to,
            text,
            client_id: None,
        } => CAPABILITIES.names.has(to) && CAPABILITIES.texts.has(text),
        Request::ListAccounts {
            after: None, limit, ..
        } => *limit <= PAGE_MAX,
        Request::Read { peer: None, .. } | Request::LogOut | Request::DeleteAccount => true,
        Request::Enter { .. }
        | Request::Send { .. }
        | Request::ListAccounts { .. }
        | Request::Read { .. } => return Err(NO_PLACE),
        _ => return Err(NO_CODE),
    };
    if fits { Ok(()) } else { Err(NO_SUCH_STRING) }
}

/// Appends a name behind its length in characters.
pub(super) fn write_name(name: &str, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    let chars = u8::try_from(name.chars().count()).map_err(|_| NO_SUCH_STRING)?;
    out.push(chars);
    out.extend_from_slice(name.as_bytes());
    Ok(())
}

/// Takes a name behind its length in characters off the front; gives what is left.
pub(super) fn split_name(body: &[u8]) -> Result<(&str, &[u8]), &'static str> {
    const TOO_SHORT: &str = "a name is longer than what is there";
    let (&chars, body) = body.split_first().ok_or(TOO_SHORT)?;
    // No character is longer than 4 bytes, and a name may end right before what is no text at all.
    let most = body.len().min(4 * usize::from(chars));
    let valid = match std::str::from_utf8(&body[..most]) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&body[..error.valid_up_to()]).map_err(|_| TOO_SHORT)?,
    };
    let mut ends = valid.char_indices().map(|(at, _)| at).chain([valid.len()]);
    let end = ends.nth(usize::from(chars)).ok_or(TOO_SHORT)?;
    Ok((&valid[..end], &body[end..]))
}

/// Decodes the first request.
pub(super) fn read(
    setup: Setup,
    input: &[u8],
) -> Result<Option<Decoded<Request<'_>>>, DecodeError> {
    body::check_length(setup, input)?;
    let Some(&code) = input.first() else {
        return Ok(None);
    };
    let body = if stands_alone(code) {
        Some(body::none(setup, input, 1))
    } else {
        body::read::<2>(setup, input, 1)?
    };
    let Some(body) = body else {
        return Ok(None);
    };
    body.decoded(parse(code, body.bytes)).map(Some)
}

fn parse(code: u8, body: &[u8]) -> Result<Request<'_>, &'static str> {
    match code {
        LOG_OUT | DELETE_ACCOUNT | OPEN_UNDELIVERED if !body.is_empty() => {
            Err("this tag is taken alone")
        }
        CREATE => Ok(Request::SignUp {
            name: Text::Borrowed(text(body)?),
        }),
        LOG_IN => Ok(Request::Enter {
            name: Text::Borrowed(text(body)?),
            key: None,
        }),
        LOG_OUT => Ok(Request::LogOut),
        DELETE_ACCOUNT => Ok(Request::DeleteAccount),
        SEND => {
            let (to, body) = split_name(body)?;
            Ok(Request::Send {
                to: Text::Borrowed(to),
                text: Text::Borrowed(text(body)?),
                client_id: None,
            })
        }
        OPEN_UNDELIVERED => Ok(Request::Read {
            peer: None,
            limit: PAGE_MAX,
        }),
        LIST => {
            let (&limit, body) = body.split_first().ok_or("the number of names is missing")?;
            Ok(Request::ListAccounts {
                pattern: Text::Borrowed(text(body)?),
                after: None,
                limit: limit.into(),
            })
        }
        _ => Err("there is no such tag"),
    }
}

/// A whole run of bytes as text.
pub(super) fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| "a text is UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_in_characters() {
        for (name, behind) in [
            ("", &b"x"[..]),
            ("ann", b""),
            ("änn€𝄞", b"\xff\xfe"),
            ("a", b"bc"),
        ] {
            let mut body = Vec::new();
            write_name(name, &mut body).unwrap();
            assert_eq!(usize::from(body[0]), name.chars().count());
            body.extend_from_slice(behind);
            assert_eq!(split_name(&body), Ok((name, behind)), "{name}");
        }
        for wrong in [&b""[..], b"\x01", b"\x02a", b"\x01\xff", b"\x02a\xc3"] {
            assert!(split_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
