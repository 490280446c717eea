//! What two clients do with one another.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;

use server_core::limits::{OUTBOX_MAX_BYTES, STREAM_WINDOW_BYTES, STREAMS_MAX};
use server_core::message::MessageId;
use server_core::{ErrorCode, Event, FromServer, Message, Refusal, Reply, Request};

use crate::server::{Server, connect, enter, send};

fn received(event: Event<'static>) -> Message<'static> {
    match event {
        Event::MessageReceived(message) => message,
        other => panic!("another event: {other:?}"),
    }
}

#[tokio::test]
async fn a_message_reaches_who_is_online() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    let reply = first.call(&send("user02", "hello")).await.unwrap().unwrap();
    let Reply::Send {
        id,
        delivered: true,
    } = reply
    else {
        panic!("{reply:?}")
    };
    let message = received(second.next_event().await.unwrap());
    assert_eq!(
        (message.id, &*message.from, &*message.to),
        (id, "user01", "user02")
    );
    assert_eq!((&*message.text, message.read), ("hello", false));
}

#[tokio::test]
async fn refusals_come_over_as_the_core_says_them() {
    let server = Server::start().await;
    let mut caller = server.user("user01").await;
    let long = "x".repeat(257);
    let cases = [
        (
            send("nobody", "hello"),
            Refusal::new(ErrorCode::NoSuchAccount),
        ),
        (send("user01", ""), Refusal::new(ErrorCode::TextEmpty)),
        (
            send("user01", &long),
            Refusal::with_detail(ErrorCode::TextTooLong, 256),
        ),
        (
            send("a b", "hello"),
            Refusal::with_detail(ErrorCode::NameNotAllowed, 50),
        ),
        (
            Request::Read {
                peer: None,
                limit: 1,
            },
            Refusal::new(ErrorCode::NotEnoughUnread),
        ),
        (
            Request::Read {
                peer: None,
                limit: 0,
            },
            Refusal::with_detail(ErrorCode::LimitNotAllowed, 1000),
        ),
        (
            Request::Undo {
                ids: vec![MessageId(1)],
            },
            Refusal::new(ErrorCode::UndoOff),
        ),
        (
            Request::Hello { version: 2 },
            Refusal::with_detail(ErrorCode::UnsupportedVersion, 1),
        ),
    ];
    for (request, refusal) in cases {
        assert_eq!(
            caller.call(&request).await.unwrap(),
            Err(refusal),
            "{request:?}"
        );
    }
    let anonymous = server.connect().await.call(&Request::Unread).await.unwrap();
    assert_eq!(anonymous, Err(ErrorCode::NotLoggedIn.into()));
}

#[tokio::test]
async fn calls_overlap_and_tickets_tell_them_apart() {
    let server = Server::start().await;
    let mut caller = server.user("user01").await;
    let client = caller.client_mut();
    // More than the server allows at once: the rest waits its turn.
    let limits: Vec<u32> = (1..=STREAMS_MAX + 100).collect();
    let tickets: BTreeMap<_, _> = limits
        .iter()
        .map(|&limit| {
            let request = match limit % 2 {
                0 => Request::Ping,
                _ => Request::Read { peer: None, limit },
            };
            (client.stage(&request).unwrap(), limit)
        })
        .collect();
    let mut answers = BTreeMap::new();
    while answers.len() < tickets.len() {
        let mut sink = |incoming: protocols::client::Incoming<'_>| {
            let before =
                answers.insert(incoming.ticket.unwrap(), format!("{:?}", incoming.message));
            assert_eq!(before, None, "answered twice");
        };
        poll_fn(|context| client.poll_exchange(context, &mut sink))
            .await
            .unwrap();
    }
    for (ticket, limit) in tickets {
        let expected = match limit {
            limit if limit % 2 == 0 => FromServer::Reply(Reply::Ping),
            ..=1000 => FromServer::Refused(ErrorCode::NotEnoughUnread.into()),
            _ => FromServer::Refused(Refusal::with_detail(ErrorCode::LimitNotAllowed, 1000)),
        };
        assert_eq!(answers[&ticket], format!("{expected:?}"));
    }
}

/// Sends this many messages of 256 characters from one to the other.
async fn send_many(sender: &mut protocols::client::Caller, count: usize) {
    let text = "x".repeat(256);
    for _ in 0..count {
        sender.call(&send("user02", &text)).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn pages_and_events_are_longer_than_a_window() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    let count = 600;
    let all_bytes = count * 256;
    assert!(all_bytes > STREAM_WINDOW_BYTES as usize * 2 && all_bytes < OUTBOX_MAX_BYTES);
    send_many(&mut first, count).await;
    for _ in 0..count {
        received(second.next_event().await.unwrap());
    }
    let limit = u32::try_from(count).unwrap();
    let reply = second
        .call(&Request::Read { peer: None, limit })
        .await
        .unwrap()
        .unwrap();
    let Reply::Read { messages } = reply else {
        panic!("another reply")
    };
    assert_eq!(messages.len(), count);
    assert!(messages.windows(2).all(|pair| pair[0].id < pair[1].id));
}

#[tokio::test]
async fn who_does_not_read_holds_nobody_up_and_is_told() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    let count = 3000;
    assert!(count * 256 > OUTBOX_MAX_BYTES + STREAM_WINDOW_BYTES as usize * 2);
    send_many(&mut first, count).await;
    let mut heard = 0;
    loop {
        match second.next_event().await.unwrap() {
            Event::MessageReceived(_) => heard += 1,
            Event::Lagged { missed } => {
                assert_eq!(heard + missed, count as u64);
                return;
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn both_ends_count_the_same_bytes() {
    let server = Server::start().await;
    let traffic = Arc::default();
    let (mut first, mut second) = (
        connect(&server.address, &traffic).await,
        connect(&server.address, &traffic).await,
    );
    enter(&mut first, "user01").await;
    enter(&mut second, "user02").await;
    first.call(&send("user02", "hello")).await.unwrap().unwrap();
    second.next_event().await.unwrap();
    // Whatever either end had still to write was written before these replies.
    for caller in [&mut first, &mut second] {
        caller.call(&Request::Ping).await.unwrap().unwrap();
    }
    let (clients, servers) = (traffic.bytes(), server.traffic.bytes());
    assert!(clients.sent > 0 && clients.received > 0);
    assert_eq!(
        (clients.sent, clients.received),
        (servers.received, servers.sent)
    );
}

#[tokio::test]
async fn message_bytes_are_the_bodies() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    let before = [
        first.client().message_bytes(),
        second.client().message_bytes(),
    ];
    first.call(&send("user02", "hello")).await.unwrap().unwrap();
    second.next_event().await.unwrap();
    let after = [
        first.client().message_bytes(),
        second.client().message_bytes(),
    ];
    // The name and the text behind two bytes each; an id and a flag of two bytes each.
    assert_eq!(after[0].requests - before[0].requests, 8 + 7);
    assert_eq!(after[0].replies - before[0].replies, 2 + 2);
    // A message of id, from, to, text and time, within an event.
    assert_eq!(after[1].events - before[1].events, 2 + 2 + 8 + 8 + 7 + 7);
}
