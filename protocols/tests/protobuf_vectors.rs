//! The golden vectors of `proto/vectors/protobuf.json`, which an encoder of its own made.

#[path = "support/readable.rs"]
mod readable;

use std::collections::BTreeSet;

use protocols::codec::{CallCodec, CodecFactory as _, DecodeError};
use protocols::codecs::protobuf::Protobuf;
use serde_json::Value;
use server_core::message::Operation;
use server_core::{Event, FromServer, Reply, Request};

/// What a body says.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    Request(Request<'a>),
    Reply(Reply<'a>),
    Event(Event<'a>),
}

fn codec() -> &'static dyn CallCodec {
    Protobuf.calls().expect("protobuf carries calls")
}

fn vectors() -> Value {
    let text = include_str!("../../proto/vectors/protobuf.json");
    serde_json::from_str(text).expect("it is JSON")
}

fn entries<'v>(vectors: &'v Value, list: &str) -> &'v [Value] {
    vectors[list].as_array().expect("it is a list")
}

/// What the entry's value is.
fn value(entry: &Value) -> Said<'static> {
    match entry["direction"].as_str() {
        Some("request") => Said::Request(readable::request(&entry["value"])),
        _ => match readable::from_server(&entry["value"]) {
            FromServer::Reply(reply) => Said::Reply(reply),
            FromServer::Event(event) => Said::Event(event),
            FromServer::Refused(_) => panic!("a refusal has no body: {entry}"),
        },
    }
}

fn encode(said: &Said<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    let encoded = match said {
        Said::Request(request) => codec().encode_request(request, &mut body),
        Said::Reply(reply) => codec().encode_reply(reply, &mut body),
        Said::Event(event) => codec().encode_event(event, &mut body),
    };
    encoded.expect("protobuf can say everything");
    body
}

/// Decodes a body of `direction`, where it is not an event that of `operation`.
fn decode<'a>(
    direction: &str,
    operation: Option<Operation>,
    body: &'a [u8],
) -> Result<Said<'a>, DecodeError> {
    let operation = operation.ok_or("only an event has no operation");
    match direction {
        "request" => codec()
            .decode_request(operation.unwrap(), body)
            .map(Said::Request),
        "reply" => codec()
            .decode_reply(operation.unwrap(), body)
            .map(Said::Reply),
        "event" => codec().decode_event(body).map(Said::Event),
        other => panic!("{other} is no direction"),
    }
}

fn operation(said: &Said<'_>) -> Option<Operation> {
    match said {
        Said::Request(request) => Some(request.operation()),
        Said::Reply(reply) => Some(reply.operation()),
        Said::Event(_) => None,
    }
}

fn direction(entry: &Value) -> &str {
    entry["direction"]
        .as_str()
        .expect("an entry has a direction")
}

fn body(entry: &Value) -> Vec<u8> {
    readable::bytes(entry["hex"].as_str().expect("an entry has bytes"))
}

fn check_decodes(entry: &Value) {
    let (expected, body) = (value(entry), body(entry));
    let decoded = decode(direction(entry), operation(&expected), &body);
    assert_eq!(decoded, Ok(expected), "{}", entry["name"]);
}

#[test]
fn each_body_is_written_and_read_as_it_stands() {
    for entry in entries(&vectors(), "calls") {
        assert_eq!(encode(&value(entry)), body(entry), "{}", entry["name"]);
        check_decodes(entry);
    }
}

#[test]
fn other_ways_to_write_the_same_are_read() {
    for entry in entries(&vectors(), "accepted") {
        assert_ne!(encode(&value(entry)), body(entry), "{}", entry["name"]);
        check_decodes(entry);
    }
}

#[test]
fn what_is_malformed_is_refused() {
    for entry in entries(&vectors(), "refused") {
        let operation = entry["operation"].as_str().and_then(Operation::from_name);
        let body = body(entry);
        match decode(direction(entry), operation, &body) {
            Err(DecodeError::Malformed { frame_bytes, .. }) => assert_eq!(frame_bytes, body.len()),
            other => panic!("{}: {other:?}", entry["name"]),
        }
    }
}

#[test]
fn every_operation_and_event_has_a_vector() {
    let vectors = vectors();
    let said: Vec<_> = entries(&vectors, "calls").iter().map(value).collect();
    let all: BTreeSet<_> = Operation::WITH_PASSWORDS.iter().copied().collect();
    let requests = said.iter().filter(|said| matches!(said, Said::Request(_)));
    assert_eq!(requests.filter_map(operation).collect::<BTreeSet<_>>(), all);
    let replies = said.iter().filter(|said| matches!(said, Said::Reply(_)));
    assert_eq!(replies.filter_map(operation).collect::<BTreeSet<_>>(), all);
    let events = said.iter().filter_map(|said| match said {
        Said::Event(event) => Some(std::mem::discriminant(event)),
        _ => None,
    });
    assert_eq!(events.collect::<std::collections::HashSet<_>>().len(), 6);
}
