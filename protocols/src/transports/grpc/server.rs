//! The server's end: connections are accepted, and each is served on one task.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower_service::Service;

use super::beside::Beside;
use super::crew::Crew;
use super::service::{Front, Services};
use super::{Format, http2};
use crate::counted::Counted;
use crate::sockets::Opened;
use crate::transport::{BoxFuture, Listen};
use crate::transports::tcp;

/// How long a client that has nothing to wait for any more may take to close, once the front end stops.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// What answers the requests of a connection, as tower has services.
pub(in crate::transports) trait Answers:
    Service<
        Request<Incoming>,
        Response = Response<Body>,
        Error = Infallible,
        Future = BoxFuture<'static, Result<Response<Body>, Infallible>>,
    > + Clone
    + Send
    + 'static
{
}

impl<S> Answers for S where
    S: Service<
            Request<Incoming>,
            Response = Response<Body>,
            Error = Infallible,
            Future = BoxFuture<'static, Result<Response<Body>, Infallible>>,
        > + Clone
        + Send
        + 'static
{
}

/// Accepts connections until the front end is stopped.
pub(super) async fn accept_all(
    listener: TcpListener,
    listen: Listen,
    format: Format,
    beside: Option<Beside>,
) {
    let front = Arc::new(Front {
        chat: Arc::clone(&listen.chat),
        format,
        beside,
        stop: listen.stop.clone(),
        talk: listen.clone(),
    });
    let serve_all = async {
        loop {
            let stream = tcp::accept(&listener).await;
            let stream = Counted::tcp(stream, Arc::clone(&listen.traffic), Opened::Accepted);
            let services = Services::new(Arc::clone(&front));
            let serving = serve_one(stream, services, listen.stop.clone());
            listen.tasks.spawn(serving);
        }
    };
    listen.stop.run_until_cancelled(serve_all).await;
}

/// Serves one connection, and notes what became of it.
pub(in crate::transports) async fn serve_one<S>(
    stream: Counted<TcpStream>,
    services: S,
    stop: CancellationToken,
) where
    S: Answers,
{
    let peer = stream.get_ref().peer_addr().ok();
    tracing::debug!(?peer, "connected");
    match serve(stream, services, stop).await {
        Ok(()) => tracing::debug!(?peer, "disconnected"),
        Err(error) => tracing::debug!(?peer, %error, "connection lost"),
    }
}

/// Serves one connection until either end closes it. When the front end stops, the client is told to open no further
/// streams, what is open is finished, and then the client has [`GOODBYE_MAX`] to take what is left and close.
async fn serve(
    stream: Counted<TcpStream>,
    services: impl Answers,
    stop: CancellationToken,
) -> Result<(), hyper::Error> {
    let mut crew = Crew::default();
    let mut stopped = pin!(stop.cancelled_owned());
    let services = TowerToHyperService::new(services);
    let connection =
        http2::server(crew.executor()).serve_connection(TokioIo::new(stream), services);
    let mut connection = pin!(connection);
    let mut goodbye = None;
    let mut stopping = false;
    poll_fn(|context| {
        if !stopping && stopped.as_mut().poll(context).is_ready() {
            stopping = true;
            connection.as_mut().graceful_shutdown();
        }
        // What the crew does last wakes the connection, which writes all of it when other tasks have had their turn.
        let polled = connection.as_mut().poll(context);
        crew.poll(context);
        if polled.is_pending() && stopping && crew.is_idle() {
            let goodbye = goodbye.get_or_insert_with(|| Box::pin(sleep(GOODBYE_MAX)));
            return goodbye.as_mut().poll(context).map(Ok);
        }
        polled
    })
    .await
}
