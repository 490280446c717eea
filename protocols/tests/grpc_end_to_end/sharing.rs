//! Several clients on one connection: each has a session of its own, whichever of them is polled.

use std::num::NonZeroU32;
use std::sync::Arc;

use protocols::client::{Caller, ClientError};
use protocols::counted::Traffic;
use protocols::transport::{Sharing, TransportError};
use server_core::{ErrorCode, Event, Reply, Request};

use crate::server::{Server, connect_shared, enter, send, sharing};

/// Clients that are logged in, `each` of them on each connection, and the traffic of all.
async fn users(server: &Server, connections: u32, each: u32) -> (Vec<Caller>, Arc<Traffic>) {
    let traffic = Arc::<Traffic>::default();
    let each = NonZeroU32::new(each).expect("there are some");
    let mut callers = Vec::new();
    for _ in 0..connections {
        callers.extend(connect_shared(&server.address, &traffic, each).await);
    }
    for (number, caller) in callers.iter_mut().enumerate() {
        enter(caller, &name(number)).await;
    }
    (callers, traffic)
}

fn name(number: usize) -> String {
    format!("user{number:02}")
}

/// Everybody writes to everybody else, and hears it; the sockets are as many as the connections.
async fn check_all_to_all(connections: u32, each: u32) {
    let server = Server::start().await;
    let (callers, traffic) = users(&server, connections, each).await;
    let everyone = callers.len();
    let talking = callers
        .into_iter()
        .enumerate()
        .map(async |(from, mut caller)| {
            for to in (0..everyone).filter(|&to| to != from) {
                let text = format!("{from} to {to}");
                let reply = caller.call(&send(&name(to), &text)).await.unwrap();
                assert!(matches!(
                    reply,
                    Ok(Reply::Send {
                        delivered: true,
                        ..
                    })
                ));
            }
            let mut heard = Vec::new();
            while heard.len() + 1 < everyone {
                let Event::MessageReceived(message) = caller.next_event().await.unwrap() else {
                    panic!("another event")
                };
                assert_eq!(&*message.to, name(from));
                heard.push(message.text.to_string());
            }
            heard.sort();
            let mut said: Vec<String> = (0..everyone)
                .filter(|&other| other != from)
                .map(|other| format!("{other} to {from}"))
                .collect();
            said.sort();
            assert_eq!(heard, said);
            caller
        });
    let callers = futures_util::future::join_all(talking).await;
    let (accepted, connected) = (server.traffic.asked().accepted, traffic.asked().connected);
    assert_eq!(accepted.sockets, u64::from(connections));
    assert_eq!(connected.sockets, u64::from(connections));
    assert_eq!(accepted.nodelay, u64::from(connections));
    drop(callers);
    // The sockets close with the last clients: nothing runs on.
    server.shut_down().await;
    let (sent, received) = (traffic.bytes(), server.traffic.bytes());
    assert!(received.received <= sent.sent && received.received > 0);
}

#[tokio::test]
async fn everyone_hears_everyone_on_one_connection() {
    check_all_to_all(1, 6).await;
}

#[tokio::test]
async fn everyone_hears_everyone_on_two_connections() {
    check_all_to_all(2, 3).await;
}

#[tokio::test]
async fn everyone_hears_everyone_on_a_connection_each() {
    check_all_to_all(6, 1).await;
}

#[tokio::test]
async fn a_client_is_served_while_the_others_are_not_polled() {
    let server = Server::start().await;
    let (mut callers, _) = users(&server, 1, 3).await;
    let mut idle = callers.split_off(1);
    for number in 0..50 {
        let text = number.to_string();
        callers[0]
            .call(&send(&name(1), &text))
            .await
            .unwrap()
            .unwrap();
    }
    for number in 0..50 {
        let Event::MessageReceived(message) = idle[0].next_event().await.unwrap() else {
            panic!("another event")
        };
        assert_eq!(&*message.text, number.to_string());
    }
}

#[tokio::test]
async fn a_client_that_leaves_takes_no_other_with_it() {
    let server = Server::start().await;
    let (mut callers, _) = users(&server, 1, 2).await;
    let mut stays = callers.pop().expect("two");
    callers[0].call(&Request::LogOut).await.unwrap().unwrap();
    let gone = callers[0].call(&Request::Unread).await.unwrap();
    assert_eq!(gone, Err(ErrorCode::NotLoggedIn.into()));
    drop(callers);
    let reply = stays.call(&send(&name(0), "are you there?")).await.unwrap();
    assert!(matches!(
        reply,
        Ok(Reply::Send {
            delivered: false,
            ..
        })
    ));
}

#[tokio::test]
async fn all_hear_that_the_server_stops() {
    let server = Server::start().await;
    let (mut callers, _) = users(&server, 1, 3).await;
    let mut unknown = callers.pop().expect("three");
    unknown.call(&Request::LogOut).await.unwrap().unwrap();
    server.stop.cancel();
    for caller in &mut callers {
        assert_eq!(caller.next_event().await.unwrap(), Event::ServerClosing);
        let end = caller.next_event().await;
        assert!(
            matches!(end, Err(ClientError::Closed { unanswered: 0 })),
            "{end:?}"
        );
    }
    // One that waits for nothing in particular hears it, too.
    let end = unknown.next_event().await;
    assert!(
        matches!(end, Err(ClientError::Closed { unanswered: 0 })),
        "{end:?}"
    );
    drop((callers, unknown));
    server.shut_down().await;
}

#[tokio::test]
async fn who_cannot_share_says_so() {
    assert!(matches!(sharing("grpc"), Sharing::Yes { clients_max: 512 }));
    for protocol in ["custom", "json"] {
        assert!(
            matches!(sharing(protocol), Sharing::No { .. }),
            "{protocol}"
        );
        let two = NonZeroU32::new(2).expect("it is 2");
        let shared = crate::server::try_shared(protocol, "127.0.0.1:1", two).await;
        assert!(
            matches!(shared, Err(TransportError::NotShared { .. })),
            "{protocol}"
        );
    }
}
