//! Requests as frames.

use server_core::Request;
use server_core::message::{ClientId, LoginId, Nonce, Operation, Token, Verifier};

use super::frame;
use super::number::{write_last, write_varint};
use super::receiver::{Parsed, Reading};
use super::sender::{Sender, write_text};
use crate::codec::{Encoded, NO_PASSWORD, NotExpressible};

const LOG_OUT: u8 = 0x01;
const DELETE_ACCOUNT: u8 = 0x02;
const PING: u8 = 0x03;
const UNREAD: u8 = 0x04;
pub(super) const SEND: u8 = 0x10;
pub(super) const SEND_WITH_CLIENT_ID: u8 = 0x20;
const CREATE_ACCOUNT: u8 = 0x30;
const LOG_IN_START: u8 = 0x40;
const LOG_IN_FINISH: u8 = 0x50;
const RESUME: u8 = 0x60;
const HELLO: u8 = 0x70;
const LIST_ACCOUNTS: u8 = 0x80;
const READ: u8 = 0x90;
const MARK_READ: u8 = 0xa0;
const HISTORY: u8 = 0xb0;
const DELETE_MESSAGES: u8 = 0xc0;
const UNDO: u8 = 0xd0;

/// How `Hello` goes on behind its first byte, which is `t` for versions below 128: the preface says `talk`.
const MAGIC: [u8; 3] = *b"alk";

/// The first bytes that `Hello` can have: the magic and a version of 1 to 5 bytes.
const HELLO_HEADS: std::ops::RangeInclusive<u8> = HELLO + 4..=HELLO + 8;

/// Whether these can be the first bytes of a connection.
pub(super) fn may_begin_preface(input: &[u8]) -> bool {
    let Some((head, behind)) = input.split_first() else {
        return true;
    };
    HELLO_HEADS.contains(head) && behind.iter().zip(MAGIC).all(|(&byte, magic)| byte == magic)
}

/// Appends a request.
///
/// # Errors
/// [`NotExpressible`]
pub(super) fn encode(
    request: &Request<'_>,
    sender: &mut Sender,
    out: &mut Vec<u8>,
) -> Result<Encoded, NotExpressible> {
    Ok(match request {
        Request::LogOut => frame::write_bare(out, LOG_OUT),
        Request::DeleteAccount => frame::write_bare(out, DELETE_ACCOUNT),
        Request::Ping => frame::write_bare(out, PING),
        Request::Unread => frame::write_bare(out, UNREAD),
        _ => {
            let code = code(request).ok_or(NO_PASSWORD)?;
            frame::write(out, code, |out| encode_body(request, sender, out))
        }
    })
}

/// The code of a request; `None` for what only accounts without passwords have.
pub(super) const fn code(request: &Request<'_>) -> Option<u8> {
    match request {
        Request::Send {
            client_id: Some(_), ..
        } => Some(SEND_WITH_CLIENT_ID),
        _ => code_of(request.operation()),
    }
}

/// The code of an operation's requests, of those to send the one without a client id.
pub(super) const fn code_of(operation: Operation) -> Option<u8> {
    Some(match operation {
        Operation::LogOut => LOG_OUT,
        Operation::DeleteAccount => DELETE_ACCOUNT,
        Operation::Ping => PING,
        Operation::Unread => UNREAD,
        Operation::Send => SEND,
        Operation::CreateAccount => CREATE_ACCOUNT,
        Operation::LogInStart => LOG_IN_START,
        Operation::LogInFinish => LOG_IN_FINISH,
        Operation::Resume => RESUME,
        Operation::Hello => HELLO,
        Operation::ListAccounts => LIST_ACCOUNTS,
        Operation::Read => READ,
        Operation::MarkRead => MARK_READ,
        Operation::History => HISTORY,
        Operation::DeleteMessages => DELETE_MESSAGES,
        Operation::Undo => UNDO,
        Operation::SignUp | Operation::Enter => return None,
    })
}

