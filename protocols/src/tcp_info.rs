//! What the kernel knows of a TCP connection (`getsockopt(TCP_INFO)`, `linux/tcp.h`).

use std::os::fd::{AsFd, AsRawFd as _};

/// TCP segments of one or more connections, as one end sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// Segments sent, acknowledgements, repeats and the opening ones included.
    pub sent: u64,
    /// Segments received.
    pub received: u64,
    /// Bytes that were sent again.
    pub retransmitted_bytes: u64,
}

impl std::ops::Add for Segments {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            received: self.received + other.received,
            retransmitted_bytes: self.retransmitted_bytes + other.retransmitted_bytes,
        }
    }
}

/// Where the fields lie in `struct tcp_info`, in bytes; they have kept their places since Linux 4.19.
const SEGMENTS_OUT_AT: usize = 136;
const SEGMENTS_IN_AT: usize = 140;
const BYTES_RETRANSMITTED_AT: usize = 208;
const NEEDED_BYTES: usize = 216;

/// Asks the kernel about a connection; `None` if it is no TCP connection or the kernel is too old to say.
pub fn segments(socket: &impl AsFd) -> Option<Segments> {
    let info = read(socket)?;
    Some(Segments {
        sent: u32_at(&info, SEGMENTS_OUT_AT).into(),
        received: u32_at(&info, SEGMENTS_IN_AT).into(),
        retransmitted_bytes: u64_at(&info, BYTES_RETRANSMITTED_AT),
    })
}

#[expect(unsafe_code, reason = "getsockopt(TCP_INFO) has no safe wrapper")]
fn read(socket: &impl AsFd) -> Option<[u8; 256]> {
    let mut info = [0_u8; 256];
    let mut length: libc::socklen_t = 256;
    // SAFETY: the descriptor is open for as long as it is borrowed; `info` has `length` writable bytes, and any
    // bytes are a valid value of its type.
    let status = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    (status == 0 && length as usize >= NEEDED_BYTES).then_some(info)
}

fn u32_at(info: &[u8; 256], at: usize) -> u32 {
    u32::from_ne_bytes(std::array::from_fn(|i| info[at + i]))
}

fn u64_at(info: &[u8; 256], at: usize) -> u64 {
    u64::from_ne_bytes(std::array::from_fn(|i| info[at + i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};

    #[test]
    fn counts_the_segments_of_a_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.set_nodelay(true).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let before = segments(&client).unwrap();
        for _ in 0..5 {
            client.write_all(b"x").unwrap();
            server.read_exact(&mut [0]).unwrap();
            server.write_all(b"y").unwrap();
            client.read_exact(&mut [0]).unwrap();
        }
        let after = segments(&client).unwrap();
        assert!(
            (5..=10).contains(&(after.sent - before.sent)),
            "5 of data and up to 5 acknowledgements"
        );
        assert!((5..=10).contains(&(after.received - before.received)));
        assert_eq!(after.retransmitted_bytes, 0);
    }

    #[test]
    fn other_sockets_have_none() {
        let (unix, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
        assert_eq!(segments(&unix), None);
    }
}
