//! What the core does with each store, one request after the other, without any protocol.

use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use bench::samples::{LONG_TEXT, SHORT_TEXT};
use bench::world::{World, ask, send, send_many};
use bench::{figures, pace};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server_core::store::{STORES, StoreKind};
use server_core::{Connection, Request, Text};

/// How many further accounts and how many unread messages there are from the beginning.
const OTHERS: u64 = 100;

/// How long all of them may take together. Stores that wait for a disk take longer.
const IN_ALL: Duration = Duration::from_secs(30);

/// How many samples are taken: the fewest that Criterion allows.
const SAMPLES: usize = 10;

/// What is measured: its name, and how long that many of it take. Those that add to the store come last, so that the
/// others find it as small as it was.
const OPERATIONS: &[(&str, Operation)] = &[
    ("log_in", log_in),
    ("unread", unread),
    ("history", history),
    ("list_accounts", list_accounts),
    ("read", read),
    ("delete_messages", delete_messages),
    ("create_account", create_account),
    ("send_offline", send_offline),
    ("send_online", |scene, iterations| {
        send_online(scene, iterations, SHORT_TEXT)
    }),
    ("send_online_long", |scene, iterations| {
        send_online(scene, iterations, LONG_TEXT)
    }),
];

type Operation = fn(&mut Scene, u64) -> Duration;

/// `user01` and `user02`, logged in, and others who are not.
struct Scene {
    world: World,
    sender: Connection,
    recipient: Connection,
    created: u64,
}

fn core(criterion: &mut Criterion) {
    for kind in STORES {
        let mut group = criterion.benchmark_group(format!("core/{}", kind.name));
        group
            .throughput(Throughput::Elements(1))
            .sample_size(SAMPLES);
        let mut scene = None;
        for (name, operation) in OPERATIONS {
            group.bench_function(*name, |bencher| {
                let scene = scene.get_or_insert_with(|| Scene::new(kind));
                bencher.iter_custom(|iterations| operation(scene, iterations));
            });
        }
        group.finish();
    }
}

impl Scene {
    fn new(kind: &StoreKind) -> Self {
        let world = World::new(kind);
        let [sender, recipient] = ["user01", "user02"].map(|name| world.newcomer(name));
        let mut scene = Self {
            world,
            sender,
            recipient,
            created: 0,
        };
        create_account(&mut scene, OTHERS);
        send_many(&scene.sender, "user02", OTHERS);
        scene
    }

    fn other(number: u64) -> String {
        format!("other{number}")
    }
}

/// Both halves, with what the client computes for them, and the log-out before.
fn log_in(scene: &mut Scene, iterations: u64) -> Duration {
    let started = Instant::now();
    for _ in 0..iterations {
        ask(&scene.sender, &Request::LogOut);
        scene.world.log_in(&scene.sender, "user01");
    }
    started.elapsed()
}

fn unread(scene: &mut Scene, iterations: u64) -> Duration {
    repeat(&scene.recipient, &Request::Unread, iterations)
}

fn history(scene: &mut Scene, iterations: u64) -> Duration {
    let peer = Text::Borrowed("user01");
    let request = Request::History {
        peer,
        before: None,
        limit: 20,
    };
    repeat(&scene.recipient, &request, iterations)
}

fn list_accounts(scene: &mut Scene, iterations: u64) -> Duration {
    let pattern = Text::Borrowed("other1*");
    let request = Request::ListAccounts {
        pattern,
        after: None,
        limit: 20,
    };
    repeat(&scene.sender, &request, iterations)
}

fn read(scene: &mut Scene, iterations: u64) -> Duration {
    send_many(&scene.sender, "user02", iterations);
    let request = Request::Read {
        peer: None,
        limit: 1,
    };
    repeat(&scene.recipient, &request, iterations)
}

fn delete_messages(scene: &mut Scene, iterations: u64) -> Duration {
    let ids = send_many(&scene.sender, "user02", iterations);
    let started = Instant::now();
    for id in ids {
        ask(&scene.sender, &Request::DeleteMessages { ids: vec![id] });
    }
    started.elapsed()
}

fn create_account(scene: &mut Scene, iterations: u64) -> Duration {
    let first = scene.created;
    scene.created += iterations;
    let names: Vec<_> = (first..scene.created).map(Scene::other).collect();
    let started = Instant::now();
    for name in &names {
        ask(&scene.sender, &scene.world.creation(name));
    }
    started.elapsed()
}

fn send_offline(scene: &mut Scene, iterations: u64) -> Duration {
    repeat(
        &scene.sender,
        &send(&Scene::other(0), SHORT_TEXT),
        iterations,
    )
}

/// The recipient's outbox is emptied now and then, as its connection would.
fn send_online(scene: &mut Scene, iterations: u64, text: &str) -> Duration {
    const EMPTIED_EVERY: u64 = 500;
    let mut context = Context::from_waker(Waker::noop());
    let started = Instant::now();
    for number in 0..iterations {
        ask(&scene.sender, &send("user02", text));
        if number % EMPTIED_EVERY == 0 {
            while scene.recipient.outbox().poll_pop(&mut context).is_ready() {}
        }
    }
    started.elapsed()
}

fn repeat(connection: &Connection, request: &Request<'_>, iterations: u64) -> Duration {
    let started = Instant::now();
    for _ in 0..iterations {
        ask(connection, request);
    }
    started.elapsed()
}

fn criterion() -> Criterion {
    let target = figures::target_directory(env!("CARGO_TARGET_TMPDIR"));
    pace::criterion(target, STORES.len() * OPERATIONS.len(), IN_ALL)
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = core
}
criterion_main!(benches);
