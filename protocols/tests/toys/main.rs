//! A codec and a transport that the registry does not know, made of nothing but public traits: what a contributor adds
//! needs no more than its one file. CONTRIBUTING.md walks through both.

mod codec;
mod transport;

use std::sync::Arc;

use codec::Negative;
use protocols::codecs::json::Json;
use protocols::conformance::{self, Target};
use protocols::registry::{Pair, Protocol};
use protocols::transport::Listen;
use protocols::transports::tcp::Tcp;
use server_core::Chat;
use server_core::chat::Parts;
use server_core::environment::System;
use server_core::fanout::Fanout;
use server_core::limits::Options;
use server_core::store::memory::MemoryStore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use transport::Couples;

/// Runs the whole conformance suite over a pair.
#[track_caller]
fn check(pair: Pair) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let summary = runtime.block_on(async {
        let fanout = Arc::new(Fanout::default());
        let chat = Chat::new(Parts {
            store: Arc::new(MemoryStore::new(Arc::clone(&fanout) as _)),
            fanout,
            environment: Arc::new(System),
            options: Options::default(),
        });
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let listen = Listen {
            address: pair.transport.anywhere(),
            codec: pair.codec,
            chat,
            traffic: Arc::default(),
            stop: stop.clone(),
            tasks: tasks.clone(),
            compression: None,
            identity: None,
        };
        let listening = pair.transport.listen(listen).await.unwrap();
        let protocol: &'static Protocol = Box::leak(Box::new(Protocol::of(pair)));
        let target = Target::new(protocol, &listening.address).unwrap();
        let summary = conformance::run(&target, None, &mut |_| {}).await.unwrap();
        stop.cancel();
        tasks.close();
        tasks.wait().await;
        summary
    });
    let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}: {}", pair.name(), failed.join("\n"));
    assert!(summary.passed() > 100, "{}: {summary}", pair.name());
}

#[test]
fn a_codec_of_ones_own_is_a_protocol() {
    check(Pair {
        codec: &Negative,
        transport: &Tcp,
    });
}

#[test]
fn a_transport_of_ones_own_is_a_protocol() {
    check(Pair {
        codec: &Json,
        transport: &Couples,
    });
}

#[test]
fn both_together_are_one_too() {
    check(Pair {
        codec: &Negative,
        transport: &Couples,
    });
}

/// Of code: lines that are neither empty nor a comment.
#[test]
fn each_takes_few_lines() {
    for file in [include_str!("codec.rs"), include_str!("transport.rs")] {
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let lines = file.lines().filter(is_code).count();
        assert!(lines < 80, "{lines} lines");
    }
}
