//! A connection's one stream, as a stream of bytes.

use std::io::Result;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use quinn::{Connection, ConnectionError, ReadError, RecvStream, SendStream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use crate::transport::BoxFuture;

/// How long an end that closes waits until all that it has sent is acknowledged.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A stream, and the connection that is its own.
pub(super) struct QuicStream {
    send: SendStream,
    receive: RecvStream,
    /// Waits until all is acknowledged that was sent, once this end has closed.
    closing: Option<BoxFuture<'static, ()>>,
    /// The connection closes when this is dropped.
    _connection: Connection,
}

impl QuicStream {
    pub(super) const fn new(connection: Connection, send: SendStream, receive: RecvStream) -> Self {
        Self {
            send,
            receive,
            closing: None,
            _connection: connection,
        }
    }
}

impl AsyncRead for QuicStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        match ready!(self.receive.poll_read_buf(context, buffer)) {
            Ok(()) => Poll::Ready(Ok(())),
            // The other end has closed without a word, as a socket does that is dropped.
            Err(ReadError::ConnectionLost(ConnectionError::ApplicationClosed(_))) => {
                Poll::Ready(Ok(()))
            }
            Err(error) => Poll::Ready(Err(error.into())),
        }
    }
}

impl AsyncWrite for QuicStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        AsyncWrite::poll_write(Pin::new(&mut self.send), context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Result<()>> {
        // quinn sends what was written as soon as it may.
        Poll::Ready(Ok(()))
    }

    /// Ready once the other end has all that was sent: a connection that closes takes nothing along that is under way.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Self { send, closing, .. } = &mut *self;
        let closing = closing.get_or_insert_with(|| {
            // An error says that it is closed already.
            drop(send.finish());
            let stopped = send.stopped();
            Box::pin(async { drop(timeout(CLOSE_TIMEOUT, stopped).await) })
        });
        closing.as_mut().poll(context).map(Ok)
    }
}
