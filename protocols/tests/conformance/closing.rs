//! A server that is stopped: every client is told, and let go.

use std::time::Duration;

use protocols::client::ClientError;
use protocols::registry::{self, Protocol};
use server_core::Event;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};

use super::server::{Server, Undo, caller};

/// A bound on what must end, so that a hang is a failure.
const DEADLINE: Duration = Duration::from_secs(30);

const HASHING: Hashing = Hashing {
    salt: [7; 16],
    iterations: 4_096,
};

async fn check(protocol: &str) {
    let server = Server::on("memory", Undo::Off);
    let door = server.door(protocol).await;
    let mut alice = caller(&*door).await;
    alice
        .create_account("alice", &ClientKeys::derive("secret", HASHING))
        .await
        .unwrap();
    alice
        .log_in("alice", "secret", Nonce([1; 18]))
        .await
        .unwrap();
    let listening = async {
        let mut events = Vec::new();
        loop {
            match alice.next_event().await {
                Ok(event) => events.push(event),
                Err(end) => return (events, end),
            }
        }
    };
    let ((), (events, end)) = tokio::join!(server.stop(), listening);
    assert_eq!(events, [Event::ServerClosing], "{protocol}");
    assert!(
        matches!(
            end,
            ClientError::Closed { .. } | ClientError::Io(_) | ClientError::Call(_)
        ),
        "{protocol}: {end}"
    );
    assert!(
        door.connect().await.is_err(),
        "{protocol}: nobody listens any more"
    );
}

#[tokio::test]
async fn a_stopped_server_tells_its_clients_and_lets_them_go() {
    for protocol in registry::each_once().map(Protocol::short_name) {
        let ended = tokio::time::timeout(DEADLINE, check(protocol)).await;
        assert!(
            ended.is_ok(),
            "{protocol}: the server does not end, or does not say so"
        );
    }
}
