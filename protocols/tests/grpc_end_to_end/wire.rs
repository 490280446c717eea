//! What goes over the wire, and what must not.

use std::task::Poll;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use futures_util::poll;
use h2::Ping;
use http::header::AUTHORIZATION;
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::message::Nonce;
use tokio::net::TcpStream;

use crate::raw::{Raw, request};
use crate::server::{Server, keys, send};

const PING: &str = "/chat.v1.Chat/Ping";
const HELLO: &str = "/chat.v1.Chat/Hello";
const SEND: &str = "/chat.v1.Chat/Send";

/// A message behind its prefix.
fn prefixed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("it is short");
    [&[0], &length.to_be_bytes()[..], message].concat()
}

/// A `SendRequest` of exactly so many bytes, to `a`.
fn send_of(size_bytes: usize) -> Vec<u8> {
    // Three bytes for the recipient, and four before the text: its key, and its length in three.
    let text = size_bytes - 3 - 4;
    assert!((1 << 14..1 << 21).contains(&text));
    let length = [text & 0x7f | 0x80, text >> 7 & 0x7f | 0x80, text >> 14]
        .map(|byte| u8::try_from(byte).unwrap());
    [&[0x0a, 1, b'a', 0x12], &length[..], &vec![b'x'; text]].concat()
}

#[tokio::test]
async fn a_reply_is_a_message_and_trailers_and_nothing_else() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let response = raw.call(request(HELLO), &[&prefixed(&[0x08, 1])]).await;
    assert_eq!(response.status, 200);
    let headers: Vec<_> = response
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .collect();
    assert_eq!(
        headers,
        ["content-type"],
        "no date, which would make bytes differ from run to run"
    );
    assert_eq!(response.headers["content-type"], "application/grpc");
    assert_eq!(
        response.body,
        prefixed(&[0x08, 1, 0x10, 0x80, 0x02, 0x18, 0xe8, 0x07])
    );
    assert_eq!(response.trailers.len(), 1);
    assert_eq!(response.trailers["grpc-status"], "0");
}

#[tokio::test]
async fn a_body_may_come_in_any_pieces() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let body = prefixed(&[0x08, 1]);
    for size in 1..=body.len() {
        let pieces: Vec<_> = body.chunks(size).collect();
        let response = raw.call(request(HELLO), &pieces).await;
        assert_eq!(response.end("grpc-status"), Some("0"), "pieces of {size}");
    }
}

/// What a call ends with.
struct Ends<'a> {
    status: &'a str,
    error: Option<&'a str>,
    detail: Option<&'a str>,
}

async fn check(path: &str, body: &[&[u8]], ends: Ends<'_>) {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let response = raw.call(request(path), body).await;
    assert_eq!(response.status, 200);
    let end = ["grpc-status", "chat-error", "chat-detail"].map(|name| response.end(name));
    assert_eq!(end, [Some(ends.status), ends.error, ends.detail]);
    assert!(
        response
            .end("grpc-message")
            .is_some_and(|message| !message.is_empty())
    );
    let after = raw.call(request(PING), &[&prefixed(&[])]).await;
    assert_eq!(
        after.end("grpc-status"),
        Some("0"),
        "the connection goes on"
    );
}

const MALFORMED: Ends<'static> = Ends {
    status: "3",
    error: Some("malformed"),
    detail: None,
};
const UNIMPLEMENTED: Ends<'static> = Ends {
    status: "12",
    error: None,
    detail: None,
};

#[tokio::test]
async fn malformed_bodies_are_refused() {
    check(HELLO, &[&prefixed(&[0x08])], MALFORMED).await;
    check(HELLO, &[], MALFORMED).await;
    check(HELLO, &[&[0, 0, 0]], MALFORMED).await;
    check(HELLO, &[&[0, 0, 0, 0, 9, 0x08]], MALFORMED).await;
    check(
        HELLO,
        &[&prefixed(&[0x08, 1]), &prefixed(&[0x08, 1])],
        MALFORMED,
    )
    .await;
    check(HELLO, &[&prefixed(&[0x08, 1]), &[0]], MALFORMED).await;
}

#[tokio::test]
async fn a_compressed_message_is_not_taken() {
    let compressed = [1, 0, 0, 0, 2, 0x08, 1];
    check(HELLO, &[&compressed], MALFORMED).await;
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let gzip = request(HELLO).header("grpc-encoding", "gzip");
    let response = raw.call(gzip, &[&compressed]).await;
    assert_eq!(response.end("grpc-status"), UNIMPLEMENTED.status.into());
}

