//! One connection for several clients: a task of its own drives it, whichever of them is polled.
//!
//! A client that drives its connection itself is the only one that the connection wakes. With several that would be
//! whoever was polled last, and the others would wait for nothing.

use std::future::{Future as _, poll_fn};
use std::io;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::HeaderValue;
use tokio::net::TcpStream;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};

use super::connection::{Connection, Sender};
use crate::counted::Counted;

/// A client's place on a connection that others ride on, too. The socket closes when all have left.
pub(super) struct Seat {
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    closed: CancellationToken,
    _last_out: Arc<DropGuard>,
}

impl Seat {
    /// Tells whether the connection takes no further calls; the task is woken when that comes to be.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> bool {
        self.closed.is_cancelled() || self.closing.as_mut().poll(context).is_ready()
    }
}

/// Begins HTTP/2 on a socket, and gives this many places on it.
pub(super) async fn open(
    stream: Counted<TcpStream>,
    content_type: HeaderValue,
    seats: NonZeroU32,
) -> io::Result<(Vec<Seat>, Sender)> {
    let (connection, sender) = Connection::open(stream, content_type).await?;
    let (closed, left) = (CancellationToken::new(), CancellationToken::new());
    let last_out = Arc::new(left.clone().drop_guard());
    let seat = |_| Seat {
        closing: Box::pin(closed.clone().cancelled_owned()),
        closed: closed.clone(),
        _last_out: Arc::clone(&last_out),
    };
    let all = (0..seats.get()).map(seat).collect();
    tokio::spawn(drive(connection, closed, left));
    Ok((all, sender))
}

/// Drives a connection until all have left. What it took goes on after it takes no more.
async fn drive(mut connection: Connection, closed: CancellationToken, left: CancellationToken) {
    let driving = poll_fn(|context| {
        if connection.poll(context) {
            closed.cancel();
        }
        Poll::<()>::Pending
    });
    left.run_until_cancelled(driving).await;
}
