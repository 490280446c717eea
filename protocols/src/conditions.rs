//! What a protocol's connections are set to, and what is not equal between protocols by their nature: nobody should have
//! to find out that one protocol was given a larger window than another.

/// Under which conditions a protocol runs, apart from what its sockets say ([`crate::sockets`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// How HTTP/2 is set, where there is HTTP/2.
    pub http2: Option<Http2>,
    /// The version of TLS; `None`: bytes travel as they are.
    pub tls: Option<&'static str>,
    /// What is not equal.
    pub nature: Nature,
}

/// The settings of both ends of an HTTP/2 connection, as each announces them to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2 {
    /// What a client announces.
    pub client: Http2End,
    /// What a server announces.
    pub server: Http2End,
}

/// What one end of an HTTP/2 connection announces (RFC 9113, section 6.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Http2End {
    /// What may be on its way to one stream before it was read: `SETTINGS_INITIAL_WINDOW_SIZE`.
    pub stream_window_bytes: u32,
    /// What may be on its way to all streams: the initial window and the first `WINDOW_UPDATE` of stream 0.
    pub connection_window_bytes: u32,
    /// The longest frame that it takes: `SETTINGS_MAX_FRAME_SIZE`.
    pub frame_max_bytes: u32,
    /// The headers of one message, uncompressed: `SETTINGS_MAX_HEADER_LIST_SIZE`.
    pub header_list_max_bytes: u32,
    /// The table of headers that were sent before: `SETTINGS_HEADER_TABLE_SIZE`.
    pub header_table_bytes: u32,
    /// How many streams the other end may have open: `SETTINGS_MAX_CONCURRENT_STREAMS`; `None`: nothing is said.
    pub streams_max: Option<u32>,
}

/// What cannot be made equal without being another protocol; each in words that finish "in this protocol, …".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nature {
    /// What a connection stands for.
    pub connection: &'static str,
    /// How requests and replies belong together.
    pub order: &'static str,
    /// How events reach a client.
    pub events: &'static str,
    /// What says who asks.
    pub session: &'static str,
    /// What travels with each message, apart from what the codec makes of it.
    pub framing: &'static str,
    /// What travels although nobody sends a message.
    pub upkeep: &'static str,
    /// What drives the sockets.
    pub runtime: &'static str,
}

impl Nature {
    /// What each of [`Nature::words`] is about, in the same order.
    pub const TOPICS: [&'static str; 7] = [
        "connection",
        "order",
        "events",
        "session",
        "framing",
        "upkeep",
        "runtime",
    ];

    /// The words, topic by topic.
    #[must_use]
    pub const fn words(&self) -> [&'static str; 7] {
        [
            self.connection,
            self.order,
            self.events,
            self.session,
            self.framing,
            self.upkeep,
            self.runtime,
        ]
    }
}

/// What drives every protocol in front of the chat core.
pub const TOKIO: &str = "tokio: a task for each connection";
