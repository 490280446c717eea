//! Any number of connections on one epoll: what is ready is read, what was staged is written once a wake-up.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, EventData, EventFlags};

use super::frame::{FRAME_BYTES, Frame};
use crate::counted::ByteCount;

/// How much is read at once, in bytes.
const SPACE_BYTES: usize = 64 * 1024;

/// How many ready sockets one wake-up gives at most.
const EVENTS_MAX: usize = 1024;

/// What may wait for a peer that does not read, in bytes; past it the connection is cut.
const OUTPUT_MAX_BYTES: usize = 1024 * 1024;

/// A connection's place among the others; a later one may have it once this one is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkId(usize);

/// The connections.
pub(super) struct Links {
    epoll: OwnedFd,
    open: Vec<Option<Link>>,
    free: Vec<LinkId>,
    unflushed: Vec<LinkId>,
    space: Box<[u8]>,
    moved: ByteCount,
}

struct Link {
    stream: TcpStream,
    account: Option<u16>,
    /// The start of a frame whose end has not come yet.
    partial: [u8; FRAME_BYTES],
    partial_bytes: usize,
    output: Vec<u8>,
    /// Whether the socket was full, and is reported once it takes more.
    blocked: bool,
}

/// Whose events an epoll reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ready {
    /// A listener has connections to accept.
    Listener,
    /// A connection can be read.
    Link(LinkId),
    /// A connection can be written again, and will be at the next flush.
    Nothing,
}

const LISTENER: u64 = u64::MAX;

