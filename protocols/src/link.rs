//! What is below a codec on a connection that carries frames in order: where frames come from, and where they go.
//!
//! The loops that serve a connection and drive a client are written once, over this trait: [`ByteLink`] is a stream of
//! bytes, in which the codec finds its frames; other links carry messages, each of which is one frame.

mod bytes;

use std::io;
use std::task::{Context, Poll};

use crate::codec::{DecodeError, Encoded, Framing, NotExpressible};

pub use self::bytes::ByteLink;

/// How much is read from a stream at once, in bytes.
pub(crate) const READ_BYTES: usize = 16 * 1024;

/// One end of a connection, below its codec. It is driven by polling, from one task.
pub trait Link: Send {
    /// Who finds the boundaries between frames: what the codec above must be opened with.
    const FRAMING: Framing;

    /// Takes in what has come. After [`Read::End`] and [`Read::Wrong`] it is not called again.
    ///
    /// # Errors
    /// Whatever the socket says.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Read>>;

    /// What was taken in and not consumed yet: bytes that begin with a frame, if the codec finds the boundaries; the
    /// first message otherwise. `None` if there is nothing.
    fn input(&self) -> Option<&[u8]>;

    /// Leaves behind the first frame of the input, which takes this many bytes; all of it, if it has no more. A link of
    /// messages leaves behind the first message.
    fn consume(&mut self, frame_bytes: usize);

    /// Lets `encode` append one frame, and keeps it until [`Link::poll_flush`].
    ///
    /// # Errors
    /// As `encode`; nothing is kept then.
    fn stage(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<Encoded, NotExpressible>,
    ) -> Result<Encoded, NotExpressible>;

    /// Appends bytes as they are, if it is a stream of bytes; tells whether it is.
    fn stage_raw(&mut self, bytes: &[u8]) -> bool;

    /// How much is staged and not written yet, in bytes.
    fn staged_bytes(&self) -> usize;

    /// Writes what is staged, in as few writes as it can. A call that is dropped half-way loses nothing.
    ///
    /// # Errors
    /// Whatever the socket says.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Says farewell, where the transport has words for that, and closes. Everything was flushed before.
    ///
    /// # Errors
    /// Whatever the socket says.
    fn poll_close(&mut self, parting: Parting, context: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// What reading brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// More input.
    Some,
    /// The other end says nothing more.
    End,
    /// What this transport does not carry. It is told like a frame whose boundary is lost. All input before it was
    /// consumed.
    Wrong(DecodeError),
}

/// Why this end closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The other end did.
    Ended,
    /// This end stops.
    Stopping,
    /// The other end said what makes no sense.
    Refused,
}
