//! The one place where bytes of sockets are counted: a wrapper around every stream, at both ends.

use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::sockets::{Asked, Opened};
use crate::tcp_info::{self, IpVersion, Segments};

/// What went through the sockets of one process: the layer `stream`, and segments for the layer `wire`.
#[derive(Default)]
pub struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
    sockets: Mutex<Sockets>,
    asked: Mutex<Asked>,
    opened: AtomicU32,
    tape: Option<Mutex<Vec<Stretch>>>,
}

/// Bytes that one socket moved at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The socket's number, from 0 in the order in which they were opened.
    pub socket: u32,
    /// Which way they went.
    pub direction: Direction,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Which way bytes go, as this end sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Written to the socket.
    Sent,
    /// Read from the socket.
    Received,
}

#[derive(Default)]
struct Sockets {
    open: Vec<Weak<Socket>>,
    closed: Segments,
    watched: bool,
}

/// Bytes in each direction, as this end sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteCount {
    /// Written to sockets, in bytes.
    pub sent: u64,
    /// Read from sockets, in bytes.
    pub received: u64,
}

impl Traffic {
    /// Keeps the bytes as well, until they are taken with [`Traffic::take_tape`].
    #[must_use]
    pub fn recording() -> Self {
        Self {
            tape: Some(Mutex::default()),
            ..Self::default()
        }
    }

    /// The bytes that all sockets moved since they were taken last, in the order in which they did; none unless they
    /// are kept.
    pub fn take_tape(&self) -> Vec<Stretch> {
        let lock = |tape: &Mutex<Vec<Stretch>>| {
            std::mem::take(&mut *tape.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.tape.as_ref().map(lock).unwrap_or_default()
    }

    /// What was counted so far.
    #[must_use]
    pub fn bytes(&self) -> ByteCount {
        ByteCount {
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
        }
    }

    /// The TCP segments of all watched sockets so far, closed ones included; `None` if there never was one.
    #[must_use]
    pub fn segments(&self) -> Option<Segments> {
        let (open, closed, watched) = {
            let sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
            let open: Vec<_> = sockets.open.iter().filter_map(Weak::upgrade).collect();
            (open, sockets.closed, sockets.watched)
        };
        // The lock is not held here: a socket that closes meanwhile takes it.
        let open = open.iter().map(|socket| socket.segments());
        watched.then(|| open.fold(closed, |sum, segments| sum + segments))
    }

    /// Adds bytes that something else than [`Counted`] moved.
    pub fn add(&self, bytes: ByteCount) {
        self.sent.fetch_add(bytes.sent, Ordering::Relaxed);
        self.received.fetch_add(bytes.received, Ordering::Relaxed);
    }

    /// Adds datagrams that one socket moved, and keeps each as a stretch of its own, if bytes are kept. `stride` is how long
    /// each of them is in bytes, but for the last one, which may be shorter.
    pub fn add_datagrams(&self, direction: Direction, datagrams: &[u8], stride: usize) {
        let count = datagrams.len() as u64;
        let moved = match direction {
            Direction::Sent => &self.sent,
            Direction::Received => &self.received,
        };
        moved.fetch_add(count, Ordering::Relaxed);
        if let Some(tape) = &self.tape {
            let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
            tape.extend(datagrams.chunks(stride.max(1)).map(|datagram| Stretch {
                socket: 0,
                direction,
                bytes: datagram.to_vec(),
            }));
        }
    }

    /// Asks a socket that was just opened about its options.
    pub fn ask(&self, socket: &impl AsFd, opened: Opened) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.ask(socket, opened);
    }

    /// Asks a socket that is not TCP's, and was just opened, about its buffers.
    pub fn ask_buffers(&self, socket: &impl AsFd, opened: Opened) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.ask_buffers(socket, opened);
    }

    /// What all sockets have said so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(self: &Arc<Self>, stream: &TcpStream) -> Option<Arc<Socket>> {
        let descriptor = stream.as_fd().try_clone_to_owned().ok()?;
        let ip = IpVersion::to(stream.peer_addr().ok()?.ip());
        let socket = Arc::new(Socket {
            descriptor,
            ip,
            traffic: Arc::downgrade(self),
        });
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if sockets.open.len() == sockets.open.capacity() {
            sockets.open.retain(|socket| socket.strong_count() > 0);
        }
        sockets.open.push(Arc::downgrade(&socket));
        sockets.watched = true;
        Some(socket)
    }
}

/// A second handle on a connection's socket, to ask the kernel about it, until the connection closes.
struct Socket {
    descriptor: std::os::fd::OwnedFd,
    ip: IpVersion,
    traffic: Weak<Traffic>,
}

impl Socket {
    fn segments(&self) -> Segments {
        tcp_info::segments(&self.descriptor, self.ip).unwrap_or_default()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(traffic) = self.traffic.upgrade() {
            let segments = self.segments();
            let mut sockets = traffic
                .sockets
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            sockets.closed = sockets.closed + segments;
        }
    }
}