impl Links {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            open: Vec::new(),
            free: Vec::new(),
            unflushed: Vec::new(),
            space: vec![0; SPACE_BYTES].into(),
            moved: ByteCount::default(),
        })
    }

    /// Reports a listener from now on: each time that a connection comes.
    pub(super) fn watch(&self, listener: &impl AsFd) -> std::io::Result<()> {
        epoll::add(
            &self.epoll,
            listener,
            EventData::new_u64(LISTENER),
            EventFlags::IN | EventFlags::ET,
        )?;
        Ok(())
    }

    /// Takes a connection over.
    pub(super) fn add(&mut self, stream: TcpStream) -> std::io::Result<LinkId> {
        stream.set_nonblocking(true)?;
        let id = self.free.last().copied().unwrap_or(LinkId(self.open.len()));
        epoll::add(&self.epoll, &stream, id.event_data(), EventFlags::IN)?;
        let link = Link {
            stream,
            account: None,
            partial: [0; FRAME_BYTES],
            partial_bytes: 0,
            output: Vec::new(),
            blocked: false,
        };
        match self.free.pop() {
            Some(id) => self.open[id.0] = Some(link),
            None => self.open.push(Some(link)),
        }
        Ok(id)
    }

    /// Notes whose connection it is.
    pub(super) fn set_account(&mut self, id: LinkId, account: u16) {
        if let Some(link) = self.open.get_mut(id.0).and_then(Option::as_mut) {
            link.account = Some(account);
        }
    }

    /// Whose connection it is, if that was noted.
    pub(super) fn account(&self, id: LinkId) -> Option<u16> {
        self.open.get(id.0)?.as_ref()?.account
    }

    /// Closes a connection.
    pub(super) fn remove(&mut self, id: LinkId) {
        if self.open[id.0].take().is_some() {
            self.free.push(id);
        }
    }

    /// Waits until something is ready, and lists it in `events`; lists nothing if `patience` is over before.
    pub(super) fn wait(
        &self,
        events: &mut Vec<epoll::Event>,
        patience: Option<Duration>,
    ) -> std::io::Result<()> {
        events.clear();
        events.reserve(EVENTS_MAX);
        let patience = patience.and_then(|patience| patience.try_into().ok());
        loop {
            match epoll::wait(&self.epoll, spare_capacity(events), patience.as_ref()) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What an event is about.
    pub(super) fn ready(&mut self, event: &epoll::Event) -> Ready {
        let (flags, number) = (event.flags, event.data.u64());
        if number == LISTENER {
            return Ready::Listener;
        }
        let id = LinkId(usize::try_from(number).unwrap_or(usize::MAX));
        if flags.contains(EventFlags::OUT) {
            self.unflushed.push(id);
        }
        if flags == EventFlags::OUT {
            Ready::Nothing
        } else {
            Ready::Link(id)
        }
    }

    /// Reads once; gives how many whole frames there are for [`Links::frame`].
    ///
    /// # Errors
    /// `UnexpectedEof` if the peer has closed, or whatever the system says.
    pub(super) fn receive(&mut self, id: LinkId) -> std::io::Result<usize> {
        let Some(link) = self.open.get_mut(id.0).and_then(Option::as_mut) else {
            return Ok(0);
        };
        let kept = link.partial_bytes;
        self.space[..kept].copy_from_slice(&link.partial[..kept]);
        let read = match link.stream.read(&mut self.space[kept..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(0),
            Err(error) => return Err(error),
        };
        self.moved.received += read as u64;
        let filled = kept + read;
        link.partial_bytes = filled % FRAME_BYTES;
        let whole = filled - link.partial_bytes;
        link.partial[..link.partial_bytes].copy_from_slice(&self.space[whole..filled]);
        Ok(whole / FRAME_BYTES)
    }

    /// One of the frames that the last read gave; `None` if its bytes are none.
    pub(super) fn frame(&self, at: usize) -> Option<Frame> {
        let bytes = self.space.as_chunks::<FRAME_BYTES>().0.get(at)?;
        Frame::from_bytes(*bytes)
    }

    /// Appends a frame to what is written at the next flush.
    pub(super) fn stage(&mut self, id: LinkId, frame: Frame) {
        if let Some(link) = self.open.get_mut(id.0).and_then(Option::as_mut) {
            if link.output.is_empty() || link.output.len() > OUTPUT_MAX_BYTES {
                self.unflushed.push(id);
            }
            link.output.extend_from_slice(&frame.to_bytes());
        }
    }

    /// Writes each connection's frames in one go. Gives a connection that failed, and why; to be called again until
    /// it gives none.
    pub(super) fn flush(&mut self) -> Option<(LinkId, std::io::Error)> {
        while let Some(id) = self.unflushed.pop() {
            let Some(link) = self.open.get_mut(id.0).and_then(Option::as_mut) else {
                continue;
            };
            match link.flush(&self.epoll, id) {
                Ok(written) => self.moved.sent += written as u64,
                Err(error) => return Some((id, error)),
            }
        }
        None
    }

    /// The bytes that were moved since it was last asked.
    pub(super) fn take_moved(&mut self) -> ByteCount {
        std::mem::take(&mut self.moved)
    }
}

impl Link {
    /// Writes as much as the socket takes; gives how many bytes that were.
    fn flush(&mut self, epoll: &OwnedFd, id: LinkId) -> std::io::Result<usize> {
        let mut written = 0;
        let mut blocked = false;
        while written < self.output.len() && !blocked {
            match self.stream.write(&self.output[written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => written += taken,
                Err(error) if error.kind() == ErrorKind::WouldBlock => blocked = true,
                Err(error) => return Err(error),
            }
        }
        self.output.drain(..written);
        if self.output.len() > OUTPUT_MAX_BYTES {
            return Err(std::io::Error::other(
                "the peer does not read what it is sent",
            ));
        }
        if blocked != self.blocked {
            let interest = if blocked {
                EventFlags::IN | EventFlags::OUT
            } else {
                EventFlags::IN
            };
            epoll::modify(epoll, &self.stream, id.event_data(), interest)?;
            self.blocked = blocked;
        }
        Ok(written)
    }
}

impl LinkId {
    const fn event_data(self) -> EventData {
        EventData::new_u64(self.0 as u64)
    }
}

/// Turns Nagle's algorithm off, and asks the socket whether it is.
pub(super) fn set_nodelay(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    if stream.nodelay()? {
        Ok(())
    } else {
        Err(std::io::Error::other("the socket did not take TCP_NODELAY"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::frame::Kind;

    #[test]
    fn a_full_socket_is_written_again_once_it_takes_more() {
        // More than small socket buffers hold, less than the limit.
        const FRAMES: u32 = 100_000;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        rustix::net::sockopt::set_socket_send_buffer_size(&stream, 32 * 1024).unwrap();
        let mut links = Links::new().unwrap();
        let id = links.add(stream).unwrap();
        let frame = |number| Frame {
            kind: Kind::Delivery,
            account: 1,
            number,
        };
        (0..FRAMES).for_each(|number| links.stage(id, frame(number)));
        assert!(links.flush().is_none());
        let sent = links.moved.sent;
        assert!(
            (1..u64::from(FRAMES) * FRAME_BYTES as u64).contains(&sent),
            "the socket was not full: {sent}"
        );

        let reader = std::thread::spawn(move || {
            let mut bytes = vec![0; FRAMES as usize * FRAME_BYTES];
            peer.read_exact(&mut bytes).map(|()| (bytes, peer))
        });
        let mut events = Vec::new();
        while links.moved.sent < u64::from(FRAMES) * FRAME_BYTES as u64 {
            links
                .wait(&mut events, Some(Duration::from_secs(10)))
                .unwrap();
            assert!(!events.is_empty(), "nobody said that the socket takes more");
            assert!(
                events
                    .iter()
                    .all(|event| links.ready(event) == Ready::Nothing)
            );
            assert!(links.flush().is_none());
        }
        let (received, _peer) = reader.join().unwrap().unwrap();
        let frames = received
            .as_chunks()
            .0
            .iter()
            .map(|&bytes| Frame::from_bytes(bytes).unwrap());
        assert!(frames.eq((0..FRAMES).map(frame)));
        links.wait(&mut events, Some(Duration::ZERO)).unwrap();
        assert!(
            events.is_empty(),
            "writing is reported although nothing waits"
        );
    }
}
