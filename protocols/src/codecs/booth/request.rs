//! What a client asks.

use server_core::message::Token;
use server_core::{Request, Text};

use super::super::notebook::{NO_CODE, NO_PLACE};
use super::frame::{
    self, DELETE_ACCOUNT, Frame, LEAVE, LIST, LOG_IN, READ, Reader, SEND, SIGN_UP, write_short,
};
use crate::codec::NotExpressible;

/// Whether 16 bytes of authentication stand behind the body: of all that asks for something in an account's name.
pub(super) const fn is_authenticated(action: u8) -> bool {
    action != SIGN_UP
}

/// Appends a request that shows this key, if it needs one.
pub(super) fn write(
    request: &Request<'_>,
    key: Token,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    let action = action(request)?;
    frame::write(action, out, |out| write_body(request, out))?;
    if is_authenticated(action) {
        out.extend_from_slice(&key.0);
    }
    Ok(())
}

const fn action(request: &Request<'_>) -> Result<u8, NotExpressible> {
    Ok(match request {
        Request::SignUp { .. } => SIGN_UP,
        Request::Enter { .. } => LOG_IN,
        Request::ListAccounts { .. } => LIST,
        Request::Send {
            client_id: None, ..
        } => SEND,
        Request::Read { peer: None, .. } => READ,
        Request::DeleteAccount => DELETE_ACCOUNT,
        Request::LogOut => LEAVE,
        Request::Send { .. } | Request::Read { .. } => return Err(NO_PLACE),
        _ => return Err(NO_CODE),
    })
}

fn write_body(request: &Request<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    match request {
        Request::SignUp { name } | Request::Enter { name, .. } => {
            out.extend_from_slice(name.as_bytes());
        }
        Request::ListAccounts {
            pattern,
            after,
            limit,
        } => {
            out.extend_from_slice(&limit.to_be_bytes());
            write_short(after.as_deref().unwrap_or_default(), out)?;
            out.extend_from_slice(pattern.as_bytes());
        }
        Request::Send { to, text, .. } => {
            write_short(to, out)?;
            out.extend_from_slice(text.as_bytes());
        }
        Request::Read { limit, .. } => out.extend_from_slice(&limit.to_be_bytes()),
        _ => {}
    }
    Ok(())
}

/// Reads a request. Whether its key fits is looked at by whoever knows the session's.
pub(super) fn parse<'a>(frame: &Frame<'a>) -> Result<Request<'a>, &'static str> {
    let mut body = Reader(frame.body);
    let request = match frame.action {
        SIGN_UP => Request::SignUp {
            name: Text::Borrowed(body.rest()?),
        },
        LOG_IN => Request::Enter {
            name: Text::Borrowed(body.rest()?),
            key: frame.authentication,
        },
        LIST => {
            let (limit, after) = (body.u32()?, body.short()?);
            Request::ListAccounts {
                pattern: Text::Borrowed(body.rest()?),
                after: (!after.is_empty()).then_some(Text::Borrowed(after)),
                limit,
            }
        }
        SEND => Request::Send {
            to: Text::Borrowed(body.short()?),
            text: Text::Borrowed(body.rest()?),
            client_id: None,
        },
        READ => Request::Read {
            peer: None,
            limit: body.u32()?,
        },
        DELETE_ACCOUNT => Request::DeleteAccount,
        LEAVE => Request::LogOut,
        _ => return Err("there is no such action"),
    };
    body.end(request)
}
