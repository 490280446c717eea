//! The client's end of the call.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri, header};
use server_core::limits::FRAME_MAX_BYTES;
use tokio::net::TcpStream;
use tonic::client::Grpc;
use tonic::metadata::MetadataMap;
use tonic::{Extensions, Request, Status, Streaming};

use super::PATH;
use super::link::CallLink;
use super::outgoing::Outgoing;
use crate::counted::Counted;
use crate::transport::BoxFuture;
use crate::transports::grpc::{Connection, Raw, USER_AGENT};

/// Begins HTTP/2 on a socket, and the one call on it. Whether the server takes the call shows when it is talked to: it
/// need not say anything before the first frame.
pub(super) async fn open(
    stream: Counted<TcpStream>,
    authority: &str,
    content_type: HeaderValue,
) -> io::Result<CallLink<Answers>> {
    let origin: Uri = format!("http://{authority}")
        .parse()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let (connection, sender) = Connection::open(stream, content_type).await?;
    let outgoing = Outgoing::default();
    let said = outgoing.clone();
    let frames = stream::poll_fn(move |context| {
        // A client's frames end in no status of their own.
        said.poll_take(context).map(|frame| frame?.ok())
    });
    let mut headers = HeaderMap::with_capacity(1);
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    let metadata = MetadataMap::from_headers(headers);
    let request = Request::from_parts(metadata, Extensions::default(), frames);
    let mut grpc = Grpc::with_origin(sender, origin)
        .max_decoding_message_size(FRAME_MAX_BYTES)
        .max_encoding_message_size(usize::MAX);
    let opening = Box::pin(async move {
        let ready = grpc.ready().await;
        ready.map_err(|error| Status::from_error(error.into()))?;
        let response = grpc
            .streaming(request, PathAndQuery::from_static(PATH), Raw)
            .await?;
        Ok(response.into_inner())
    });
    let answers = Answers {
        connection,
        state: State::Opening(opening),
    };
    Ok(CallLink::new(answers, outgoing))
}

/// What the server says, and the connection on which it says it.
pub(super) struct Answers {
    connection: Connection,
    state: State,
}

enum State {
    /// The headers of the response have not come.
    Opening(BoxFuture<'static, Result<Streaming<Bytes>, Status>>),
    Open(Box<Streaming<Bytes>>),
    Over,
}

impl Stream for Answers {
    type Item = Result<Bytes, Status>;

    /// The next message. The connection goes on before this says that there is none.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(next) = self.state.poll_next(context) {
            return Poll::Ready(next);
        }
        // Why a connection is over, its call says.
        self.connection.poll(context);
        self.state.poll_next(context)
    }
}

impl State {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Status>>> {
        loop {
            match self {
                Self::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(streaming) => *self = Self::Open(Box::new(streaming)),
                    Err(status) => {
                        *self = Self::Over;
                        return Poll::Ready(Some(Err(status)));
                    }
                },
                Self::Open(streaming) => return Pin::new(streaming).poll_next(context),
                Self::Over => return Poll::Ready(None),
            }
        }
    }
}
