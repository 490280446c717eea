//! One connection at the server: one task reads, answers, and writes.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use h2::server::{Builder, Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::Request;
use server_core::limits::{
    CONNECTION_WINDOW_BYTES, HEADER_LIST_MAX_BYTES, STREAM_WINDOW_BYTES, STREAMS_MAX,
    WRITE_BUFFER_MAX_BYTES,
};
use tokio::net::TcpStream;

use super::server::{Front, answer};
use crate::counted::Counted;

/// What is still to be done for a call: its request is not whole, its answer is on its way, or it is an event stream.
pub(super) type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How many long replies may wait for one client to take them.
const LONG_REPLIES_MAX: usize = 8;

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
        accepted: VecDeque::new(),
        running: FuturesUnordered::new(),
        place: Arc::new(Place {
            front,
            long_replies: AtomicUsize::new(0),
        }),
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
    /// Calls that have come and were not looked at yet.
    accepted: VecDeque<(Request<RecvStream>, SendResponse<Bytes>)>,
    running: FuturesUnordered<Running>,
    place: Arc<Place>,
    end: End,
}

/// What the calls of one connection share.
pub(super) struct Place {
    pub(super) front: Arc<Front>,
    /// How many long replies wait for the client to take them.
    long_replies: AtomicUsize,
}

impl Place {
    /// Whether further calls are taken: a client that does not take its long replies cannot ask for more of them.
    fn has_room(&self) -> bool {
        self.long_replies.load(Ordering::Relaxed) < LONG_REPLIES_MAX
    }
}

/// A long reply, until it was taken.
pub(super) struct LongReply(Arc<Place>);

impl LongReply {
    pub(super) fn new(place: &Arc<Place>) -> Self {
        place.long_replies.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(place))
    }
}

impl Drop for LongReply {
    fn drop(&mut self) {
        self.0.long_replies.fetch_sub(1, Ordering::Relaxed);
    }
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
            if self.poll_accept(context)?.is_ready() {
                return Poll::Ready(Ok(()));
            }
            let answered = self.answer_accepted(context);
            if !answered && self.running.len() == running && !self.wind_up() {
                return Poll::Pending;
            }
        }
    }

    /// Writes and reads until neither gets on; ready when the connection has ended. h2 writes each time it is asked for
    /// a call: the first is answered at once, all others are collected, so that their answers go out in one write.
    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        let mut is_first = self.accepted.is_empty();
        while self.place.has_room() {
            let Some(accepted) = ready!(self.connection.poll_accept(context)?) else {
                return Poll::Ready(Ok(()));
            };
            self.accepted.push_back(accepted);
            if std::mem::take(&mut is_first) {
                self.answer_accepted(context);
            }
        }
        self.connection.poll_closed(context)
    }

    /// Answers the calls that have come; tells whether there were any.
    fn answer_accepted(&mut self, context: &mut Context<'_>) -> bool {
        let before = self.accepted.len();
        while self.place.has_room()
            && let Some((request, respond)) = self.accepted.pop_front()
        {
            self.running
                .extend(answer(request, respond, &self.place, context));
        }
        self.accepted.len() < before
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
