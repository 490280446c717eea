//! The fields of one kind alone, for calls that travel apart: the transport says which kind it is. An event, which may be
//! of any kind, is written as on a connection.

use serde::{Deserialize, Serialize};
use server_core::message::Operation;
use server_core::{Event, Reply};

use super::{Format, FromServer, Request};
use crate::codec::{CallCodec, DecodeError, NO_PASSWORD, NotExpressible};
use crate::codecs::framed::Bodies;

/// The codec for calls of a format.
pub(in crate::codecs) struct Calls<B>(pub(in crate::codecs) B);

/// How a format reads fields without their kind.
pub(in crate::codecs) trait Fields: Bodies + Sync {
    /// What writes them.
    fn format(&self) -> &impl Format;

    /// Reads the fields of a request; what is wrong with them otherwise.
    fn read_request_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::Request<'a>, &'static str>;

    /// Reads the fields of a reply; what is wrong with them otherwise.
    fn read_reply_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::FromServer<'a>, &'static str>;
}

/// What a kind without fields has: as many bytes as the format needs to say so.
#[derive(Serialize, Deserialize)]
pub(in crate::codecs) struct Nothing {}

/// What is wrong with a body of an operation that these formats do not have.
pub(in crate::codecs) const NO_KIND: &str = "the operation has no kind";

/// Reads the request of an operation with a function or method that is generic over what it reads: a library that lends
/// wants another bound on that than one that does not.
macro_rules! read_request {
    ($operation:expr, $body:expr, $($read:tt)+) => {{
        use server_core::message::Operation;
        use $crate::codecs::mirror::{NO_KIND, Nothing};
        let body = $body;
        Ok(match $operation {
            Operation::Hello => Request::Hello($($read)+(body)?),
            Operation::CreateAccount => Request::CreateAccount($($read)+(body)?),
            Operation::LogInStart => Request::LogInStart($($read)+(body)?),
            Operation::LogInFinish => Request::LogInFinish($($read)+(body)?),
            Operation::Resume => Request::Resume($($read)+(body)?),
            Operation::LogOut => $($read)+(body).map(|Nothing {}| Request::LogOut)?,
            Operation::DeleteAccount => $($read)+(body)
                .map(|Nothing {}| Request::DeleteAccount)?,
            Operation::Ping => $($read)+(body).map(|Nothing {}| Request::Ping)?,
            Operation::ListAccounts => Request::ListAccounts($($read)+(body)?),
            Operation::Send => Request::Send($($read)+(body)?),
            Operation::Unread => $($read)+(body).map(|Nothing {}| Request::Unread)?,
            Operation::Read => Request::Read($($read)+(body)?),
            Operation::MarkRead => Request::MarkRead($($read)+(body)?),
            Operation::History => Request::History($($read)+(body)?),
            Operation::DeleteMessages => Request::DeleteMessages($($read)+(body)?),
            Operation::Undo => Request::Undo($($read)+(body)?),
            Operation::SignUp | Operation::Enter => return Err(NO_KIND),
        })
    }};
}
pub(in crate::codecs) use read_request;

/// The same for replies.
macro_rules! read_reply {
    ($operation:expr, $body:expr, $($read:tt)+) => {{
        use server_core::message::Operation;
        use $crate::codecs::mirror::{NO_KIND, Nothing};
        let body = $body;
        Ok(match $operation {
            Operation::Hello => FromServer::Hello($($read)+(body)?),
            Operation::CreateAccount => $($read)+(body)
                .map(|Nothing {}| FromServer::CreateAccount)?,
            Operation::LogInStart => FromServer::LogInStart($($read)+(body)?),
            Operation::LogInFinish => FromServer::LogInFinish($($read)+(body)?),
            Operation::Resume => FromServer::Resume($($read)+(body)?),
            Operation::LogOut => $($read)+(body)
                .map(|Nothing {}| FromServer::LogOut)?,
            Operation::DeleteAccount => $($read)+(body)
                .map(|Nothing {}| FromServer::DeleteAccount)?,
            Operation::Ping => $($read)+(body)
                .map(|Nothing {}| FromServer::Ping)?,
            Operation::ListAccounts => FromServer::ListAccounts($($read)+(body)?),
            Operation::Send => FromServer::Send($($read)+(body)?),
            Operation::Unread => FromServer::Unread($($read)+(body)?),
            Operation::Read => FromServer::Read($($read)+(body)?),
            Operation::MarkRead => $($read)+(body)
                .map(|Nothing {}| FromServer::MarkRead)?,
            Operation::History => FromServer::History($($read)+(body)?),
            Operation::DeleteMessages => FromServer::DeleteMessages($($read)+(body)?),
            Operation::Undo => FromServer::Undo($($read)+(body)?),
            Operation::SignUp | Operation::Enter => return Err(NO_KIND),
        })
    }};
}
pub(in crate::codecs) use read_reply;

