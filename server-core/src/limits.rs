//! Every bound of the service, by name.
//!
//! What a server may set differently is a field of [`Options`]; the constants are fixed, because formats and
//! tables are laid out for them.

use std::time::Duration;

/// The version of the vocabulary that both ends check in `Hello`.
pub const PROTOCOL_VERSION: u32 = 1;

/// The longest account name, in bytes (names are ASCII).
pub const NAME_MAX_BYTES: usize = 50;

/// The longest text of a message unless a server sets it differently, in characters (Unicode scalar values).
pub const TEXT_MAX_CHARS: u32 = 256;

/// The longest listing pattern, in bytes: a name's length and room for wildcards.
pub const PATTERN_MAX_BYTES: usize = 100;

/// What a regular expression for listing may take once it is compiled, in bytes; the same again for what matching builds
/// up and throws away.
pub const EXPRESSION_MAX_BYTES: usize = 256 * 1024;

/// How deep the groups of a regular expression for listing may be nested.
pub const EXPRESSION_NESTING_MAX: u32 = 16;

/// The most names, messages or counts that one reply carries; a request may ask for fewer.
pub const PAGE_MAX: u32 = 1_000;

/// The most message ids that one request names.
pub const IDS_MAX: usize = 1_000;

/// The fewest iterations that SCRAM-SHA-256 allows (RFC 7677, section 4).
pub const SCRAM_ITERATIONS_MIN: u32 = 4_096;

/// The most iterations that either end is willing to compute or store.
pub const SCRAM_ITERATIONS_MAX: u32 = 10_000_000;

/// How many log-ins may be begun and not finished: on one connection.
pub const LOGINS_PER_CONNECTION_MAX: usize = 4;

/// How many log-ins may be begun and not finished: over calls, for the whole server.
pub const LOGINS_OVER_CALLS_MAX: usize = 65_536;

/// How long a begun log-in waits for its second half, in milliseconds.
pub const LOGIN_TIMEOUT_MS: u64 = 60_000;

/// What a session's outbox holds before events are dropped and counted, in bytes.
pub const OUTBOX_MAX_BYTES: usize = 256 * 1024;

/// How long a repeated `client_id` is recognised after its message was deleted, in milliseconds.
pub const CLIENT_ID_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// The longest frame that either end accepts, in bytes. A page of the longest texts fits.
pub const FRAME_MAX_BYTES: usize = 4 * 1024 * 1024;

/// The longest frame that a server accepts from a client, in bytes: a full list of ids fits.
pub const REQUEST_MAX_BYTES: usize = 64 * 1024;

/// How many requests of one connection may wait for the store at once.
pub const PIPELINE_MAX: usize = 1_024;

/// What a connection collects for the socket before it reads further requests, in bytes.
pub const WRITE_BUFFER_MAX_BYTES: usize = 256 * 1024;

/// What may be on its way between the two ends of a connection in memory, in each direction, in bytes.
pub const PIPE_MAX_BYTES: usize = 256 * 1024;

/// How many connections may wait to be accepted by a listener in memory or on a path.
pub const BACKLOG_MAX: u32 = 1_024;

/// How long a handshake of TLS or QUIC may take until either end gives it up.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a connection may be idle before it is closed, in formats that have a watchdog, in milliseconds.
pub const IDLE_MAX_MS: u64 = 5 * 60 * 1_000;

/// What a client may say before its connection stands, where HTTP comes first, in bytes.
pub const HANDSHAKE_MAX_BYTES: usize = 16 * 1024;

/// How long either end waits until the other has made its connection stand, in milliseconds.
pub const HANDSHAKE_MAX_MS: u64 = 10_000;

/// How many HTTP/2 streams a client may have open on one connection.
pub const STREAMS_MAX: u32 = 1_024;

/// The longest HTTP/2 frame that either end takes, in bytes: the least that may be announced, and the default (RFC 9113,
/// section 6.5.2).
pub const HTTP2_FRAME_MAX_BYTES: u32 = 16 * 1024;

/// The headers of one HTTP/2 request or response, uncompressed, in bytes.
pub const HEADER_LIST_MAX_BYTES: u32 = 16 * 1024;

/// What may be on its way to one HTTP/2 stream before its reader has taken it, in bytes.
pub const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// What may be on its way to all streams of one HTTP/2 connection, in bytes. h2 allows half of it as the overhead of
/// small frames: enough for [`STREAMS_MAX`] short messages at once.
pub const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// What a server may set differently; the defaults are the documented limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The longest text of a message, in characters (Unicode scalar values).
    pub text_max_chars: u32,
    /// How long the deletion of messages can be undone, in milliseconds; 0 turns undoing off.
    pub undo_grace_ms: u64,
    /// How long a session without a connection or an event stream can be taken up again, in milliseconds.
    pub session_grace_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            text_max_chars: TEXT_MAX_CHARS,
            undo_grace_ms: 0,
            session_grace_ms: 60_000,
        }
    }
}
