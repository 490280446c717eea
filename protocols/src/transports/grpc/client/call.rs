//! Calls on a connection: how they begin, and what comes back.

use std::io;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use h2::client::{ResponseFuture, SendRequest};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method as Verb, Request, StatusCode, Uri, header};
use server_core::Refusal;
use server_core::limits::FRAME_MAX_BYTES;
use server_core::message::{Operation, Token};

use super::super::method::Method;
use super::super::prefix::{Messages, WrongBody};
use super::super::{Format, status};
use crate::client::{ClientError, Ticket};

/// A request that waits for its call to begin.
pub(super) struct Question {
    pub(super) ticket: Ticket,
    pub(super) operation: Operation,
    /// The token that the request names, if it is `Resume`.
    pub(super) resumed: Option<Token>,
    /// The message behind its prefix.
    pub(super) body: Bytes,
}

/// Begins calls, with the metadata that they all have.
pub(super) struct Caller {
    requests: SendRequest<Bytes>,
    authority: Authority,
    headers: HeaderMap,
}

impl Caller {
    pub(super) fn new(
        requests: SendRequest<Bytes>,
        address: &str,
        format: &Format,
    ) -> io::Result<Self> {
        let authority = Authority::try_from(address)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
        headers.insert(header::CONTENT_TYPE, format.content_type.clone());
        headers.insert(
            header::USER_AGENT,
            HeaderValue::from_static("grpc-rust-chat"),
        );
        Ok(Self {
            requests,
            authority,
            headers,
        })
    }

    /// From now on calls are made in the session of this header, or in none.
    pub(super) fn authorize(&mut self, authorization: Option<HeaderValue>) {
        match authorization {
            Some(value) => self.headers.insert(header::AUTHORIZATION, value),
            None => self.headers.remove(header::AUTHORIZATION),
        };
    }

    /// Whether a call can begin now; otherwise the task is woken when one can, or when the connection is over.
    pub(super) fn poll_ready(&mut self, context: &mut Context<'_>) -> bool {
        matches!(self.requests.poll_ready(context), Poll::Ready(Ok(())))
    }

    pub(super) fn call(&mut self, question: Question) -> Result<Call, ClientError> {
        let Question {
            ticket,
            operation,
            resumed,
            body,
        } = question;
        let response = self.open(Method::Call(operation), body)?;
        Ok(Call {
            ticket,
            operation,
            resumed,
            response,
            message: None,
        })
    }

    pub(super) fn open(&mut self, method: Method, body: Bytes) -> Result<Response, ClientError> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::from_static(method.path()));
        let mut request = Request::new(());
        *request.method_mut() = Verb::POST;
        *request.uri_mut() = Uri::from_parts(parts).expect("all three parts are there");
        *request.headers_mut() = self.headers.clone();
        let (head, mut stream) = self.requests.send_request(request, false).map_err(failed)?;
        stream.send_data(body, true).map_err(failed)?;
        Ok(Response {
            stage: Stage::Head(head),
            messages: Messages::new(FRAME_MAX_BYTES),
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn failed(error: h2::Error) -> ClientError {
    ClientError::Call(error.to_string())
}

/// A unary call on its way.
pub(super) struct Call {
    pub(super) ticket: Ticket,
    pub(super) operation: Operation,
    pub(super) resumed: Option<Token>,
    response: Response,
    message: Option<Bytes>,
}

/// What a call came to.
pub(super) enum Answer {
    Message(Bytes),
    Refused(Refusal),
}

impl Call {
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer, ClientError>> {
        loop {
            match ready!(self.response.poll_part(context))? {
                Part::Head => {}
                Part::Message(message) if self.message.is_none() => self.message = Some(message),
                Part::Message(_) => return Poll::Ready(Err(miscounted())),
                Part::End(Err(refusal)) => return Poll::Ready(Ok(Answer::Refused(refusal))),
                Part::End(Ok(())) => {
                    return Poll::Ready(
                        self.message
                            .take()
                            .map(Answer::Message)
                            .ok_or_else(miscounted),
                    );
                }
            }
        }
    }
}

fn miscounted() -> ClientError {
    ClientError::Call("it was answered with another number of messages than one".to_owned())
}

/// The response to a call, part by part.
pub(super) struct Response {
    stage: Stage,
    messages: Messages,
}

enum Stage {
    Head(ResponseFuture),
    Body(RecvStream),
}

/// A part of a response.
pub(super) enum Part {
    /// It has begun.
    Head,
    Message(Bytes),
    /// It is complete, or was refused. Nothing follows.
    End(Result<(), Refusal>),
}

impl Response {
    /// The next part. Stays pending when the whole connection fails, which says so itself.
    pub(super) fn poll_part(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Part, ClientError>> {
        match &mut self.stage {
            Stage::Head(head) => {
                let head = ready!(std::pin::Pin::new(head).poll(context));
                let (head, body) = ready!(of_this_call(head))?.into_parts();
                if head.status != StatusCode::OK {
                    return Poll::Ready(Err(ClientError::Call(format!(
                        "HTTP status {}",
                        head.status
                    ))));
                }
                if status::is_in(&head.headers) {
                    return Poll::Ready(status::read(&head.headers).map(Part::End));
                }
                self.stage = Stage::Body(body);
                Poll::Ready(Ok(Part::Head))
            }
            Stage::Body(body) => loop {
                if let Some(message) = self.messages.next().map_err(wrong_body)? {
                    return Poll::Ready(Ok(Part::Message(message)));
                }
                let Some(chunk) = ready!(body.poll_data(context)) else {
                    let trailers = ready!(of_this_call(ready!(body.poll_trailers(context))))?;
                    return Poll::Ready(status::read(&trailers.unwrap_or_default()).map(Part::End));
                };
                let chunk = ready!(of_this_call(chunk))?;
                body.flow_control()
                    .release_capacity(chunk.len())
                    .map_err(failed)?;
                self.messages.push(chunk);
            },
        }
    }
}

/// Pending if it is the whole connection that failed.
fn of_this_call<T>(result: Result<T, h2::Error>) -> Poll<Result<T, ClientError>> {
    match result {
        Err(error) if error.is_io() || error.is_go_away() => Poll::Pending,
        result => Poll::Ready(result.map_err(failed)),
    }
}

fn wrong_body(wrong: WrongBody) -> ClientError {
    ClientError::Call(match wrong {
        WrongBody::Compressed => "it was answered with a compressed message".to_owned(),
        WrongBody::TooLong => format!("it was answered with more than {FRAME_MAX_BYTES} bytes"),
    })
}
