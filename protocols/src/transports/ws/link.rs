//! A WebSocket as a link: each message is a frame.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, Stream};
use server_core::ErrorCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use crate::codec::{Content, DecodeError, Encoded, Framing, NotExpressible};
use crate::link::{Link, Parting, READ_BYTES, Read};

/// What is reserved for a frame, in bytes: most are shorter.
const FRAME_BYTES: usize = 64;

/// How long the other end may take to close, once this end has said why it does.
const GOODBYE_MAX: Duration = Duration::from_secs(1);

/// One end of a WebSocket.
pub(super) struct WsLink<S> {
    socket: WebSocketStream<S>,
    content: Content,
    /// Messages that came and were not consumed.
    come: VecDeque<Bytes>,
    /// What ended the reading, once the messages before it are consumed.
    end: Option<io::Result<Read>>,
    /// Why this end refuses to go on, as closing says it.
    complaint: Option<Complaint>,
    /// What was staged since the last flush, in bytes.
    staged_bytes: usize,
    farewell: Option<Farewell>,
}

/// What is wrong with what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Complaint {
    code: CloseCode,
    reason: &'static str,
}

/// What was said of closing.
struct Farewell {
    /// When this end waits no more.
    until: Pin<Box<Sleep>>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Its close frame is on its way, and the other's is waited for.
    Said,
    /// Nothing more is sent; the other end is to close, too.
    Shut,
}

impl<S> WsLink<S> {
    pub(super) const fn new(socket: WebSocketStream<S>, content: Content) -> Self {
        Self {
            socket,
            content,
            come: VecDeque::new(),
            end: None,
            complaint: None,
            staged_bytes: 0,
            farewell: None,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> WsLink<S> {
    /// The next message that is for the codec, or what ends the reading.
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Result<Bytes, io::Result<Read>>> {
        loop {
            let next = ready!(Pin::new(&mut self.socket).poll_next(context));
            return Poll::Ready(match (next, self.content) {
                (Some(Ok(Message::Text(text))), Content::Text) => Ok(text.into()),
                (Some(Ok(Message::Binary(bytes))), Content::Bytes) => Ok(bytes),
                (Some(Ok(Message::Text(_) | Message::Binary(_))), _) => {
                    Err(Ok(self.complain(WRONG_KIND)))
                }
                // Pings are answered below; pongs answer nothing.
                (Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))), _) => continue,
                (Some(Ok(Message::Close(_))) | None, _) => Err(Ok(Read::End)),
                (Some(Err(error)), _) => Err(self.failed(error)),
            });
        }
    }

