//! What `TCP_INFO` leads us to believe of a connection's headers, against the packets themselves: a packet socket sees
//! all that crosses the loopback interface of a network namespace that belongs to the test alone.
//!
//! Namespaces and packet sockets are root's. Where they are refused the tests say so and hold nothing.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::os::fd::OwnedFd;
use std::process::Command;

use protocols::tcp_info::{IpVersion, Segments, segments};
use rustix::net::{AddressFamily, Protocol, RecvFlags, SocketFlags, SocketType, sockopt};

/// Every protocol (`ETH_P_ALL`, `linux/if_ether.h`), in the order of bytes that the call wants.
const ALL_PROTOCOLS: u32 = 0x0003_u16.to_be() as u32;

/// How many bytes of a packet are kept: enough for both headers.
const KEPT_BYTES: usize = 128;

/// Room for all packets of a test, with what the kernel puts around them, in bytes.
const CAPTURE_BYTES: usize = 32 * 1024 * 1024;

/// What is written in each direction, one after the other, in bytes. The largest is below half of the smallest window:
/// beyond it the kernel hands several segments over in one piece, which a packet socket sees as one.
const WRITES: [(usize, usize); 3] = [(33, 5), (30_000, 1), (1, 20_000)];

/// How often each of them.
const REPEATS: usize = 50;

/// Bytes of packets, headers of IP included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Wire {
    sent: u64,
    received: u64,
}

#[test]
fn over_ipv4_with_all_options() {
    check(&[], "127.0.0.1");
}

#[test]
fn over_ipv6() {
    check(&[], "::1");
}

#[test]
fn without_timestamps() {
    check(&["tcp_timestamps"], "127.0.0.1");
}

#[test]
fn without_selective_acknowledgements() {
    check(&["tcp_sack"], "127.0.0.1");
}

#[test]
fn without_any_option() {
    let off = &["tcp_timestamps", "tcp_sack", "tcp_window_scaling"];
    check(off, "127.0.0.1");
}

/// Compares both counts of a connection to `host`, after switching these of the kernel's TCP options off.
#[track_caller]
fn check(off: &'static [&'static str], host: &str) {
    let host: IpAddr = host.parse().expect("an address");
    // A thread of its own, because a namespace belongs to a thread.
    let compared = std::thread::spawn(move || match namespace(off) {
        Ok(capture) => Ok(compare(&capture, host)),
        Err(refused) => Err(refused),
    });
    match compared.join().expect("it runs to its end") {
        Ok((told, seen)) => assert_eq!(told, seen, "without {off:?} to {host}"),
        Err(refused) => eprintln!("not tested: {refused}; run it as root"),
    }
}

/// A loopback interface of our own, and a socket that sees all its packets.
fn namespace(off: &[&str]) -> Result<OwnedFd, String> {
    unshare_network()?;
    let ip = ["link", "set", "lo", "up"];
    let up = Command::new("ip").args(ip).status();
    if !up.is_ok_and(|status| status.success()) {
        return Err("cannot bring up a loopback interface".to_owned());
    }
    for option in off {
        std::fs::write(format!("/proc/sys/net/ipv4/{option}"), "0")
            .map_err(|error| format!("cannot switch {option} off: {error}"))?;
    }
    let capture = rustix::net::socket_with(
        AddressFamily::PACKET,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        NonZeroU32::new(ALL_PROTOCOLS).map(Protocol::from_raw),
    )
    .map_err(|error| format!("cannot open a packet socket: {error}"))?;
    // What finds no room is dropped, and would be missing.
    sockopt::set_socket_recv_buffer_size_force(&capture, CAPTURE_BYTES)
        .map_err(|error| format!("cannot make room for packets: {error}"))?;
    Ok(capture)
}

