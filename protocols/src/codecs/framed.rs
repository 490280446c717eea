//! Bodies behind their lengths: the frames of formats that do not say where a message ends. Specified in
//! `proto/frames.md`.

use server_core::{ErrorCode, FromServer, Request};

use super::custom::number::{read_varint, write_varint};
use crate::codec::{Codec, DecodeError, Decoded, Encoded, Framing, NotExpressible, Setup};

/// How a format writes one message, without its boundary. It remembers nothing from message to message.
pub(super) trait Bodies: Send {
    /// Appends the body of a request.
    fn write_request(&self, request: &Request<'_>, out: &mut Vec<u8>)
    -> Result<(), NotExpressible>;

    /// Reads the body of a request, all of it; what is wrong with it otherwise.
    fn read_request<'a>(&self, body: &'a [u8]) -> Result<Request<'a>, &'static str>;

    /// Appends the body of a reply, a refusal or an event.
    fn write_from_server(
        &self,
        message: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible>;

    /// Reads the body of a reply, a refusal or an event, all of it; what is wrong with it otherwise.
    fn read_from_server<'a>(&self, body: &'a [u8]) -> Result<FromServer<'a>, &'static str>;
}

/// What is said when a format's library did not write a message.
pub(super) const UNWRITABLE: NotExpressible = NotExpressible {
    reason: "the format's library refused to write it",
};

/// One end of a connection.
pub(super) struct Framed<B> {
    setup: Setup,
    bodies: B,
}

impl<B> Framed<B> {
    pub(super) const fn new(setup: Setup, bodies: B) -> Self {
        Self { setup, bodies }
    }
}

impl<B: Bodies> Codec for Framed<B> {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        write(self.setup.framing, out, |out| {
            self.bodies.write_request(request, out)
        })
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        read(self.setup, input, |body| self.bodies.read_request(body))
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        write(self.setup.framing, out, |out| {
            self.bodies.write_from_server(reply, out)
        })
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        read(self.setup, input, |body| self.bodies.read_from_server(body))
    }
}

/// Appends a frame whose body `body` appends.
fn write(
    framing: Framing,
    out: &mut Vec<u8>,
    body: impl FnOnce(&mut Vec<u8>) -> Result<(), NotExpressible>,
) -> Result<Encoded, NotExpressible> {
    let start = out.len();
    if framing == Framing::Codec {
        // Most bodies are short enough for a length of one byte; the others are moved to make room.
        out.push(0);
    }
    let body_start = out.len();
    if let Err(error) = body(out) {
        out.truncate(start);
        return Err(error);
    }
    let message_bytes = out.len() - body_start;
    if framing == Framing::Codec {
        match u8::try_from(message_bytes) {
            Ok(short @ 0..0x80) => out[start] = short,
            _ => insert_length(out, start, message_bytes),
        }
    }
    Ok(Encoded { message_bytes })
}

/// Puts a length of several bytes in the place of the one byte at `start`.
fn insert_length(out: &mut Vec<u8>, start: usize, length: usize) {
    let mut prefix = Vec::with_capacity(5);
    write_varint(&mut prefix, length as u64);
    out.splice(start..=start, prefix);
}

/// Reads the first frame; `None` if its end is not there yet.
fn read<'a, T>(
    setup: Setup,
    input: &'a [u8],
    parse: impl FnOnce(&'a [u8]) -> Result<T, &'static str>,
) -> Result<Option<Decoded<T>>, DecodeError> {
    let Some(prefix_and_body) = first(setup, input)? else {
        return Ok(None);
    };
    let [frame_bytes, message_bytes] = prefix_and_body.map(<[u8]>::len);
    let [_, body] = prefix_and_body;
    match parse(body) {
        Ok(value) => Ok(Some(Decoded {
            value,
            frame_bytes,
            message_bytes,
        })),
        Err(reason) => Err(DecodeError::Malformed {
            frame_bytes,
            reason,
        }),
    }
}

/// The first frame, and the body in it.
fn first(setup: Setup, input: &[u8]) -> Result<Option<[&[u8]; 2]>, DecodeError> {
    let limit = setup.frame_max_bytes;
    if input.is_empty() {
        return Ok(None);
    }
    if setup.framing == Framing::Transport {
        return if input.len() > limit {
            Err(DecodeError::too_long(limit))
        } else {
            Ok(Some([input, input]))
        };
    }
    let (length, prefix_bytes) = match read_varint(input) {
        Ok(Some(read)) => read,
        Ok(None) => return Ok(None),
        Err(reason) => {
            return Err(DecodeError::Lost {
                refusal: ErrorCode::FrameRefused.into(),
                reason,
            });
        }
    };
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| length.checked_add(prefix_bytes))
        .filter(|&end| end <= limit)
        .ok_or_else(|| DecodeError::too_long(limit))?;
    Ok(input
        .get(..end)
        .map(|frame| [frame, &frame[prefix_bytes..]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: Setup = Setup {
        framing: Framing::Codec,
        frame_max_bytes: 200,
    };

    fn frame(body_bytes: usize) -> Vec<u8> {
        let mut out = vec![0xee];
        let encoded = write(Framing::Codec, &mut out, |out| {
            out.extend(std::iter::repeat_n(7, body_bytes));
            Ok(())
        });
        assert_eq!(
            encoded,
            Ok(Encoded {
                message_bytes: body_bytes
            })
        );
        assert_eq!(out.remove(0), 0xee);
        out
    }

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        assert_eq!(frame(0), [0]);
        assert_eq!(frame(2), [2, 7, 7]);
        assert_eq!(frame(127)[..2], [0x7f, 7]);
        assert_eq!(frame(128)[..3], [0x80, 1, 7]);
        assert_eq!(frame(16_384)[..4], [0x80, 0x80, 1, 7]);
    }

    #[test]
    fn frames_are_found_again_wherever_they_are_cut() {
        for body_bytes in [0, 1, 127, 128, 198] {
            let bytes = frame(body_bytes);
            for cut in 0..bytes.len() {
                assert_eq!(first(SETUP, &bytes[..cut]), Ok(None));
            }
            let [whole, body] = first(SETUP, &bytes).unwrap().unwrap();
            assert_eq!((whole.len(), body.len()), (bytes.len(), body_bytes));
        }
    }

    #[test]
    fn a_frame_past_the_limit_is_refused_by_its_length_alone() {
        assert_eq!(
            first(SETUP, &frame(199)[..2]),
            Err(DecodeError::too_long(200))
        );
        let mut endless = Vec::new();
        write_varint(&mut endless, u64::MAX);
        assert_eq!(first(SETUP, &endless), Err(DecodeError::too_long(200)));
        for overlong in [&[0x80, 0][..], &[0xff; 11]] {
            assert!(matches!(
                first(SETUP, overlong),
                Err(DecodeError::Lost { .. })
            ));
        }
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let mut out = vec![0xee];
        let written = write(Framing::Codec, &mut out, |out| {
            out.push(1);
            Err(UNWRITABLE)
        });
        assert!(written.is_err());
        assert_eq!(out, [0xee]);
    }
}
