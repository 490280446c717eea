//! What no client should send: the server refuses it, ends that connection alone, and goes on.

use crate::raw::{bare, post};
use crate::server::Server;

/// Sends bytes and looks for the status of what comes back; 0 if nothing does.
async fn check(bytes: impl AsRef<[u8]>, status: u16) {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    raw.write(bytes.as_ref()).await;
    let told = raw.rest().await;
    let said = told
        .strip_prefix("HTTP/1.1 ")
        .map_or("0", |told| &told[..3]);
    assert_eq!(said, status.to_string(), "{told}");
    let response = server.raw().await.ask(post("/v1/ping", "", "{}")).await;
    assert_eq!(response.status, 200, "it goes on");
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    check("hello\r\n\r\n", 400).await;
    check([0; 64], 400).await;
    check("{\"op\":\"hello\",\"version\":1}\n", 400).await;
    check(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400).await;
}

#[tokio::test]
async fn http_2_is_refused() {
    // There is no answer that both would understand.
    check("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0).await;
}

#[tokio::test]
async fn headers_have_a_longest_length_and_a_largest_number() {
    let long = format!("x: {}\r\n", "y".repeat(17_000));
    check(bare("POST", "/v1/ping", &long), 431).await;
    let path = format!("/{}", "x".repeat(17_000));
    check(bare("GET", &path, ""), 431).await;
    check(bare("POST", "/v1/ping", &"x: y\r\n".repeat(101)), 431).await;
}

#[tokio::test]
async fn bodies_that_are_not_framed_are_refused() {
    for headers in [
        "content-length: x\r\n",
        "content-length: -1\r\n",
        "content-length: 1\r\ncontent-length: 2\r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: gzip\r\n",
    ] {
        check(bare("POST", "/v1/ping", headers), 400).await;
    }
    let chunked = bare("POST", "/v1/ping", "transfer-encoding: chunked\r\n");
    check(chunked.clone() + "x\r\n", 400).await;
    check(chunked + "ffffffffffffffffff\r\n", 400).await;
}

#[tokio::test]
async fn what_is_cut_short_ends_its_connection_alone() {
    let server = Server::start().await;
    let whole = post("/v1/hello", "", r#"{"version":1}"#);
    for cut in 0..whole.len() {
        let mut raw = server.raw().await;
        raw.write(&whole[..cut]).await;
        drop(raw);
    }
    assert_eq!(server.raw().await.ask(&whole).await.status, 200);
}

#[tokio::test]
async fn what_comes_byte_by_byte_is_taken() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let whole = post("/v1/hello", "", r#"{"version":1}"#);
    for byte in whole.bytes() {
        raw.write([byte]).await;
    }
    assert_eq!(raw.response().await.status, 200);
}

#[tokio::test]
async fn bodies_that_are_no_requests_are_refused_with_the_reason() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    for body in [
        "",
        "[]",
        "{",
        "{}",
        r#"{"version":"1"}"#,
        r#"{"version":1}{}"#,
    ] {
        let response = raw.ask(post("/v1/hello", "", body)).await;
        assert_eq!(response.status, 400, "{body}");
        let problem = response.json();
        assert_eq!(problem["code"], "malformed", "{body}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(": "), "it does not say why: {detail}");
    }
}