/// Appends what stands behind a frame's first byte and length.
pub(super) fn encode_body(request: &Request<'_>, sender: &mut Sender, out: &mut Vec<u8>) {
    match request {
        Request::LogOut
        | Request::DeleteAccount
        | Request::Ping
        | Request::Unread
        | Request::SignUp { .. }
        | Request::Enter { .. } => {}
        Request::Send {
            to,
            text,
            client_id,
        } => {
            if let Some(client_id) = client_id {
                out.extend_from_slice(&client_id.0);
            }
            sender.write_name(to, out);
            out.extend_from_slice(text.as_bytes());
        }
        Request::CreateAccount { name, verifier } => {
            out.extend_from_slice(&verifier.salt);
            write_varint(out, verifier.iterations.into());
            out.extend_from_slice(&verifier.stored_key);
            out.extend_from_slice(&verifier.server_key);
            out.extend_from_slice(name.as_bytes());
        }
        Request::LogInStart { name, client_nonce } => {
            out.extend_from_slice(&client_nonce.0);
            out.extend_from_slice(name.as_bytes());
        }
        Request::LogInFinish { login_id, proof } => {
            out.extend_from_slice(proof);
            write_last(out, login_id.0);
        }
        Request::Resume { token } => out.extend_from_slice(&token.0),
        Request::Hello { version } => {
            out.extend_from_slice(&MAGIC);
            write_varint(out, (*version).into());
        }
        Request::ListAccounts {
            pattern,
            after,
            limit,
        } => {
            write_varint(out, (*limit).into());
            write_text(pattern, out);
            if let Some(after) = after {
                write_text(after, out);
            }
        }
        Request::Read { peer, limit } => {
            write_varint(out, (*limit).into());
            if let Some(peer) = peer {
                sender.write_name(peer, out);
            }
        }
        Request::MarkRead { peer, up_to } => {
            sender.write_name(peer, out);
            write_last(out, sender.id_difference(*up_to));
        }
        Request::History {
            peer,
            before,
            limit,
        } => {
            sender.write_name(peer, out);
            write_varint(out, (*limit).into());
            if let Some(before) = before {
                sender.write_id(*before, out);
            }
        }
        Request::DeleteMessages { ids } | Request::Undo { ids } => sender.write_ids(ids, out),
    }
}

/// Reads the request that a frame's code and body make.
pub(super) fn decode<'a>(code: u8, reading: &mut Reading<'a, '_>) -> Parsed<Request<'a>> {
    Ok(match code {
        LOG_OUT => Request::LogOut,
        DELETE_ACCOUNT => Request::DeleteAccount,
        PING => Request::Ping,
        UNREAD => Request::Unread,
        SEND => decode_send(None, reading)?,
        SEND_WITH_CLIENT_ID => decode_send(Some(ClientId(reading.bytes.array()?)), reading)?,
        CREATE_ACCOUNT => decode_create_account(reading)?,
        LOG_IN_START => Request::LogInStart {
            client_nonce: Nonce(reading.bytes.array()?),
            name: reading.bytes.last_text()?.into(),
        },
        LOG_IN_FINISH => Request::LogInFinish {
            proof: reading.bytes.array()?,
            login_id: LoginId(reading.bytes.last_number()?),
        },
        RESUME => Request::Resume {
            token: Token(reading.bytes.array()?),
        },
        HELLO => decode_hello(reading)?,
        LIST_ACCOUNTS => Request::ListAccounts {
            limit: reading.bytes.varint_u32()?,
            pattern: reading.text()?.into(),
            after: reading.unless_at_end(|reading| reading.text().map(Into::into))?,
        },
        READ => Request::Read {
            limit: reading.bytes.varint_u32()?,
            peer: reading.unless_at_end(|reading| reading.name().map(|peer| peer.name.into()))?,
        },
        MARK_READ => {
            let peer = reading.name()?.name.into();
            let difference = reading.bytes.last_number()?;
            Request::MarkRead {
                peer,
                up_to: reading.id_behind(difference),
            }
        }
        HISTORY => Request::History {
            peer: reading.name()?.name.into(),
            limit: reading.bytes.varint_u32()?,
            before: reading.unless_at_end(Reading::id)?,
        },
        DELETE_MESSAGES => Request::DeleteMessages {
            ids: reading.ids()?,
        },
        UNDO => Request::Undo {
            ids: reading.ids()?,
        },
        _ => return Err("there is no request of this code"),
    })
}

fn decode_send<'a>(
    client_id: Option<ClientId>,
    reading: &mut Reading<'a, '_>,
) -> Parsed<Request<'a>> {
    let to = reading.name()?.name.into();
    Ok(Request::Send {
        to,
        text: reading.bytes.last_text()?.into(),
        client_id,
    })
}

fn decode_create_account<'a>(reading: &mut Reading<'a, '_>) -> Parsed<Request<'a>> {
    let verifier = Verifier {
        salt: reading.bytes.array()?,
        iterations: reading.bytes.varint_u32()?,
        stored_key: reading.bytes.array()?,
        server_key: reading.bytes.array()?,
    };
    Ok(Request::CreateAccount {
        name: reading.bytes.last_text()?.into(),
        verifier,
    })
}

fn decode_hello<'a>(reading: &mut Reading<'a, '_>) -> Parsed<Request<'a>> {
    if reading.bytes.array()? != MAGIC {
        return Err("the preface does not say talk");
    }
    Ok(Request::Hello {
        version: reading.bytes.varint_u32()?,
    })
}
