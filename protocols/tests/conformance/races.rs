//! The core's promises about what happens at once, through real connections on several threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use protocols::client::Caller;
use protocols::registry::{self, Protocol};
use server_core::ErrorCode;
use server_core::message::{Nonce, Reply, Request};
use server_core::scram::{ClientKeys, Hashing};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::server::{Server, Undo, caller};

const HASHING: Hashing = Hashing {
    salt: [7; 16],
    iterations: 4_096,
};

fn protocols() -> Vec<&'static str> {
    registry::each_once().map(Protocol::short_name).collect()
}

fn keys() -> ClientKeys {
    ClientKeys::derive("secret", HASHING)
}

async fn log_in(caller: &mut Caller, name: &str, keys: &ClientKeys) {
    caller
        .log_in_with(name, Nonce([1; 18]), |_| keys.clone())
        .await
        .unwrap();
}

/// So many tasks want each of so many names, all at the same moment.
const TASKS: usize = 12;
const NAMES: usize = 10;

/// Of tasks that create one name over these protocols at once, exactly one succeeds.
async fn check_creation(store: &str, protocols: &[&str]) {
    let server = Server::on(store, Undo::Off);
    let barrier = Arc::new(Barrier::new(TASKS));
    let verifier = keys().verifier();
    let mut tasks = JoinSet::new();
    for protocol in protocols.iter().cycle().take(TASKS) {
        let mut caller = caller(&*server.door(protocol).await).await;
        let barrier = Arc::clone(&barrier);
        tasks.spawn(async move {
            let mut created = [false; NAMES];
            for (number, created) in created.iter_mut().enumerate() {
                let name = format!("name{number}");
                barrier.wait().await;
                let create = Request::CreateAccount {
                    name: name.as_str().into(),
                    verifier,
                };
                *created = match caller.call(&create).await.unwrap() {
                    Ok(reply) => reply == Reply::CreateAccount,
                    Err(refusal) => {
                        assert_eq!(refusal.code, ErrorCode::AccountExists);
                        false
                    }
                };
            }
            created
        });
    }
    let results = tasks.join_all().await;
    for number in 0..NAMES {
        let winners = results.iter().filter(|created| created[number]).count();
        assert_eq!(winners, 1, "name {number} over {protocols:?} on {store}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_create_one_name_exactly_one_succeeds() {
    for store in ["memory", "sqlite", "sqlite-per-request"] {
        for protocol in registry::defaults().map(Protocol::short_name) {
            check_creation(store, &[protocol]).await;
        }
        check_creation(store, &protocols()).await;
    }
}

/// How often the recipient is created and deleted under the senders' hands.
const LIVES: usize = 20;

/// Senders over every protocol write to an account that comes and goes: whatever they were told, its end takes all
/// messages along.
async fn check_orphans(store: &str) {
    let server = Server::on(store, Undo::On);
    let nothing = server.chat.digest().wait().await.unwrap();
    let (keys, over) = (keys(), Arc::new(AtomicBool::new(false)));
    let mut senders = JoinSet::new();
    for protocol in protocols() {
        let mut caller = caller(&*server.door(protocol).await).await;
        let name = protocol.replace('+', "-");
        caller.create_account(&name, &keys).await.unwrap();
        log_in(&mut caller, &name, &keys).await;
        senders.spawn(send_until(caller, Arc::clone(&over)));
    }
    for life in 0..LIVES {
        let protocol = protocols()[life % protocols().len()];
        let mut bob = caller(&*server.door(protocol).await).await;
        bob.create_account("bob", &keys).await.unwrap();
        log_in(&mut bob, "bob", &keys).await;
        bob.next_event().await.unwrap();
        assert_eq!(
            bob.call(&Request::DeleteAccount).await.unwrap(),
            Ok(Reply::DeleteAccount)
        );
    }
    over.store(true, Ordering::Relaxed);
    let accepted: usize = senders.join_all().await.into_iter().sum();
    assert!(accepted >= LIVES, "{accepted} messages were accepted");
    let left = server.chat.digest().wait().await.unwrap();
    assert_eq!(
        left, nothing,
        "{accepted} messages were accepted on {store}, and some are left"
    );
}

/// Sends to the one who comes and goes; gives how many messages were accepted.
async fn send_until(mut caller: Caller, over: Arc<AtomicBool>) -> usize {
    let mut accepted = 0;
    while !over.load(Ordering::Relaxed) {
        let send = Request::Send {
            to: "bob".into(),
            text: "are you there?".into(),
            client_id: None,
        };
        match caller.call(&send).await.unwrap() {
            Ok(_) => accepted += 1,
            Err(refusal) => assert_eq!(refusal.code, ErrorCode::NoSuchAccount),
        }
    }
    accepted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_that_races_the_recipients_deletion_leaves_no_orphan() {
    for store in ["memory", "sqlite", "sqlite-per-request"] {
        check_orphans(store).await;
    }
}
