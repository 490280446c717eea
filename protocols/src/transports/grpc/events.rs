//! The event stream of a session, at the server.

use std::future::{Future as _, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::SendStream;
use server_core::Event;
use server_core::chat::Subscription;
use tokio_util::sync::WaitForCancellationFuture;

use super::server::Front;
use super::{prefix, status};

/// How many bytes of events go into one frame at most, but for the last event.
const BATCH_BYTES: usize = 16 * 1024;

/// Sends the events of a session until it ends, the client goes, or the server stops. Being dropped takes the account
/// offline.
pub(super) async fn feed(subscription: Subscription, stream: SendStream<Bytes>, front: Arc<Front>) {
    let mut stopped = pin!(front.stop.cancelled());
    let mut feed = Feed {
        subscription,
        stream,
        front: &front,
        batch: Vec::new(),
    };
    poll_fn(|context| feed.poll(context, stopped.as_mut())).await;
}

struct Feed<'f> {
    subscription: Subscription,
    stream: SendStream<Bytes>,
    front: &'f Front,
    batch: Vec<u8>,
}

/// Why there is no further event for now.
#[derive(PartialEq, Eq)]
enum Pause {
    BatchFull,
    NoEvent,
    SessionEnded,
}

impl Feed<'_> {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        mut stopped: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> Poll<()> {
        loop {
            if stopped.as_mut().poll(context).is_ready() {
                while self.collect(context) == Pause::BatchFull {
                    self.send();
                }
                self.append(&Event::ServerClosing);
                self.end();
                return Poll::Ready(());
            }
            // Events stay in the bounded outbox as long as the client takes none.
            if ready!(self.poll_room(context)).is_none() {
                return Poll::Ready(());
            }
            match self.collect(context) {
                Pause::NoEvent if self.batch.is_empty() => break,
                Pause::NoEvent | Pause::BatchFull => self.send(),
                Pause::SessionEnded => {
                    self.end();
                    return Poll::Ready(());
                }
            }
        }
        self.stream.poll_reset(context).map(|_| ())
    }

    /// Waits until the client takes more; `None` if it is gone.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<Option<()>> {
        while self.stream.capacity() == 0 {
            self.stream.reserve_capacity(1);
            match ready!(self.stream.poll_capacity(context)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(None),
            }
        }
        Poll::Ready(Some(()))
    }

    fn collect(&mut self, context: &mut Context<'_>) -> Pause {
        while self.batch.len() < BATCH_BYTES {
            match self.subscription.poll_event(context) {
                Poll::Ready(Some(event)) => self.append(&event),
                Poll::Ready(None) => return Pause::SessionEnded,
                Poll::Pending => return Pause::NoEvent,
            }
        }
        Pause::BatchFull
    }

    /// An event that the format cannot say is left out.
    fn append(&mut self, event: &Event<'_>) {
        let codec = self.front.format.codec;
        if prefix::append(&mut self.batch, |out| codec.encode_event(event, out)).is_err() {
            tracing::debug!("an event was left out");
        }
    }

    /// A stream that the client has reset is noticed when its room is asked for.
    fn send(&mut self) {
        if !self.batch.is_empty() {
            let _ = self
                .stream
                .send_data(Bytes::copy_from_slice(&self.batch), false);
            self.batch.clear();
        }
    }

    fn end(&mut self) {
        self.send();
        let _ = self.stream.send_trailers(status::fine());
    }
}
