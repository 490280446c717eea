//! A client on a stream of bytes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use server_core::limits::FRAME_MAX_BYTES;
use server_core::{FromServer, Request};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Client, ClientError, Incoming, MessageBytes, Ticket};
use crate::codec::{Codec, CodecFactory, Framing, Setup};

/// How much is read at once, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// A client whose stream carries frames. Replies come in the order of the requests, so that a counter tells which is
/// which.
pub struct StreamClient<S> {
    stream: S,
    codec: Box<dyn Codec>,
    staged: Vec<u8>,
    written: usize,
    input: Vec<u8>,
    next_ticket: u64,
    next_answer: u64,
    bytes: MessageBytes,
}

impl<S> StreamClient<S> {
    /// A client on a stream that is open, with a codec in which nothing was said yet.
    pub fn new(stream: S, codec: Box<dyn Codec>) -> Self {
        Self {
            stream,
            codec,
            staged: Vec::new(),
            written: 0,
            input: Vec::new(),
            next_ticket: 0,
            next_answer: 0,
            bytes: MessageBytes::default(),
        }
    }

    /// A client on a stream of bytes that is open, in which the codec finds its frames.
    pub(crate) fn on(stream: S, codec: &dyn CodecFactory) -> Self {
        let setup = Setup {
            framing: Framing::Codec,
            frame_max_bytes: FRAME_MAX_BYTES,
        };
        Self::new(stream, codec.open(setup))
    }

    /// Hands over every whole frame of the input; tells whether there was one.
    fn hand_over(&mut self, sink: &mut dyn FnMut(Incoming<'_>)) -> Result<bool, ClientError> {
        let mut done = 0;
        let mut result = Ok(());
        while done < self.input.len() {
            let decoded = match self.codec.decode_reply(&self.input[done..]) {
                Ok(None) => break,
                Ok(Some(decoded)) => decoded,
                Err(error) => {
                    result = Err(error.into());
                    break;
                }
            };
            done += decoded.frame_bytes;
            let is_event = matches!(decoded.value, FromServer::Event(_));
            let ticket = (!is_event).then_some(Ticket(self.next_answer));
            let count = if is_event {
                &mut self.bytes.events
            } else {
                &mut self.bytes.replies
            };
            *count += decoded.message_bytes as u64;
            if !is_event {
                if self.next_answer == self.next_ticket {
                    result = Err(unasked(&decoded.value));
                    break;
                }
                self.next_answer += 1;
            }
            sink(Incoming {
                ticket,
                message: decoded.value,
                message_bytes: decoded.message_bytes,
            });
        }
        self.input.drain(..done);
        result.map(|()| done > 0)
    }
}

/// A refusal that answers nothing says why the server is about to close.
fn unasked(message: &FromServer<'_>) -> ClientError {
    match message {
        FromServer::Refused(refusal) => ClientError::Call(refusal.to_string()),
        _ => ClientError::Unasked,
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> StreamClient<S> {
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        while self.written < self.staged.len() {
            let bytes = &self.staged[self.written..];
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
            if written == 0 {
                return Poll::Ready(Err(std::io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
        }
        self.staged.clear();
        self.written = 0;
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let mut space = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        if buffer.filled().is_empty() {
            return Poll::Ready(Err(ClientError::Closed {
                unanswered: self.next_ticket - self.next_answer,
            }));
        }
        self.input.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Client for StreamClient<S> {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let encoded = self.codec.encode_request(request, &mut self.staged)?;
        self.bytes.requests += encoded.message_bytes as u64;
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        Ok(ticket)
    }

    fn poll_exchange(
        &mut self,
        context: &mut Context<'_>,
        sink: &mut dyn FnMut(Incoming<'_>),
    ) -> Poll<Result<(), ClientError>> {
        // A server that closes may have said why before: a failed write must not hide what can still be read.
        let wrote = match self.poll_write(context) {
            Poll::Ready(Err(error)) => Err(error),
            _ => Ok(()),
        };
        loop {
            match self.poll_read(context) {
                Poll::Pending => {
                    wrote?;
                    return Poll::Pending;
                }
                Poll::Ready(read) => {
                    let any = self.hand_over(sink)?;
                    read?;
                    if any {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
    }

    fn message_bytes(&self) -> MessageBytes {
        self.bytes
    }

    fn stage_raw(&mut self, bytes: &[u8]) -> bool {
        self.staged.extend_from_slice(bytes);
        self.next_ticket += 1;
        true
    }
}
