//! What stands beside the service, as HTTP/2 sees it; what grpcio makes of it is in `foreign_grpc`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use h2::RecvStream;
use http::header::AUTHORIZATION;
use server_core::message::Nonce;

use crate::raw::{Raw, request};
use crate::server::{Server, keys};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// A message without fields, behind its prefix.
const NOTHING: &[u8] = &[0; 5];

/// The status that a stream ends with.
async fn status_at_end(mut body: RecvStream) -> String {
    while let Some(chunk) = body.data().await {
        let length = chunk.expect("it is whole").len();
        body.flow_control()
            .release_capacity(length)
            .expect("so much came");
    }
    let trailers = body.trailers().await.expect("it is whole");
    let trailers = trailers.expect("it has trailers");
    trailers["grpc-status"].to_str().expect("it is text").into()
}

#[tokio::test]
async fn health_is_told_on_the_connection_of_the_service() {
    let server = Server::start().await;
    let mut raw = Raw::connect(&server.address).await;
    let response = raw.call(request(CHECK), &[NOTHING]).await;
    assert_eq!(response.end("grpc-status"), Some("0"));
    assert_eq!(response.body, [0, 0, 0, 0, 2, 0x08, 1]);
}

#[tokio::test]
async fn other_codecs_have_nothing_beside_them() {
    let server = Server::speaking("json+grpc").await;
    let mut raw = Raw::connect(&server.address).await;
    for path in REFLECTION.into_iter().chain([CHECK]) {
        let response = raw.call(request(path), &[NOTHING]).await;
        assert_eq!(response.end("grpc-status"), Some("12"), "{path}");
    }
}

#[tokio::test]
async fn who_reflects_on_and_on_does_not_keep_a_server_from_stopping() {
    for path in REFLECTION {
        let server = Server::start().await;
        let mut raw = Raw::connect(&server.address).await;
        let (head, request_body) = raw.begin(request(path));
        let body = head.await.expect("it answers").into_body();
        server.shut_down().await;
        assert_eq!(status_at_end(body).await, "14", "{path}");
        drop(request_body);
    }
}

#[tokio::test]
async fn an_event_stream_ends_when_its_time_is_over() {
    let server = Server::start().await;
    let mut caller = server.connect().await;
    caller.create_account("user01", &keys()).await.unwrap();
    let log_in = caller.log_in_with("user01", Nonce([1; 18]), |_| keys());
    let token = BASE64_STANDARD.encode(log_in.await.unwrap().token.0);
    let mut raw = Raw::connect(&server.address).await;
    let subscribe = request("/chat.v1.Chat/Subscribe")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        .header("grpc-timeout", "10m");
    let (head, mut request_body) = raw.begin(subscribe);
    request_body
        .send_data(Bytes::from_static(NOTHING), true)
        .expect("it is sent");
    let head = head.await.expect("it answers");
    // Where time is over before the stream stands, its head says so.
    match head.headers().get("grpc-status") {
        Some(status) => assert_eq!(status, "4"),
        None => assert_eq!(status_at_end(head.into_body()).await, "4"),
    }
}
