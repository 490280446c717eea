//! The client, in front of servers that are none of ours.

use protocols::client::{Caller, ClientError};
use server_core::message::Token;
use server_core::{ErrorCode, Refusal, Reply, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::server::connect;

/// A client, and the other ends of its connections: calls, and events.
async fn lines() -> (Caller, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let accept = async {
        let (calls, _) = listener.accept().await.unwrap();
        let (events, _) = listener.accept().await.unwrap();
        (calls, events)
    };
    let (caller, (calls, events)) = tokio::join!(connect(&address), accept);
    (caller, calls, events)
}

/// Waits for a request, and writes these pieces, each when the one before was taken.
async fn answer(stream: &mut TcpStream, pieces: &[&str]) {
    let mut request = [0; 4096];
    let read = stream.read(&mut request).await.unwrap();
    assert!(read > 0, "the client has left");
    for piece in pieces {
        stream.write_all(piece.as_bytes()).await.unwrap();
        tokio::task::yield_now().await;
    }
}

fn response(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Asks for a ping, which is answered so.
async fn check(pieces: &[&str]) -> Result<Result<Reply<'static>, Refusal>, ClientError> {
    let (mut caller, mut calls, _events) = lines().await;
    let (answered, ()) = tokio::join!(caller.call(&Request::Ping), answer(&mut calls, pieces));
    answered
}

#[tokio::test]
async fn a_reply_may_come_in_pieces_and_in_chunks() {
    let whole = response("200 OK", "{}");
    for cut in 1..whole.len() {
        let (one, other) = whole.split_at(cut);
        assert_eq!(check(&[one, other]).await.unwrap(), Ok(Reply::Ping));
    }
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(check(&[chunked]).await.unwrap(), Ok(Reply::Ping));
}

#[tokio::test]
async fn a_refusal_is_read_from_problem_details() {
    let problem = r#"{"detail":"x","code":"not_enough_unread","number":3,"other":[]}"#;
    let refusal = Refusal::with_detail(ErrorCode::NotEnoughUnread, 3);
    let refused = check(&[&response("409 Conflict", problem)]).await;
    assert_eq!(refused.unwrap(), Err(refusal));
}

#[tokio::test]
async fn what_is_no_refusal_is_an_error() {
    let gateway = check(&[&response("502 Bad Gateway", "<html>")]).await;
    assert!(matches!(gateway, Err(ClientError::Call(text)) if text == "502 Bad Gateway"));
    let nonsense = check(&[&response("200 OK", "[]")]).await;
    assert!(matches!(nonsense, Err(ClientError::Decode(_))));
    let no_http = check(&["hello\r\n\r\n"]).await;
    assert!(matches!(no_http, Err(ClientError::Call(_))), "{no_http:?}");
    let too_long = check(&["HTTP/1.1 200 OK\r\ncontent-length: 5000000\r\n\r\n{"]).await;
    assert!(
        matches!(too_long, Err(ClientError::Call(_))),
        "{too_long:?}"
    );
}

#[tokio::test]
async fn a_server_that_goes_away_is_an_error_and_not_a_hang() {
    let (mut caller, calls, events) = lines().await;
    drop((calls, events));
    for _ in 0..2 {
        let error = caller.call(&Request::Ping).await.unwrap_err();
        assert!(
            matches!(error, ClientError::Closed { .. } | ClientError::Io(_)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_reply_that_is_cut_short_is_an_error() {
    let (mut caller, mut calls, _events) = lines().await;
    let cut = async {
        answer(
            &mut calls,
            &["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"],
        )
        .await;
        drop(calls);
    };
    let (answered, ()) = tokio::join!(caller.call(&Request::Ping), cut);
    assert!(
        matches!(
            answered,
            Err(ClientError::Closed { .. } | ClientError::Io(_))
        ),
        "{answered:?}"
    );
}

const RESUME: Request<'static> = Request::Resume {
    token: Token([7; 16]),
};

#[tokio::test]
async fn a_session_begins_when_its_event_stream_stands() {
    let (mut caller, mut calls, mut events) = lines().await;
    let resumed = response("200 OK", r#"{"unread":3}"#);
    let stream = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let lagged = "data: {\"event\":\"lagged\",\"missed\":1}\n\n";
    let serve = async {
        answer(&mut calls, &[&resumed]).await;
        answer(&mut events, &[stream, lagged]).await;
    };
    let (answered, ()) = tokio::join!(caller.call(&RESUME), serve);
    assert_eq!(answered.unwrap(), Ok(Reply::Resume { unread: 3 }));
    let event = caller.next_event().await.unwrap();
    assert_eq!(event, server_core::Event::Lagged { missed: 1 });
}

#[tokio::test]
async fn a_session_whose_event_stream_is_refused_does_not_begin() {
    let (mut caller, mut calls, mut events) = lines().await;
    let resumed = response("200 OK", r#"{"unread":3}"#);
    let refused = response("401 Unauthorized", r#"{"code":"session_ended"}"#);
    let serve = async {
        answer(&mut calls, &[&resumed]).await;
        answer(&mut events, &[&refused]).await;
    };
    let (answered, ()) = tokio::join!(caller.call(&RESUME), serve);
    assert_eq!(answered.unwrap(), Err(ErrorCode::SessionEnded.into()));
}

#[tokio::test]
async fn a_session_that_cannot_have_an_event_stream_does_not_begin() {
    let (mut caller, mut calls, events) = lines().await;
    drop(events);
    let resumed = response("200 OK", r#"{"unread":3}"#);
    let pieces = [&*resumed];
    let (answered, ()) = tokio::join!(caller.call(&RESUME), answer(&mut calls, &pieces));
    assert!(
        matches!(answered, Err(ClientError::Call(_) | ClientError::Io(_))),
        "{answered:?}"
    );
}

#[tokio::test]
async fn a_dropped_client_closes_both_connections() {
    let (caller, mut calls, mut events) = lines().await;
    drop(caller);
    for stream in [&mut calls, &mut events] {
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
}