impl<B: Fields> CallCodec for Calls<B> {
    fn encode_request(
        &self,
        request: &server_core::Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        let format = self.0.format();
        let request = Request::of(request, absence(format)).ok_or(NO_PASSWORD)?;
        whole(out, |out| write_request(format, &request, out))
    }

    fn decode_request<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::Request<'a>, DecodeError> {
        let request = self.0.read_request_fields(operation, body);
        request.map_err(|reason| malformed(body, reason))
    }

    fn encode_reply(&self, reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        let reply = FromServer::of_reply(reply).ok_or(NO_PASSWORD)?;
        whole(out, |out| write_reply(self.0.format(), &reply, out))
    }

    fn decode_reply<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Reply<'a>, DecodeError> {
        match self.0.read_reply_fields(operation, body) {
            Ok(server_core::FromServer::Reply(reply)) => Ok(reply),
            Ok(_) => Err(malformed(body, "it is no reply")),
            Err(reason) => Err(malformed(body, reason)),
        }
    }

    fn encode_event(&self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        let event = FromServer::from(event);
        whole(out, |out| self.0.format().write(&event, out))
    }

    fn decode_event<'a>(&self, body: &'a [u8]) -> Result<Event<'a>, DecodeError> {
        match self.0.read_from_server(body) {
            Ok(server_core::FromServer::Event(event)) => Ok(event),
            Ok(_) => Err(malformed(body, "it is no event")),
            Err(reason) => Err(malformed(body, reason)),
        }
    }
}

/// What stands in the place of an optional field in this format.
const fn absence<F: Format>(_: &F) -> super::Absence {
    F::ABSENCE
}

/// Appends what `write` appends: all of it, or nothing.
fn whole(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), NotExpressible>,
) -> Result<(), NotExpressible> {
    let start = out.len();
    write(out).inspect_err(|_| out.truncate(start))
}

fn malformed(body: &[u8], reason: &'static str) -> DecodeError {
    DecodeError::Malformed {
        frame_bytes: body.len(),
        reason,
    }
}

fn write_request(
    format: &impl Format,
    request: &Request<&str>,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    match request {
        Request::Hello(fields) => format.write(fields, out),
        Request::CreateAccount(fields) => format.write(fields, out),
        Request::LogInStart(fields) => format.write(fields, out),
        Request::LogInFinish(fields) => format.write(fields, out),
        Request::Resume(fields) => format.write(fields, out),
        Request::ListAccounts(fields) => format.write(fields, out),
        Request::Send(fields) => format.write(fields, out),
        Request::Read(fields) => format.write(fields, out),
        Request::MarkRead(fields) => format.write(fields, out),
        Request::History(fields) => format.write(fields, out),
        Request::DeleteMessages(fields) => format.write(fields, out),
        Request::Undo(fields) => format.write(fields, out),
        Request::LogOut | Request::DeleteAccount | Request::Ping | Request::Unread => {
            format.write(&Nothing {}, out)
        }
    }
}

fn write_reply(
    format: &impl Format,
    reply: &FromServer<&str>,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    match reply {
        FromServer::Hello(fields) => format.write(fields, out),
        FromServer::LogInStart(fields) => format.write(fields, out),
        FromServer::LogInFinish(fields) => format.write(fields, out),
        FromServer::Resume(fields) => format.write(fields, out),
        FromServer::ListAccounts(fields) => format.write(fields, out),
        FromServer::Send(fields) => format.write(fields, out),
        FromServer::Unread(fields) => format.write(fields, out),
        FromServer::Read(fields) => format.write(fields, out),
        FromServer::History(fields) => format.write(fields, out),
        FromServer::DeleteMessages(fields) => format.write(fields, out),
        FromServer::Undo(fields) => format.write(fields, out),
        FromServer::CreateAccount
        | FromServer::LogOut
        | FromServer::DeleteAccount
        | FromServer::Ping
        | FromServer::MarkRead => format.write(&Nothing {}, out),
        // Refusals travel in the transport's own way, and events are written whole.
        FromServer::Refused { .. }
        | FromServer::MessageReceived { .. }
        | FromServer::MessagesDeleted { .. }
        | FromServer::MessagesRestored { .. }
        | FromServer::AccountDeleted { .. }
        | FromServer::Lagged { .. }
        | FromServer::ServerClosing => format.write(reply, out),
    }
}