#[expect(unsafe_code, reason = "unshare has no safe wrapper")]
fn unshare_network() -> Result<(), String> {
    // SAFETY: the call takes no memory; it moves this thread, which opens all its sockets afterwards, and no other.
    match unsafe { libc::unshare(libc::CLONE_NEWNET) } {
        0 => Ok(()),
        _ => Err(format!(
            "cannot make a network namespace: {}",
            std::io::Error::last_os_error()
        )),
    }
}

/// What `TCP_INFO` tells of a connection's bytes, and what was seen of them.
fn compare(capture: &OwnedFd, host: IpAddr) -> (Wire, Wire) {
    let listener = TcpListener::bind(SocketAddr::new(host, 0)).expect("there is a port");
    let server_port = listener.local_addr().expect("it is bound").port();
    let mut client = TcpStream::connect((host, server_port)).expect("it listens");
    client.set_nodelay(true).expect("it is a socket");
    let (mut server, _) = listener.accept().expect("it connects");
    let stream = converse(&mut client, &mut server);
    let mut seen = Wire::default();
    // An acknowledgement may be on its way: only what was seen between two equal looks belongs together.
    let mut before = look(&client, host);
    loop {
        drain(capture, server_port, &mut seen);
        let after = look(&client, host);
        if after == before {
            break;
        }
        before = after;
    }
    let told = Wire {
        sent: stream.sent + before.headers_sent_bytes + before.retransmitted_bytes,
        received: stream.received + before.headers_received_bytes,
    };
    // On the loopback interface each packet is seen twice, as it leaves and as it comes.
    assert!(seen.sent.is_multiple_of(2) && seen.received.is_multiple_of(2));
    let seen = Wire {
        sent: seen.sent / 2,
        received: seen.received / 2,
    };
    (told, seen)
}

fn look(client: &TcpStream, host: IpAddr) -> Segments {
    segments(client, IpVersion::to(host)).expect("it is a TCP connection")
}

/// Says something in both directions, small and large; gives how many bytes, as the client sees it.
fn converse(client: &mut TcpStream, server: &mut TcpStream) -> Wire {
    server.set_nodelay(true).expect("it is a socket");
    let mut moved = Wire::default();
    for (there, back) in WRITES.repeat(REPEATS) {
        pass(client, server, there);
        pass(server, client, back);
        moved.sent += there as u64;
        moved.received += back as u64;
    }
    moved
}

fn pass(from: &mut TcpStream, to: &mut TcpStream, bytes: usize) {
    from.write_all(&vec![7; bytes]).expect("it is open");
    to.read_exact(&mut vec![0; bytes]).expect("it is open");
}

/// Adds up all packets that were seen.
fn drain(capture: &OwnedFd, server_port: u16, seen: &mut Wire) {
    let mut packet = [0; KEPT_BYTES];
    while let Ok((kept, _)) = rustix::net::recv(capture, &mut packet, RecvFlags::DONTWAIT) {
        let Some(packet) = Packet::parse(&packet[..kept]) else {
            continue;
        };
        if packet.to_port == server_port {
            seen.sent += packet.bytes;
        } else if packet.from_port == server_port {
            seen.received += packet.bytes;
        }
    }
}

/// What is read of a packet.
struct Packet {
    from_port: u16,
    to_port: u16,
    bytes: u64,
}

impl Packet {
    /// `None` if it is none of TCP.
    fn parse(kept: &[u8]) -> Option<Self> {
        const TCP: u8 = 6;
        let number = |at: usize| Some(u16::from_be_bytes([*kept.get(at)?, *kept.get(at + 1)?]));
        let (protocol, header, bytes) = match kept.first()? >> 4 {
            4 => (*kept.get(9)?, 20, u64::from(number(2)?)),
            6 => (*kept.get(6)?, 40, u64::from(number(4)?) + 40),
            _ => return None,
        };
        (protocol == TCP).then_some(())?;
        Some(Self {
            from_port: number(header)?,
            to_port: number(header + 2)?,
            bytes,
        })
    }
}
