//! A stream of bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Link, Parting, READ_BYTES, Read};
use crate::codec::{Encoded, Framing, NotExpressible};

/// A stream of bytes, in which the codec finds its frames.
pub struct ByteLink<S> {
    stream: S,
    input: Vec<u8>,
    /// How much of the input was consumed, in bytes.
    consumed: usize,
    staged: Vec<u8>,
    /// How much of what is staged was written, in bytes.
    written: usize,
}

impl<S> ByteLink<S> {
    /// A link on a stream that is open; its bytes are counted by whoever opened it.
    pub const fn new(stream: S) -> Self {
        Self {
            stream,
            input: Vec::new(),
            consumed: 0,
            staged: Vec::new(),
            written: 0,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Link for ByteLink<S> {
    const FRAMING: Framing = Framing::Codec;

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Read>> {
        let mut space = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Ok(Read::End));
        }
        self.input.drain(..self.consumed);
        self.consumed = 0;
        self.input.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(Read::Some))
    }

    fn input(&self) -> Option<&[u8]> {
        let input = &self.input[self.consumed..];
        (!input.is_empty()).then_some(input)
    }

    fn consume(&mut self, frame_bytes: usize) {
        let left = self.input.len() - self.consumed;
        self.consumed += frame_bytes.min(left);
    }

    fn stage(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<Encoded, NotExpressible>,
    ) -> Result<Encoded, NotExpressible> {
        encode(&mut self.staged)
    }

    fn stage_raw(&mut self, bytes: &[u8]) -> bool {
        self.staged.extend_from_slice(bytes);
        true
    }

    fn staged_bytes(&self) -> usize {
        self.staged.len() - self.written
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut stream = Pin::new(&mut self.stream);
        while self.written < self.staged.len() {
            let bytes = &self.staged[self.written..];
            let written = ready!(stream.as_mut().poll_write(context, bytes))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
        }
        self.staged.clear();
        self.written = 0;
        // A socket has nothing to flush; what encrypts may hold bytes back.
        stream.poll_flush(context)
    }

    fn poll_close(&mut self, _parting: Parting, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
