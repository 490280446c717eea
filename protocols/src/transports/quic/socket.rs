//! UDP sockets whose bytes are counted: the payload of every datagram, whatever QUIC put into it.

use std::fmt;
use std::io::{IoSliceMut, Result};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Runtime as _, TokioRuntime, UdpPoller};
use rustix::net::sockopt;

use crate::counted::{Direction, Traffic};
use crate::sockets::Opened;

/// What a socket is asked to hold of what was not read yet, in bytes; the system may give less. All connections to a server
/// come in by one socket, and what it has no room for is lost.
const RECEIVE_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// Binds a server's socket.
///
/// # Errors
/// What the system says.
pub(super) async fn bind_to(address: &str) -> Result<UdpSocket> {
    let bound = tokio::net::UdpSocket::bind(address).await?;
    bound.into_std()
}

/// Binds a client's socket, on any port.
///
/// # Errors
/// What the system says.
pub(super) fn bind_towards(server: SocketAddr) -> Result<UdpSocket> {
    let anywhere: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    UdpSocket::bind(anywhere)
}

/// A UDP socket whose bytes are counted.
pub(super) struct CountedSocket {
    socket: Arc<dyn AsyncUdpSocket>,
    traffic: Arc<Traffic>,
}

impl CountedSocket {
    /// Counts a socket's datagrams, and asks it about its buffers.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn new(socket: UdpSocket, traffic: Arc<Traffic>, opened: Opened) -> Result<Self> {
        sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER_BYTES)?;
        traffic.ask_buffers(&socket, opened);
        Ok(Self {
            socket: TokioRuntime.wrap_udp_socket(socket)?,
            traffic,
        })
    }
}

impl fmt::Debug for CountedSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.fmt(f)
    }
}

impl AsyncUdpSocket for CountedSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.socket).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> Result<()> {
        self.socket.try_send(transmit)?;
        let stride = transmit.segment_size.unwrap_or(transmit.contents.len());
        self.traffic
            .add_datagrams(Direction::Sent, transmit.contents, stride);
        Ok(())
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<Result<usize>> {
        let received = ready!(self.socket.poll_recv(context, buffers, meta))?;
        for (buffer, meta) in buffers.iter().zip(&meta[..received]) {
            self.traffic
                .add_datagrams(Direction::Received, &buffer[..meta.len], meta.stride);
        }
        Poll::Ready(Ok(received))
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        self.socket.local_addr()
    }

    fn max_transmit_segments(&self) -> usize {
        self.socket.max_transmit_segments()
    }

    fn max_receive_segments(&self) -> usize {
        self.socket.max_receive_segments()
    }

    fn may_fragment(&self) -> bool {
        self.socket.may_fragment()
    }
}
