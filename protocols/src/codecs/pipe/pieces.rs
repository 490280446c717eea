//! Batches behind an int16 length, and what B did not foresee: those that are longer than it can say. They are cut into
//! pieces, each behind its length; behind a piece of 65,535 bytes there is always another one, which may be empty.

use super::super::notebook::body::Body;
use crate::codec::{DecodeError, Framing, Setup};

/// The longest piece, in bytes.
const PIECE_MAX_BYTES: usize = u16::MAX as usize;

/// Appends a batch in as many pieces as it needs.
pub(super) fn write(mut batch: &[u8], out: &mut Vec<u8>) {
    while let Some((piece, rest)) = batch.split_at_checked(PIECE_MAX_BYTES) {
        out.extend_from_slice(&u16::MAX.to_be_bytes());
        out.extend_from_slice(piece);
        batch = rest;
    }
    // Shorter than the longest piece.
    let [.., high, low] = batch.len().to_be_bytes();
    out.extend_from_slice(&[high, low]);
    out.extend_from_slice(batch);
}

/// The batch that stands `at` so many bytes of the input; `None` if it is not all there. One of several pieces is put
/// together in `joined`. Its lengths are B's, so that they count as the message's.
pub(super) fn read<'a>(
    setup: Setup,
    input: &'a [u8],
    at: usize,
    joined: &'a mut Vec<u8>,
) -> Result<Option<Body<'a>>, DecodeError> {
    let mut end = at;
    joined.clear();
    let last = loop {
        let Some(&[high, low]) = input.get(end..end + 2) else {
            return ends_too_soon(setup, input);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let start = end + 2;
        end = start + length;
        if end > setup.frame_max_bytes {
            return Err(DecodeError::too_long(setup.frame_max_bytes));
        }
        let Some(piece) = input.get(start..end) else {
            return ends_too_soon(setup, input);
        };
        let is_last = length < PIECE_MAX_BYTES;
        if is_last && joined.is_empty() {
            break piece;
        }
        joined.extend_from_slice(piece);
        if is_last {
            break piece;
        }
    };
    if setup.framing == Framing::Transport && end < input.len() {
        return Err(DecodeError::Malformed {
            frame_bytes: input.len(),
            reason: "the batch is shorter than its frame",
        });
    }
    Ok(Some(Body {
        bytes: if joined.is_empty() { last } else { joined },
        frame_bytes: end,
        length_bytes: 0,
    }))
}

fn ends_too_soon(setup: Setup, input: &[u8]) -> Result<Option<Body<'_>>, DecodeError> {
    match setup.framing {
        Framing::Codec => Ok(None),
        Framing::Transport => Err(DecodeError::Malformed {
            frame_bytes: input.len(),
            reason: "the batch is longer than its frame",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(batch_bytes: usize, lengths: &[u16]) {
        let batch: Vec<u8> = (0..=250).cycle().take(batch_bytes).collect();
        let mut out = vec![9];
        write(&batch, &mut out);
        let mut at = 1;
        for &length in lengths {
            assert_eq!(out[at..at + 2], length.to_be_bytes(), "of {batch_bytes}");
            at += 2 + usize::from(length);
        }
        assert_eq!(at, out.len());
        for (framing, cut) in [(Framing::Codec, out.len() - 1), (Framing::Codec, 2)] {
            let setup = Setup {
                framing,
                frame_max_bytes: out.len(),
            };
            assert_eq!(read(setup, &out[..cut], 1, &mut Vec::new()), Ok(None));
        }
        for framing in [Framing::Codec, Framing::Transport] {
            let setup = Setup {
                framing,
                frame_max_bytes: out.len(),
            };
            let mut joined = vec![1, 2, 3];
            let body = read(setup, &out, 1, &mut joined).unwrap().unwrap();
            assert_eq!((body.bytes, body.frame_bytes), (&*batch, out.len()));
            let setup = Setup {
                framing,
                frame_max_bytes: out.len() - 1,
            };
            let error = read(setup, &out, 1, &mut Vec::new()).unwrap_err();
            assert_eq!(error, DecodeError::too_long(out.len() - 1));
        }
    }

    #[test]
    fn a_piece_as_long_as_can_be_is_followed_by_another() {
        check(0, &[0]);
        check(65_534, &[65_534]);
        check(65_535, &[65_535, 0]);
        check(65_536, &[65_535, 1]);
        check(131_070, &[65_535, 65_535, 0]);
        check(200_000, &[65_535, 65_535, 65_535, 3_395]);
    }

    #[test]
    fn a_transports_message_is_as_long_as_its_batch() {
        let setup = Setup {
            framing: Framing::Transport,
            frame_max_bytes: 100,
        };
        for input in [&[9, 0, 2, 7, 7, 7][..], &[9, 0, 2, 7], &[9, 0]] {
            let mut joined = Vec::new();
            let read = read(setup, input, 1, &mut joined);
            assert!(
                matches!(read, Err(DecodeError::Malformed { frame_bytes, .. }) if frame_bytes == input.len())
            );
        }
    }
}
