//! The codec `protobuf`: the messages of `proto/chat.proto`.
//!
//! They are written and read by hand, field by field, because prost builds a string for every field and the core only
//! borrows them. What prost makes of the same file stands in [`v1`]; tests hold every message against it.

mod events;
mod frames;
mod replies;
mod requests;
#[expect(
    clippy::pedantic,
    clippy::missing_errors_doc,
    reason = "generated from proto/chat.proto"
)]
pub mod v1 {
    //! What tonic and prost make of `proto/chat.proto`: messages, the client's stub and the server's.
    tonic::include_proto!("chat.v1");
}
mod wire;

use server_core::message::Operation;
use server_core::{Event, Reply, Request};

use super::framed::Framed;
use crate::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, NoCalls, NotExpressible, Setup, check_reply,
    check_request,
};
use frames::Frames;
use wire::Wrong;

/// The codec.
pub struct Protobuf;

impl CodecFactory for Protobuf {
    fn name(&self) -> &'static str {
        "protobuf"
    }

    fn description(&self) -> &'static str {
        "protocol buffers, as proto/chat.proto has them"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(Framed::new(setup, Frames))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls)
    }
}

/// A message for each body.
struct Calls;

impl CallCodec for Calls {
    fn encode_request(
        &self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        check_request(request)?;
        requests::encode(request, out);
        Ok(())
    }

    fn decode_request<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Request<'a>, DecodeError> {
        requests::decode(operation, body).map_err(|wrong| malformed(wrong, body))
    }

    fn encode_reply(&self, reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        check_reply(reply)?;
        replies::encode(reply, out);
        Ok(())
    }

    fn decode_reply<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Reply<'a>, DecodeError> {
        replies::decode(operation, body).map_err(|wrong| malformed(wrong, body))
    }

    fn encode_event(&self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        events::encode(event, out);
        Ok(())
    }

    fn decode_event<'a>(&self, body: &'a [u8]) -> Result<Event<'a>, DecodeError> {
        events::decode(body).map_err(|wrong| malformed(wrong, body))
    }
}

fn malformed(Wrong(reason): Wrong, body: &[u8]) -> DecodeError {
    DecodeError::Malformed {
        frame_bytes: body.len(),
        reason,
    }
}
