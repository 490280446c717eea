//! What a typed client cannot send, by codec: the one place of the suite that knows a format.

use server_core::limits::REQUEST_MAX_BYTES;

/// Bytes that are wrong in a known way.
pub(in crate::conformance) struct RawFrames {
    pub(super) codec: &'static str,
    /// `Read` with a limit that is no number, if a limit can be said.
    pub(in crate::conformance) read_a_messages: Option<&'static [u8]>,
    /// A frame with a boundary and nothing sensible in it.
    pub(in crate::conformance) nonsense: &'static [u8],
    /// A request that the format does not have, otherwise well made.
    pub(in crate::conformance) unknown_operation: &'static [u8],
    /// A request that ends before its last field, in a frame of its own.
    pub(in crate::conformance) missing_field: &'static [u8],
    /// A request that goes on behind its last field, if that does not take all there is.
    pub(in crate::conformance) trailing_bytes: Option<&'static [u8]>,
    /// A message to be sent whose text is not UTF-8.
    pub(in crate::conformance) not_utf8: &'static [u8],
    /// A well-made request with something in it that this version does not know; `None` if a format has no room.
    pub(in crate::conformance) unknown_field: Option<&'static [u8]>,
    /// The beginning of a connection by a client of another version, if versions are said.
    pub(in crate::conformance) other_version: Option<&'static [u8]>,
    /// The beginning of a connection by something that is no client at all, if the format can tell.
    pub(in crate::conformance) no_client: Option<&'static [u8]>,
    /// A frame whose boundary is lost, if that can be other than by its length.
    pub(in crate::conformance) no_boundary: Option<&'static [u8]>,
    /// As much of a frame that is longer than a server accepts as shows that it is.
    pub(in crate::conformance) oversize: fn() -> Vec<u8>,
}

