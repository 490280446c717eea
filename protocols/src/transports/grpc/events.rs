//! The event stream of a session, at the server.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use server_core::Event;
use server_core::chat::Subscription;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::Status;

use super::deadline;
use super::service::Front;

/// The events of a session, as messages, until it ends or the server stops. Being dropped takes the account offline.
///
/// HTTP/2 asks for an event when the client has room for one: until then events stay in the bounded outbox.
pub(super) struct Feed {
    subscription: Subscription,
    front: Arc<Front>,
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
    deadline: Option<Pin<Box<Sleep>>>,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Open,
    /// The server stops; what waits is still to be sent.
    Closing,
    Ended,
}

impl Feed {
    /// The events until `deadline`, if there is one.
    pub(super) fn new(
        subscription: Subscription,
        front: Arc<Front>,
        deadline: Option<Instant>,
    ) -> Self {
        let stopped = Box::pin(front.stop.clone().cancelled_owned());
        Self {
            subscription,
            front,
            stopped,
            deadline: deadline.map(|deadline| Box::pin(sleep_until(deadline))),
            state: State::Open,
        }
    }

    /// The next event; `None` once there is none any more.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event<'static>>> {
        loop {
            if self.state == State::Ended {
                return Poll::Ready(None);
            }
            match self.subscription.poll_event(context) {
                Poll::Ready(Some(event)) => return Poll::Ready(Some(event)),
                Poll::Ready(None) => self.state = State::Ended,
                Poll::Pending if self.state == State::Closing => {
                    self.state = State::Ended;
                    return Poll::Ready(Some(Event::ServerClosing));
                }
                Poll::Pending if self.stopped.as_mut().poll(context).is_ready() => {
                    self.state = State::Closing;
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Ends the stream when the client does not wait any more. An event that is there goes first.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<Status> {
        let Some(deadline) = &mut self.deadline else {
            return Poll::Pending;
        };
        std::task::ready!(deadline.as_mut().poll(context));
        self.state = State::Ended;
        Poll::Ready(deadline::exceeded())
    }
}

impl Stream for Feed {
    type Item = Result<Vec<u8>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let event = match self.poll_event(context) {
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
