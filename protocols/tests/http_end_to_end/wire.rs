//! What stands on the wire, byte by byte.

use protocols::counted::Direction;
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::{ErrorCode, Reply, Request};

use crate::raw::{bare, post};
use crate::server::{Server, send};

const JSON: &str = "content-type: application/json\r\n";

/// The bytes that the server has written, a write each.
fn written(server: &Server) -> Vec<String> {
    let tape = server.traffic.take_tape();
    let sent = tape
        .into_iter()
        .filter(|stretch| stretch.direction == Direction::Sent);
    sent.map(|stretch| String::from_utf8(stretch.bytes).unwrap())
        .collect()
}

#[tokio::test]
async fn a_reply_is_one_write_with_two_headers() {
    let server = Server::start().await;
    let response = server.raw().await.ask(post("/v1/ping", JSON, "{}")).await;
    assert_eq!((response.status, &*response.body), (200, "{}"));
    let expected =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    assert_eq!(written(&server), [expected]);
}

#[tokio::test]
async fn a_refusal_is_problem_details() {
    let server = Server::start().await;
    let (_user, token) = server.user_with_token("user01").await;
    let authorization = format!("authorization: Bearer {token}\r\n{JSON}");
    server.traffic.take_tape();
    let body = r#"{"to":"nobody","text":"hello"}"#;
    let request = post("/v1/send", &authorization, body);
    server.raw().await.ask(request).await;
    // As it stands in proto/http.md.
    let page = include_str!("../../../proto/http.md");
    let written = written(&server);
    let lines = written[0].split("\r\n");
    for line in lines.filter(|line| !line.is_empty()) {
        let line = format!("← {line}\n");
        assert!(page.contains(&line), "proto/http.md does not show {line}");
    }
}

#[tokio::test]
async fn a_client_sends_what_the_page_shows() {
    let server = Server::start().await;
    let mut user = server.user("user01").await;
    server.traffic.take_tape();
    user.call(&send("user02", "hello"))
        .await
        .unwrap()
        .unwrap_err();
    let tape = server.traffic.take_tape();
    let sent = String::from_utf8(tape[0].bytes.clone()).unwrap();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    let names: Vec<_> = head
        .lines()
        .skip(1)
        .map(|line| line.split_once(": ").unwrap().0)
        .collect();
    assert_eq!(
        names,
        ["host", "content-type", "authorization", "content-length"]
    );
    assert!(
        head.starts_with("POST /v1/send HTTP/1.1\r\nhost: chat\r\n"),
        "{head}"
    );
    assert_eq!(body, r#"{"to":"user02","text":"hello"}"#);
}

#[tokio::test]
async fn other_paths_methods_and_types_have_no_place() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let response = raw.ask(post("/v1/shout", JSON, "{}")).await;
    assert_eq!(response.status, 404);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    for (method, path, allow) in [
        ("GET", "/v1/send", "POST"),
        ("PUT", "/v1/events", "GET"),
        ("DELETE", "/", "GET, HEAD"),
        ("OPTIONS", "/openapi.json", "GET, HEAD"),
    ] {
        let response = raw.ask(bare(method, path, "")).await;
        assert_eq!(
            (response.status, response.header("allow")),
            (405, Some(allow)),
            "{path}"
        );
    }
    let text = post("/v1/ping", "content-type: text/plain\r\n", "{}");
    let response = raw.ask(text).await;
    assert_eq!(
        (response.status, response.header("accept")),
        (415, Some("application/json"))
    );
    for fine in ["", "content-type: application/json; charset=utf-8\r\n"] {
        assert_eq!(raw.ask(post("/v1/ping?now", fine, "{}")).await.status, 200);
    }
}

#[tokio::test]
async fn what_there_is_can_be_read() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let index = raw.ask(bare("GET", "/", "")).await;
    assert_eq!(index.status, 200);
    assert!(index.body.contains("/openapi.json"), "{}", index.body);
    let head = raw.write(bare("HEAD", "/", ""));
    head.await;
    let head = raw.head().await;
    assert_eq!(
        head.header("content-length"),
        Some(&*index.body.len().to_string())
    );
    let described = raw.ask(bare("GET", "/openapi.json", "")).await;
    assert_eq!(described.json()["openapi"], "3.1.0");
    let mut other = Server::of("protobuf+http").await.raw().await;
    assert_eq!(
        other.ask(bare("GET", "/openapi.json", "")).await.status,
        404
    );
    assert!(
        other
            .ask(bare("GET", "/", ""))
            .await
            .body
            .contains("application/x-protobuf")
    );
}

