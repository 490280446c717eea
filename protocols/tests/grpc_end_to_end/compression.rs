//! Compression of messages: nobody compresses unasked, and nobody can be made to unpack without end.

use std::io::Write as _;
use std::sync::Arc;

use flate2::Compression as Level;
use flate2::write::GzEncoder;
use protocols::counted::Traffic;
use protocols::transport::{Compression, TransportError};
use server_core::limits::REQUEST_MAX_BYTES;
use server_core::{Event, Reply, Request};

use crate::raw::{Raw, Response, request};
use crate::server::{Server, connect_compressed, enter, send, try_compressed};

const HELLO: &str = "/chat.v1.Chat/Hello";
const HELLO_MESSAGE: &[u8] = &[0x08, 1];

const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;

/// gRPC's status code for a method, or here an encoding, that is not there.
const UNIMPLEMENTED: &str = "12";

fn prefixed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("it is short");
    [&[flag], &length.to_be_bytes()[..], message].concat()
}

fn gzip(message: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Level::best());
    packed.write_all(message).expect("memory takes it");
    packed.finish().expect("memory takes it")
}

async fn hello(server: &Server, accepts: &str, flag: u8) -> Response {
    let message = match flag {
        PLAIN => HELLO_MESSAGE.to_vec(),
        _ => gzip(HELLO_MESSAGE),
    };
    let mut asked = request(HELLO).header("grpc-accept-encoding", accepts);
    if flag == COMPRESSED {
        asked = asked.header("grpc-encoding", "gzip");
    }
    let mut raw = Raw::connect(&server.address).await;
    raw.call(asked, &[&prefixed(flag, &message)]).await
}

#[tokio::test]
async fn a_server_that_was_not_told_to_does_not_compress() {
    let server = Server::start().await;
    let response = hello(&server, "gzip", PLAIN).await;
    assert_eq!(response.end("grpc-status"), Some("0"));
    assert_eq!(response.body[0], PLAIN);
    assert!(!response.headers.contains_key("grpc-encoding"));
    let refused = hello(&server, "gzip", COMPRESSED).await;
    assert_eq!(refused.end("grpc-status"), Some(UNIMPLEMENTED));
}

#[tokio::test]
async fn a_server_compresses_for_who_takes_it() {
    let server = Server::compressing().await;
    for (accepts, flag) in [("identity", PLAIN), ("gzip", COMPRESSED)] {
        for asked in [PLAIN, COMPRESSED] {
            let response = hello(&server, accepts, asked).await;
            assert_eq!(response.end("grpc-status"), Some("0"), "{accepts}");
            assert_eq!(response.body[0], flag, "{accepts}");
        }
    }
}

#[tokio::test]
async fn both_directions_and_events_are_compressed() {
    let server = Server::compressing().await;
    let (plain, packed) = (Arc::<Traffic>::default(), Arc::<Traffic>::default());
    let text = "to be or not to be ".repeat(13);
    for (traffic, compression, names) in [
        (&plain, None, ["user01", "user02"]),
        (&packed, Some(Compression::Gzip), ["user03", "user04"]),
    ] {
        let mut callers = Vec::new();
        for name in names {
            let mut caller = connect_compressed(&server.address, traffic, compression).await;
            enter(&mut caller, name).await;
            callers.push(caller);
        }
        let before = traffic.bytes();
        for _ in 0..20 {
            callers[0]
                .call(&send(names[1], &text))
                .await
                .unwrap()
                .unwrap();
            let Event::MessageReceived(message) = callers[1].next_event().await.unwrap() else {
                panic!("another event")
            };
            assert_eq!(&*message.text, text);
        }
        let after = traffic.bytes();
        let per_message = (
            (after.sent - before.sent) / 20,
            (after.received - before.received) / 20,
        );
        match compression {
            None => assert!(
                per_message.0 > 247 && per_message.1 > 247,
                "{per_message:?}"
            ),
            Some(_) => assert!(
                per_message.0 < 150 && per_message.1 < 200,
                "{per_message:?}"
            ),
        }
        let history = Request::History {
            peer: names[1].into(),
            before: None,
            limit: 20,
        };
        let reply = callers[0].call(&history).await.unwrap().unwrap();
        assert!(matches!(reply, Reply::History { messages } if messages.len() == 20));
    }
}

#[tokio::test]
async fn what_unpacks_to_more_than_a_request_may_have_is_refused() {
    let server = Server::compressing().await;
    let mut raw = Raw::connect(&server.address).await;
    for length in [REQUEST_MAX_BYTES + 1, 500 * REQUEST_MAX_BYTES] {
        let bomb = gzip(&vec![0; length]);
        assert!(bomb.len() < REQUEST_MAX_BYTES, "it is short as it comes");
        let asked = request(HELLO).header("grpc-encoding", "gzip");
        let response = raw.call(asked, &[&prefixed(COMPRESSED, &bomb)]).await;
        let refusal = response.end("chat-error").map(str::to_owned);
        assert_eq!(refusal.as_deref(), Some("frame_refused"), "{length}");
    }
    let broken = &gzip(HELLO_MESSAGE)[..12];
    let asked = request(HELLO).header("grpc-encoding", "gzip");
    let response = raw.call(asked, &[&prefixed(COMPRESSED, broken)]).await;
    assert_ne!(response.end("grpc-status"), Some("0"));
    let response = raw
        .call(request(HELLO), &[&prefixed(PLAIN, HELLO_MESSAGE)])
        .await;
    assert_eq!(
        response.end("grpc-status"),
        Some("0"),
        "the connection goes on"
    );
}

#[tokio::test]
async fn who_has_no_compression_says_so() {
    for protocol in ["custom", "json"] {
        let refused = try_compressed(protocol, "127.0.0.1:1").await;
        assert!(
            matches!(refused, Err(TransportError::NotCompressed { .. })),
            "{protocol}"
        );
    }
}
