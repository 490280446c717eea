//! One request over loopback, there and back, for each protocol: server and client in one process, a thread each.

use std::sync::Arc;
use std::time::Instant;

use bench::world::{World, send};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use protocols::client::Caller;
use protocols::counted::Traffic;
use protocols::registry::{self, Front, Pair};
use protocols::transport::{Connect, Listen};
use server_core::Request;
use server_core::limits::PROTOCOL_VERSION;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};
use server_core::store::STORES;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

fn round_trips(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roundtrip");
    group.throughput(Throughput::Elements(1));
    for protocol in registry::chat_protocols() {
        let Front::Chat(pair) = protocol.front else {
            continue;
        };
        let (server, client) = runtimes();
        let world = World::new(&STORES[0]);
        let address = server.block_on(listen(pair, &world));
        let mut caller = client.block_on(log_in(pair, address));
        for (name, request) in [("ping", Request::Ping), ("send", send("user02"))] {
            group.bench_function(format!("{name}/{}", protocol.short_name()), |bencher| {
                bencher.iter_custom(|iterations| {
                    client.block_on(async {
                        let started = Instant::now();
                        for _ in 0..iterations {
                            caller
                                .call(&request)
                                .await
                                .expect("connected")
                                .expect("carried out");
                        }
                        started.elapsed()
                    })
                });
            });
        }
    }
    group.finish();
}

/// A thread for the server, and this one for the client.
fn runtimes() -> (Runtime, Runtime) {
    let server = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let client = Builder::new_current_thread().enable_all().build();
    (server.expect("a runtime"), client.expect("a runtime"))
}

async fn listen(pair: Pair, world: &World) -> String {
    let listen = Listen {
        address: "127.0.0.1:0".to_owned(),
        codec: pair.codec,
        chat: Arc::clone(&world.chat),
        traffic: Arc::new(Traffic::default()),
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
        compression: None,
    };
    pair.transport
        .listen(listen)
        .await
        .expect("a free port")
        .address
}

/// `user01`, logged in; `user02` exists, and is not.
async fn log_in(pair: Pair, address: String) -> Caller {
    let keys = ClientKeys::derive(
        "a password",
        Hashing {
            salt: [1; 16],
            iterations: 4_096,
        },
    );
    let connect = Connect {
        address,
        authority: None,
        codec: pair.codec,
        traffic: Arc::new(Traffic::default()),
        compression: None,
    };
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

criterion_group! {
    name = benches;
    config = bench::criterion();
    targets = round_trips
}
criterion_main!(benches);
