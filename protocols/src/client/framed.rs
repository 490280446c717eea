//! A client on a connection that carries frames in order.

use std::io;
use std::task::{Context, Poll};

use server_core::limits::FRAME_MAX_BYTES;
use server_core::{FromServer, Request};

use super::{Client, ClientError, Incoming, MessageBytes, Ticket};
use crate::codec::{Codec, CodecFactory, DecodeError, Framing, Setup};
use crate::link::{ByteLink, Link, Read};
use crate::transport::Carriage;

/// A client whose connection carries frames. Replies come in the order of the requests, so that a counter tells which
/// is which.
pub struct FramedClient<L> {
    link: L,
    codec: Box<dyn Codec>,
    next_ticket: u64,
    next_answer: u64,
    bytes: MessageBytes,
}

/// A client on a stream of bytes.
pub type StreamClient<S> = FramedClient<ByteLink<S>>;

impl<S> StreamClient<S>
where
    ByteLink<S>: Link,
{
    /// A client on a stream of bytes that is open, in which the codec finds its frames.
    pub fn on(stream: S, codec: &dyn CodecFactory) -> Self {
        Self::over(ByteLink::new(stream), codec)
    }
}

impl<L: Link> FramedClient<L> {
    /// A client on a link that is open.
    pub fn over(link: L, codec: &dyn CodecFactory) -> Self {
        let setup = Setup {
            framing: L::FRAMING,
            frame_max_bytes: FRAME_MAX_BYTES,
        };
        Self {
            link,
            codec: codec.open(setup),
            next_ticket: 0,
            next_answer: 0,
            bytes: MessageBytes::default(),
        }
    }
}

impl<L: Link> FramedClient<L> {
    /// Hands over every whole frame of the input; tells whether there was one.
    fn hand_over(&mut self, sink: &mut dyn FnMut(Incoming<'_>)) -> Result<bool, ClientError> {
        let mut any = false;
        while let Some(input) = self.link.input() {
            let input_bytes = input.len();
            let Some(decoded) = self.codec.decode_reply(input)? else {
                match L::FRAMING {
                    Framing::Codec => break,
                    Framing::Transport => return Err(DecodeError::no_frame(input_bytes).into()),
                }
            };
            let frame_bytes = decoded.frame_bytes;
            let ticket = if matches!(decoded.value, FromServer::Event(_)) {
                self.bytes.events += decoded.message_bytes as u64;
                None
            } else {
                self.bytes.replies += decoded.message_bytes as u64;
                if self.next_answer == self.next_ticket {
                    return Err(unasked(&decoded.value));
                }
                self.next_answer += 1;
                Some(Ticket(self.next_answer - 1))
            };
            sink(Incoming {
                ticket,
                message: decoded.value,
                message_bytes: decoded.message_bytes,
            });
            self.link.consume(frame_bytes);
            any = true;
        }
        Ok(any)
    }

    /// Why no more can be handed over, after what reading brought.
    fn check(&self, read: io::Result<Read>) -> Result<(), ClientError> {
        match read? {
            Read::Some => Ok(()),
            Read::End => Err(ClientError::Closed {
                unanswered: self.next_ticket - self.next_answer,
            }),
            Read::Wrong(error) => Err(error.into()),
        }
    }
}

/// A refusal that answers nothing says why the server is about to close.
fn unasked(message: &FromServer<'_>) -> ClientError {
    match message {
        FromServer::Refused(refusal) => ClientError::Call(refusal.to_string()),
        _ => ClientError::Unasked,
    }
}

impl<L: Link> Client for FramedClient<L> {
    fn stage(&mut self, request: &Request<'_>) -> Result<Ticket, ClientError> {
        let Self { link, codec, .. } = self;
        let encoded = link.stage(|out| codec.encode_request(request, out))?;
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
        let wrote = match self.link.poll_flush(context) {
            Poll::Ready(Err(error)) => Err(error),
            _ => Ok(()),
        };
        loop {
            match self.link.poll_read(context) {
                Poll::Pending => {
                    wrote?;
                    return Poll::Pending;
                }
                Poll::Ready(read) => {
                    let any = self.hand_over(sink)?;
                    self.check(read)?;
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
        let staged = self.link.stage_raw(bytes);
        self.next_ticket += u64::from(staged);
        staged
    }

    fn carriage(&self) -> Carriage {
        Carriage::Frames
    }
}
