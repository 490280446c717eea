//! Lengths in front of what has no end of its own. They are additions of ours: B and C take what one read returns as one
//! message.

use server_core::ErrorCode;

use crate::codec::{DecodeError, Decoded, Encoded, Framing, NotExpressible, Setup};

/// What is said of a body that is longer than its length can say.
pub(in super::super) const TOO_LONG: NotExpressible = NotExpressible {
    reason: "it is longer than the format's length can say",
};

/// Appends a frame, or nothing if it cannot be written; `write` tells how many of its bytes only find its boundary.
pub(in super::super) fn frame(
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<usize, NotExpressible>,
) -> Result<Encoded, NotExpressible> {
    let start = out.len();
    match write(out) {
        Ok(boundary_bytes) => Ok(Encoded {
            message_bytes: out.len() - start - boundary_bytes,
        }),
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Appends what `write` appends behind its length, `N` bytes, big-endian, unless the transport keeps boundaries; tells
/// how many bytes the length took.
pub(in super::super) fn write<const N: usize>(
    framing: Framing,
    out: &mut Vec<u8>,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), NotExpressible>,
) -> Result<usize, NotExpressible> {
    if framing == Framing::Transport {
        return write(out).map(|()| 0);
    }
    let start = out.len();
    out.extend_from_slice(&[0; N]);
    write(out)?;
    let length = ((out.len() - start - N) as u64).to_be_bytes();
    let (above, length) = length.split_at(length.len() - N);
    if above.iter().any(|&byte| byte > 0) {
        return Err(TOO_LONG);
    }
    out[start..start + N].copy_from_slice(length);
    Ok(N)
}

/// What stands behind a length, and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Body<'a> {
    pub(in super::super) bytes: &'a [u8],
    /// How many bytes of the input its frame takes.
    pub(in super::super) frame_bytes: usize,
    /// How many of them the length takes.
    pub(in super::super) length_bytes: usize,
}

impl Body<'_> {
    /// What is read with it, or what is wrong with it.
    pub(in super::super) fn decoded<T>(
        self,
        value: Result<T, &'static str>,
    ) -> Result<Decoded<T>, DecodeError> {
        let Self {
            frame_bytes,
            length_bytes,
            ..
        } = self;
        match value {
            Ok(value) => Ok(Decoded {
                value,
                frame_bytes,
                message_bytes: frame_bytes - length_bytes,
            }),
            Err(reason) => Err(DecodeError::Malformed {
                frame_bytes,
                reason,
            }),
        }
    }
}

/// Checks what a transport that keeps boundaries brought, before anything is read of it.
pub(in super::super) fn check_length(setup: Setup, input: &[u8]) -> Result<(), DecodeError> {
    if setup.framing == Framing::Transport && input.len() > setup.frame_max_bytes {
        return Err(DecodeError::too_long(setup.frame_max_bytes));
    }
    Ok(())
}

/// The body that stands `at` so many bytes of the input behind a length of `N` bytes; `None` if it is not all there.
pub(in super::super) fn read<const N: usize>(
    setup: Setup,
    input: &[u8],
    at: usize,
) -> Result<Option<Body<'_>>, DecodeError> {
    if setup.framing == Framing::Transport {
        return Ok(Some(Body {
            bytes: &input[at..],
            frame_bytes: input.len(),
            length_bytes: 0,
        }));
    }
    let Some(length) = input.get(at..at + N) else {
        return Ok(None);
    };
    let length = length
        .iter()
        .fold(0, |length, &byte| length << 8 | usize::from(byte));
    let frame_bytes = at + N + length;
    if frame_bytes > setup.frame_max_bytes {
        return Err(DecodeError::too_long(setup.frame_max_bytes));
    }
    Ok(input.get(at + N..frame_bytes).map(|bytes| Body {
        bytes,
        frame_bytes,
        length_bytes: N,
    }))
}

/// A frame that ends where it is known to end: with its code.
pub(in super::super) fn none(setup: Setup, input: &[u8], at: usize) -> Body<'_> {
    let end = match setup.framing {
        Framing::Codec => at,
        Framing::Transport => input.len(),
    };
    Body {
        bytes: &input[at..end],
        frame_bytes: end,
        length_bytes: 0,
    }
}

/// Bytes that begin no frame: where the next one begins, nobody knows.
pub(in super::super) fn lost(reason: &'static str) -> DecodeError {
    DecodeError::Lost {
        refusal: ErrorCode::FrameRefused.into(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETUP: Setup = Setup {
        framing: Framing::Codec,
        frame_max_bytes: 100_000,
    };

    fn written<const N: usize>(framing: Framing, bytes: usize) -> Result<Vec<u8>, NotExpressible> {
        let mut out = vec![9];
        let encoded = frame(&mut out, |out| {
            write::<N>(framing, out, |out| {
                out.extend(std::iter::repeat_n(7, bytes));
                Ok(())
            })
        });
        assert_eq!(out[0], 9);
        out.remove(0);
        assert!(encoded.is_ok() || out.is_empty());
        encoded.map(|encoded| {
            assert_eq!(encoded.message_bytes, bytes);
            out
        })
    }

    #[test]
    fn lengths_are_big_endian_and_end_where_their_bytes_do() {
        assert_eq!(written::<2>(Framing::Codec, 0), Ok(vec![0, 0]));
        assert_eq!(written::<2>(Framing::Codec, 258).unwrap()[..3], [1, 2, 7]);
        assert_eq!(
            written::<4>(Framing::Codec, 65_536).unwrap()[..5],
            [0, 1, 0, 0, 7]
        );
        assert_eq!(written::<2>(Framing::Codec, 65_535).unwrap().len(), 65_537);
        assert_eq!(written::<2>(Framing::Codec, 65_536), Err(TOO_LONG));
        assert_eq!(written::<2>(Framing::Transport, 2), Ok(vec![7, 7]));
    }

    #[test]
    fn bodies_are_found_wherever_they_are_cut_and_refused_by_their_length_alone() {
        let bytes = written::<2>(Framing::Codec, 300).unwrap();
        for cut in 0..bytes.len() {
            assert_eq!(read::<2>(SETUP, &bytes[..cut], 0), Ok(None));
        }
        let body = read::<2>(SETUP, &bytes, 0).unwrap().unwrap();
        assert_eq!((body.bytes.len(), body.frame_bytes), (300, 302));
        for (frame_max_bytes, fits) in [(302, true), (301, false)] {
            let setup = Setup {
                frame_max_bytes,
                ..SETUP
            };
            let found = read::<2>(setup, &bytes[..2], 0);
            assert_eq!(
                found,
                if fits {
                    Ok(None)
                } else {
                    Err(DecodeError::too_long(301))
                }
            );
        }
        assert_eq!(
            read::<4>(SETUP, &[255; 4], 0),
            Err(DecodeError::too_long(100_000))
        );
    }
}