    /// What an error of the socket means.
    fn failed(&mut self, error: Error) -> io::Result<Read> {
        match error {
            Error::Io(error) => Err(error),
            Error::ConnectionClosed
            | Error::AlreadyClosed
            | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Ok(Read::End),
            Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
                self.complaint = Some(TOO_LONG);
                Ok(Read::Wrong(DecodeError::too_long(max_size)))
            }
            Error::Utf8(_) => Ok(self.complain(NOT_UTF8)),
            _ => Ok(self.complain(WRONG_FRAME)),
        }
    }

    fn complain(&mut self, complaint: Complaint) -> Read {
        self.complaint = Some(complaint);
        Read::Wrong(DecodeError::Lost {
            refusal: ErrorCode::FrameRefused.into(),
            reason: complaint.reason,
        })
    }

    /// Sends the close frame; the one that answers the other end's was sent already.
    fn say_farewell(&mut self, parting: Parting) -> io::Result<()> {
        let Complaint { code, reason } = match (self.complaint, parting) {
            (Some(complaint), _) => complaint,
            (None, Parting::Stopping) => STOPPING,
            (None, Parting::Refused) => REFUSED,
            (None, Parting::Ended) => ENDED,
        };
        let frame = CloseFrame {
            code,
            reason: Utf8Bytes::from_static(reason),
        };
        sent(Pin::new(&mut self.socket).start_send(Message::Close(Some(frame))))
    }

    /// Waits for the other end's close frame, then shuts this side, then waits until the other end closes: bytes that
    /// nobody read would make the kernel throw away what was said last.
    fn poll_parted(
        &mut self,
        stage: &mut Stage,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if *stage == Stage::Said {
            sent(ready!(Pin::new(&mut self.socket).poll_flush(context)))?;
            while let Some(Ok(_)) = ready!(Pin::new(&mut self.socket).poll_next(context)) {}
            ready!(Pin::new(self.socket.get_mut()).poll_shutdown(context))?;
            *stage = Stage::Shut;
        }
        let mut space = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        loop {
            let mut buffer = ReadBuf::uninit(&mut space);
            let read = Pin::new(self.socket.get_mut()).poll_read(context, &mut buffer);
            if ready!(read).is_err() || buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

const WRONG_KIND: Complaint = Complaint {
    code: CloseCode::Unsupported,
    reason: "this format travels in messages of the other kind",
};

const TOO_LONG: Complaint = Complaint {
    code: CloseCode::Size,
    reason: "the message is too long",
};

const NOT_UTF8: Complaint = Complaint {
    code: CloseCode::Invalid,
    reason: "the text is not UTF-8",
};

const WRONG_FRAME: Complaint = Complaint {
    code: CloseCode::Protocol,
    reason: "the frame breaks the rules of RFC 6455",
};

const REFUSED: Complaint = Complaint {
    code: CloseCode::Policy,
    reason: "the last message was refused",
};

const STOPPING: Complaint = Complaint {
    code: CloseCode::Away,
    reason: "the server stops",
};

const ENDED: Complaint = Complaint {
    code: CloseCode::Normal,
    reason: "",
};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Link for WsLink<S> {
    const FRAMING: Framing = Framing::Transport;

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Read>> {
        let mut come_bytes = 0;
        while self.end.is_none() && come_bytes < READ_BYTES {
            match self.poll_message(context) {
                Poll::Pending => break,
                Poll::Ready(Ok(message)) => {
                    come_bytes += message.len().max(1);
                    self.come.push_back(message);
                }
                Poll::Ready(Err(end)) => self.end = Some(end),
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
        let message = match self.content {
            Content::Bytes => Message::Binary(frame.into()),
            Content::Text => match String::from_utf8(frame) {
                Ok(text) => Message::Text(text.into()),
                Err(_) => {
                    return Err(NotExpressible {
                        reason: "its frame is no text",
                    });
                }
            },
        };
        // Nothing is written before the next flush, which says what is wrong with the connection.
        let _ = Pin::new(&mut self.socket).start_send(message);
        Ok(encoded)
    }

    fn stage_raw(&mut self, _bytes: &[u8]) -> bool {
        false
    }

    fn staged_bytes(&self) -> usize {
        self.staged_bytes
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.staged_bytes > 0 {
            sent(ready!(Pin::new(&mut self.socket).poll_flush(context)))?;
            self.staged_bytes = 0;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(&mut self, parting: Parting, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut farewell = if let Some(farewell) = self.farewell.take() {
            farewell
        } else {
            self.say_farewell(parting)?;
            Farewell {
                until: Box::pin(tokio::time::sleep(GOODBYE_MAX)),
                stage: Stage::Said,
            }
        };
        let parted = self.poll_parted(&mut farewell.stage, context);
        let waited = farewell.until.as_mut().poll(context);
        self.farewell = Some(farewell);
        if parted.is_pending() {
            return waited.map(Ok);
        }
        parted
    }
}

/// Whether sending failed; a WebSocket that was closed meanwhile is no error.
fn sent(result: Result<(), Error>) -> io::Result<()> {
    match result {
        Ok(()) | Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Protocol(_)) => Ok(()),
        Err(Error::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}