/// A stream whose bytes are counted.
pub struct Counted<S> {
    // The second handle closes first: while it is open, the peer would not see the end.
    _socket: Option<Arc<Socket>>,
    stream: S,
    traffic: Arc<Traffic>,
    number: u32,
}

impl Counted<TcpStream> {
    /// Counts a TCP connection, and asks it about its options. Segments are counted at the client's end alone, because
    /// that takes a second descriptor: the server's are the same, seen from the other end.
    pub fn tcp(stream: TcpStream, traffic: Arc<Traffic>, opened: Opened) -> Self {
        traffic.ask(&stream, opened);
        let socket = match opened {
            Opened::Connected => traffic.watch(&stream),
            Opened::Accepted => None,
        };
        Self {
            _socket: socket,
            ..Self::new(stream, traffic)
        }
    }
}

impl<S> Counted<S> {
    /// Counts a stream of another kind.
    pub fn new(stream: S, traffic: Arc<Traffic>) -> Self {
        Self {
            _socket: None,
            number: traffic.opened.fetch_add(1, Ordering::Relaxed),
            stream,
            traffic,
        }
    }

    /// The stream itself.
    pub const fn get_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let read = &buffer.filled()[before..];
        if !read.is_empty() {
            let count = read.len() as u64;
            self.traffic.received.fetch_add(count, Ordering::Relaxed);
            self.keep(Direction::Received, [read]);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.count_sent(polled, [bytes])
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.count_sent(polled, slices.iter().map(|slice| &**slice))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl<S> Counted<S> {
    /// Counts what was written of `pieces`.
    fn count_sent<'b>(
        &self,
        polled: Poll<std::io::Result<usize>>,
        pieces: impl IntoIterator<Item = &'b [u8]>,
    ) -> Poll<std::io::Result<usize>> {
        if let Poll::Ready(Ok(written)) = polled {
            self.traffic
                .sent
                .fetch_add(written as u64, Ordering::Relaxed);
            let mut left = written;
            let written = pieces.into_iter().map(|piece| {
                let written = &piece[..left.min(piece.len())];
                left -= written.len();
                written
            });
            self.keep(Direction::Sent, written);
        }
        polled
    }

    /// Keeps bytes, if they are to be kept.
    fn keep<'b>(&self, direction: Direction, pieces: impl IntoIterator<Item = &'b [u8]>) {
        let Some(tape) = &self.traffic.tape else {
            return;
        };
        let bytes: Vec<u8> = pieces.into_iter().flatten().copied().collect();
        if !bytes.is_empty() {
            let mut tape = tape.lock().unwrap_or_else(PoisonError::into_inner);
            tape.push(Stretch {
                socket: self.number,
                direction,
                bytes,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn exchange(traffic: &Arc<Traffic>) {
        // Four bytes at a time fit, so that writes are cut short.
        let (near, mut far) = tokio::io::duplex(4);
        let mut near = Counted::new(near, Arc::clone(traffic));
        let slices = [IoSlice::new(b"ab"), IoSlice::new(b"cdef")];
        assert_eq!(near.write_vectored(&slices).await.unwrap(), 4);
        let mut heard = [0; 4];
        far.read_exact(&mut heard).await.unwrap();
        far.write_all(b"xyz").await.unwrap();
        near.read_exact(&mut heard[..3]).await.unwrap();
    }

    #[tokio::test]
    async fn what_was_moved_is_kept_in_order_when_asked_for() {
        let traffic = Arc::new(Traffic::recording());
        exchange(&traffic).await;
        exchange(&traffic).await;
        let stretch = |socket, direction, bytes: &[u8]| Stretch {
            socket,
            direction,
            bytes: bytes.to_vec(),
        };
        let expected = [
            stretch(0, Direction::Sent, b"abcd"),
            stretch(0, Direction::Received, b"xyz"),
            stretch(1, Direction::Sent, b"abcd"),
            stretch(1, Direction::Received, b"xyz"),
        ];
        assert_eq!(traffic.take_tape(), expected);
        assert_eq!(traffic.take_tape(), []);
    }

    #[test]
    fn datagrams_are_kept_one_by_one() {
        let traffic = Traffic::recording();
        traffic.add_datagrams(Direction::Received, b"abcde", 2);
        let kept = traffic.take_tape();
        let bytes: Vec<&[u8]> = kept.iter().map(|stretch| &*stretch.bytes).collect();
        assert_eq!(bytes, [&b"ab"[..], b"cd", b"e"]);
        assert_eq!(traffic.bytes().received, 5);
    }

    #[tokio::test]
    async fn nothing_is_kept_unless_asked_for() {
        let traffic = Arc::new(Traffic::default());
        exchange(&traffic).await;
        assert_eq!(traffic.take_tape(), []);
        assert_eq!(
            traffic.bytes(),
            ByteCount {
                sent: 4,
                received: 3
            }
        );
    }
}
