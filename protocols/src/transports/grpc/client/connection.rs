//! The connection of a client: hyper's, driven by whoever polls the client.

use std::io;
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tonic::body::Body;
use tower_service::Service;

use super::super::crew::{Crew, Executor};
use super::super::http2 as settings;
use crate::counted::Counted;
use crate::transport::BoxFuture;

/// One HTTP/2 connection. It goes on when it is polled, and closes its socket when it is dropped.
pub(in crate::transports) struct Connection {
    /// Takes calls; gone once it takes none any more.
    http: Option<http2::Connection<TokioIo<Counted<TcpStream>>, Body, Executor>>,
    crew: Crew,
}

impl Connection {
    /// Begins HTTP/2 on a socket.
    pub(in crate::transports) async fn open(
        stream: Counted<TcpStream>,
        content_type: HeaderValue,
    ) -> io::Result<(Self, Sender)> {
        let crew = Crew::default();
        let handshake = settings::client(crew.executor()).handshake(TokioIo::new(stream));
        let (requests, http) = handshake.await.map_err(io::Error::other)?;
        let sender = Sender {
            requests,
            content_type,
        };
        let connection = Self {
            http: Some(http),
            crew,
        };
        Ok((connection, sender))
    }

    /// Writes and reads; tells whether the connection takes no further calls. Those that it took, and the event
    /// stream, go on for as long as it is polled: a server that stops announces that before it sends the last of them
    /// (RFC 9113, section 6.8). Why a connection is over, its calls say.
    pub(in crate::transports) fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if let Some(http) = &mut self.http
            && http.poll_unpin(context).is_ready()
        {
            self.http = None;
        }
        self.crew.poll(context);
        self.http.is_none()
    }
}

/// What is below tonic's client in place of its channel, which would reconnect in silence: here a connection that is
/// lost is a session that is lost, and says so.
#[derive(Clone)]
pub(in crate::transports) struct Sender {
    requests: SendRequest<Body>,
    content_type: HeaderValue,
}

impl Service<Request<Body>> for Sender {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = BoxFuture<'static, hyper::Result<Response<Incoming>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        self.requests.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let content_type = self.content_type.clone();
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        Box::pin(self.requests.send_request(request))
    }
}