#[tokio::test]
async fn an_unknown_method_is_unimplemented() {
    check("/chat.v1.Chat/Shout", &[&prefixed(&[])], UNIMPLEMENTED).await;
    check("/chat.v2.Chat/Ping", &[&prefixed(&[])], UNIMPLEMENTED).await;
}

#[tokio::test]
async fn a_request_has_a_longest_length() {
    let too_long = prefixed(&send_of(REQUEST_MAX_BYTES + 1));
    check(
        SEND,
        &[&too_long],
        Ends {
            status: "8",
            error: Some("frame_refused"),
            detail: Some("65536"),
        },
    )
    .await;
    check(
        SEND,
        &[&too_long[..5]],
        Ends {
            status: "8",
            error: Some("frame_refused"),
            detail: Some("65536"),
        },
    )
    .await;
    // One of exactly that length is looked at, and then refused because nobody is logged in.
    let longest = prefixed(&send_of(REQUEST_MAX_BYTES));
    check(
        SEND,
        &[&longest],
        Ends {
            status: "16",
            error: Some("not_logged_in"),
            detail: None,
        },
    )
    .await;
}

#[tokio::test]
async fn what_is_no_grpc_is_told_so() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let json = http::Request::post(format!("http://localhost{PING}"))
        .header("content-type", "application/json");
    assert_eq!(raw.call(json, &[b"{}"]).await.status, 415);
    let bare = http::Request::post(format!("http://localhost{PING}"));
    assert_eq!(raw.call(bare, &[]).await.status, 415);
}

#[tokio::test]
async fn a_header_list_has_a_longest_length() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let long = request(PING).header("x", "y".repeat(20_000));
    assert_eq!(raw.call(long, &[]).await.status, 431);
}

#[tokio::test]
async fn a_deadline_is_kept() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let (head, request_body) = raw.begin(request(PING).header("grpc-timeout", "10m"));
    let head = head.await.unwrap();
    assert_eq!(head.headers()["grpc-status"], "4");
    drop(request_body);
    let patient = request(PING).header("grpc-timeout", "1H");
    let response = raw.call(patient, &[&prefixed(&[])]).await;
    assert_eq!(response.end("grpc-status"), Some("0"));
}

#[tokio::test]
async fn who_takes_no_long_replies_gets_no_further_ones() {
    let server = Server::start().await;
    let mut caller = server.connect().await;
    caller.create_account("user01", &keys()).await.unwrap();
    let token = caller
        .log_in_with("user01", Nonce([1; 18]), |_| keys())
        .await
        .unwrap()
        .token;
    for _ in 0..300 {
        caller
            .call(&send("user01", &"x".repeat(256)))
            .await
            .unwrap()
            .unwrap();
    }
    let stream = TcpStream::connect(&server.address).await.unwrap();
    // Room for all replies on the connection, but for none of them on its stream.
    let mut builder = h2::client::Builder::new();
    builder.initial_connection_window_size(8 * 1024 * 1024);
    let (mut requests, mut connection) = builder.handshake(stream).await.unwrap();
    let mut ping = connection.ping_pong().unwrap();
    tokio::spawn(connection);
    let history = prefixed(&[
        0x0a, 6, b'u', b's', b'e', b'r', b'0', b'1', 0x18, 0xac, 0x02,
    ]);
    let mut heads = Vec::new();
    for _ in 0..12 {
        let bearer = format!("Bearer {}", BASE64_STANDARD.encode(token.0));
        let request = request("/chat.v1.Chat/History")
            .header(AUTHORIZATION, bearer)
            .body(())
            .unwrap();
        let (head, mut body) = requests.send_request(request, false).unwrap();
        body.send_data(Bytes::from(history.clone()), true).unwrap();
        heads.push(head);
    }
    let mut begun = Vec::new();
    for head in heads.drain(..8) {
        begun.push(head.await.unwrap());
    }
    // The server has read all requests when it answers this.
    ping.ping(Ping::opaque()).await.unwrap();
    assert!(
        matches!(poll!(&mut heads[0]), Poll::Pending),
        "the ninth long reply waits"
    );
    for head in heads {
        let mut page = begun.remove(0).into_body();
        while let Some(chunk) = page.data().await {
            page.flow_control()
                .release_capacity(chunk.unwrap().len())
                .unwrap();
        }
        begun.push(head.await.unwrap());
    }
}
