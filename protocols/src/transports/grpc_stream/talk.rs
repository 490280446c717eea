//! The server's end of the call: what answers is the body of its response.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use server_core::limits::REQUEST_MAX_BYTES;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::{Status, Streaming};
use tower::service_fn;
use tower_service::Service;

use super::link::CallLink;
use super::outgoing::Outgoing;
use super::{PATH, content_type};
use crate::server::{Parts, serve};
use crate::transport::{BoxFuture, Listen};
use crate::transports::grpc::{Raw, is_grpc};

/// The one method, as tower has services.
#[derive(Clone)]
pub(super) struct TalkService {
    listen: Arc<Listen>,
    content_type: HeaderValue,
}

impl TalkService {
    pub(super) fn new(listen: Arc<Listen>) -> Self {
        let content_type = content_type(listen.codec);
        Self {
            listen,
            content_type,
        }
    }
}

impl Service<Request<Incoming>> for TalkService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let Self {
            listen,
            content_type,
        } = self.clone();
        Box::pin(async move {
            if !is_grpc(&request) {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
                return Ok(response);
            }
            let mut response = if request.uri().path() == PATH {
                talk(request, &listen).await
            } else {
                let words = "there is no method but Talk; calls are carried by the transport grpc";
                Status::unimplemented(words).into_http()
            };
            // tonic says application/grpc, whatever its codec writes.
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, content_type);
            Ok(response)
        })
    }
}

/// Answers one call of the method `Talk`: a connection that lives as long as the call does.
pub(in crate::transports) async fn talk(
    request: Request<Incoming>,
    listen: &Listen,
) -> Response<Body> {
    let talk = service_fn(|request: tonic::Request<Streaming<Bytes>>| {
        let talk = Talk::new(request.into_inner(), listen);
        std::future::ready(Ok(tonic::Response::new(talk)))
    });
    Grpc::new(Raw)
        .max_decoding_message_size(REQUEST_MAX_BYTES)
        .max_encoding_message_size(usize::MAX)
        .streaming(talk, request)
        .await
}

/// What the server says in a call. It is served whenever HTTP/2 asks for more: a client that does not take what it is
/// told is not read either.
struct Talk {
    serving: Option<BoxFuture<'static, std::io::Result<()>>>,
    outgoing: Outgoing,
}

impl Talk {
    fn new(incoming: Streaming<Bytes>, listen: &Listen) -> Self {
        let outgoing = Outgoing::default();
        let link = CallLink::new(incoming, outgoing.clone());
        Self {
            serving: Some(Box::pin(serve(Parts::over(link, listen)))),
            outgoing,
        }
    }
}

impl Stream for Talk {
    type Item = Result<Vec<u8>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            // First what was said already: serving waits for that.
            if let Poll::Ready(taken) = self.outgoing.poll_take(context) {
                return Poll::Ready(taken);
            }
            let Some(serving) = &mut self.serving else {
                return Poll::Ready(None);
            };
            match serving.as_mut().poll(context) {
                Poll::Ready(served) => {
                    self.serving = None;
                    let lost = |error: std::io::Error| Status::unavailable(error.to_string());
                    self.outgoing.end(served.map_err(lost));
                }
                Poll::Pending => return self.outgoing.poll_take(context),
            }
        }
    }
}
