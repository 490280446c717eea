//! One connection of a client: hyper's, driven by whoever polls the client.

use std::future::Future;
use std::io;
use std::task::Context;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::counted::Counted;

type Body = Full<Bytes>;

/// One HTTP/1.1 connection. It goes on when it is polled, and closes its socket when it is over or dropped.
pub(super) struct Line {
    http: Option<http1::Connection<TokioIo<Counted<TcpStream>>, Body>>,
    requests: SendRequest<Body>,
}

impl Line {
    pub(super) async fn open(stream: Counted<TcpStream>) -> io::Result<Self> {
        let handshake = http1::handshake(TokioIo::new(stream));
        let (requests, http) = handshake.await.map_err(io::Error::other)?;
        Ok(Self {
            http: Some(http),
            requests,
        })
    }

    /// Writes and reads, until the connection is over. Why it is, its calls say.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) {
        if let Some(http) = &mut self.http
            && http.poll_unpin(context).is_ready()
        {
            self.http = None;
        }
    }

    /// Whether the connection was seen to be over.
    pub(super) const fn is_over(&self) -> bool {
        self.http.is_none()
    }

    /// Whether a further request can be sent now, or will be told that the connection is over.
    pub(super) fn is_ready(&mut self, context: &mut Context<'_>) -> bool {
        self.requests.poll_ready(context).is_ready()
    }

    /// Hands over a request; it is written when the connection is polled.
    pub(super) fn send(
        &mut self,
        request: Request<Body>,
    ) -> impl Future<Output = hyper::Result<Response<Incoming>>> + use<> {
        self.requests.send_request(request)
    }
}
