//! Where a frame ends: its first byte joins what it is with how long it is.

use server_core::ErrorCode;

use super::number::{read_varint, write_varint};
use crate::codec::{DecodeError, Encoded, Framing, Setup};

/// What the length in the first byte stops at: from here on, the rest follows as a varint.
const LONG: u8 = 15;

/// A frame that is there whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// What it is: its first byte without the length.
    pub(super) code: u8,
    /// What it says.
    pub(super) body: &'a [u8],
    /// What it takes of the input, in bytes.
    pub(super) length: usize,
}

/// Appends a frame without a body.
pub(super) fn write_bare(out: &mut Vec<u8>, code: u8) -> Encoded {
    out.push(code);
    Encoded { message_bytes: 1 }
}

/// Appends a frame whose body `write` appends.
pub(super) fn write(out: &mut Vec<u8>, code: u8, write: impl FnOnce(&mut Vec<u8>)) -> Encoded {
    let head = out.len();
    out.push(code);
    write(out);
    let body_bytes = out.len() - head - 1;
    match u8::try_from(body_bytes) {
        Ok(short) if short < LONG => out[head] |= short,
        _ => {
            out[head] |= LONG;
            insert_length(out, head + 1);
        }
    }
    Encoded {
        message_bytes: 1 + body_bytes,
    }
}

/// Puts the rest of the length in front of the body, which begins at `start` and ends `out`.
fn insert_length(out: &mut Vec<u8>, start: usize) {
    let end = out.len();
    write_varint(out, (end - start - usize::from(LONG)) as u64);
    let length_bytes = out.len() - end;
    out[start..].rotate_right(length_bytes);
}

/// Finds the first frame; `None` if its end is not there yet.
///
/// # Errors
/// [`DecodeError::Lost`] if its length makes no sense or is past the limit; [`DecodeError::Malformed`] if a transport
/// that keeps boundaries brought something else than one frame.
pub(super) fn first(setup: Setup, input: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
    let limit = setup.frame_max_bytes;
    let whole = setup.framing == Framing::Transport;
    if whole && input.len() > limit {
        return Err(DecodeError::too_long(limit));
    }
    let Some(&head) = input.first() else {
        return Ok(None);
    };
    let Some(bounds) = bounds(head, &input[1..], limit)? else {
        return if whole { Err(not_one(input)) } else { Ok(None) };
    };
    if whole && input.len() != bounds.end {
        return Err(not_one(input));
    }
    let code = if head < 0x10 { head } else { head & 0xf0 };
    let body = input.get(bounds.start..bounds.end);
    Ok(body.map(|body| Frame {
        code,
        body,
        length: bounds.end,
    }))
}

/// Where the body lies, counted from the head.
struct Bounds {
    start: usize,
    end: usize,
}

fn bounds(head: u8, behind: &[u8], limit: usize) -> Result<Option<Bounds>, DecodeError> {
    let (start, length) = match (head >> 4, head & 0x0f) {
        (0, _) => (1, 0),
        (_, LONG) => match read_varint(behind) {
            Ok(Some((more, bytes))) => (1 + bytes, more.saturating_add(LONG.into())),
            Ok(None) => return Ok(None),
            Err(reason) => {
                return Err(DecodeError::Lost {
                    refusal: ErrorCode::FrameRefused.into(),
                    reason,
                });
            }
        },
        (_, short) => (1, short.into()),
    };
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| length.checked_add(start));
    match end {
        Some(end) if end <= limit => Ok(Some(Bounds { start, end })),
        _ => Err(DecodeError::too_long(limit)),
    }
}

fn not_one(input: &[u8]) -> DecodeError {
    DecodeError::Malformed {
        frame_bytes: input.len(),
        reason: "it is not exactly one frame",
    }
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
        let encoded = write(&mut out, 0x30, |out| {
            out.extend(std::iter::repeat_n(7, body_bytes));
        });
        assert_eq!(encoded.message_bytes, 1 + body_bytes);
        assert_eq!(out.remove(0), 0xee);
        out
    }

    #[test]
    fn short_lengths_ride_in_the_first_byte() {
        assert_eq!(frame(0), [0x30]);
        assert_eq!(frame(2), [0x32, 7, 7]);
        assert_eq!(frame(14)[..2], [0x3e, 7]);
        assert_eq!(frame(15)[..3], [0x3f, 0, 7]);
        assert_eq!(frame(142)[..3], [0x3f, 127, 7]);
        assert_eq!(frame(143)[..4], [0x3f, 0x80, 1, 7]);
    }

    #[test]
    fn frames_are_found_again_wherever_they_are_cut() {
        for body_bytes in [0, 1, 14, 15, 16, 142, 143, 197] {
            let bytes = frame(body_bytes);
            for cut in 0..bytes.len() {
                assert_eq!(first(SETUP, &bytes[..cut]), Ok(None));
            }
            let found = first(SETUP, &bytes).unwrap().unwrap();
            assert_eq!(
                (found.code, found.body.len(), found.length),
                (0x30, body_bytes, bytes.len())
            );
        }
    }

    #[test]
    fn a_frame_past_the_limit_is_refused_by_its_length_alone() {
        assert_eq!(frame(197).len(), 200);
        assert_eq!(
            first(SETUP, &frame(198)[..3]),
            Err(DecodeError::too_long(200))
        );
        let mut endless = vec![0x3f];
        write_varint(&mut endless, u64::MAX);
        assert_eq!(first(SETUP, &endless), Err(DecodeError::too_long(200)));
        assert!(matches!(
            first(SETUP, &[0x3f, 0x80, 0]),
            Err(DecodeError::Lost { .. })
        ));
    }

    #[test]
    fn a_message_of_a_transport_is_exactly_one_frame() {
        let setup = Setup {
            framing: Framing::Transport,
            ..SETUP
        };
        let bytes = frame(20);
        assert_eq!(first(setup, &bytes).unwrap().unwrap().length, bytes.len());
        assert_eq!(first(setup, &[]), Ok(None));
        for wrong in [&bytes[..1], &bytes[..20], &[&bytes[..], &[0]].concat()] {
            assert_eq!(first(setup, wrong), Err(not_one(wrong)));
        }
        assert_eq!(first(setup, &[0x30; 201]), Err(DecodeError::too_long(200)));
    }
}