/// One entry a codec that finds its frames in a stream of bytes.
pub(super) static FRAMES: &[RawFrames] = &[
    RawFrames {
        codec: "custom",
        // A number of one byte that says more bytes follow.
        read_a_messages: Some(b"\x91\x80"),
        nonsense: b"\x0f",
        unknown_operation: b"\xf1a",
        missing_field: b"\x10",
        trailing_bytes: Some(b"\x6f\x02seventeen bytes!!"),
        not_utf8: b"\x14\x00\x01a\xff",
        unknown_field: None,
        other_version: Some(b"talk\x02"),
        no_client: Some(b"GET / HTTP/1.1\r\n\r\n"),
        no_boundary: Some(b"\x1f\x80\x00"),
        oversize: || {
            // The length of the body as a varint, less 15: one byte more than fits with the 4 bytes before it.
            let length = REQUEST_MAX_BYTES - 4 - 15 + 1;
            let septet = |shift: usize| u8::try_from((length >> shift) & 0x7f).unwrap_or_default();
            vec![0x1f, septet(0) | 0x80, septet(7) | 0x80, septet(14)]
        },
    },
    RawFrames {
        codec: "json",
        read_a_messages: Some(b"{\"op\":\"read\",\"limit\":\"a\"}\n"),
        nonsense: b"\x00{]\n",
        unknown_operation: b"{\"op\":\"dance\"}\n",
        missing_field: b"{\"op\":\"send\",\"to\":\"somebody\"}\n",
        trailing_bytes: Some(b"{\"op\":\"ping\"} {\"op\":\"ping\"}\n"),
        not_utf8: b"{\"op\":\"send\",\"to\":\"somebody\",\"text\":\"\xff\"}\n",
        unknown_field: Some(b"{\"op\":\"ping\",\"colour\":[\"blue\",{\"deep\":null}]}\n"),
        other_version: Some(b"{\"op\":\"hello\",\"version\":2}\n"),
        no_client: None,
        no_boundary: None,
        oversize: || vec![b'['; REQUEST_MAX_BYTES],
    },
    RawFrames {
        codec: "postcard",
        // A number of one byte that says more bytes follow.
        read_a_messages: Some(b"\x03\x0b\x00\x80"),
        nonsense: b"\x01\x7f",
        unknown_operation: b"\x03\x10\x01a",
        missing_field: b"\x03\x09\x01a",
        trailing_bytes: Some(b"\x02\x07\x00"),
        not_utf8: b"\x06\x09\x01a\x01\xff\x00",
        unknown_field: None,
        other_version: Some(b"\x02\x00\x02"),
        no_client: None,
        no_boundary: Some(OVERLONG),
        oversize: length_past_the_limit,
    },
    RawFrames {
        codec: "bincode",
        // A number of 128 bits.
        read_a_messages: Some(b"\x03\x0b\x00\xfe"),
        nonsense: b"\x01\x7f",
        unknown_operation: b"\x03\x10\x01a",
        missing_field: b"\x03\x09\x01a",
        trailing_bytes: Some(b"\x02\x07\x00"),
        not_utf8: b"\x06\x09\x01a\x01\xff\x00",
        unknown_field: None,
        other_version: Some(b"\x02\x00\x02"),
        no_client: None,
        no_boundary: Some(OVERLONG),
        oversize: length_past_the_limit,
    },
    RawFrames {
        codec: "msgpack",
        read_a_messages: Some(b"\x0a\x81\xa4read\x92\xc0\xa1a"),
        nonsense: b"\x01\xc1",
        unknown_operation: b"\x06\xa5dance",
        missing_field: b"\x09\x81\xa4send\x91\xa1a",
        trailing_bytes: Some(b"\x06\xa4ping\x00"),
        not_utf8: b"\x0c\x81\xa4send\x93\xa1a\xa1\xff\xc0",
        unknown_field: None,
        other_version: Some(b"\x09\x81\xa5hello\x91\x02"),
        no_client: None,
        no_boundary: Some(OVERLONG),
        oversize: length_past_the_limit,
    },
    RawFrames {
        codec: "cbor",
        read_a_messages: Some(b"\x0f\xa1\x64read\xa1\x65limit\x61a"),
        nonsense: b"\x01\xff",
        unknown_operation: b"\x06\x65dance",
        missing_field: b"\x0c\xa1\x64send\xa1\x62to\x61a",
        trailing_bytes: Some(b"\x06\x64ping\x00"),
        not_utf8: b"\x13\xa1\x64send\xa2\x62to\x61a\x64text\x61\xff",
        unknown_field: None,
        other_version: Some(b"\x11\xa1\x65hello\xa1\x67version\x02"),
        no_client: None,
        no_boundary: Some(OVERLONG),
        oversize: length_past_the_limit,
    },
    RawFrames {
        codec: "protobuf",
        read_a_messages: Some(b"\x05\x62\x03\x12\x01a"),
        nonsense: b"\x02\x07\x07",
        unknown_operation: b"\x05\xa2\x06\x02\x08\x01",
        missing_field: b"\x05\x2a\x03\x0a\x05a",
        trailing_bytes: Some(b"\x03\x42\x00\x00"),
        not_utf8: b"\x08\x52\x06\x0a\x01a\x12\x01\xff",
        unknown_field: Some(b"\x05\x42\x00\xa0\x06\x07"),
        other_version: Some(b"\x04\x0a\x02\x08\x02"),
        no_client: None,
        no_boundary: Some(OVERLONG),
        oversize: length_past_the_limit,
    },
    RawFrames {
        codec: "pipe",
        read_a_messages: None,
        nonsense: b"\x00\x00\x01\xff",
        unknown_operation: b"\x07\x00\x01a",
        missing_field: b"\x04\x00\x03a|b",
        trailing_bytes: Some(b"\x01\x00\x03a|b"),
        not_utf8: b"\x04\x00\x05a|b|\xff",
        unknown_field: None,
        other_version: None,
        no_client: None,
        no_boundary: None,
        oversize: || b"\x04\xff\xff".to_vec(),
    },
    RawFrames {
        codec: "tag",
        read_a_messages: None,
        nonsense: b"\xff\x00\x01\xff",
        unknown_operation: b"\x07\x00\x01a",
        missing_field: b"\x04\x00\x00",
        trailing_bytes: None,
        not_utf8: b"\x04\x00\x03\x01a\xff",
        unknown_field: None,
        other_version: None,
        no_client: None,
        no_boundary: None,
        oversize: || b"\x04\xff\xff".to_vec(),
    },
    RawFrames {
        codec: "booth",
        read_a_messages: None,
        nonsense: b"\x01\x63\x00\x00\x00\x01\xff0123456789abcdef",
        unknown_operation: b"\x01\x09\x00\x00\x00\x000123456789abcdef",
        missing_field: b"\x01\x06\x00\x00\x00\x02\x00\x000123456789abcdef",
        trailing_bytes: Some(b"\x01\x06\x00\x00\x00\x05\x00\x00\x00\x01a0123456789abcdef"),
        not_utf8: b"\x01\x01\x00\x00\x00\x01\xff",
        unknown_field: None,
        other_version: Some(b"\x02\x01\x00\x00\x00\x01a"),
        no_client: None,
        no_boundary: None,
        oversize: || b"\x01\x04\x00\x01\x00\x00".to_vec(),
    },
];

/// A length that could be shorter, of the frames in `proto/frames.md`.
const OVERLONG: &[u8] = b"\x80\x00";

/// The length of a body that makes its frame one byte longer than a server accepts.
fn length_past_the_limit() -> Vec<u8> {
    let length = REQUEST_MAX_BYTES - 3 + 1;
    let septet = |shift: usize| u8::try_from((length >> shift) & 0x7f).unwrap_or_default();
    vec![septet(0) | 0x80, septet(7) | 0x80, septet(14)]
}
