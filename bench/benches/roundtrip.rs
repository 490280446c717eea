//! One request, there and back. In process: the client's codec, the server's codec, the core, and back, without anything
//! between them, for each form of each codec; that much of a round trip is not the transport's. Over loopback: for each
//! protocol, with server and client in one process, a thread each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::formats::{self, End, Format, Kind};
use bench::samples::{LONG_TEXT, SHORT_TEXT, Said};
use bench::world::{World, ask, send};
use bench::{figures, pace};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use protocols::client::Caller;
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::security::{Identity, Throwaway};
use protocols::transport::{Connect, Listen};
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};
use server_core::store::STORES;
use server_core::{Connection, FromServer, Request};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long all of them may take together.
const IN_ALL: Duration = Duration::from_secs(40);

/// What is asked, and what to call it.
const REQUESTS: [(&str, Request<'static>); 3] = [
    ("ping", Request::Ping),
    ("send", send("user02", SHORT_TEXT)),
    ("send_long", send("user02", LONG_TEXT)),
];

fn in_process(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roundtrip/in_process");
    group.throughput(Throughput::Elements(1));
    for format in formats::formats() {
        let mut ends = None;
        for (name, request) in REQUESTS {
            let request = Said::Request(request);
            group.bench_function(format!("{name}/{}", format.name()), |bencher| {
                let ends = ends.get_or_insert_with(|| Direct::new(format));
                bencher.iter(|| ends.round_trip(&request));
            });
        }
    }
    group.finish();
}

/// Both ends of a connection without anything between them, and the core behind.
struct Direct {
    client: End,
    server: End,
    connection: Connection,
    there: Vec<u8>,
    back: Vec<u8>,
}

impl Direct {
    /// The client is logged in as `user01`; `user02` exists, and is not.
    fn new(format: Format) -> Self {
        let world = World::new(&STORES[0]);
        let connection = world.newcomer("user01");
        ask(&connection, &world.creation("user02"));
        let [client, server] = format.connection();
        Self {
            client,
            server,
            connection,
            there: Vec::new(),
            back: Vec::new(),
        }
    }

    fn round_trip(&mut self, request: &Said) {
        let Said::Request(asked) = request else {
            unreachable!("a server asks nothing");
        };
        let operation = asked.operation();
        self.there.clear();
        let encoded = self.client.encode(request, &mut self.there);
        assert!(encoded.is_ok(), "the format can say it");
        let reply = self.server.with_request(operation, &self.there, |request| {
            ask(&self.connection, request)
        });
        let reply = Said::FromServer(FromServer::Reply(reply));
        self.back.clear();
        let encoded = self.server.encode(&reply, &mut self.back);
        assert!(encoded.is_ok(), "the format can say it");
        let right = self.client.decode(Kind::Reply(operation), &self.back);
        assert!(right, "the client understands the server");
    }
}

fn loopback(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roundtrip/loopback");
    group.throughput(Throughput::Elements(1));
    for protocol in registry::each_once() {
        let Front::Chat(pair) = protocol.front else {
            continue;
        };
        let mut ends = None;
        for (name, request) in REQUESTS {
            if !can_say(pair, &request) {
                continue;
            }
            group.bench_function(format!("{name}/{}", protocol.short_name()), |bencher| {
                let ends = ends.get_or_insert_with(|| Loopback::new(pair));
                bencher.iter_custom(|iterations| ends.round_trips(&request, iterations));
            });
        }
    }
    group.finish();
}

fn can_say(pair: Pair, request: &Request<'static>) -> bool {
    let said = Said::Request(request.clone());
    let mut formats = formats::formats().into_iter();
    formats.any(|format| format.is_of(pair.codec) && format.can_say(&said))
}

/// A server on a thread of its own, and a client on this one.
struct Loopback {
    caller: Caller,
    client: Runtime,
    _server: Runtime,
    _world: World,
}

impl Loopback {
    fn new(pair: Pair) -> Self {
        let server = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let client = Builder::new_current_thread().enable_all().build();
        let [server, client] = [server, client].map(|runtime| runtime.expect("a runtime"));
        let world = World::new(&STORES[0]);
        let Throwaway { identity, trust } = Throwaway::of(pair.transport);
        let address = server.block_on(listen(pair, identity, &world));
        let connect = Connect {
            address,
            authority: None,
            codec: pair.codec,
            traffic: Arc::new(Traffic::default()),
            compression: None,
            trust,
        };
        Self {
            caller: client.block_on(log_in(pair, connect)),
            client,
            _server: server,
            _world: world,
        }
    }

    fn round_trips(&mut self, request: &Request<'_>, count: u64) -> Duration {
        let caller = &mut self.caller;
        self.client.block_on(async {
            let started = Instant::now();
            for _ in 0..count {
                let reply = caller.call(request).await;
                reply.expect("connected").expect("carried out");
            }
            started.elapsed()
        })
    }
}
async fn listen(pair: Pair, identity: Option<Arc<Identity>>, world: &World) -> String {
    let listen = Listen {
        address: pair.transport.anywhere(),
        codec: pair.codec,
        chat: Arc::clone(&world.chat),
        traffic: Arc::new(Traffic::default()),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        compression: None,
        identity,
    };
    pair.transport
        .listen(listen)
        .await
        .expect("a free port")
        .address
}

/// `user01`, logged in; `user02` exists, and is not.
async fn log_in(pair: Pair, connect: Connect) -> Caller {
    let keys = ClientKeys::derive(
        "a password",
        Hashing {
            salt: [1; 16],
            iterations: 4_096,
        },
    );
    let mut caller = Caller::new(
        pair.transport
            .connect(connect)
            .await
            .expect("the server is there"),
    );
    caller
        .call(&Request::Hello {
            version: PROTOCOL_VERSION,
        })
        .await
        .expect("connected")
        .expect("our version");
    for name in ["user01", "user02"] {
        caller
            .create_account(name, &keys)
            .await
            .expect("the name is free");
    }
    caller
        .log_in_with("user01", Nonce([2; 18]), |_| keys)
        .await
        .expect("the password is right");
    caller
}

fn criterion() -> Criterion {
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    let protocols = registry::each_once().count();
    let benches = (formats::formats().len() + protocols) * REQUESTS.len();
    pace::criterion(target, benches, IN_ALL)
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = in_process, loopback
}
criterion_main!(benches);
