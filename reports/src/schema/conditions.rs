//! Under which conditions a run's connections were: what is equal between protocols, and what cannot be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a run's connections were set to, as far as they were asked, and what is not equal by their nature.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// How many sockets there were, and how many of them said that `TCP_NODELAY` is set.
    pub sockets: SocketCounts,
    /// What the server's sockets said; null when the server was not ours.
    pub server: Option<SocketOptions>,
    /// What the generator's sockets said; null when there was none.
    pub loadgen: Option<SocketOptions>,
    /// The settings of HTTP/2; null where there is none.
    pub http2: Option<Http2>,
    /// The version of TLS; null for none.
    pub tls: Option<String>,
    /// How messages were compressed; null for not at all.
    pub compression: Option<String>,
    /// What is not equal between protocols by their nature: topics, and what to say of them.
    #[serde(default)]
    pub nature: BTreeMap<String, String>,
}

/// The topic of [`Conditions::nature`] that says what of the vocabulary a protocol cannot say.
pub const LEFT_OUT: &str = "left out";

/// What it says where that is nothing.
pub const NOTHING_LEFT_OUT: &str = "nothing";

/// Sockets that were asked for `TCP_NODELAY` when they were opened, over the whole run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketCounts {
    /// Accepted by the server; null when the server was not ours.
    pub accepted: Option<u64>,
    /// Of these, sockets that said that it is set.
    pub accepted_nodelay: Option<u64>,
    /// Connected by the clients.
    pub connected: u64,
    /// Of these, sockets that said that it is set.
    pub connected_nodelay: u64,
}

/// What sockets said of themselves when they were opened; the kernel lets buffers grow later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketOptions {
    /// The smallest `SO_SNDBUF`.
    pub send_buffer_min_bytes: u64,
    /// The largest `SO_SNDBUF`.
    pub send_buffer_max_bytes: u64,
    /// The smallest `SO_RCVBUF`.
    pub receive_buffer_min_bytes: u64,
    /// The largest `SO_RCVBUF`.
    pub receive_buffer_max_bytes: u64,
    /// `TCP_CONGESTION`; null if sockets differed.
    pub congestion_control: Option<String>,
}

/// The settings of both ends of HTTP/2.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Http2 {
    /// What clients announce.
    pub client: Http2End,
    /// What the server announces; null when the server was not ours.
    pub server: Option<Http2End>,
}

/// What one end of an HTTP/2 connection announces (RFC 9113, section 6.5.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Http2End {
    /// What may be on its way to one stream.
    pub stream_window_bytes: u32,
    /// What may be on its way to all streams.
    pub connection_window_bytes: u32,
    /// The longest frame.
    pub frame_max_bytes: u32,
    /// The headers of one message, uncompressed.
    pub header_list_max_bytes: u32,
    /// The table of headers that were sent before.
    pub header_table_bytes: u32,
    /// How many streams the other end may have open; null when nothing is said.
    pub streams_max: Option<u32>,
}
