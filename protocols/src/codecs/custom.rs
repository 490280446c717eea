//! The codec `custom`: designed by hand for the fewest bytes. Specified in `proto/custom.md`.

mod calls;
mod event;
mod frame;
mod from_server;
mod messages;
mod names;
pub(super) mod number;
mod reader;
mod receiver;
mod request;
mod sender;

use server_core::limits::PROTOCOL_VERSION;
use server_core::{ErrorCode, FromServer, Refusal, Request};

use self::frame::Frame;
use self::receiver::{Parsed, Reading, Receiver};
use self::sender::Sender;
use crate::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};

/// The codec.
pub struct Custom;

impl CodecFactory for Custom {
    fn name(&self) -> &'static str {
        "custom"
    }

    fn description(&self) -> &'static str {
        "designed by hand for the fewest bytes: no field names, names cross once, numbers as differences"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(CustomCodec {
            setup,
            stage: Stage::Fresh,
            sender: Sender::default(),
            receiver: Receiver::default(),
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&calls::Calls)
    }
}

/// One end of a connection.
struct CustomCodec {
    setup: Setup,
    stage: Stage,
    sender: Sender,
    receiver: Receiver,
}

/// How far the two ends have come to know each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The preface is the first thing to cross.
    Fresh,
    /// Both ends speak this version.
    Open,
    /// The client speaks another version: what follows its preface cannot be read.
    Foreign,
}

impl Codec for CustomCodec {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        if matches!(request, Request::Hello { .. }) {
            self.stage = Stage::Open;
        } else if self.stage == Stage::Fresh {
            return Err(NotExpressible {
                reason: "a connection begins with the request hello",
            });
        }
        request::encode(request, &mut self.sender, out)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        self.check_stage(input)?;
        let decoded = decode(self.setup, &mut self.receiver, input, request::decode)?;
        if let Some(Decoded {
            value: Request::Hello { version },
            ..
        }) = &decoded
        {
            self.stage = if *version == PROTOCOL_VERSION {
                Stage::Open
            } else {
                Stage::Foreign
            };
        }
        Ok(decoded)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        from_server::encode(reply, &mut self.sender, out)
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        decode(self.setup, &mut self.receiver, input, from_server::decode)
    }
}

impl CustomCodec {
    /// Makes sure that what a client sends can be read at all.
    fn check_stage(&self, input: &[u8]) -> Result<(), DecodeError> {
        match self.stage {
            Stage::Fresh if !request::may_begin_preface(input) => Err(DecodeError::Lost {
                refusal: ErrorCode::FrameRefused.into(),
                reason: "the connection does not begin with the preface",
            }),
            Stage::Foreign if !input.is_empty() => Err(DecodeError::Lost {
                refusal: Refusal::with_detail(
                    ErrorCode::UnsupportedVersion,
                    PROTOCOL_VERSION.into(),
                ),
                reason: "what follows the preface of another version cannot be read",
            }),
            Stage::Fresh | Stage::Open | Stage::Foreign => Ok(()),
        }
    }
}

/// Decodes the first frame of the input; what the connection remembers changes only if all of it is right.
fn decode<'a, T>(
    setup: Setup,
    receiver: &'a mut Receiver,
    input: &'a [u8],
    parse: impl FnOnce(u8, &mut Reading<'a, '_>) -> Parsed<T>,
) -> Result<Option<Decoded<T>>, DecodeError> {
    let Some(Frame {
        code,
        body,
        length: frame_bytes,
    }) = frame::first(setup, input)?
    else {
        return Ok(None);
    };
    match receiver.read(body, |reading| parse(code, reading)) {
        Ok(value) => Ok(Some(Decoded {
            value,
            frame_bytes,
            message_bytes: 1 + body.len(),
        })),
        Err(reason) => Err(DecodeError::Malformed {
            frame_bytes,
            reason,
        }),
    }
}
