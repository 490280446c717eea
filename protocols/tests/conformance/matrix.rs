//! Every protocol on every store, every pair of protocols on one server.

use std::sync::Arc;

use protocols::conformance::{self, Summary, Target};
use protocols::registry::{self, Protocol};
use server_core::store::memory::MemoryStore;

use super::direct::Direct;
use super::server::{Server, Undo, core};

/// The fewest checks that every protocol passes.
const PASSED_MIN: usize = 180;

/// Everything that is not skipped passes.
async fn check(what: &str, target: Target) -> Summary {
    let summary = conformance::run(&target, None, &mut |_| {}).await.unwrap();
    let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
    assert!(
        failed.is_empty(),
        "{what}: {summary}\n{}",
        failed.join("\n")
    );
    assert!(summary.passed() >= PASSED_MIN, "{what}: {summary}");
    summary
}

fn protocols() -> impl Iterator<Item = &'static str> {
    registry::chat_protocols().map(Protocol::short_name)
}

/// Every protocol in front of its own server on this store.
async fn check_store(store: &str, undo: Undo) {
    for protocol in protocols() {
        let server = Server::on(store, undo);
        let target = server.target(&[protocol]).await;
        check(&format!("{protocol} on {store}, undo {undo:?}"), target).await;
        server.stop().await;
    }
}

#[tokio::test]
async fn the_suite_holds_on_a_core_without_any_protocol() {
    for undo in [Undo::Off, Undo::On] {
        let chat = core(undo.options(), |changes| {
            Arc::new(MemoryStore::new(changes))
        });
        let target = Target::through(vec![Arc::new(Direct::new(chat))]);
        check(&format!("direct, undo {undo:?}"), target).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_memory() {
    check_store("memory", Undo::Off).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_memory_with_undo() {
    check_store("memory", Undo::On).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_sqlite() {
    check_store("sqlite", Undo::Off).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_sqlite_with_undo() {
    check_store("sqlite", Undo::On).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_sqlite_opened_for_each_request() {
    check_store("sqlite-per-request", Undo::Off).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol_holds_on_sqlite_opened_for_each_request_with_undo() {
    check_store("sqlite-per-request", Undo::On).await;
}

/// All front ends serve one core, and users on different ones talk with one another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_two_protocols_hold_between_them() {
    let server = Server::on("memory", Undo::On);
    for first in protocols() {
        for second in protocols().filter(|&second| second != first) {
            let target = server.target(&[first, second]).await;
            check(&format!("between {first} and {second}"), target).await;
        }
    }
    assert_eq!(server.chat.session_count(), 0, "every session has ended");
    server.stop().await;
}
