//! The events of a session whose calls travel apart, until it ends or the server stops.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use server_core::Event;
use server_core::chat::Subscription;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// The events of a session. Being dropped takes the account offline.
pub(crate) struct Feed {
    subscription: Subscription,
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
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
    /// The events of this session, and [`Event::ServerClosing`] as the last one when the server is to `stop`.
    pub(crate) fn new(subscription: Subscription, stop: &CancellationToken) -> Self {
        Self {
            subscription,
            stopped: Box::pin(stop.clone().cancelled_owned()),
            state: State::Open,
        }
    }

    /// Gives no further events: whoever listens does not wait any more.
    pub(crate) fn end(&mut self) {
        self.state = State::Ended;
    }

    /// The next event; `None` once there is none any more.
    pub(crate) fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event<'static>>> {
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
}
