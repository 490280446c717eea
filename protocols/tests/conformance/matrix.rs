//! Protocols on stores, and pairs of protocols on one server.

use std::sync::Arc;

use protocols::conformance::{self, CheckResult, Suite, Target};
use protocols::registry::{self, Protocol};
use protocols::transport::Carriage;
use server_core::limits::Options;
use server_core::message::{Nonce, Reply, Request};
use server_core::scram::{ClientKeys, Hashing};
use server_core::store::memory::MemoryStore;

use super::direct::Direct;
use super::server::{Server, Undo, caller, core};

/// Everything passes but what a protocol or a server cannot be asked.
async fn check(what: &str, target: Target, undo: Undo) {
    let summary = conformance::run(&target, None, &mut |_| {}).await.unwrap();
    println!("{what}, undo {undo:?}: {summary}");
    let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
    assert!(
        failed.is_empty(),
        "{what}: {summary}\n{}",
        failed.join("\n")
    );
    for result in summary.skipped() {
        assert!(may_skip(what, undo, result), "{what}: {result}");
    }
}

/// Whether what is tested, whose protocols `what` names in the order of the users, cannot be asked this.
fn may_skip(what: &str, undo: Undo, result: &CheckResult) -> bool {
    let CheckResult {
        group,
        number,
        name,
        ..
    } = *result;
    let calls = |protocol: Option<&str>| match protocol.and_then(|one| registry::find(one).ok()) {
        Some(found) => found.carriage() == Some(Carriage::Calls),
        None => protocol == Some("direct"),
    };
    let has_messages = |protocol: Option<&str>| {
        protocol.is_some_and(|name| name.ends_with("+ws") || name.ends_with("+grpc-stream"))
    };
    let mut protocols = what.split(' ').filter(|word| *word != "and");
    let (first, second) = (protocols.next(), protocols.next());
    match (group, number, undo) {
        ("undo", 1, Undo::On) | ("undo", 2.., Undo::Off) => true,
        ("functional", 23, _) if has_messages(first) || has_messages(second) => true,
        ("functional", 23, _) => calls(first) || calls(second),
        ("connection", 7, _) | ("resume", 9, _) => calls(first),
        ("framing", _, _) if has_messages(first) => true,
        ("framing", _, _) => match first.and_then(|first| first.split('+').next()) {
            Some("custom") => name.contains("an unknown field"),
            Some("json") => name.contains("boundary is lost") || name.contains("no client"),
            Some("bincode" | "cbor" | "msgpack" | "postcard") => {
                name.contains("an unknown field") || name.contains("no client")
            }
            Some("protobuf") if !calls(first) => name.contains("no client"),
            _ => true,
        },
        _ => false,
    }
}

fn protocols() -> impl Iterator<Item = &'static str> {
    registry::each_once().map(Protocol::short_name)
}

/// The protocols that are compared by default. No codec and no transport knows of stores, so these stand for all where
/// stores differ.
fn main_protocols() -> impl Iterator<Item = &'static str> {
    registry::defaults().map(Protocol::short_name)
}

/// Every protocol in front of its own server on memory, the main ones on the other stores.
async fn check_store(store: &str, undo: Undo) {
    let is_for_all = store == "memory";
    for protocol in
        protocols().filter(|&one| is_for_all || main_protocols().any(|main| main == one))
    {
        let server = Server::on(store, undo);
        let target = server.target(&[protocol]).await;
        check(&format!("{protocol} on {store}"), target, undo).await;
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
        check("direct", target, undo).await;
    }
}

#[tokio::test]
async fn every_protocol_holds_on_memory() {
    check_store("memory", Undo::Off).await;
}

#[tokio::test]
async fn every_protocol_holds_on_memory_with_undo() {
    check_store("memory", Undo::On).await;
}

#[tokio::test]
async fn main_protocols_hold_on_sqlite() {
    check_store("sqlite", Undo::Off).await;
}

#[tokio::test]
async fn main_protocols_hold_on_sqlite_with_undo() {
    check_store("sqlite", Undo::On).await;
}

#[tokio::test]
async fn main_protocols_hold_on_sqlite_opened_for_each_request() {
    check_store("sqlite-per-request", Undo::Off).await;
}

