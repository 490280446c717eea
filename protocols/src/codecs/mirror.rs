//! The vocabulary once more, as serde sees it: what the formats `bincode`, `cbor`, `msgpack` and `postcard` write.
//! Specified in `proto/mirror.md`.
//!
//! Names, numbers and order of everything here are on the wire, those of [`server_core`]'s types are not: renaming a field
//! there changes no byte, and a field that is added there does not compile until somebody decides here how it is written.
//!
//! Texts are a parameter: `&str` on the way out, [`Words`] on the way in where a library can lend what it reads, `String`
//! where it cannot.

mod calls;
mod from_server;
mod parts;
mod request;

use serde::{Deserialize, Serialize};
use server_core::message::Operation;

pub(super) use self::calls::{Calls, Fields, NO_KIND, Nothing, read_reply, read_request};
pub(super) use self::from_server::FromServer;
pub(super) use self::parts::Absence;
use self::parts::Words;
pub(super) use self::request::Request;
use super::framed::Bodies;
use crate::codec::{NO_PASSWORD, NotExpressible};

/// What is wrong with a body, as far as formats say it.
pub(super) const MISFIT: &str = "the body is not what the format has for it";

/// What is wrong with a body that says more than one message.
pub(super) const TRAILING: &str = "the body goes on behind its end";

/// A format that serde's types are written in, by a library.
pub(super) trait Format: Send {
    /// What stands in the place of an optional field that is not there.
    const ABSENCE: Absence;

    /// Appends a value.
    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NotExpressible>;
}

/// A format whose library lends texts from the bytes that it reads.
pub(super) trait Lending: Format {
    /// Reads a value, which must be all that there is.
    fn read<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str>;

    /// Reads the fields of a kind, without the kind; they must be all that there is.
    fn read_fields<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        self.read(body)
    }
}

/// A format that lends.
pub(super) struct Lends<F>(pub(super) F);

impl<F: Lending> Bodies for Lends<F> {
    fn write_request(
        &self,
        request: &server_core::Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        write_request(&self.0, request, out)
    }

    fn read_request<'a>(&self, body: &'a [u8]) -> Result<server_core::Request<'a>, &'static str> {
        self.0.read::<Request<Words<'a>>>(body).map(Into::into)
    }

    fn write_from_server(
        &self,
        message: &server_core::FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        write_from_server(&self.0, message, out)
    }

    fn read_from_server<'a>(
        &self,
        body: &'a [u8],
    ) -> Result<server_core::FromServer<'a>, &'static str> {
        let message = self.0.read::<FromServer<Words<'a>>>(body)?;
        message.try_into()
    }
}

impl<F: Lending + Sync> Fields for Lends<F> {
    fn format(&self) -> &impl Format {
        &self.0
    }

    fn read_request_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::Request<'a>, &'static str> {
        let request: Result<Request<Words<'a>>, _> =
            read_request!(operation, body, self.0.read_fields);
        request.map(Into::into)
    }

    fn read_reply_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::FromServer<'a>, &'static str> {
        let reply: Result<FromServer<Words<'a>>, &'static str> =
            read_reply!(operation, body, self.0.read_fields);
        reply?.try_into()
    }
}

/// Appends a request.
pub(super) fn write_request<F: Format>(
    format: &F,
    request: &server_core::Request<'_>,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    format.write(&Request::of(request, F::ABSENCE).ok_or(NO_PASSWORD)?, out)
}

/// Appends a reply, a refusal or an event.
pub(super) fn write_from_server<F: Format>(
    format: &F,
    message: &server_core::FromServer<'_>,
    out: &mut Vec<u8>,
) -> Result<(), NotExpressible> {
    format.write(&FromServer::of(message).ok_or(NO_PASSWORD)?, out)
}
