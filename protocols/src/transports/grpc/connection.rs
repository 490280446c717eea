//! One connection at the server: one task reads, answers, and writes.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use h2::Reason;
use h2::server::{Builder, Connection};
use server_core::limits::{
    CONNECTION_WINDOW_BYTES, HEADER_LIST_MAX_BYTES, STREAM_WINDOW_BYTES, STREAMS_MAX,
    WRITE_BUFFER_MAX_BYTES,
};
use tokio::net::TcpStream;

use super::server::{Front, answer};
use crate::counted::Counted;

/// What is still to be done for a call: its request is not whole, its answer is on its way, or it is an event stream.
pub(super) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Serves one connection until either end closes it.
///
/// # Errors
/// Whatever HTTP/2 or the socket says.
pub(super) async fn serve(stream: Counted<TcpStream>, front: Arc<Front>) -> Result<(), h2::Error> {
    let stop = front.stop.clone();
    let Some(connection) = stop.run_until_cancelled(builder().handshake(stream)).await else {
        return Ok(());
    };
    let mut serving = Serving {
        connection: connection?,
        running: FuturesUnordered::new(),
        front,
        end: End::Open,
    };
    let mut stopped = pin!(stop.cancelled());
    poll_fn(|context| {
        if serving.end == End::Open && stopped.as_mut().poll(context).is_ready() {
            serving.end = End::Stopping;
        }
        serving.poll(context)
    })
    .await
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADER_LIST_MAX_BYTES)
        .initial_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buffer_size(WRITE_BUFFER_MAX_BYTES);
    builder
}

struct Serving {
    connection: Connection<Counted<TcpStream>, Bytes>,
    running: FuturesUnordered<Running>,
    front: Arc<Front>,
    end: End,
}

#[derive(PartialEq, Eq)]
enum End {
    Open,
    /// The front end stops; what was asked is still to be answered.
    Stopping,
    /// The client was told to open no further streams.
    Told,
    /// Nothing is left to be answered.
    Closing,
}

impl Serving {
    /// Goes on as far as it can. Writing comes last: whatever was answered goes out in one flush.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            while let Poll::Ready(Some(())) = self.running.poll_next_unpin(context) {}
            let running = self.running.len();
            // As long as it gives calls, h2 collects the answers; it writes them when it has no further call.
            while let Poll::Ready(accepted) = self.connection.poll_accept(context)? {
                let Some((request, respond)) = accepted else {
                    return Poll::Ready(Ok(()));
                };
                self.running
                    .extend(answer(request, respond, &self.front, context));
            }
            if self.running.len() == running && !self.wind_up() {
                return Poll::Pending;
            }
        }
    }

    /// Once the front end stops: tells the client, and closes when nothing is left to be answered. `true` if there is
    /// something new to write.
    fn wind_up(&mut self) -> bool {
        let idle = self.running.is_empty() && !self.connection.has_streams();
        match self.end {
            // An idle client need not be waited for: what it asks from now on, it is told, was not looked at.
            End::Stopping | End::Told if idle => {
                self.connection.abrupt_shutdown(Reason::NO_ERROR);
                self.end = End::Closing;
                true
            }
            End::Stopping => {
                self.connection.graceful_shutdown();
                self.end = End::Told;
                true
            }
            _ => false,
        }
    }
}
