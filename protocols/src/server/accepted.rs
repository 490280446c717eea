//! A connection that a listener has accepted.

use std::fmt::Debug;

use server_core::limits::REQUEST_MAX_BYTES;

use super::{Parts, StreamParts, serve};
use crate::codec::Setup;
use crate::link::{ByteLink, Link};
use crate::transport::Listen;

impl<L: Link> Parts<L> {
    /// A connection of this listener: what carries its frames.
    pub fn over(link: L, listen: &Listen) -> Self {
        let setup = Setup {
            framing: L::FRAMING,
            frame_max_bytes: REQUEST_MAX_BYTES,
        };
        let capabilities = listen.codec.capabilities();
        Self {
            link,
            codec: listen.codec.open(setup),
            connection: listen.chat.connection_with(capabilities.habits),
            idle_max: capabilities.idle_max,
            stop: listen.stop.clone(),
        }
    }
}

impl<S> StreamParts<S>
where
    ByteLink<S>: Link,
{
    /// A connection of this listener: its stream, in which the codec finds its frames.
    pub fn of(stream: S, listen: &Listen) -> Self {
        Self::over(ByteLink::new(stream), listen)
    }
}

/// Serves a connection until either end closes it. What goes wrong with it is its client's concern, and only noted.
pub(crate) async fn serve_accepted<L: Link>(parts: Parts<L>, peer: impl Debug) {
    tracing::debug!(?peer, "connected");
    match serve(parts).await {
        Ok(()) => tracing::debug!(?peer, "disconnected"),
        Err(error) => tracing::debug!(?peer, %error, "connection lost"),
    }
}
