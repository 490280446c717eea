//! The event stream of a session, at the server.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use server_core::Event;
use server_core::chat::Subscription;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::service::Front;
use super::sse;
use crate::server::feed::Feed;

/// How often a stream says something although nothing happened: HTML advises "every 15 seconds or so" (section 9.2.7).
pub(super) const COMMENT_INTERVAL: Duration = Duration::from_secs(15);

/// What is collected before it is handed to HTTP, in bytes; more waits as events in the bounded outbox.
const CHUNK_BYTES: usize = 16 * 1024;

/// The events of a session as chunks of an event stream. HTTP asks for a chunk when the socket has room for one.
pub(super) struct Events {
    feed: Feed,
    front: Arc<Front>,
    comments: Interval,
    /// The stream under way, what it begins with included.
    chunk: Vec<u8>,
    /// Where a body is encoded before it becomes a line.
    body: Vec<u8>,
}

impl Events {
    pub(super) fn new(subscription: Subscription, front: Arc<Front>) -> Self {
        let mut comments = interval_at(Instant::now() + COMMENT_INTERVAL, COMMENT_INTERVAL);
        comments.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            feed: Feed::new(subscription, &front.stop),
            front,
            comments,
            chunk: sse::BEGINNING.as_bytes().to_vec(),
            body: Vec::new(),
        }
    }

    /// All events that wait, up to [`CHUNK_BYTES`] and one more, as one chunk; `None` once there are no more to come.
    pub(super) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut ended = false;
        while self.chunk.len() < CHUNK_BYTES {
            match self.feed.poll_event(context) {
                Poll::Ready(Some(event)) => self.write(&event),
                Poll::Ready(None) => {
                    ended = true;
                    break;
                }
                Poll::Pending => break,
            }
        }
        if self.chunk.is_empty() && !ended && self.comments.poll_tick(context).is_ready() {
            self.chunk.extend_from_slice(sse::COMMENT.as_bytes());
        }
        if !self.chunk.is_empty() {
            return Poll::Ready(Some(std::mem::take(&mut self.chunk).into()));
        }
        if ended {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn write(&mut self, event: &Event<'_>) {
        let format = &self.front.format;
        self.body.clear();
        match format.codec.encode_event(event, &mut self.body) {
            Ok(()) => sse::write(&mut self.chunk, event.name(), format.events, &self.body),
            // An event that the format cannot say is left out.
            Err(error) => tracing::debug!(%error, "an event was left out"),
        }
    }
}
