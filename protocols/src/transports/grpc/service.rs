//! The service: calls are found by their paths, and answered by the core.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{HeaderValue, Method as Verb, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::message::{Operation, Token};
use server_core::{Chat, ErrorCode, Refusal};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::{Code, Status, Streaming};
use tower::service_fn;
use tower_service::Service;

use super::beside::Beside;
use super::events::Feed;
use super::long_reply::{Pieces, Place, Room};
use super::method::Method;
use super::raw::Raw;
use super::{Format, deadline, status};
use crate::server::calls;
use crate::transport::{BoxFuture, Listen};
use crate::transports::grpc_stream;

/// What all connections of a front end share.
pub(super) struct Front {
    pub(super) chat: Arc<Chat>,
    pub(super) format: Format,
    pub(super) beside: Option<Beside>,
    pub(super) stop: CancellationToken,
    /// What a call that is a whole connection is served with.
    pub(super) talk: Listen,
}

/// The services of a front end on one connection, as tower has services.
#[derive(Clone)]
pub(super) struct Services {
    front: Arc<Front>,
    room: Room,
}

impl Services {
    pub(super) fn new(front: Arc<Front>) -> Self {
        Self {
            front,
            room: Room::default(),
        }
    }
}

impl Service<Request<Incoming>> for Services {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let services = self.clone();
        Box::pin(async move { Ok(route(request, services).await) })
    }
}

async fn route(request: Request<Incoming>, services: Services) -> Response<Body> {
    if !is_grpc(&request) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return response;
    }
    let content_type = services.front.format.content_type.clone();
    let method = Method::from_path(request.uri().path());
    let deadline = deadline::of(request.headers());
    let answered = async {
        match method {
            Some(method) => answer(method, request, services, deadline).await,
            None if request.uri().path() == grpc_stream::PATH => {
                grpc_stream::talk(request, &services.front.talk).await
            }
            None => elsewhere(request, &services.front).await,
        }
    };
    let mut response = match deadline {
        None => answered.await,
        Some(deadline) => {
            let answered = tokio::time::timeout_at(deadline, answered).await;
            answered.unwrap_or_else(|_| deadline::exceeded().into_http())
        }
    };
    // tonic says application/grpc, whatever its codec writes.
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

pub(in crate::transports) fn is_grpc(request: &Request<Incoming>) -> bool {
    let content_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    request.method() == Verb::POST
        && content_type.is_some_and(|value| value.starts_with(b"application/grpc"))
}

/// Answers a call that is not the service's.
async fn elsewhere(request: Request<Incoming>, front: &Front) -> Response<Body> {
    let beside = front.beside.as_ref();
    match beside.and_then(|beside| beside.answer(request)) {
        Some(answered) => answered.await,
        None => Status::unimplemented("there is no such method; see chat.proto").into_http(),
    }
}

async fn answer(
    method: Method,
    request: Request<Incoming>,
    services: Services,
    deadline: Option<Instant>,
) -> Response<Body> {
    let Services { front, room } = services;
    let token = calls::bearer(request.headers());
    let mut grpc = Grpc::new(Raw).max_decoding_message_size(REQUEST_MAX_BYTES);
    if let Some(compression) = front.format.compression {
        grpc = grpc
            .send_compressed(compression)
            .accept_compressed(compression);
    }
    match method {
        // As a stream, so that what is wrong with the body is ours to say.
        Method::Call(operation) => {
            let call = service_fn(|request: tonic::Request<Streaming<Bytes>>| {
                let call = Call {
                    operation,
                    token,
                    body: request.into_inner(),
                };
                call.answer(Arc::clone(&front), room.clone())
            });
            room.opens().await;
            let mut response = grpc.client_streaming(call, request).await;
            match response.extensions_mut().remove::<Place>() {
                Some(place) => response.map(|body| Body::new(Pieces::new(body, place))),
                None => response,
            }
        }
        Method::Subscribe => {
            let subscribe = service_fn(|_: tonic::Request<Bytes>| {
                std::future::ready(subscribe(token, Arc::clone(&front), deadline))
            });
            grpc.server_streaming(subscribe, request).await
        }
    }
}

/// A unary call, of which the head has come.
struct Call {
    operation: Operation,
    token: Result<Option<Token>, Refusal>,
    body: Streaming<Bytes>,
}

impl Call {
    async fn answer(
        self,
        front: Arc<Front>,
        room: Room,
    ) -> Result<tonic::Response<Vec<u8>>, Status> {
        let body = only_message(self.body).await?;
        let call = calls::Call {
            operation: self.operation,
            token: self.token.map_err(status::refused)?,
            body: &body,
        };
        let codec = front.format.codec;
        let outcome = calls::apply(&call, codec, &front.chat);
        let reply = outcome.wait().await.map_err(status::refused)?;
        let mut message = Vec::with_capacity(MESSAGE_BYTES);
        codec
            .encode_reply(&reply, &mut message)
            .map_err(|_| status::refused(ErrorCode::NotExpressible.into()))?;
        let place = room.place(&message).await;
        let mut response = tonic::Response::new(message);
        if let Some(place) = place {
            response.extensions_mut().insert(place);
        }
        Ok(response)
    }
}

/// The one message of a request.
async fn only_message(mut body: Streaming<Bytes>) -> Result<Bytes, Status> {
    let message = body.next().await.transpose().map_err(wrong_body)?;
    let further = body.next().await.transpose().map_err(wrong_body)?;
    match (message, further) {
        (Some(message), None) => Ok(message),
        _ => Err(status::refused(ErrorCode::Malformed.into())),
    }
}

/// What tonic says of a body, as the core would say it.
#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn wrong_body(status: Status) -> Status {
    status::refused(match status.code() {
        // Too long as it came, or once it was unpacked.
        Code::OutOfRange | Code::ResourceExhausted => {
            Refusal::with_detail(ErrorCode::FrameRefused, REQUEST_MAX_BYTES as u64)
        }
        _ => ErrorCode::Malformed.into(),
    })
}

/// The headers go out before any event: they tell the client that it is online.
fn subscribe(
    token: Result<Option<Token>, Refusal>,
    front: Arc<Front>,
    deadline: Option<Instant>,
) -> Result<tonic::Response<Feed>, Status> {
    let opened = match token {
        Ok(Some(token)) => front.chat.subscribe(token),
        Ok(None) => Err(ErrorCode::NotLoggedIn.into()),
        Err(refusal) => Err(refusal),
    };
    let subscription = opened.map_err(status::refused)?;
    Ok(tonic::Response::new(Feed::new(
        subscription,
        front,
        deadline,
    )))
}

/// What is reserved for a reply, in bytes: most are shorter.
const MESSAGE_BYTES: usize = 64;
