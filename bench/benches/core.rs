//! What the core does with each store, one request after the other, without any protocol.

use std::time::{Duration, Instant};

use bench::world::{World, ask, send, send_many};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use server_core::store::{STORES, StoreKind};
use server_core::{Connection, Request, Text};

/// How many other accounts and messages there are where it matters.
const OTHERS: u64 = 200;

/// What is measured: its name, and how long that many of it take in a new world.
const OPERATIONS: &[(&str, Operation)] = &[
    ("create_account", create_account),
    ("log_in", log_in),
    ("send", send_offline),
    ("send_online", send_online),
    ("unread", unread),
    ("read", read),
    ("history", history),
    ("list_accounts", list_accounts),
    ("delete_messages", delete_messages),
];

type Operation = fn(&World, u64) -> Duration;

fn core(criterion: &mut Criterion) {
    for kind in STORES {
        let mut group = criterion.benchmark_group(format!("core/{}", kind.name));
        group.throughput(Throughput::Elements(1)).sample_size(10);
        for &(name, operation) in OPERATIONS {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|iterations| measure(kind, operation, iterations));
            });
        }
        group.finish();
    }
}

/// Each sample has a world of its own, so that what earlier ones stored does not slow it down.
fn measure(kind: &StoreKind, operation: Operation, iterations: u64) -> Duration {
    operation(&World::new(kind), iterations)
}

fn create_account(world: &World, iterations: u64) -> Duration {
    let connection = world.chat.connection();
    let names: Vec<_> = (0..iterations)
        .map(|number| format!("user{number}"))
        .collect();
    let started = Instant::now();
    for name in &names {
        ask(&connection, &world.creation(name));
    }
    started.elapsed()
}

/// Both halves, and the client's proof with them.
fn log_in(world: &World, iterations: u64) -> Duration {
    let connection = world.newcomer("user01");
    let started = Instant::now();
    for _ in 0..iterations {
        ask(&connection, &Request::LogOut);
        world.log_in(&connection, "user01");
    }
    started.elapsed()
}

fn send_offline(world: &World, iterations: u64) -> Duration {
    let sender = world.newcomer("user01");
    drop(world.newcomer("user02"));
    repeat(&sender, &send("user02"), iterations)
}

/// The recipient's outbox is emptied now and then, as its connection would.
fn send_online(world: &World, iterations: u64) -> Duration {
    const EMPTIED_EVERY: u64 = 500;
    let (sender, recipient) = (world.newcomer("user01"), world.newcomer("user02"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let started = Instant::now();
    for number in 0..iterations {
        ask(&sender, &send("user02"));
        if number % EMPTIED_EVERY == 0 {
            while recipient.outbox().poll_pop(&mut context).is_ready() {}
        }
    }
    started.elapsed()
}

fn unread(world: &World, iterations: u64) -> Duration {
    let [_, recipient] = conversation(world, OTHERS);
    repeat(&recipient, &Request::Unread, iterations)
}

fn read(world: &World, iterations: u64) -> Duration {
    let [_, recipient] = conversation(world, iterations);
    repeat(
        &recipient,
        &Request::Read {
            peer: None,
            limit: 1,
        },
        iterations,
    )
}

fn history(world: &World, iterations: u64) -> Duration {
    let [_, recipient] = conversation(world, OTHERS);
    let request = Request::History {
        peer: Text::Borrowed("user01"),
        before: None,
        limit: 20,
    };
    repeat(&recipient, &request, iterations)
}

fn list_accounts(world: &World, iterations: u64) -> Duration {
    let connection = world.newcomer("user01");
    for number in 0..OTHERS {
        ask(&connection, &world.creation(&format!("other{number}")));
    }
    let request = Request::ListAccounts {
        pattern: Text::Borrowed("other1*"),
        after: None,
        limit: 20,
    };
    repeat(&connection, &request, iterations)
}

fn delete_messages(world: &World, iterations: u64) -> Duration {
    let (sender, _recipient) = (world.newcomer("user01"), world.newcomer("user02"));
    let ids = send_many(&sender, "user02", iterations);
    let started = Instant::now();
    for id in ids {
        ask(&sender, &Request::DeleteMessages { ids: vec![id] });
    }
    started.elapsed()
}

/// Two who are logged in, the second one with that many unread messages from the first one.
fn conversation(world: &World, messages: u64) -> [Connection; 2] {
    let [sender, recipient] = ["user01", "user02"].map(|name| world.newcomer(name));
    send_many(&sender, "user02", messages);
    [sender, recipient]
}

fn repeat(connection: &Connection, request: &Request<'_>, iterations: u64) -> Duration {
    let started = Instant::now();
    for _ in 0..iterations {
        ask(connection, request);
    }
    started.elapsed()
}

criterion_group! {
    name = benches;
    config = bench::criterion();
    targets = core
}
criterion_main!(benches);
