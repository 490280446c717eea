//! QUIC: what both ends count, and how a connection ends.

use std::sync::Arc;

use protocols::client::{ClientError, LogInError};
use protocols::codecs::custom::Custom;
use protocols::counted::Traffic;
use protocols::transport::Connect;
use server_core::{ErrorCode, Event};

use super::server::{self, HELLO, Server, ask_at_once, soon, until};

const PROTOCOL: &str = "json+quic";

/// What one end has sent the other has received, datagram for datagram.
#[tokio::test]
async fn both_ends_count_the_same_bytes() {
    let server = Server::start(PROTOCOL).await;
    let traffic = Arc::<Traffic>::default();
    let door = Connect {
        traffic: Arc::clone(&traffic),
        ..server.door()
    };
    let mut client = server.connect(door).await.expect("it may come in");
    let agree = || {
        let (ours, theirs) = (traffic.bytes(), server.traffic.bytes());
        (ours.sent, ours.received) == (theirs.received, theirs.sent)
    };
    let mut before = 0;
    for times in [1, 50, 500] {
        ask_at_once(&mut *client, &HELLO, times).await;
        until(agree).await;
        let request_bytes = br#"{"op":"hello","version":1}"#.len();
        let sent = traffic.bytes().sent;
        assert!(sent - before > (times * request_bytes) as u64);
        before = sent;
    }
    assert_eq!(traffic.segments(), None, "there is no TCP");
    let asked = [traffic.asked().connected, server.traffic.asked().accepted];
    for answers in asked {
        assert_eq!(answers.sockets, 0, "none could say TCP_NODELAY");
        assert!(answers.receive_buffer_bytes.is_some());
    }
}

#[tokio::test]
async fn a_client_of_another_codec_is_refused() {
    let server = Server::start(PROTOCOL).await;
    let door = Connect {
        codec: &Custom,
        ..server.door()
    };
    let refused = server.refusal(door).await;
    assert!(refused.contains("quic does not come about"), "{refused}");
    drop(server.caller().await);
}

/// Nobody waits for a client to fall silent that has said that it goes.
#[tokio::test]
async fn a_client_that_is_dropped_is_logged_out_at_once() {
    let server = Server::start(PROTOCOL).await;
    let alice = server.user("alice").await;
    let mut other = server.caller().await;
    let refused = server::log_in(&mut other, "alice").await;
    assert!(
        matches!(&refused, Err(LogInError::Refused(refusal)) if refusal.code == ErrorCode::AlreadyLoggedIn),
        "{refused:?}"
    );
    drop(alice);
    soon(async { while server::log_in(&mut other, "alice").await.is_err() {} }).await;
}

/// What was answered arrives although the server closes the connection behind it.
#[tokio::test]
async fn a_server_that_stops_delivers_all_that_it_has_said() {
    let server = Server::start(PROTOCOL).await;
    let mut caller = server.caller().await;
    let idle = server.connect(server.door()).await.expect("it may come in");
    server.begin_to_stop();
    assert_eq!(
        soon(caller.next_event()).await.unwrap(),
        Event::ServerClosing
    );
    let end = soon(caller.next_event()).await.expect_err("it is over");
    assert!(matches!(end, ClientError::Closed { .. }), "{end}");
    // A connection whose stream was never opened does not hold it up.
    server.ended().await;
    drop(idle);
}
