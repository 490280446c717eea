//! The event stream of a session, at the server.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use server_core::chat::Subscription;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

use super::deadline;
use super::service::Front;
use crate::server::feed;

/// The events of a session, as messages, until it ends or the server stops. Being dropped takes the account offline.
///
/// HTTP/2 asks for an event when the client has room for one: until then events stay in the bounded outbox.
pub(super) struct Feed {
    events: feed::Feed,
    front: Arc<Front>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Feed {
    /// The events until `deadline`, if there is one.
    pub(super) fn new(
        subscription: Subscription,
        front: Arc<Front>,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            events: feed::Feed::new(subscription, &front.stop),
            front,
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))),
        }
    }

    /// Ends the stream when the client does not wait any more. An event that is there goes first.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        let Some(deadline) = &mut self.deadline else {
            return Poll::Pending;
        };
        std::task::ready!(deadline.as_mut().poll(context));
        self.events.end();
        Poll::Ready(deadline::exceeded())
    }
}

impl Stream for Feed {
    type Item = Result<Vec<u8>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let event = match self.events.poll_event(context) {
                Poll::Ready(Some(event)) => event,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return self.poll_deadline(context).map(|late| Some(Err(late))),
            };
            let mut message = Vec::with_capacity(EVENT_BYTES);
            match self.front.format.codec.encode_event(&event, &mut message) {
                Ok(()) => return Poll::Ready(Some(Ok(message))),
                // An event that the format cannot say is left out.
                Err(error) => tracing::debug!(%error, "an event was left out"),
            }
        }
    }
}

/// What is reserved for an event, in bytes: most are shorter.
const EVENT_BYTES: usize = 64;
