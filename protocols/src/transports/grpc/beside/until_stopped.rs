//! The end of streams that know nothing of the front end.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::Status;
use tonic::body::Body;

/// A body that ends, with the status UNAVAILABLE, once the front end is to stop and nothing of it is ready.
pub(super) struct UntilStopped {
    body: Body,
    stopped: Pin<Box<WaitForCancellationFutureOwned>>,
    ended: bool,
}

impl UntilStopped {
    pub(super) fn new(body: Body, stop: CancellationToken) -> Self {
        Self {
            body,
            stopped: Box::pin(stop.cancelled_owned()),
            ended: false,
        }
    }
}

impl hyper::body::Body for UntilStopped {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        // Asked first, so that what is ready because of the stop is seen below.
        let stopped = self.stopped.as_mut().poll(context).is_ready();
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() || !stopped {
            return polled;
        }
        self.ended = true;
        let mut trailers = http::HeaderMap::with_capacity(2);
        let status = Status::unavailable("the server is closing");
        Poll::Ready(Some(
            status
                .add_header(&mut trailers)
                .map(|()| Frame::trailers(trailers)),
        ))
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
