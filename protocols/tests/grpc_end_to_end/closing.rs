//! How connections end.

use std::sync::Arc;

use protocols::client::ClientError;
use server_core::{Event, Request};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::server::{Server, connect, send};

#[tokio::test]
async fn a_stopping_server_says_so_and_waits_for_no_idle_client() {
    let server = Server::start().await;
    let (mut first, second) = (server.user("user01").await, server.connect().await);
    server.shut_down().await;
    assert_eq!(first.next_event().await.unwrap(), Event::ServerClosing);
    assert!(matches!(
        first.next_event().await,
        Err(ClientError::Closed { unanswered: 0 })
    ));
    drop(second);
}

#[tokio::test]
async fn events_that_wait_come_before_the_end() {
    let server = Server::start().await;
    let (mut first, mut second) = (server.user("user01").await, server.user("user02").await);
    for number in 0..300 {
        first
            .call(&send("user02", &format!("{number} {}", "x".repeat(200))))
            .await
            .unwrap()
            .unwrap();
    }
    server.stop.cancel();
    for number in 0..300 {
        let Event::MessageReceived(message) = second.next_event().await.unwrap() else {
            panic!("another event")
        };
        assert!(message.text.starts_with(&format!("{number} ")));
    }
    assert_eq!(second.next_event().await.unwrap(), Event::ServerClosing);
    server.shut_down().await;
}

#[tokio::test]
async fn a_server_that_goes_away_is_an_error_and_not_a_hang() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut caller = connect(&listener.local_addr().unwrap().to_string(), &Arc::default()).await;
    drop(listener.accept().await.unwrap());
    let error = caller.call(&Request::Ping).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Closed { .. } | ClientError::Io(_)),
        "{error:?}"
    );
    assert!(
        caller.call(&Request::Ping).await.is_err(),
        "it stays closed"
    );
}

#[tokio::test]
async fn what_is_no_http_2_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut caller = connect(&listener.local_addr().unwrap().to_string(), &Arc::default()).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await
        .unwrap();
    assert!(matches!(
        caller.call(&Request::Ping).await,
        Err(ClientError::Io(_))
    ));
}

#[tokio::test]
async fn a_dropped_client_closes_its_socket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let caller = connect(&listener.local_addr().unwrap().to_string(), &Arc::default()).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    drop(caller);
    let mut sent = Vec::new();
    stream.read_to_end(&mut sent).await.unwrap();
    assert!(sent.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
}
