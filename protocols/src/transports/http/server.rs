//! The server's end: connections are accepted, and each is served on one task.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use server_core::limits::{HEADER_LIST_MAX_BYTES, REQUEST_MAX_BYTES};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use super::format::Format;
use super::service::{self, Front};
use crate::counted::Counted;
use crate::sockets::Opened;
use crate::transport::Listen;
use crate::transports::tcp;

/// How long a client that has nothing to wait for any more may take to close, once the front end stops.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// Accepts connections until the front end is stopped.
pub(super) async fn accept_all(listener: TcpListener, listen: Listen, format: Format) {
    let Listen {
        chat,
        traffic,
        stop,
        tasks,
        ..
    } = listen;
    let front = Arc::new(Front {
        chat,
        format,
        stop: stop.clone(),
    });
    let serve_all = async {
        loop {
            let stream = tcp::accept(&listener).await;
            let stream = Counted::tcp(stream, Arc::clone(&traffic), Opened::Accepted);
            tasks.spawn(serve_one(stream, Arc::clone(&front)));
        }
    };
    stop.run_until_cancelled(serve_all).await;
}

async fn serve_one(stream: Counted<TcpStream>, front: Arc<Front>) {
    let peer = stream.get_ref().peer_addr().ok();
    tracing::debug!(?peer, "connected");
    match serve(stream, front).await {
        Ok(()) => tracing::debug!(?peer, "disconnected"),
        Err(error) => tracing::debug!(?peer, %error, "connection lost"),
    }
}

/// Serves one connection until either end closes it. When the front end stops, a request whose body has come is still
/// answered; then the client has [`GOODBYE_MAX`] to take what is left.
async fn serve(stream: Counted<TcpStream>, front: Arc<Front>) -> Result<(), hyper::Error> {
    let mut stopped = pin!(front.stop.clone().cancelled_owned());
    let work = Work::default();
    let services = service_fn(|request| {
        let (front, work) = (Arc::clone(&front), work.clone());
        async move { Ok::<_, Infallible>(service::answer(request, front, work).await) }
    });
    let connection = settings().serve_connection(TokioIo::new(stream), services);
    let mut connection = pin!(connection);
    let mut goodbye = None;
    let mut stopping = false;
    poll_fn(|context| {
        if !stopping && stopped.as_mut().poll(context).is_ready() {
            stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        let polled = connection.as_mut().poll(context);
        if polled.is_pending() && stopping && !work.is_under_way() {
            let goodbye = goodbye.get_or_insert_with(|| Box::pin(sleep(GOODBYE_MAX)));
            return goodbye.as_mut().poll(context).map(Ok);
        }
        polled
    })
    .await
}

/// No `date`, which would be another each time. A client that closes its half of the connection has left: that is how the
/// end of an event stream is noticed while nothing happens.
fn settings() -> http1::Builder {
    let mut settings = http1::Builder::new();
    settings
        .auto_date_header(false)
        .max_header_size(HEADER_LIST_MAX_BYTES as usize)
        .max_buf_size(REQUEST_MAX_BYTES);
    settings
}

/// Whether a connection waits for the core, rather than for its client.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<AtomicBool>);

/// As long as this is held, the connection waits for the core.
pub(super) struct UnderWay(Work);

impl Work {
    /// A connection has one request at a time.
    pub(super) fn begin(self) -> UnderWay {
        self.0.store(true, Ordering::Relaxed);
        UnderWay(self)
    }

    fn is_under_way(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.store(false, Ordering::Relaxed);
    }
}
