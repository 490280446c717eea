//! What a typed client cannot send, by codec: the one place of the suite that knows a format.

use super::check::{Checked, Stop};
use super::target::Door;

/// Frames that are wrong in a known way.
pub(super) struct RawFrames {
    codec: &'static str,
    /// `Read` with a limit that is no number.
    pub(super) read_a_messages: &'static [u8],
    /// A frame with a boundary and nothing sensible in it.
    pub(super) nonsense: &'static [u8],
    /// A request that has no meaning in this format, otherwise well made.
    pub(super) unknown_operation: &'static [u8],
    /// A request that breaks off before its last field, in a frame of its own.
    pub(super) missing_field: &'static [u8],
}

/// One entry a codec with a stream of bytes.
static FRAMES: &[RawFrames] = &[RawFrames {
    codec: "json",
    read_a_messages: b"{\"op\":\"read\",\"limit\":\"a\"}\n",
    nonsense: b"\x00\xff{]\n",
    unknown_operation: b"{\"op\":\"dance\"}\n",
    missing_field: b"{\"op\":\"send\",\"to\":\"somebody\"}\n",
}];

/// The frames of a door's codec.
pub(super) fn frames(door: &dyn Door) -> Checked<&'static RawFrames> {
    let codec = door
        .codec()
        .ok_or_else(|| Stop::skipped("this client has no codec"))?
        .name();
    let known = FRAMES.iter().find(|frames| frames.codec == codec);
    known.ok_or_else(|| Stop::skipped(format!("no wrong frames are known for {codec}")))
}
