//! Event streams.

use server_core::Event;

use crate::raw::{Raw, Response, bare, post};
use crate::server::{Server, send};

async fn subscribe(server: &Server, token: &str) -> (Raw, Response) {
    let mut raw = server.raw().await;
    let authorization = format!("authorization: Bearer {token}\r\n");
    raw.write(bare("GET", "/v1/events", &authorization)).await;
    let head = raw.head().await;
    (raw, head)
}

#[tokio::test]
async fn events_are_lines_of_text() {
    let server = Server::start().await;
    let (_stays, token) = server.user_with_token("user01").await;
    let mut sender = server.user("user02").await;
    let (mut stream, head) = subscribe(&server, &token).await;
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(
        headers,
        [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("transfer-encoding", "chunked")
        ]
    );
    assert_eq!(stream.chunk().await, "retry: 1000\n\n");
    sender
        .call(&send("user01", "two\nlines"))
        .await
        .unwrap()
        .unwrap();
    let event = stream.chunk().await;
    let data = event
        .strip_prefix("event: message_received\ndata: ")
        .unwrap();
    let data = data.strip_suffix("\n\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(body["message"]["text"], "two\nlines");
    assert!(!data.contains('\n'));
}

/// Requests that come at once are answered before another task has its turn, but for those that hyper leaves for its next.
#[tokio::test]
async fn events_that_are_ready_leave_together() {
    let server = Server::start().await;
    let (_stays, token) = server.user_with_token("user01").await;
    let (_stays, sender) = server.user_with_token("user02").await;
    let (mut stream, _) = subscribe(&server, &token).await;
    assert_eq!(stream.chunk().await, "retry: 1000\n\n");
    let authorization = format!("authorization: Bearer {sender}\r\n");
    let send = post(
        "/v1/send",
        &authorization,
        r#"{"to":"user01","text":"hello"}"#,
    );
    server.raw().await.write(send.repeat(3)).await;
    let chunk = stream.chunk().await;
    assert!(
        chunk.matches("event: message_received\n").count() > 1,
        "{chunk}"
    );
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_when_another_takes_its_place() {
    let server = Server::start().await;
    let (_stays, token) = server.user_with_token("user01").await;
    let (mut first, _) = subscribe(&server, &token).await;
    let (mut second, _) = subscribe(&server, &token).await;
    for stream in [&mut first, &mut second] {
        assert_eq!(stream.chunk().await, "retry: 1000\n\n");
    }
    assert_eq!(first.chunk().await, "", "the second took its place");
    let authorization = format!("authorization: Bearer {token}\r\n");
    let log_out = post("/v1/log_out", &authorization, "{}");
    assert_eq!(server.raw().await.ask(log_out).await.status, 200);
    assert_eq!(second.chunk().await, "", "the session has ended");
    // The connection can be used again.
    assert_eq!(
        second
            .ask(bare("GET", "/v1/events", &authorization))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn bodies_that_are_no_text_travel_in_base64() {
    use base64::Engine as _;
    let server = Server::of("protobuf+http").await;
    let (_stays, token) = server.user_with_token("user01").await;
    let mut sender = server.user("user02").await;
    let (mut stream, _) = subscribe(&server, &token).await;
    stream.chunk().await;
    sender
        .call(&send("user01", "hello"))
        .await
        .unwrap()
        .unwrap();
    let event = stream.chunk().await;
    let data = event
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    let body = base64::prelude::BASE64_STANDARD.decode(data).unwrap();
    assert!(body.windows(5).any(|bytes| bytes == b"hello"), "{body:?}");
}

/// The clock stands still and goes on by itself whenever all wait for it.
#[tokio::test(start_paused = true)]
async fn a_stream_that_is_silent_says_so() {
    let server = Server::start().await;
    let (_stays, token) = server.user_with_token("user01").await;
    let (mut stream, _) = subscribe(&server, &token).await;
    assert_eq!(stream.chunk().await, "retry: 1000\n\n");
    for _ in 0..3 {
        let since = tokio::time::Instant::now();
        assert_eq!(stream.chunk().await, ":\n\n");
        assert_eq!(since.elapsed().as_secs(), 15);
    }
}

#[tokio::test]
async fn who_leaves_is_offline() {
    let server = Server::start().await;
    let (user, token) = server.user_with_token("user01").await;
    drop(user);
    let (stream, _) = subscribe(&server, &token).await;
    let mut sender = server.user("user02").await;
    assert!(delivered(&mut sender).await);
    drop(stream);
    // The server sees the end of the connection when it comes to it.
    while delivered(&mut sender).await {}
}

async fn delivered(sender: &mut protocols::client::Caller) -> bool {
    match sender.call(&send("user01", "hello")).await.unwrap() {
        Ok(server_core::Reply::Send { delivered, .. }) => delivered,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_hears_what_it_sends_itself() {
    let server = Server::start().await;
    let mut user = server.user("user01").await;
    user.call(&send("user01", "hello")).await.unwrap().unwrap();
    let Event::MessageReceived(message) = user.next_event().await.unwrap() else {
        panic!("another event");
    };
    assert_eq!(message.text, "hello");
}