#[tokio::test]
async fn main_protocols_hold_on_sqlite_opened_for_each_request_with_undo() {
    check_store("sqlite-per-request", Undo::On).await;
}

/// All front ends serve one core, and users on different ones talk with one another: the main protocols with each other,
/// and every other one with the first of them, either way round.
#[tokio::test]
async fn protocols_hold_between_them() {
    let server = Server::on("memory", Undo::On);
    for first in protocols() {
        for second in protocols().filter(|&second| second != first) {
            let is_main = |one| main_protocols().any(|main| main == one);
            let meets = |one, other| is_main(one) || main_protocols().next() == Some(other);
            if !(meets(first, second) && meets(second, first)) {
                continue;
            }
            let target = server.target(&[first, second]).await;
            check(&format!("{first} and {second}"), target, Undo::On).await;
        }
    }
    assert_eq!(server.chat.session_count(), 0, "every session has ended");
    server.stop().await;
}

/// The suite keeps to what the server says of itself.
#[tokio::test]
async fn every_protocol_holds_with_other_limits() {
    for protocol in protocols() {
        let server = Server::with(
            "memory",
            Options {
                text_max_chars: 4_096,
                ..Undo::On.options()
            },
        );
        let target = server.target(&[protocol]).await;
        check(&format!("{protocol} with long texts"), target, Undo::On).await;
        server.stop().await;
    }
}

/// Every transport with `protobuf`, beside those that run with another codec above.
#[tokio::test]
async fn every_transport_holds_with_protobuf() {
    for protocol in registry::chat_protocols().map(Protocol::short_name) {
        if protocol.starts_with("protobuf+") && !protocols().any(|one| one == protocol) {
            let server = Server::on("memory", Undo::Off);
            let target = server.target(&[protocol]).await;
            check(&format!("{protocol} on memory"), target, Undo::Off).await;
            server.stop().await;
        }
    }
}

/// Each pair that runs through the whole suite nowhere, through the shorter one.
#[tokio::test]
async fn every_other_pair_holds_the_shorter_suite() {
    let mut pairs = 0;
    for protocol in registry::chat_protocols().map(Protocol::short_name) {
        if protocol.starts_with("protobuf+") || protocols().any(|one| one == protocol) {
            continue;
        }
        let server = Server::on("memory", Undo::Off);
        let target = server.target(&[protocol]).await;
        let ran = conformance::run_suite(&target, Suite::Short, None, &mut |_| {}).await;
        let summary = ran.unwrap_or_else(|error| panic!("{protocol}: {error}"));
        println!("{protocol}: {summary}");
        let failed: Vec<_> = summary.failed().map(ToString::to_string).collect();
        assert!(failed.is_empty(), "{protocol}: {}", failed.join("\n"));
        // A format that says little has little to show.
        assert!(summary.passed() >= 10, "{protocol}: {summary}");
        server.stop().await;
        pairs += 1;
    }
    assert!(pairs > 40, "{pairs} pairs");
}

/// Runs that share a server, and an account that is not theirs, leave one another alone.
#[tokio::test]
async fn two_runs_on_one_server_leave_each_other_alone() {
    let server = Server::on("memory", Undo::On);
    let mut stranger = caller(&*server.door("custom").await).await;
    let hashing = Hashing {
        salt: [7; 16],
        iterations: 4_096,
    };
    stranger
        .create_account("stranger", &ClientKeys::derive("secret", hashing))
        .await
        .unwrap();
    stranger
        .log_in("stranger", "secret", Nonce([1; 18]))
        .await
        .unwrap();
    let (one, other) = (
        server.target(&["custom"]).await,
        server.target(&["json"]).await,
    );
    tokio::join!(
        check("custom beside json", one, Undo::On),
        check("json beside custom", other, Undo::On)
    );
    let list = Request::ListAccounts {
        pattern: "*".into(),
        after: None,
        limit: 10,
    };
    let names = vec!["stranger".into()];
    assert_eq!(
        stranger.call(&list).await.unwrap(),
        Ok(Reply::ListAccounts { names, more: false })
    );
    assert_eq!(stranger.take_events(), []);
}
