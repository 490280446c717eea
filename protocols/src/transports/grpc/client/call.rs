//! Calls on a connection: how they begin, and what comes back.

use std::io;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri, header};
use server_core::limits::FRAME_MAX_BYTES;
use server_core::message::{Operation, Token};
use tonic::client::Grpc;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::{Extensions, Request, Status, Streaming};

use super::super::method::Method;
use super::super::raw::Raw;
use super::connection::Sender;
use crate::client::Ticket;
use crate::transport::BoxFuture;

/// A request that waits for its call to begin.
pub(super) struct Question {
    pub(super) asked: Asked,
    pub(super) message: Vec<u8>,
}

/// What is remembered of a request until it is answered.
pub(super) struct Asked {
    pub(super) ticket: Ticket,
    pub(super) operation: Operation,
    /// The token that the request names, if it is `Resume`.
    pub(super) resumed: Option<Token>,
}

/// What a call came to.
pub(super) struct Answered {
    pub(super) asked: Asked,
    pub(super) answer: Result<Bytes, Status>,
}

/// Begins calls, with the metadata that they all have.
pub(super) struct Caller {
    grpc: Grpc<Sender>,
    headers: HeaderMap,
}

impl Caller {
    pub(super) fn new(
        sender: Sender,
        authority: &str,
        compression: Option<CompressionEncoding>,
    ) -> io::Result<Self> {
        let origin: Uri = format!("http://{authority}")
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut headers = HeaderMap::with_capacity(4);
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        let mut grpc = Grpc::with_origin(sender, origin).max_decoding_message_size(FRAME_MAX_BYTES);
        if let Some(compression) = compression {
            grpc = grpc
                .send_compressed(compression)
                .accept_compressed(compression);
        }
        Ok(Self { grpc, headers })
    }

    /// From now on calls are made in the session of this header, or in none.
    pub(super) fn authorize(&mut self, authorization: Option<HeaderValue>) {
        match authorization {
            Some(value) => self.headers.insert(header::AUTHORIZATION, value),
            None => self.headers.remove(header::AUTHORIZATION),
        };
    }

    /// Begins a unary call.
    pub(super) fn call(&self, question: Question) -> BoxFuture<'static, Answered> {
        let Question { asked, message } = question;
        let (mut grpc, request) = (self.grpc.clone(), self.request(message));
        let path = PathAndQuery::from_static(Method::Call(asked.operation).path());
        Box::pin(async move {
            let response = match grpc.ready().await {
                Ok(()) => grpc.unary(request, path, Raw).await,
                Err(error) => Err(Status::from_error(error.into())),
            };
            Answered {
                asked,
                answer: response.map(tonic::Response::into_inner),
            }
        })
    }

    /// Opens the event stream; it stands when its headers have come.
    pub(super) fn subscribe(&self) -> BoxFuture<'static, Result<Streaming<Bytes>, Status>> {
        let (mut grpc, request) = (self.grpc.clone(), self.request(Vec::new()));
        let path = PathAndQuery::from_static(Method::Subscribe.path());
        Box::pin(async move {
            let ready = grpc.ready().await;
            ready.map_err(|error| Status::from_error(error.into()))?;
            let response = grpc.server_streaming(request, path, Raw).await?;
            Ok(response.into_inner())
        })
    }

    fn request(&self, message: Vec<u8>) -> Request<Vec<u8>> {
        let metadata = MetadataMap::from_headers(self.headers.clone());
        Request::from_parts(metadata, Extensions::default(), message)
    }
}

pub(in crate::transports) const USER_AGENT: &str = "grpc-rust-chat";
