//! What a codec is: the vocabulary as bytes, and back. A codec does no I/O.

use crate::capabilities::{self, Capabilities};
use server_core::message::Operation;
use server_core::{ErrorCode, Event, FromServer, Refusal, Reply, Request};

/// A codec in the registry: where the two ends of a connection get theirs.
pub trait CodecFactory: Send + Sync {
    /// Its name, as in `name+transport`.
    fn name(&self) -> &'static str;

    /// One line that says what it is.
    fn description(&self) -> &'static str;

    /// A codec for one end of one connection that carries frames in order.
    fn open(&self, setup: Setup) -> Box<dyn Codec>;

    /// The codec for a transport that carries each call apart.
    ///
    /// # Errors
    /// [`NoCalls`] if the format is no more than a conversation.
    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls>;

    /// What its frames are made of, for transports that tell texts from bytes.
    fn content(&self) -> Content {
        Content::Bytes
    }

    /// What it can say, and by which rules.
    fn capabilities(&self) -> &'static Capabilities {
        &capabilities::EVERYTHING
    }
}

/// What frames are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Any bytes.
    Bytes,
    /// UTF-8.
    Text,
}

/// A format has no form in which each call travels apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCalls {
    /// Why, in words that finish "because …".
    pub why: &'static str,
}

/// How the frames of a connection travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Who finds the boundaries.
    pub framing: Framing,
    /// The longest frame that is decoded, in bytes; a longer one is refused before memory is taken for it.
    pub frame_max_bytes: usize,
}

/// Who finds the boundaries between frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The codec: the transport is a stream of bytes.
    Codec,
    /// The transport: each message of it is one frame.
    Transport,
}

/// One end of one connection, with whatever the format remembers from frame to frame. A client calls
/// `encode_request` and `decode_reply`, a server the other two.
///
/// Encoders append whole frames to `out` and leave what is there alone. Decoders look at the start of `input`:
/// `Ok(None)` says that more bytes are needed, and `input` must then come again with more behind it. Whatever
/// they return borrows from `input` or from the codec, wherever the format allows.
pub trait Codec: Send {
    /// Appends the frame of a request.
    ///
    /// # Errors
    /// [`NotExpressible`] if the format has no way to say it; nothing was appended then.
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible>;

    /// Decodes the first request of `input`.
    ///
    /// # Errors
    /// [`DecodeError`], with the codec's state as it was before the frame.
    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError>;

    /// Appends the frame of a reply, a refusal or an event.
    ///
    /// # Errors
    /// As [`Codec::encode_request`].
    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible>;

    /// Decodes the first reply, refusal or event of `input`.
    ///
    /// # Errors
    /// As [`Codec::decode_request`].
    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError>;
}

/// A format for calls that travel apart: it keeps nothing between them, and the transport says which operation a
/// body belongs to. Refusals travel in the transport's own way.
pub trait CallCodec: Send + Sync {
    /// Appends the body of a request.
    ///
    /// # Errors
    /// As [`Codec::encode_request`].
    fn encode_request(
        &self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible>;

    /// Decodes the body of a request.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`].
    fn decode_request<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Request<'a>, DecodeError>;

    /// Appends the body of a reply.
    ///
    /// # Errors
    /// As [`Codec::encode_request`].
    fn encode_reply(&self, reply: &Reply<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible>;

    /// Decodes the body of a reply.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`].
    fn decode_reply<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<Reply<'a>, DecodeError>;

    /// Appends the body of an event.
    ///
    /// # Errors
    /// As [`Codec::encode_request`].
    fn encode_event(&self, event: &Event<'_>, out: &mut Vec<u8>) -> Result<(), NotExpressible>;

    /// Decodes the body of an event.
    ///
    /// # Errors
    /// [`DecodeError::Malformed`].
    fn decode_event<'a>(&self, body: &'a [u8]) -> Result<Event<'a>, DecodeError>;
}

/// What an encoder did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// What counts at the layer `message`, in bytes: the frame without what only finds its boundary.
    pub message_bytes: usize,
}

/// What a decoder found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// The request, reply or event.
    pub value: T,
    /// How many bytes of the input its frame took.
    pub frame_bytes: usize,
    /// What counts at the layer `message`, in bytes.
    pub message_bytes: usize,
}

/// Why bytes can never be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The frame's boundary is known and its body is wrong: skip `frame_bytes`, say so, and go on.
    #[error("malformed frame: {reason}")]
    Malformed {
        /// How many bytes of the input the frame takes.
        frame_bytes: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The frame is whole and right, and its sender may not ask that: skip `frame_bytes`, say so, and go on.
    #[error("request refused: {reason}")]
    Refused {
        /// How many bytes of the input the frame takes.
        frame_bytes: usize,
        /// What to tell the peer.
        refusal: Refusal,
        /// What is wrong.
        reason: &'static str,
    },
    /// The frame's boundary is lost, or past the limit: say so, and close.
    #[error("frame refused: {reason}")]
    Lost {
        /// What to tell the peer.
        refusal: Refusal,
        /// What is wrong.
        reason: &'static str,
    },
}

impl DecodeError {
    /// A frame that is longer than what is taken, in bytes.
    pub(crate) fn too_long(limit: usize) -> Self {
        Self::Lost {
            refusal: Refusal::with_detail(ErrorCode::FrameRefused, limit as u64),
            reason: "the frame is too long",
        }
    }

    /// A message of a transport, of this many bytes, that does not hold a whole frame.
    pub(crate) const fn no_frame(message_bytes: usize) -> Self {
        Self::Malformed {
            frame_bytes: message_bytes,
            reason: "the message is not a whole frame",
        }
    }
}

/// What is said of requests and replies that only accounts without passwords have, in formats of those that have them.
pub(crate) const NO_PASSWORD: NotExpressible = NotExpressible {
    reason: "its accounts have passwords",
};

/// Checks that a request is one that accounts with passwords have.
pub(crate) const fn check_request(request: &Request<'_>) -> Result<(), NotExpressible> {
    match request {
        Request::SignUp { .. } | Request::Enter { .. } => Err(NO_PASSWORD),
        _ => Ok(()),
    }
}

/// Checks that a reply is one that accounts with passwords have.
pub(crate) const fn check_reply(reply: &Reply<'_>) -> Result<(), NotExpressible> {
    match reply {
        Reply::SignUp { .. } | Reply::Enter { .. } => Err(NO_PASSWORD),
        _ => Ok(()),
    }
}

/// A format has no way to say a request or a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this protocol cannot express that: {reason}")]
pub struct NotExpressible {
    /// What it cannot say.
    pub reason: &'static str,
}
