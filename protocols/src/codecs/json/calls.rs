//! The same objects for calls that travel apart: the transport says which operation it is, so `op` and `reply` are left
//! out; events keep their name, because a stream of them carries every kind.

use server_core::message::Operation;
use server_core::{Event, Reply, Request};

use super::fields::{FromServerFields, RequestFields};
use super::{decode, encode, object};
use crate::codec::{CallCodec, DecodeError, NotExpressible, check_reply, check_request};

/// The codec for calls.
pub(super) struct Calls;

impl CallCodec for Calls {
    fn encode_request(
        &self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        check_request(request)?;
        object::write_object(out, |object| encode::request_fields(request, object));
        Ok(())
    }

    fn decode_request<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Request<'a>, DecodeError> {
        let mut fields = RequestFields::default();
        decode::fill(&mut fields, body)
            .and_then(|()| fields.take_request(operation))
            .map_err(|reason| malformed(body, reason))
    }

    fn encode_reply(&self, reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        check_reply(reply)?;
        object::write_object(out, |object| encode::reply_fields(reply, object));
        Ok(())
    }

    fn decode_reply<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Reply<'a>, DecodeError> {
        let mut fields = FromServerFields::default();
        decode::fill(&mut fields, body)
            .and_then(|()| fields.take_reply(operation))
            .map_err(|reason| malformed(body, reason))
    }

    fn encode_event(&self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        object::write_object(out, |object| encode::event_fields(event, object));
        Ok(())
    }

    fn decode_event<'a>(&self, body: &'a [u8]) -> Result<Event<'a>, DecodeError> {
        decode::event(body).map_err(|reason| malformed(body, reason))
    }
}

fn malformed(body: &[u8], reason: &'static str) -> DecodeError {
    DecodeError::Malformed {
        frame_bytes: body.len(),
        reason,
    }
}
