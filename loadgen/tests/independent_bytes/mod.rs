//! An independent count: a plain copying relay, which shares no line of code with the counters of the harness, stands
//! between the real load generator and the real server, and both agree with it to the byte at every barrier.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use loadgen::control::{Counters, LoadOrder, Order, PhaseEnd, Report};
use protocols::registry::each_once;

use super::processes::Server;

/// How long bytes may be under way before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes in both directions, as the clients see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Moved {
    sent: u64,
    received: u64,
}

#[test]
fn both_ends_agree_with_a_relay_to_the_byte_over_every_protocol() {
    // The relay copies bytes of TCP.
    for protocol in each_once().filter(|protocol| protocol.is_over_tcp()) {
        check(protocol.name);
    }
}

#[track_caller]
fn check(protocol: &str) {
    let mut server = Server::start(protocol);
    let relay = CopyingRelay::before(&server.address);
    let mut generator = Server::spawn_as("child-generator");
    generator.tell(&Order::Load(LoadOrder {
        trust: server.trust.clone(),
        ..load(protocol, &relay.address)
    }));
    assert!(matches!(generator.listen(), Report::Ready { .. }));
    let mut before = None;
    loop {
        generator.tell(&Order::Go);
        match generator.listen() {
            Report::PhaseEnd(PhaseEnd { phase, .. }) => {
                let moved = agreed(&mut generator, &mut server, &relay);
                let moved = moved.unwrap_or_else(|words| panic!("{protocol}, {phase}: {words}"));
                assert_ne!(Some(moved), before, "{protocol}, {phase}: nothing was said");
                before = Some(moved);
            }
            Report::Outcome(outcome) => {
                assert_eq!(outcome.wrong_count, 0, "{protocol}: {:?}", outcome.wrong);
                break;
            }
            other => panic!("{protocol}: {other:?}"),
        }
    }
    assert!(before.is_some(), "{protocol}: no phase ended");
}

/// As the parent would say it, with everything that it may leave out left out.
fn load(protocol: &str, address: &str) -> LoadOrder {
    let order = serde_json::json!({
        "protocol": protocol,
        "address": address,
        "workload": "scaling",
        "accounts": 5,
        "rounds": 4,
        "in_flight": 3,
        "prefix": "",
        "seed": 1,
    });
    serde_json::from_value(order).expect("it is an order")
}

/// What all three have counted, once they agree.
fn agreed(
    generator: &mut Server,
    server: &mut Server,
    relay: &CopyingRelay,
) -> Result<Moved, String> {
    let started = Instant::now();
    loop {
        let [clients, servers] = [&mut *generator, &mut *server].map(counters);
        let seen = relay.moved();
        let clients = Moved {
            sent: clients.stream_sent_bytes,
            received: clients.stream_received_bytes,
        };
        let servers = Moved {
            sent: servers.stream_received_bytes,
            received: servers.stream_sent_bytes,
        };
        if clients == seen && servers == seen {
            return Ok(seen);
        }
        if started.elapsed() > PATIENCE {
            return Err(format!(
                "the clients counted {clients:?}, the relay {seen:?}, the server {servers:?}"
            ));
        }
        std::thread::yield_now();
    }
}

fn counters(child: &mut Server) -> Counters {
    child.tell(&Order::Mark);
    match child.listen() {
        Report::Counters(counters) => counters,
        other => panic!("{other:?}"),
    }
}

/// Passes bytes on as they come, and counts them.
struct CopyingRelay {
    address: String,
    sent: Arc<AtomicU64>,
    received: Arc<AtomicU64>,
}

impl CopyingRelay {
    fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (sent, received) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (there, back) = (Arc::clone(&sent), Arc::clone(&received));
        let server = server.to_owned();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).expect("it runs");
                for stream in [&client, &server] {
                    stream.set_nodelay(true).expect("it is a socket");
                }
                let again = |stream: &TcpStream| stream.try_clone().expect("descriptors are left");
                let (from_client, to_client) = (again(&client), client);
                let (from_server, to_server) = (again(&server), server);
                let (there, back) = (Arc::clone(&there), Arc::clone(&back));
                std::thread::spawn(move || copy(from_client, to_server, &there));
                std::thread::spawn(move || copy(from_server, to_client, &back));
            }
        });
        Self {
            address,
            sent,
            received,
        }
    }

    fn moved(&self) -> Moved {
        Moved {
            sent: self.sent.load(Ordering::SeqCst),
            received: self.received.load(Ordering::SeqCst),
        }
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
        count.fetch_add(read as u64, Ordering::SeqCst);
    }
    // The other direction may go on.
    let _ = to.shutdown(Shutdown::Write);
}
