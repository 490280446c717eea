//! The server's end: connections are accepted, and each call is answered.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Method as Verb, Response, StatusCode, header, request};
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::message::{Operation, Token};
use server_core::{Answer, Chat, ErrorCode, Refusal, Reply};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::connection::{LongReply, Place, Running, serve};
use super::method::Method;
use super::prefix::{self, Messages, WrongBody};
use super::status::{self, Failure};
use super::{Format, events};
use crate::counted::{Counted, WatchSegments};
use crate::server::calls::{self, Call};
use crate::transport::Listen;
use crate::transports::tcp;

/// What all connections of a front end share.
pub(super) struct Front {
    pub(super) chat: Arc<Chat>,
    pub(super) format: Format,
    pub(super) stop: CancellationToken,
}

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
            let stream = Counted::tcp(stream, Arc::clone(&traffic), WatchSegments::No);
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

/// Answers a call at once if it can; otherwise gives back what is still to be done.
pub(super) fn answer(
    request: http::Request<RecvStream>,
    respond: SendResponse<Bytes>,
    place: &Arc<Place>,
    context: &mut Context<'_>,
) -> Option<Running> {
    let (head, body) = request.into_parts();
    let responder = Responder {
        respond,
        place: Arc::clone(place),
    };
    if !is_grpc(&head) {
        return responder.say_no_grpc();
    }
    match Method::from_path(head.uri.path()) {
        None => responder.finish(Err(Failure::Unimplemented(
            "there is no such method; see chat.proto",
        ))),
        Some(Method::Subscribe) => subscribe(&head.headers, responder),
        Some(Method::Call(operation)) => {
            let body = Body {
                stream: body,
                messages: Messages::new(REQUEST_MAX_BYTES),
                message: None,
            };
            call(
                Incoming {
                    operation,
                    token: calls::bearer(&head.headers),
                    body,
                    responder,
                },
                context,
            )
        }
    }
}

fn is_grpc(head: &request::Parts) -> bool {
    let content_type = head
        .headers
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes);
    head.method == Verb::POST
        && content_type.is_some_and(|value| value.starts_with(b"application/grpc"))
}

/// A unary call, of which the head has come.
struct Incoming {
    operation: Operation,
    token: Result<Option<Token>, Refusal>,
    body: Body,
    responder: Responder,
}

fn call(mut incoming: Incoming, context: &mut Context<'_>) -> Option<Running> {
    match incoming.body.poll_message(context) {
        Poll::Ready(Ok(message)) => match incoming.apply(&message) {
            Answer::Ready(result) => incoming.responder.finish(result.map_err(Failure::from)),
            Answer::Later(later) => Some(Box::pin(async move {
                let result = later.await.map_err(Failure::from);
                wait_for(incoming.responder.finish(result)).await;
            })),
        },
        Poll::Ready(Err(failure)) => incoming.responder.finish(Err(failure)),
        Poll::Pending => Some(Box::pin(async move {
            let result = match poll_fn(|context| incoming.body.poll_message(context)).await {
                Ok(message) => incoming.apply(&message).wait().await.map_err(Failure::from),
                Err(failure) => Err(failure),
            };
            wait_for(incoming.responder.finish(result)).await;
        })),
    }
}

async fn wait_for(running: Option<Running>) {
    if let Some(running) = running {
        running.await;
    }
}

impl Incoming {
    fn apply(&self, message: &[u8]) -> server_core::chat::Outcome {
        let front = &self.responder.place.front;
        match self.token {
            Ok(token) => {
                let call = Call {
                    operation: self.operation,
                    token,
                    body: message,
                };
                calls::apply(&call, front.format.codec, &front.chat)
            }
            Err(refusal) => Answer::Ready(Err(refusal)),
        }
    }
}

fn subscribe(headers: &HeaderMap, mut responder: Responder) -> Option<Running> {
    let opened = match calls::bearer(headers) {
        Ok(Some(token)) => responder.place.front.chat.subscribe(token),
        Ok(None) => Err(ErrorCode::NotLoggedIn.into()),
        Err(refusal) => Err(refusal),
    };
    match opened {
        // The headers go out before any event: they tell the client that it is online.
        Ok(subscription) => {
            let stream = responder.begin()?;
            Some(Box::pin(events::feed(
                subscription,
                stream,
                Arc::clone(&responder.place.front),
            )))
        }
        Err(refusal) => responder.finish(Err(refusal.into())),
    }
}

