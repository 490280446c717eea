//! What the kernel knows of a TCP connection (`getsockopt(TCP_INFO)`, `linux/tcp.h`).

use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd as _};

/// TCP segments of one or more connections, as the end sees them that opened them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    /// Segments sent, acknowledgements, repeats and the opening ones included.
    pub sent: u64,
    /// Segments received.
    pub received: u64,
    /// Headers of IP and TCP, options included, of all that were sent, in bytes.
    pub headers_sent_bytes: u64,
    /// Headers of all that were received, in bytes.
    pub headers_received_bytes: u64,
    /// Bytes that were sent again.
    pub retransmitted_bytes: u64,
}

impl std::ops::Add for Segments {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            received: self.received + other.received,
            headers_sent_bytes: self.headers_sent_bytes + other.headers_sent_bytes,
            headers_received_bytes: self.headers_received_bytes + other.headers_received_bytes,
            retransmitted_bytes: self.retransmitted_bytes + other.retransmitted_bytes,
        }
    }
}

/// Whose headers stand before the segments of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpVersion {
    /// RFC 791.
    V4,
    /// RFC 8200.
    V6,
}

impl IpVersion {
    /// What carries a connection to this address: one of IPv6 that stands for one of IPv4 is reached over IPv4.
    #[must_use]
    pub const fn to(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// Its header in bytes, without options, which nobody asks for here.
    const fn header_bytes(self) -> u64 {
        match self {
            Self::V4 => 20,
            Self::V6 => 40,
        }
    }
}

/// TCP's header without options (RFC 9293, section 3.1).
const TCP_HEADER_BYTES: u64 = 20;

/// Timestamps in every segment (RFC 7323, section 3.2), with two bytes of padding.
const TIMESTAMPS_BYTES: u64 = 12;

/// The maximum segment size, in opening segments alone (RFC 9293, section 3.2).
const MAXIMUM_SEGMENT_SIZE_BYTES: u64 = 4;

/// The window scale, in opening segments alone (RFC 7323, section 2.2), with a byte of padding.
const WINDOW_SCALE_BYTES: u64 = 4;

/// Leave to acknowledge selectively, in opening segments alone (RFC 2018, section 2). Beside timestamps it takes the
/// place of their padding.
const SACK_PERMITTED_BYTES: u64 = 4;

/// Bits of `tcpi_options` (`linux/tcp.h`): what both ends of a connection have agreed on.
const WITH_TIMESTAMPS: u8 = 1;
const WITH_SACK: u8 = 2;
const WITH_WINDOW_SCALE: u8 = 4;

/// Where the fields lie in `struct tcp_info`, in bytes; they have kept their places since Linux 4.19.
const OPTIONS_AT: usize = 5;
const SEGMENTS_OUT_AT: usize = 136;
const SEGMENTS_IN_AT: usize = 140;
const BYTES_RETRANSMITTED_AT: usize = 208;
const NEEDED_BYTES: usize = 216;

/// Asks the kernel about a connection that this end has opened; `None` if it is no TCP connection or the kernel is too
/// old to say.
pub fn segments(socket: &impl AsFd, ip: IpVersion) -> Option<Segments> {
    Some(counted(&read(socket)?, ip))
}

/// What the kernel has counted, and the headers that follow from it: one segment opens each direction, with longer
/// options than all others.
fn counted(info: &[u8; 256], ip: IpVersion) -> Segments {
    let options = Options(info[OPTIONS_AT]);
    let headers_bytes = |segments: u64| {
        let ordinary = ip.header_bytes() + TCP_HEADER_BYTES + options.ordinary_bytes();
        let opening = options.opening_bytes() - options.ordinary_bytes();
        segments * ordinary + segments.min(1) * opening
    };
    let sent = u32_at(info, SEGMENTS_OUT_AT).into();
    let received = u32_at(info, SEGMENTS_IN_AT).into();
    Segments {
        sent,
        received,
        headers_sent_bytes: headers_bytes(sent),
        headers_received_bytes: headers_bytes(received),
        retransmitted_bytes: u64_at(info, BYTES_RETRANSMITTED_AT),
    }
}

/// TCP's options of a connection, as `tcpi_options` has them.
#[derive(Clone, Copy)]
struct Options(u8);

impl Options {
    const fn has(self, option: u8) -> bool {
        self.0 & option != 0
    }

