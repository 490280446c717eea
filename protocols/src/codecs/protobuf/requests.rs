//! The request messages.

use server_core::Request;
use server_core::message::{ClientId, LoginId, MessageId, Nonce, Operation, Token, Verifier};

use super::wire::{Writer, Wrong, numbers, slots};
use crate::codec::NO_PASSWORD;

pub(super) fn encode(request: &Request<'_>, out: &mut Vec<u8>) {
    let mut writer = Writer(out);
    match request {
        Request::Hello { version } => writer.number(1, *version),
        Request::CreateAccount { name, verifier } => {
            writer.bytes(1, name.as_str());
            writer.bytes(2, &verifier.salt);
            writer.number(3, verifier.iterations);
            writer.bytes(4, &verifier.stored_key);
            writer.bytes(5, &verifier.server_key);
        }
        Request::LogInStart { name, client_nonce } => {
            writer.bytes(1, name.as_str());
            writer.bytes(2, &client_nonce.0);
        }
        Request::LogInFinish { login_id, proof } => {
            writer.fixed(1, login_id.0);
            writer.bytes(2, proof);
        }
        Request::Resume { token } => writer.bytes(1, &token.0),
        Request::LogOut
        | Request::DeleteAccount
        | Request::Ping
        | Request::Unread
        | Request::SignUp { .. }
        | Request::Enter { .. } => {}
        Request::ListAccounts {
            pattern,
            after,
            limit,
        } => {
            writer.bytes(1, pattern.as_str());
            writer.optional_bytes(2, after.as_ref().map(|after| after.as_bytes()));
            writer.number(3, *limit);
        }
        Request::Send {
            to,
            text,
            client_id,
        } => {
            writer.bytes(1, to.as_str());
            writer.bytes(2, text.as_str());
            writer.optional_bytes(3, client_id.as_ref().map(|id| &id.0[..]));
        }
        Request::Read { peer, limit } => {
            writer.optional_bytes(1, peer.as_ref().map(|peer| peer.as_bytes()));
            writer.number(2, *limit);
        }
        Request::MarkRead { peer, up_to } => {
            writer.bytes(1, peer.as_str());
            writer.number(2, up_to.0);
        }
        Request::History {
            peer,
            before,
            limit,
        } => {
            writer.bytes(1, peer.as_str());
            writer.optional_number(2, before.map(|before| before.0));
            writer.number(3, *limit);
        }
        Request::DeleteMessages { ids } | Request::Undo { ids } => {
            writer.packed(1, ids.iter().map(|id| id.0));
        }
    }
}

pub(super) fn decode(operation: Operation, body: &[u8]) -> Result<Request<'_>, Wrong> {
    Ok(match operation {
        Operation::Hello => {
            let [version] = slots(body)?;
            Request::Hello {
                version: version.number_32()?,
            }
        }
        Operation::CreateAccount => create_account(body)?,
        Operation::LogInStart => {
            let [name, client_nonce] = slots(body)?;
            Request::LogInStart {
                name: name.text()?,
                client_nonce: Nonce(client_nonce.array()?),
            }
        }
        Operation::LogInFinish => {
            let [login_id, proof] = slots(body)?;
            Request::LogInFinish {
                login_id: LoginId(login_id.fixed()?),
                proof: proof.array()?,
            }
        }
        Operation::Resume => {
            let [token] = slots(body)?;
            Request::Resume {
                token: Token(token.array()?),
            }
        }
        Operation::LogOut => empty(body, Request::LogOut)?,
        Operation::DeleteAccount => empty(body, Request::DeleteAccount)?,
        Operation::Ping => empty(body, Request::Ping)?,
        Operation::Unread => empty(body, Request::Unread)?,
        Operation::ListAccounts => {
            let [pattern, after, limit] = slots(body)?;
            Request::ListAccounts {
                pattern: pattern.text()?,
                after: after.optional_text()?,
                limit: limit.number_32()?,
            }
        }
        Operation::Send => {
            let [to, text, client_id] = slots(body)?;
            let client_id = client_id.optional_array()?.map(ClientId);
            Request::Send {
                to: to.text()?,
                text: text.text()?,
                client_id,
            }
        }
        Operation::Read => {
            let [peer, limit] = slots(body)?;
            Request::Read {
                peer: peer.optional_text()?,
                limit: limit.number_32()?,
            }
        }
        Operation::MarkRead => {
            let [peer, up_to] = slots(body)?;
            Request::MarkRead {
                peer: peer.text()?,
                up_to: MessageId(up_to.number()?),
            }
        }
        Operation::History => {
            let [peer, before, limit] = slots(body)?;
            let before = before.optional_number()?.map(MessageId);
            Request::History {
                peer: peer.text()?,
                before,
                limit: limit.number_32()?,
            }
        }
        Operation::DeleteMessages => Request::DeleteMessages {
            ids: numbers(body, MessageId)?,
        },
        Operation::Undo => Request::Undo {
            ids: numbers(body, MessageId)?,
        },
        Operation::SignUp | Operation::Enter => return Err(Wrong(NO_PASSWORD.reason)),
    })
}

fn create_account(body: &[u8]) -> Result<Request<'_>, Wrong> {
    let [name, salt, iterations, stored_key, server_key] = slots(body)?;
    let verifier = Verifier {
        salt: salt.array()?,
        iterations: iterations.number_32()?,
        stored_key: stored_key.array()?,
        server_key: server_key.array()?,
    };
    Ok(Request::CreateAccount {
        name: name.text()?,
        verifier,
    })
}

/// A message without fields, which must be a message all the same.
fn empty<'a>(body: &'a [u8], request: Request<'a>) -> Result<Request<'a>, Wrong> {
    let [] = slots(body)?;
    Ok(request)
}
