//! Long replies leave piece by piece, and only a few of them wait for one client: who does not take what it asked for
//! cannot fill the server's memory by asking for more.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;
use tonic::body::Body;

/// The longest reply that is handed to HTTP/2 at once, and the longest piece of a longer one, in bytes.
const PIECE_BYTES: usize = 16 * 1024;

/// How many long replies may wait for one client to take them.
const LONG_REPLIES_MAX: usize = 8;

/// The room that one connection has for long replies.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

/// The place of a long reply, until it was taken.
#[derive(Clone)]
pub(super) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LONG_REPLIES_MAX)))
    }
}

impl Room {
    /// Waits until a further call may be looked at.
    pub(super) async fn opens(&self) {
        if self.0.available_permits() == 0 {
            drop(self.0.acquire().await);
        }
    }

    /// Waits for a place if the reply needs one.
    pub(super) async fn place(&self, reply: &[u8]) -> Option<Place> {
        if reply.len() <= PIECE_BYTES {
            return None;
        }
        let permit = Arc::clone(&self.0).acquire_owned().await.ok()?;
        Some(Place {
            _permit: Arc::new(permit),
        })
    }
}

/// The body of a long reply. HTTP/2 asks for a piece when the client has room for some of it.
pub(super) struct Pieces {
    body: Body,
    rest: Bytes,
    _place: Place,
}

impl Pieces {
    pub(super) fn new(body: Body, place: Place) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            _place: place,
        }
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        let size = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(size);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::new()
    }
}
