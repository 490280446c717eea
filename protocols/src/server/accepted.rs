//! A stream of bytes that a listener has accepted.

use std::fmt::Debug;

use server_core::limits::REQUEST_MAX_BYTES;
use tokio::io::{AsyncRead, AsyncWrite};

use super::{StreamParts, serve_stream};
use crate::codec::{Framing, Setup};
use crate::transport::Listen;

impl<S> StreamParts<S> {
    /// A connection of this listener: its stream, in which the codec finds its frames.
    pub(crate) fn of(stream: S, listen: &Listen) -> Self {
        let setup = Setup {
            framing: Framing::Codec,
            frame_max_bytes: REQUEST_MAX_BYTES,
        };
        let habits = listen.codec.capabilities().habits;
        Self {
            stream,
            codec: listen.codec.open(setup),
            connection: listen.chat.connection_with(habits),
            stop: listen.stop.clone(),
        }
    }
}

/// Serves a connection until either end closes it. What goes wrong with it is its client's concern, and only noted.
pub(crate) async fn serve_accepted<S>(parts: StreamParts<S>, peer: impl Debug)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    tracing::debug!(?peer, "connected");
    match serve_stream(parts).await {
        Ok(()) => tracing::debug!(?peer, "disconnected"),
        Err(error) => tracing::debug!(?peer, %error, "connection lost"),
    }
}