    /// In every segment, in bytes.
    const fn ordinary_bytes(self) -> u64 {
        if self.has(WITH_TIMESTAMPS) {
            TIMESTAMPS_BYTES
        } else {
            0
        }
    }

    /// In the segments that open a connection, in bytes, as Linux writes them.
    const fn opening_bytes(self) -> u64 {
        let mut bytes = MAXIMUM_SEGMENT_SIZE_BYTES + self.ordinary_bytes();
        if self.has(WITH_WINDOW_SCALE) {
            bytes += WINDOW_SCALE_BYTES;
        }
        if self.has(WITH_SACK) && !self.has(WITH_TIMESTAMPS) {
            bytes += SACK_PERMITTED_BYTES;
        }
        bytes
    }
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

    /// What the kernel might say of a connection.
    fn info(options: u8, segments_out: u32, segments_in: u32) -> [u8; 256] {
        let mut info = [0; 256];
        info[OPTIONS_AT] = options;
        info[SEGMENTS_OUT_AT..][..4].copy_from_slice(&segments_out.to_ne_bytes());
        info[SEGMENTS_IN_AT..][..4].copy_from_slice(&segments_in.to_ne_bytes());
        info[BYTES_RETRANSMITTED_AT..][..8].copy_from_slice(&77_u64.to_ne_bytes());
        info
    }

    #[track_caller]
    fn check(options: u8, ip: IpVersion, sent_bytes: u64, received_bytes: u64) {
        let segments = counted(&info(options, 10, 7), ip);
        let headers = (segments.headers_sent_bytes, segments.headers_received_bytes);
        assert_eq!(headers, (sent_bytes, received_bytes), "options {options}");
        assert_eq!((segments.sent, segments.received), (10, 7));
        assert_eq!(segments.retransmitted_bytes, 77);
    }

    #[test]
    fn headers_are_as_long_as_the_connection_has_agreed() {
        let all = WITH_TIMESTAMPS | WITH_SACK | WITH_WINDOW_SCALE;
        check(all, IpVersion::V4, 9 * 52 + 60, 6 * 52 + 60);
        check(all, IpVersion::V6, 9 * 72 + 80, 6 * 72 + 80);
        check(
            WITH_SACK | WITH_WINDOW_SCALE,
            IpVersion::V4,
            9 * 40 + 52,
            6 * 40 + 52,
        );
        check(WITH_TIMESTAMPS, IpVersion::V4, 9 * 52 + 56, 6 * 52 + 56);
        check(0, IpVersion::V4, 9 * 40 + 44, 6 * 40 + 44);
    }

    #[test]
    fn an_address_of_ipv4_in_ipv6_is_reached_over_ipv4() {
        let version = |peer: &str| IpVersion::to(peer.parse().unwrap());
        assert_eq!(version("127.0.0.1"), IpVersion::V4);
        assert_eq!(version("::1"), IpVersion::V6);
        assert_eq!(version("::ffff:127.0.0.1"), IpVersion::V4);
    }

    #[test]
    fn counts_the_segments_of_a_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        client.set_nodelay(true).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let before = segments(&client, IpVersion::V4).unwrap();
        for _ in 0..5 {
            client.write_all(b"x").unwrap();
            server.read_exact(&mut [0]).unwrap();
            server.write_all(b"y").unwrap();
            client.read_exact(&mut [0]).unwrap();
        }
        let after = segments(&client, IpVersion::V4).unwrap();
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
        assert_eq!(segments(&unix, IpVersion::V4), None);
    }
}