#[tokio::test]
async fn a_body_has_a_longest_length() {
    let server = Server::start().await;
    let padded = |length: usize| format!("{{}}{}", " ".repeat(length - 2));
    let longest = padded(REQUEST_MAX_BYTES);
    assert_eq!(
        server
            .raw()
            .await
            .ask(post("/v1/ping", JSON, &longest))
            .await
            .status,
        200
    );
    // It is refused although none of it comes, and nobody is asked to send it.
    let length = REQUEST_MAX_BYTES + 1;
    let announced = format!("expect: 100-continue\r\ncontent-length: {length}\r\n{JSON}");
    let response = server
        .raw()
        .await
        .ask(bare("POST", "/v1/ping", &announced))
        .await;
    assert_eq!(response.status, 413);
    let problem = response.json();
    assert_eq!(
        (&problem["code"], &problem["number"]),
        (&"frame_refused".into(), &65_536.into())
    );
    // The same in chunks, which announce nothing.
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", length, padded(length));
    let chunked = bare(
        "POST",
        "/v1/ping",
        &format!("transfer-encoding: chunked\r\n{JSON}"),
    );
    let response = server.raw().await.ask(chunked.clone() + &chunk).await;
    assert_eq!(response.status, 413);
    let small = "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(server.raw().await.ask(chunked + small).await.status, 200);
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let head = format!("expect: 100-continue\r\ncontent-length: 2\r\n{JSON}");
    raw.write(bare("POST", "/v1/ping", &head)).await;
    assert_eq!(raw.head().await.status, 100);
    assert_eq!(raw.ask("{}").await.status, 200);
}

#[tokio::test]
async fn requests_that_do_not_wait_are_answered_in_their_order() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let hello = |version: u32| post("/v1/hello", JSON, &format!(r#"{{"version":{version}}}"#));
    raw.write(hello(1) + &hello(2) + &hello(1)).await;
    for status in [200, 422, 200] {
        assert_eq!(raw.response().await.status, status);
    }
}

#[tokio::test]
async fn a_token_that_names_no_session_is_told_apart_from_none() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let mut check = async |headers: &str, code: &str, challenge: &str| {
        let response = raw.ask(post("/v1/unread", headers, "{}")).await;
        assert_eq!(
            (response.status, &response.json()["code"]),
            (401, &code.into())
        );
        assert_eq!(
            response.header("www-authenticate"),
            Some(challenge),
            "{headers}"
        );
    };
    check("", "not_logged_in", "Bearer").await;
    let invalid = "Bearer error=\"invalid_token\"";
    let stranger = "authorization: Bearer AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    check(stranger, "session_ended", invalid).await;
    check(
        "authorization: Basic dXNlcjpwdw==\r\n",
        "session_ended",
        invalid,
    )
    .await;
}

#[tokio::test]
async fn calls_are_made_one_after_the_other_as_they_were_staged() {
    for protocol in ["rest", "protobuf+http"] {
        let server = Server::of(protocol).await;
        let (mut first, _second) = (server.user("user01").await, server.user("user02").await);
        let texts: Vec<_> = (0..100).map(|number| format!("Message {number}")).collect();
        let requests: Vec<_> = texts.iter().map(|text| send("user02", text)).collect();
        let replies = first.call_all(&requests).await.unwrap();
        let ids: Vec<_> = replies
            .into_iter()
            .map(|reply| match reply {
                Ok(Reply::Send {
                    id,
                    delivered: true,
                }) => id,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(ids.is_sorted());
        let refused = first.call(&send("user02", "")).await.unwrap();
        assert_eq!(refused, Err(ErrorCode::TextEmpty.into()));
        assert_eq!(first.call(&Request::Ping).await.unwrap(), Ok(Reply::Ping));
    }
}
