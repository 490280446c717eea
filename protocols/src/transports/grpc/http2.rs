//! How HTTP/2 is set at either end, and what results say of it.

use hyper::client::conn::http2::Builder as ClientBuilder;
use hyper::server::conn::http2::Builder as ServerBuilder;
use server_core::limits::{
    CONNECTION_WINDOW_BYTES, HEADER_LIST_MAX_BYTES, HTTP2_FRAME_MAX_BYTES, STREAM_WINDOW_BYTES,
    STREAMS_MAX, WRITE_BUFFER_MAX_BYTES,
};

use super::crew::Executor;
use crate::conditions::{Http2, Http2End};

/// What holds when nobody says otherwise (RFC 9113, section 6.5.2).
const HEADER_TABLE_DEFAULT_BYTES: u32 = 4_096;

/// What both ends announce. A test reads it off the wire.
pub(in crate::transports) const SETTINGS: Http2 = Http2 {
    client: Http2End {
        streams_max: None,
        ..SERVER
    },
    server: SERVER,
};

const SERVER: Http2End = Http2End {
    stream_window_bytes: STREAM_WINDOW_BYTES,
    connection_window_bytes: CONNECTION_WINDOW_BYTES,
    frame_max_bytes: HTTP2_FRAME_MAX_BYTES,
    header_list_max_bytes: HEADER_LIST_MAX_BYTES,
    header_table_bytes: HEADER_TABLE_DEFAULT_BYTES,
    streams_max: Some(STREAMS_MAX),
};

/// The client's end.
pub(super) fn client(executor: Executor) -> ClientBuilder<Executor> {
    let mut builder = ClientBuilder::new(executor);
    builder
        .max_frame_size(SETTINGS.client.frame_max_bytes)
        .max_header_list_size(SETTINGS.client.header_list_max_bytes)
        .initial_stream_window_size(SETTINGS.client.stream_window_bytes)
        .initial_connection_window_size(SETTINGS.client.connection_window_bytes);
    builder
}

/// The server's end.
pub(super) fn server(executor: Executor) -> ServerBuilder<Executor> {
    let mut builder = ServerBuilder::new(executor);
    builder
        .auto_date_header(false)
        .max_concurrent_streams(SETTINGS.server.streams_max)
        .max_frame_size(SETTINGS.server.frame_max_bytes)
        .max_header_list_size(SETTINGS.server.header_list_max_bytes)
        .initial_stream_window_size(SETTINGS.server.stream_window_bytes)
        .initial_connection_window_size(SETTINGS.server.connection_window_bytes)
        .max_send_buf_size(WRITE_BUFFER_MAX_BYTES);
    builder
}
