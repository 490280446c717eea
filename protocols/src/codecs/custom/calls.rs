//! The same bodies for calls that travel apart: what stands behind a frame's first byte and length, with nothing
//! remembered from one to the next. Where the operation leaves open what a body is, its code stands in front.

use server_core::message::Operation;
use server_core::{Event, Reply, Request};

use super::number::write_varint;
use super::receiver::{Parsed, Reading, read_alone};
use super::sender::Sender;
use super::{event, from_server, request};
use crate::codec::{CallCodec, DecodeError, NO_PASSWORD, NotExpressible};

/// The codec for calls.
pub(super) struct Calls;

impl CallCodec for Calls {
    fn encode_request(
        &self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        let code = request::code(request).ok_or(NO_PASSWORD)?;
        match request {
            // The preface tells what a connection is; a call knows.
            Request::Hello { version } => write_varint(out, (*version).into()),
            Request::Send { .. } => write_behind(code, out, |sender, out| {
                request::encode_body(request, sender, out);
            }),
            _ => Sender::alone(|sender| request::encode_body(request, sender, out)),
        }
        Ok(())
    }

    fn decode_request<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Request<'a>, DecodeError> {
        read(body, |reading| match operation {
            Operation::Hello => Ok(Request::Hello {
                version: reading.bytes.varint_u32()?,
            }),
            Operation::Send => match reading.bytes.byte()? {
                code @ (request::SEND | request::SEND_WITH_CLIENT_ID) => {
                    request::decode(code, reading)
                }
                _ => Err("a message to send begins with neither of its codes"),
            },
            _ => request::decode(request::code_of(operation).ok_or(NO_CODE)?, reading),
        })
    }

    fn encode_reply(&self, reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        let code = from_server::code(reply)?;
        match reply {
            Reply::Send { .. } => write_behind(code, out, |sender, out| {
                from_server::encode_reply_body(reply, sender, out);
            }),
            _ => Sender::alone(|sender| from_server::encode_reply_body(reply, sender, out)),
        }
        Ok(())
    }

    fn decode_reply<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Reply<'a>, DecodeError> {
        read(body, |reading| match operation {
            Operation::Send => match reading.bytes.byte()? {
                code @ (from_server::SEND_DELIVERED | from_server::SEND_STORED) => {
                    from_server::decode_reply(code, reading)
                }
                _ => Err("the reply to a message begins with neither of its codes"),
            },
            _ => {
                from_server::decode_reply(from_server::code_of(operation).ok_or(NO_CODE)?, reading)
            }
        })
    }

    fn encode_event(&self, said: &Event<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        match said {
            Event::ServerClosing => out.push(event::SERVER_CLOSING),
            Event::MessageReceived(message) => {
                write_behind(event::MESSAGE_RECEIVED, out, |sender, out| {
                    event::encode_received(message, sender, out);
                });
            }
            _ => Sender::alone(|sender| event::encode_other(said, sender, out)),
        }
        Ok(())
    }

    fn decode_event<'a>(&self, body: &'a [u8]) -> Result<Event<'a>, DecodeError> {
        read(body, |reading| match reading.bytes.byte()? {
            event::SERVER_CLOSING => Ok(Event::ServerClosing),
            event::MESSAGE_RECEIVED => event::decode_received(reading),
            number => event::decode_other(number, reading),
        })
    }
}

const NO_CODE: &str = "the operation has no code";

/// Appends a code, and behind it what `write` appends.
fn write_behind(code: u8, out: &mut Vec<u8>, write: impl FnOnce(&mut Sender, &mut Vec<u8>)) {
    out.push(code);
    Sender::alone(|sender| write(sender, out));
}

fn read<'a, T>(
    body: &'a [u8],
    parse: impl FnOnce(&mut Reading<'a, '_>) -> Parsed<T>,
) -> Result<T, DecodeError> {
    read_alone(body, parse).map_err(|reason| DecodeError::Malformed {
        frame_bytes: body.len(),
        reason,
    })
}
