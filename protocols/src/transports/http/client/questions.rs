//! What a client asks, as HTTP has it, and what comes back.

use std::future::Future;
use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use server_core::limits::FRAME_MAX_BYTES;
use server_core::message::{Operation, Token};

use super::super::failure::Failure;
use super::super::{body, problem, route};
use crate::client::Ticket;

/// A request that waits for its turn.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) body: Vec<u8>,
}

/// What is remembered of a request until it is answered.
pub(super) struct Asked {
    pub(super) ticket: Ticket,
    pub(super) operation: Operation,
    /// The token that the request names, if it is `Resume`.
    pub(super) resumed: Option<Token>,
}

/// The headers that all requests of a client have.
pub(super) struct Headers {
    /// Of calls: `host`, `content-type`, and in a session `authorization`.
    calls: HeaderMap,
}

impl Headers {
    /// # Errors
    /// If the server cannot be called so.
    pub(super) fn new(authority: &str, content_type: HeaderValue) -> io::Result<Self> {
        let host = HeaderValue::try_from(authority)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut calls = HeaderMap::with_capacity(4);
        calls.insert(header::HOST, host);
        calls.insert(header::CONTENT_TYPE, content_type);
        Ok(Self { calls })
    }

    /// From now on requests are made in the session of this header, or in none.
    pub(super) fn authorize(&mut self, authorization: Option<HeaderValue>) {
        match authorization {
            Some(value) => self.calls.insert(header::AUTHORIZATION, value),
            None => self.calls.remove(header::AUTHORIZATION),
        };
    }

    /// The request of a call.
    pub(super) fn call(&self, operation: Operation, body: Vec<u8>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_static(route::path(operation));
        *request.headers_mut() = self.calls.clone();
        request
    }

    /// The request for the event stream.
    pub(super) fn subscribe(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::default());
        *request.uri_mut() = Uri::from_static(route::EVENTS);
        *request.headers_mut() = self.calls.clone();
        request.headers_mut().remove(header::CONTENT_TYPE);
        request
    }
}

/// The body of the reply to a call.
pub(super) async fn replied(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> Result<Bytes, Failure> {
    let (head, body) = response.await?.into_parts();
    let body = body::read(body, FRAME_MAX_BYTES).await?;
    if head.status == StatusCode::OK {
        return Ok(body);
    }
    Err(failed(head.status, &body))
}

/// The event stream, once it stands: its headers have come.
pub(super) async fn subscribed(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
) -> Result<Incoming, Failure> {
    let (head, body) = response.await?.into_parts();
    if head.status == StatusCode::OK {
        return Ok(body);
    }
    let body = body::read(body, FRAME_MAX_BYTES).await?;
    Err(failed(head.status, &body))
}

fn failed(status: StatusCode, body: &[u8]) -> Failure {
    match problem::read(status, body) {
        Ok(refusal) => Failure::Refused(refusal),
        Err(text) => Failure::Call(text),
    }
}
