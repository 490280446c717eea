//! The codec `json`: one object a line, for people to read. Specified in `proto/json.md`.

mod calls;
mod decode;
mod encode;
mod fields;
mod lines;
mod object;

use server_core::{FromServer, Request};

use self::calls::Calls;
use self::lines::Lines;
use crate::codec::{
    CallCodec, Codec, CodecFactory, Content, DecodeError, Decoded, Encoded, Framing, NoCalls,
    NotExpressible, Setup,
};

/// The codec.
pub struct Json;

impl CodecFactory for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn description(&self) -> &'static str {
        "one JSON object a line, readable and typed by hand"
    }

    fn content(&self) -> Content {
        Content::Text
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(JsonCodec {
            framing: setup.framing,
            lines: Lines::new(setup),
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls)
    }
}

/// One end of a connection. Objects mean the same wherever they stand; only the search for their ends is remembered.
struct JsonCodec {
    framing: Framing,
    lines: Lines,
}

impl Codec for JsonCodec {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let start = out.len();
        encode::request(request, out)?;
        Ok(self.end_frame(start, out))
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        self.decode(input, decode::request)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let start = out.len();
        encode::from_server(reply, out)?;
        Ok(self.end_frame(start, out))
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        self.decode(input, decode::from_server)
    }
}

impl JsonCodec {
    fn end_frame(&self, start: usize, out: &mut Vec<u8>) -> Encoded {
        let message_bytes = out.len() - start;
        if self.framing == Framing::Codec {
            out.push(b'\n');
        }
        Encoded { message_bytes }
    }

    fn decode<'a, T>(
        &mut self,
        input: &'a [u8],
        parse: fn(&'a [u8]) -> Result<T, &'static str>,
    ) -> Result<Option<Decoded<T>>, DecodeError> {
        let Some(line) = self.lines.first(input)? else {
            return Ok(None);
        };
        let frame_bytes = line.frame_bytes;
        match parse(line.object) {
            Ok(value) => Ok(Some(Decoded {
                value,
                frame_bytes,
                message_bytes: line.object.len(),
            })),
            Err(reason) => Err(DecodeError::Malformed {
                frame_bytes,
                reason,
            }),
        }
    }
}
