//! How connections end.

use std::sync::Arc;

use bytes::Bytes;
use h2::SendStream;
use h2::server::SendResponse;
use protocols::client::ClientError;
use protocols::codecs::protobuf::v1;
use server_core::message::Token;
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

/// A message as gRPC frames it.
fn framed(message: &impl prost::Message) -> Bytes {
    let body = message.encode_to_vec();
    let mut framed = vec![0];
    framed.extend_from_slice(&u32::try_from(body.len()).unwrap().to_be_bytes());
    framed.extend_from_slice(&body);
    framed.into()
}

/// Begins to answer a call.
fn begin(mut respond: SendResponse<Bytes>, message: &impl prost::Message) -> SendStream<Bytes> {
    let head = http::Response::builder()
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let mut stream = respond.send_response(head, false).unwrap();
    stream.send_data(framed(message), false).unwrap();
    stream
}

fn end(stream: &mut SendStream<Bytes>) {
    let mut trailers = http::HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
    stream.send_trailers(trailers).unwrap();
}

/// The announcement (GOAWAY) and the last event in writes of their own, the first of which the client has taken note of
/// before the second leaves.
#[tokio::test]
async fn an_event_that_comes_after_the_announcement_of_the_end_is_not_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut caller = connect(&listener.local_addr().unwrap().to_string(), &Arc::default()).await;
    let (stream, _) = listener.accept().await.unwrap();
    let serving = async {
        let mut server = h2::server::handshake(stream).await.unwrap();
        let (_, resume) = server.accept().await.unwrap().unwrap();
        end(&mut begin(resume, &v1::ResumeReply { unread: 0 }));
        let (_, subscribe) = server.accept().await.unwrap().unwrap();
        let lagged = v1::event::Event::Lagged(v1::Lagged { missed: 1 });
        let mut events = begin(
            subscribe,
            &v1::Event {
                event: Some(lagged),
            },
        );
        let mut pings = server.ping_pong().unwrap();
        let last = async {
            pings.ping(h2::Ping::opaque()).await.unwrap();
            pings.ping(h2::Ping::opaque()).await.unwrap();
            let closing = v1::event::Event::ServerClosing(v1::ServerClosing {});
            let closing = v1::Event {
                event: Some(closing),
            };
            events.send_data(framed(&closing), false).unwrap();
            end(&mut events);
        };
        server.graceful_shutdown();
        let (further, ()) = tokio::join!(server.accept(), last);
        assert!(further.is_none());
    };
    let listening = async {
        let resume = Request::Resume {
            token: Token([7; 16]),
        };
        caller.call(&resume).await.unwrap().unwrap();
        assert_eq!(
            caller.next_event().await.unwrap(),
            Event::Lagged { missed: 1 }
        );
        assert_eq!(caller.next_event().await.unwrap(), Event::ServerClosing);
        assert!(matches!(
            caller.next_event().await,
            Err(ClientError::Closed { unanswered: 0 })
        ));
    };
    tokio::join!(serving, listening);
}
