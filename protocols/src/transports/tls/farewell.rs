//! A client's end that says goodbye.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that is shut down when it is dropped: with TLS the server is told, so that it can tell an end from a
/// connection that was cut (RFC 8446, section 6.1). What does not fit into the socket at that moment is left out.
pub(super) struct Farewell<S: AsyncWrite + Unpin>(S);

impl<S: AsyncWrite + Unpin> Farewell<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self(stream)
    }
}

impl<S: AsyncWrite + Unpin> Drop for Farewell<S> {
    fn drop(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        // Whether it was told or not, the socket closes now.
        let _ = Pin::new(&mut self.0).poll_shutdown(&mut context);
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Farewell<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Farewell<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
