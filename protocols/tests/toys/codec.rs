//! A codec: whatever `postcard` makes of a message, with every bit turned.

use protocols::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};
use protocols::codecs::postcard::Postcard;
use server_core::{FromServer, Request};

pub(crate) struct Negative;

impl CodecFactory for Negative {
    fn name(&self) -> &'static str {
        "negative"
    }

    fn description(&self) -> &'static str {
        "postcard with every bit turned"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(NegativeCodec(Postcard.open(setup), Vec::new()))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        let why = "a toy is for playing on streams";
        Err(NoCalls { why })
    }
}

/// One end, and what it read last.
struct NegativeCodec(Box<dyn Codec>, Vec<u8>);

type Found<T> = Result<Option<Decoded<T>>, DecodeError>;

impl Codec for NegativeCodec {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let start = out.len();
        let encoded = self.0.encode_request(request, out);
        turn(&mut out[start..]);
        encoded
    }

    fn decode_request<'a>(&'a mut self, input: &'a [u8]) -> Found<Request<'a>> {
        self.1 = input.to_vec();
        turn(&mut self.1);
        self.0.decode_request(&self.1)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let start = out.len();
        let encoded = self.0.encode_reply(reply, out);
        turn(&mut out[start..]);
        encoded
    }

    fn decode_reply<'a>(&'a mut self, input: &'a [u8]) -> Found<FromServer<'a>> {
        self.1 = input.to_vec();
        turn(&mut self.1);
        self.0.decode_reply(&self.1)
    }
}

fn turn(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = !*byte;
    }
}