/// The body of a unary request.
struct Body {
    stream: RecvStream,
    messages: Messages,
    message: Option<Bytes>,
}

impl Body {
    /// Reads until the one message and the end are there.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, Failure>> {
        while !self.stream.is_end_stream() {
            let Some(chunk) = ready!(self.stream.poll_data(context)) else {
                break;
            };
            // A stream that failed has nobody left to answer to.
            let Ok(chunk) = chunk else {
                return Poll::Ready(Err(ErrorCode::Malformed.into()));
            };
            if self
                .stream
                .flow_control()
                .release_capacity(chunk.len())
                .is_err()
            {
                return Poll::Ready(Err(ErrorCode::Malformed.into()));
            }
            self.messages.push(chunk);
            if self.message.is_none() {
                self.message = self.messages.next().map_err(wrong_body)?;
            }
            if self.message.is_some() && !self.messages.is_empty() {
                return Poll::Ready(Err(ErrorCode::Malformed.into()));
            }
        }
        Poll::Ready(self.message.take().ok_or(ErrorCode::Malformed.into()))
    }
}

fn wrong_body(wrong: WrongBody) -> Failure {
    match wrong {
        WrongBody::Compressed => {
            Failure::Unimplemented("messages cannot be compressed here; send them as they are")
        }
        WrongBody::TooLong => {
            Refusal::with_detail(ErrorCode::FrameRefused, REQUEST_MAX_BYTES as u64).into()
        }
    }
}

/// Where the answer to a call goes. A client that has given up is no error: nobody is left to tell.
pub(super) struct Responder {
    respond: SendResponse<Bytes>,
    place: Arc<Place>,
}

impl Responder {
    /// Answers the call; gives back what is still to be done if the reply is long.
    fn finish(mut self, result: Result<Reply<'_>, Failure>) -> Option<Running> {
        match result.and_then(|reply| self.encode(&reply)) {
            Ok(message) if message.len() > SHORT_MAX_BYTES => {
                let stream = self.begin()?;
                let long_reply = LongReply::new(&self.place);
                return Some(Box::pin(send_long(message, stream, long_reply)));
            }
            Ok(message) => {
                let mut stream = self.begin()?;
                let _ = stream
                    .send_data(message, false)
                    .and_then(|()| stream.send_trailers(status::fine()));
            }
            Err(failure) => {
                let mut head = self.head(StatusCode::OK);
                status::add_failure(&failure, head.headers_mut());
                let _ = self.respond.send_response(head, true);
            }
        }
        None
    }

    fn encode(&self, reply: &Reply<'_>) -> Result<Bytes, Failure> {
        let mut message = Vec::with_capacity(MESSAGE_BYTES);
        prefix::append(&mut message, |out| {
            self.place.front.format.codec.encode_reply(reply, out)
        })
        .map_err(|_| Failure::from(ErrorCode::NotExpressible))?;
        Ok(message.into())
    }

    /// Sends the headers of a response that has a body.
    fn begin(&mut self) -> Option<SendStream<Bytes>> {
        let head = self.head(StatusCode::OK);
        self.respond.send_response(head, false).ok()
    }

    fn say_no_grpc(mut self) -> Option<Running> {
        let head = self.head(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let _ = self.respond.send_response(head, true);
        None
    }

    fn head(&self, status: StatusCode) -> Response<()> {
        let mut head = Response::new(());
        *head.status_mut() = status;
        head.headers_mut().insert(
            header::CONTENT_TYPE,
            self.place.front.format.content_type.clone(),
        );
        head
    }
}

/// Sends a reply piece by piece, as the client takes it.
async fn send_long(mut message: Bytes, mut stream: SendStream<Bytes>, _counted: LongReply) {
    while !message.is_empty() {
        stream.reserve_capacity(message.len());
        let Some(Ok(room)) = poll_fn(|context| stream.poll_capacity(context)).await else {
            return;
        };
        let piece = message.split_to(room.min(message.len()));
        if stream.send_data(piece, false).is_err() {
            return;
        }
    }
    let _ = stream.send_trailers(status::fine());
}

/// What is reserved for a reply, in bytes: most are shorter.
const MESSAGE_BYTES: usize = 64;

/// The longest reply that is handed to HTTP/2 at once, in bytes.
const SHORT_MAX_BYTES: usize = 16 * 1024;
