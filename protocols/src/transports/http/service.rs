//! Requests are found by their paths, and answered by the core.

use std::sync::Arc;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::message::{Operation, Token};
use server_core::{Chat, ErrorCode, Refusal, Reply};
use tokio_util::sync::CancellationToken;

use super::body::{self, Body, Unread};
use super::events::Events;
use super::format::Format;
use super::route::Route;
use super::server::Work;
use super::{pages, problem, sse};
use crate::codec::DecodeError;
use crate::server::calls;

/// What all connections of a front end share.
pub(super) struct Front {
    pub(super) chat: Arc<Chat>,
    pub(super) format: Format,
    pub(super) stop: CancellationToken,
}

/// Answers a request.
pub(super) async fn answer(
    request: Request<Incoming>,
    front: Arc<Front>,
    work: Work,
) -> Response<Body> {
    let path = request.uri().path();
    let Some(route) = Route::find(path) else {
        let detail = format!("nothing is at {path}; GET / says what there is");
        return problem::unserved(StatusCode::NOT_FOUND, &detail);
    };
    match (route, request.method()) {
        (Route::Index, &Method::GET | &Method::HEAD) => pages::index(&front.format),
        (Route::Description, &Method::GET | &Method::HEAD) => pages::description(&front.format),
        (Route::Events, &Method::GET) => subscribe(&request, front),
        (Route::Call(operation), &Method::POST) => call(operation, request, &front, work).await,
        (route, _) => not_allowed(path, route),
    }
}

fn not_allowed(path: &str, route: Route) -> Response<Body> {
    let methods = route.methods();
    let detail = format!("{path} takes {methods}");
    let mut response = problem::unserved(StatusCode::METHOD_NOT_ALLOWED, &detail);
    let allow = HeaderValue::from_static(methods);
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

async fn call(
    operation: Operation,
    request: Request<Incoming>,
    front: &Arc<Front>,
    work: Work,
) -> Response<Body> {
    if let Some(other) = request.headers().get(header::CONTENT_TYPE)
        && !front.format.is(other)
    {
        return unsupported(&front.format);
    }
    let token = match calls::bearer(request.headers()) {
        Ok(token) => token,
        Err(refusal) => return problem::refused(refusal),
    };
    let body = match body::read(request.into_body(), REQUEST_MAX_BYTES).await {
        Ok(body) => body,
        Err(unread) => return unreadable(&unread),
    };
    let _under_way = work.begin();
    let call = Call { operation, token };
    match call.apply(&body, front).await {
        Ok(reply) => replied(&reply, &front.format),
        Err(response) => response,
    }
}

/// A call of which the body has come.
struct Call {
    operation: Operation,
    token: Option<Token>,
}

impl Call {
    /// The reply, or the response that says why there is none.
    async fn apply(
        &self,
        body: &[u8],
        front: &Arc<Front>,
    ) -> Result<Reply<'static>, Response<Body>> {
        let request = front.format.codec.decode_request(self.operation, body);
        let request = request.map_err(|error| match error {
            DecodeError::Malformed { reason, .. } => problem::malformed(reason),
            DecodeError::Refused { refusal, .. } | DecodeError::Lost { refusal, .. } => {
                problem::refused(refusal)
            }
        })?;
        let connection = front.chat.call(self.token).map_err(problem::refused)?;
        let outcome = connection.apply(&request);
        outcome.wait().await.map_err(problem::refused)
    }
}

fn replied(reply: &Reply<'_>, format: &Format) -> Response<Body> {
    let mut body = Vec::with_capacity(REPLY_BYTES);
    if format.codec.encode_reply(reply, &mut body).is_err() {
        return problem::refused(ErrorCode::NotExpressible.into());
    }
    with_type(Body::whole(body), format.content_type.clone())
}

/// A body of this type, with nothing wrong.
pub(super) fn with_type(body: Body, content_type: HeaderValue) -> Response<Body> {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}

fn unsupported(format: &Format) -> Response<Body> {
    let wanted = format.content_type.to_str().unwrap_or_default();
    let detail = format!("bodies are of the type {wanted} here");
    let mut response = problem::unserved(StatusCode::UNSUPPORTED_MEDIA_TYPE, &detail);
    let accept = format.content_type.clone();
    response.headers_mut().insert(header::ACCEPT, accept);
    response
}

fn unreadable(unread: &Unread) -> Response<Body> {
    match unread {
        Unread::TooLong => {
            let limit = REQUEST_MAX_BYTES as u64;
            problem::refused(Refusal::with_detail(ErrorCode::FrameRefused, limit))
        }
        Unread::Failed(_) => problem::malformed("the body is cut short or not framed"),
    }
}

/// The headers go out before any event: they tell the client that it is online.
fn subscribe(request: &Request<Incoming>, front: Arc<Front>) -> Response<Body> {
    let opened = match calls::bearer(request.headers()) {
        Ok(Some(token)) => front.chat.subscribe(token),
        Ok(None) => Err(ErrorCode::NotLoggedIn.into()),
        Err(refusal) => Err(refusal),
    };
    let subscription = match opened {
        Ok(subscription) => subscription,
        Err(refusal) => return problem::refused(refusal),
    };
    let events = Body::Events(Box::new(Events::new(subscription, front)));
    let mut response = with_type(events, HeaderValue::from_static(sse::CONTENT_TYPE));
    let cache = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, cache);
    response
}

/// What is reserved for a reply, in bytes: most are shorter.
const REPLY_BYTES: usize = 64;
