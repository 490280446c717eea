//! One end of the call as a link: each message of gRPC is a frame.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use server_core::ErrorCode;
use server_core::limits::REQUEST_MAX_BYTES;
use tonic::{Code, Status};

use super::outgoing::Outgoing;
use crate::codec::{DecodeError, Encoded, Framing, NotExpressible};
use crate::link::{Link, Parting, READ_BYTES, Read};
use crate::transports::grpc::{Failure, of_connection};

/// What is reserved for a frame, in bytes: most are shorter.
const FRAME_BYTES: usize = 64;

/// One end of a call. `I` brings the other end's messages.
pub(super) struct CallLink<I> {
    incoming: I,
    outgoing: Outgoing,
    /// Messages that came and were not consumed.
    come: VecDeque<Bytes>,
    /// What ended the reading, once the messages before it are consumed.
    end: Option<io::Result<Read>>,
    staged: VecDeque<Vec<u8>>,
    staged_bytes: usize,
}

impl<I> CallLink<I> {
    pub(super) const fn new(incoming: I, outgoing: Outgoing) -> Self {
        Self {
            incoming,
            outgoing,
            come: VecDeque::new(),
            end: None,
            staged: VecDeque::new(),
            staged_bytes: 0,
        }
    }
}

impl<I> Link for CallLink<I>
where
    I: Stream<Item = Result<Bytes, Status>> + Unpin + Send,
{
    const FRAMING: Framing = Framing::Transport;

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Read>> {
        let mut come_bytes = 0;
        while self.end.is_none() && come_bytes < READ_BYTES {
            match Pin::new(&mut self.incoming).poll_next(context) {
                Poll::Pending => break,
                Poll::Ready(Some(Ok(message))) => {
                    come_bytes += message.len().max(1);
                    self.come.push_back(message);
                }
                Poll::Ready(Some(Err(status))) => self.end = Some(ended_by(&status)),
                Poll::Ready(None) => self.end = Some(Ok(Read::End)),
            }
        }
        if come_bytes > 0 {
            return Poll::Ready(Ok(Read::Some));
        }
        self.end.take().map_or(Poll::Pending, Poll::Ready)
    }

    fn input(&self) -> Option<&[u8]> {
        self.come.front().map(|message| &**message)
    }

    fn consume(&mut self, _frame_bytes: usize) {
        self.come.pop_front();
    }

    fn stage(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<Encoded, NotExpressible>,
    ) -> Result<Encoded, NotExpressible> {
        let mut frame = Vec::with_capacity(FRAME_BYTES);
        let encoded = encode(&mut frame)?;
        self.staged_bytes += frame.len();
        self.staged.push_back(frame);
        Ok(encoded)
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }

    fn staged_bytes(&self) -> usize {
        self.staged_bytes
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.poll_put(&mut self.staged, context).map(|()| {
            self.staged_bytes = 0;
            Ok(())
        })
    }

    fn poll_close(&mut self, parting: Parting, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.end(match parting {
            Parting::Ended | Parting::Stopping => Ok(()),
            Parting::Refused => Err(Status::invalid_argument("the last message was refused")),
        });
        Poll::Ready(Ok(()))
    }
}

/// What the status means with which the other end's messages ended.
fn ended_by(status: &Status) -> io::Result<Read> {
    match of_connection(status) {
        Some(Failure::Io(error)) => return Err(error),
        Some(_) => return Ok(Read::End),
        None => {}
    }
    match status.code() {
        // tonic's word for a message that is longer than what is taken.
        Code::OutOfRange => Ok(Read::Wrong(DecodeError::too_long(REQUEST_MAX_BYTES))),
        Code::Internal | Code::Unimplemented => Ok(Read::Wrong(DecodeError::Lost {
            refusal: ErrorCode::FrameRefused.into(),
            reason: "the body is no gRPC",
        })),
        Code::Cancelled => Ok(Read::End),
        code => Err(io::Error::other(format!("{code:?}: {}", status.message()))),
    }
}
