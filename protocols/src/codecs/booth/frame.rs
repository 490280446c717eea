//! D's frame: 1 byte version, 1 byte action, 4 bytes size, the body, and 16 bytes of authentication where the action needs
//! them. Nothing needs to be added to it for a stream.

use server_core::message::Token;
use server_core::{ErrorCode, Refusal};

use super::super::notebook::{body, page};
use crate::codec::{DecodeError, Decoded, Framing, NotExpressible, Setup};

/// The version that this is.
pub(super) const VERSION: u8 = 1;

/// The actions; D gives no numbers.
pub(super) const REFUSED: u8 = 0;
pub(super) const SIGN_UP: u8 = 1;
pub(super) const LOG_IN: u8 = 2;
pub(super) const LIST: u8 = 3;
pub(super) const SEND: u8 = 4;
pub(super) const DELIVER: u8 = 5;
pub(super) const READ: u8 = 6;
pub(super) const DELETE_ACCOUNT: u8 = 7;
pub(super) const LEAVE: u8 = 8;

/// Version, action and size, in bytes.
const HEADER_BYTES: usize = 6;

/// A frame as it came.
pub(super) struct Frame<'a> {
    pub(super) action: u8,
    pub(super) body: &'a [u8],
    pub(super) authentication: Option<Token>,
    bytes: usize,
}

impl Frame<'_> {
    /// What is read of it, or what is wrong with it.
    pub(super) fn decoded<T>(
        &self,
        value: Result<T, &'static str>,
    ) -> Result<Decoded<T>, DecodeError> {
        let frame_bytes = self.bytes;
        match value {
            Ok(value) => Ok(Decoded {
                value,
                frame_bytes,
                message_bytes: frame_bytes,
            }),
            Err(reason) => Err(DecodeError::Malformed {
                frame_bytes,
                reason,
            }),
        }
    }
}

/// Appends a frame with the body that `write` appends, without authentication.
pub(super) fn write(
    action: u8,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), NotExpressible>,
) -> Result<(), NotExpressible> {
    out.extend_from_slice(&[VERSION, action]);
    body::write::<4>(Framing::Codec, out, write).map(drop)
}

/// The first frame; `None` if it is not all there. `is_authenticated` tells which actions need it.
pub(super) fn first(
    setup: Setup,
    input: &[u8],
    is_authenticated: fn(u8) -> bool,
) -> Result<Option<Frame<'_>>, DecodeError> {
    body::check_length(setup, input)?;
    match input.first() {
        None => return Ok(None),
        Some(&VERSION) => {}
        // What another version puts behind its number, this one does not know.
        Some(_) => {
            return Err(DecodeError::Lost {
                refusal: Refusal::with_detail(ErrorCode::UnsupportedVersion, VERSION.into()),
                reason: "the frame is of another version",
            });
        }
    }
    let Some(&[_, action, a, b, c, d]) = input.first_chunk::<HEADER_BYTES>() else {
        return ends_too_soon(setup, input);
    };
    let authentication_bytes = if is_authenticated(action) {
        size_of::<Token>()
    } else {
        0
    };
    let body_end = usize::try_from(u32::from_be_bytes([a, b, c, d]))
        .ok()
        .and_then(|size| size.checked_add(HEADER_BYTES));
    let ends = body_end.and_then(|end| Some((end, end.checked_add(authentication_bytes)?)));
    let (body_end, frame_bytes) = ends
        .filter(|&(_, end)| end <= setup.frame_max_bytes)
        .ok_or_else(|| DecodeError::too_long(setup.frame_max_bytes))?;
    let Some(frame) = input.get(..frame_bytes) else {
        return ends_too_soon(setup, input);
    };
    if setup.framing == Framing::Transport && frame_bytes < input.len() {
        return ends_too_soon(setup, input);
    }
    Ok(Some(Frame {
        action,
        body: &frame[HEADER_BYTES..body_end],
        authentication: frame[body_end..].try_into().ok().map(Token),
        bytes: frame_bytes,
    }))
}

/// A stream goes on; a message of a transport does not.
fn ends_too_soon(setup: Setup, input: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
    match setup.framing {
        Framing::Codec => Ok(None),
        Framing::Transport => Err(DecodeError::Malformed {
            frame_bytes: input.len(),
            reason: "the frame is not as long as it says",
        }),
    }
}

/// Appends a string behind its length, a byte.
pub(super) fn write_short(string: &str, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
    let length = u8::try_from(string.len()).map_err(|_| body::TOO_LONG)?;
    out.push(length);
    out.extend_from_slice(string.as_bytes());
    Ok(())
}

/// Takes bytes off the front of a body.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// What is said of a body that ends within a field.
const TOO_SHORT: &str = "the body ends within a field";

impl<'a> Reader<'a> {
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (array, left) = self.0.split_first_chunk().ok_or(TOO_SHORT)?;
        self.0 = left;
        Ok(*array)
    }

    pub(super) fn u8(&mut self) -> Result<u8, &'static str> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, &'static str> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn boolean(&mut self) -> Result<bool, &'static str> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err("a boolean is 0 or 1"),
        }
    }

    /// A string of so many bytes.
    pub(super) fn string(&mut self, bytes: usize) -> Result<&'a str, &'static str> {
        let (string, left) = self.0.split_at_checked(bytes).ok_or(TOO_SHORT)?;
        self.0 = left;
        std::str::from_utf8(string).map_err(|_| "a string is UTF-8")
    }

    /// A string behind its length, a byte.
    pub(super) fn short(&mut self) -> Result<&'a str, &'static str> {
        let length = self.u8()?;
        self.string(length.into())
    }

    /// All that is left, as a string.
    pub(super) fn rest(&mut self) -> Result<&'a str, &'static str> {
        self.string(self.0.len())
    }

    /// One behind the other until nothing is left.
    pub(super) fn page<T>(
        &mut self,
        read: impl Fn(&mut Self) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, &'static str> {
        page(std::iter::from_fn(|| {
            (!self.0.is_empty()).then(|| read(self))
        }))
    }

    pub(super) fn end<T>(self, value: T) -> Result<T, &'static str> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err("the body goes on behind its last field")
        }
    }
}
