//! The golden vectors in `proto/vectors/` of calls that travel apart, which encoders of their own made.

use std::collections::{BTreeSet, HashSet};

use protocols::codec::{CallCodec, DecodeError};
use protocols::registry::CODECS;
use serde_json::Value;
use server_core::message::Operation;
use server_core::{Event, FromServer, Reply, Request};

use crate::readable;

/// What a body says.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    Request(Request<'a>),
    Reply(Reply<'a>),
    Event(Event<'a>),
}

/// A codec that carries calls, and the vectors for it.
struct Vectors {
    name: &'static str,
    codec: &'static dyn CallCodec,
    document: Value,
}

/// Every codec of the registry that carries calls; those without passwords have vectors of their own.
fn all() -> impl Iterator<Item = Vectors> {
    CODECS.iter().filter_map(|factory| {
        let codec = factory.calls().ok()?;
        let name = factory.name();
        let file = match name {
            "protobuf" => name.to_owned(),
            _ => format!("{name}-calls"),
        };
        let path = format!(
            "{}/../proto/vectors/{file}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let document: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(document["format"], *file);
        Some(Vectors {
            name,
            codec,
            document,
        })
    })
}

impl Vectors {
    fn entries(&self, list: &str) -> &[Value] {
        self.document[list].as_array().expect("it is a list")
    }

    fn check_decodes(&self, entry: &Value) {
        let (expected, body) = (value(entry), body(entry));
        let decoded = decode(self.codec, direction(entry), operation(&expected), &body);
        assert_eq!(decoded, Ok(expected), "{}: {}", self.name, entry["name"]);
    }
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

fn encode(codec: &dyn CallCodec, said: &Said<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    let encoded = match said {
        Said::Request(request) => codec.encode_request(request, &mut body),
        Said::Reply(reply) => codec.encode_reply(reply, &mut body),
        Said::Event(event) => codec.encode_event(event, &mut body),
    };
    encoded.expect("what is in the vectors can be said");
    body
}

/// Decodes a body of `direction`, where it is not an event that of `operation`.
fn decode<'a>(
    codec: &dyn CallCodec,
    direction: &str,
    operation: Option<Operation>,
    body: &'a [u8],
) -> Result<Said<'a>, DecodeError> {
    let operation = operation.ok_or("only an event has no operation");
    match direction {
        "request" => codec
            .decode_request(operation.unwrap(), body)
            .map(Said::Request),
        "reply" => codec
            .decode_reply(operation.unwrap(), body)
            .map(Said::Reply),
        "event" => codec.decode_event(body).map(Said::Event),
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

fn in_hex(bytes: &[u8]) -> String {
    format!("{bytes:02x?}")
}

fn direction(entry: &Value) -> &str {
    entry["direction"]
        .as_str()
        .expect("an entry has a direction")
}

fn body(entry: &Value) -> Vec<u8> {
    readable::bytes(entry["hex"].as_str().expect("an entry has bytes"))
}

#[test]
fn each_body_is_written_and_read_as_it_stands() {
    for vectors in all() {
        for entry in vectors.entries("calls") {
            let written = encode(vectors.codec, &value(entry));
            let name = vectors.name;
            assert_eq!(
                in_hex(&written),
                in_hex(&body(entry)),
                "{name}: {}",
                entry["name"]
            );
            vectors.check_decodes(entry);
        }
    }
}

#[test]
fn other_ways_to_write_the_same_are_read() {
    for vectors in all() {
        for entry in vectors.entries("accepted") {
            let written = encode(vectors.codec, &value(entry));
            assert_ne!(written, body(entry), "{}: {}", vectors.name, entry["name"]);
            vectors.check_decodes(entry);
        }
    }
}

#[test]
fn what_is_malformed_is_refused() {
    for vectors in all() {
        for entry in vectors.entries("refused") {
            let operation = entry["operation"].as_str().and_then(Operation::from_name);
            let body = body(entry);
            match decode(vectors.codec, direction(entry), operation, &body) {
                Err(DecodeError::Malformed { frame_bytes, .. }) => {
                    assert_eq!(frame_bytes, body.len());
                }
                other => panic!("{}: {}: {other:?}", vectors.name, entry["name"]),
            }
        }
    }
}

#[test]
fn no_body_that_is_cut_off_is_taken_for_a_longer_one() {
    for vectors in all() {
        for entry in vectors.entries("calls") {
            let (said, body) = (value(entry), body(entry));
            for cut in 0..body.len() {
                let decoded = decode(
                    vectors.codec,
                    direction(entry),
                    operation(&said),
                    &body[..cut],
                );
                let name = vectors.name;
                assert_ne!(decoded, Ok(value(entry)), "{name}: {}", entry["name"]);
            }
        }
    }
}

#[test]
fn every_operation_and_event_has_a_vector() {
    for vectors in all() {
        let said: Vec<_> = vectors.entries("calls").iter().map(value).collect();
        let all: BTreeSet<_> = Operation::WITH_PASSWORDS.iter().copied().collect();
        let requests = said.iter().filter(|said| matches!(said, Said::Request(_)));
        assert_eq!(requests.filter_map(operation).collect::<BTreeSet<_>>(), all);
        let replies = said.iter().filter(|said| matches!(said, Said::Reply(_)));
        assert_eq!(replies.filter_map(operation).collect::<BTreeSet<_>>(), all);
        let events = said.iter().filter_map(|said| match said {
            Said::Event(event) => Some(std::mem::discriminant(event)),
            _ => None,
        });
        assert_eq!(events.collect::<HashSet<_>>().len(), 6);
    }
}
