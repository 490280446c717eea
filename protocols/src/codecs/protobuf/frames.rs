//! The messages `ClientFrame` and `ServerFrame`: which operation a body belongs to, where no transport says it.

use server_core::message::Operation;
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request};

use super::wire::{Fields, Writer, Wrong, bytes, slots};
use super::{events, replies, requests};
use crate::codec::{NO_PASSWORD, NotExpressible};
use crate::codecs::framed::Bodies;

/// The field of an event in `ServerFrame`.
const EVENT: u32 = 15;

/// The field of a refusal in `ServerFrame`.
const REFUSAL: u32 = 16;

/// The bodies of frames.
pub(super) struct Frames;

impl Bodies for Frames {
    fn write_request(
        &self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        let field = field(request.operation()).ok_or(NO_PASSWORD)?;
        Writer(out).message(field, |writer| requests::encode(request, writer.0));
        Ok(())
    }

    fn read_request<'a>(&self, body: &'a [u8]) -> Result<Request<'a>, &'static str> {
        request(body).map_err(|Wrong(reason)| reason)
    }

    fn write_from_server(
        &self,
        message: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        let mut writer = Writer(out);
        match message {
            FromServer::Reply(reply) => {
                let field = field(reply.operation()).ok_or(NO_PASSWORD)?;
                writer.message(field, |writer| replies::encode(reply, writer.0));
            }
            FromServer::Refused(refusal) => writer.message(REFUSAL, |writer| {
                writer.number(1, refusal.code as u8);
                writer.number(2, refusal.detail);
            }),
            FromServer::Event(event) => {
                writer.message(EVENT, |writer| events::encode(event, writer.0));
            }
        }
        Ok(())
    }

    fn read_from_server<'a>(&self, body: &'a [u8]) -> Result<FromServer<'a>, &'static str> {
        from_server(body).map_err(|Wrong(reason)| reason)
    }
}

/// The field of an operation, in both directions; `None` if there is none.
const fn field(operation: Operation) -> Option<u32> {
    Some(match operation {
        Operation::Hello => 1,
        Operation::CreateAccount => 2,
        Operation::LogInStart => 3,
        Operation::LogInFinish => 4,
        Operation::Resume => 5,
        Operation::LogOut => 6,
        Operation::DeleteAccount => 7,
        Operation::Ping => 8,
        Operation::ListAccounts => 9,
        Operation::Send => 10,
        Operation::Unread => 11,
        Operation::Read => 12,
        Operation::MarkRead => 13,
        Operation::History => 14,
        Operation::DeleteMessages => 17,
        Operation::Undo => 18,
        Operation::SignUp | Operation::Enter => return None,
    })
}

fn operation(number: u32) -> Option<Operation> {
    let mut all = Operation::WITH_PASSWORDS.iter().copied();
    all.find(|&operation| field(operation) == Some(number))
}

fn request(body: &[u8]) -> Result<Request<'_>, Wrong> {
    let (operation, body) = only(body, operation)?;
    requests::decode(operation, body)
}

/// What a field of `ServerFrame` holds.
enum Kind {
    Reply(Operation),
    Event,
    Refusal,
}

fn from_server(body: &[u8]) -> Result<FromServer<'_>, Wrong> {
    let kind = |number| match number {
        EVENT => Some(Kind::Event),
        REFUSAL => Some(Kind::Refusal),
        _ => operation(number).map(Kind::Reply),
    };
    let (kind, body) = only(body, kind)?;
    Ok(match kind {
        Kind::Reply(operation) => FromServer::Reply(reply(operation, body)?),
        Kind::Event => FromServer::Event(event(body)?),
        Kind::Refusal => FromServer::Refused(refusal(body)?),
    })
}

fn reply(operation: Operation, body: &[u8]) -> Result<Reply<'_>, Wrong> {
    replies::decode(operation, body)
}

fn event(body: &[u8]) -> Result<Event<'_>, Wrong> {
    events::decode(body)
}

fn refusal(body: &[u8]) -> Result<Refusal, Wrong> {
    let [code, detail] = slots(body)?;
    let code = u8::try_from(code.number()?).ok();
    let code = code
        .and_then(ErrorCode::from_number)
        .ok_or(Wrong("there is no refusal of that number"))?;
    Ok(Refusal::with_detail(code, detail.number()?))
}

/// The one field that is known, and its message; fields that nobody knows are ignored.
fn only<T>(body: &[u8], known: impl Fn(u32) -> Option<T>) -> Result<(T, &[u8]), Wrong> {
    let mut found = None;
    for field in Fields(body) {
        let (number, value) = field?;
        let Some(kind) = known(number) else { continue };
        if found.replace((kind, bytes(value)?)).is_some() {
            return Err(Wrong("the frame says more than one thing"));
        }
    }
    found.ok_or(Wrong("the frame says nothing that is known"))
}
