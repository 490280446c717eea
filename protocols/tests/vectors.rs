//! The golden vectors in `proto/vectors/`: bytes that any implementation, in any language, must write and read.

#[path = "support/readable.rs"]
mod readable;

use std::collections::BTreeSet;

use protocols::capabilities::{Capabilities, OtherEvents};
use protocols::codec::{Codec, CodecFactory, DecodeError, Framing, Setup};
use protocols::registry::CODECS;
use serde_json::Value;
use server_core::{Event, FromServer, Request};

/// What the vectors' limits are made for.
const SETUP: Setup = Setup {
    framing: Framing::Codec,
    frame_max_bytes: 65_536,
};

/// The name of every event, as vectors write it.
const EVENTS: [&str; 6] = [
    "message_received",
    "messages_deleted",
    "messages_restored",
    "account_deleted",
    "lagged",
    "server_closing",
];

struct Vectors {
    codec: &'static dyn CodecFactory,
    document: Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Request,
    FromServer,
}

/// What a frame says, in either direction.
#[derive(Debug, PartialEq)]
enum Said<'a> {
    Request(Request<'a>),
    FromServer(FromServer<'a>),
}

/// The codec of a file of vectors, which has its name but where one codec has several.
fn codec_name(name: &str) -> &str {
    match name {
        "protobuf-frames" => "protobuf",
        name => name,
    }
}

fn vectors(name: &str) -> Vectors {
    let path = format!(
        "{}/../proto/vectors/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let document: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(document["format"], name);
    let codec = CODECS.iter().find(|codec| codec.name() == codec_name(name));
    Vectors {
        codec: *codec.unwrap_or_else(|| panic!("there is no codec {name}")),
        document,
    }
}

impl Vectors {
    fn open(&self) -> Box<dyn Codec> {
        self.codec.open(SETUP)
    }

    fn list(&self, name: &str) -> &[Value] {
        self.document[name].as_array().map_or(&[], Vec::as_slice)
    }
}

impl Direction {
    fn of(entry: &Value) -> Self {
        match entry["direction"].as_str() {
            Some("request") => Self::Request,
            Some("from_server") => Self::FromServer,
            other => panic!("{other:?} is no direction"),
        }
    }

    fn read(self, value: &Value) -> Said<'static> {
        match self {
            Self::Request => Said::Request(readable::request(value)),
            Self::FromServer => Said::FromServer(readable::from_server(value)),
        }
    }

    /// Decodes the first frame; gives what it says and how long it is.
    fn decode<'a>(
        self,
        codec: &'a mut dyn Codec,
        input: &'a [u8],
    ) -> Result<Option<(Said<'a>, usize)>, DecodeError> {
        Ok(match self {
            Self::Request => codec
                .decode_request(input)?
                .map(|decoded| (Said::Request(decoded.value), decoded.frame_bytes)),
            Self::FromServer => codec
                .decode_reply(input)?
                .map(|decoded| (Said::FromServer(decoded.value), decoded.frame_bytes)),
        })
    }
}

impl Said<'_> {
    fn encode(&self, codec: &mut dyn Codec, out: &mut Vec<u8>) {
        match self {
            Self::Request(request) => codec.encode_request(request, out),
            Self::FromServer(message) => codec.encode_reply(message, out),
        }
        .expect("what is in the vectors can be said");
    }

    fn kind(&self) -> String {
        match self {
            Self::Request(request) => format!("request {}", request.operation().name()),
            Self::FromServer(FromServer::Reply(reply)) => {
                format!("reply {}", reply.operation().name())
            }
            Self::FromServer(FromServer::Refused(refusal)) => {
                format!("error {}", refusal.code.name())
            }
            Self::FromServer(FromServer::Event(event)) => format!("event {}", event_name(event)),
        }
    }
}

fn event_name(event: &Event<'_>) -> &'static str {
    match event {
        Event::MessageReceived(_) => EVENTS[0],
        Event::MessagesDeleted { .. } => EVENTS[1],
        Event::MessagesRestored { .. } => EVENTS[2],
        Event::AccountDeleted { .. } => EVENTS[3],
        Event::Lagged { .. } => EVENTS[4],
        Event::ServerClosing => EVENTS[5],
    }
}

fn hex(entry: &Value, name: &str) -> Vec<u8> {
    readable::bytes(
        entry[name]
            .as_str()
            .unwrap_or_else(|| panic!("{entry} has no {name}")),
    )
}

fn in_hex(bytes: &[u8]) -> String {
    format!("{bytes:02x?}")
}

/// Each connection's frames, in their order: written as these bytes, and read as these values.
fn check_connections(name: &str) {
    let vectors = vectors(name);
    let mut covered = BTreeSet::new();
    for connection in vectors.list("connections") {
        let direction = Direction::of(connection);
        let (mut writer, mut reader) = (vectors.open(), vectors.open());
        for frame in connection["frames"]
            .as_array()
            .expect("a connection has frames")
        {
            let said = direction.read(&frame["value"]);
            let expected = hex(frame, "hex");
            let mut written = Vec::new();
            said.encode(&mut *writer, &mut written);
            assert_eq!(
                in_hex(&written),
                in_hex(&expected),
                "{name}: {}",
                frame["name"]
            );
            let decoded = direction.decode(&mut *reader, &expected);
            let decoded =
                decoded.unwrap_or_else(|error| panic!("{name}: {}: {error}", frame["name"]));
            covered.insert(said.kind());
            assert_eq!(
                decoded,
                Some((said, expected.len())),
                "{name}: {}",
                frame["name"]
            );
        }
    }
    assert_eq!(
        covered,
        vocabulary(vectors.codec.capabilities()),
        "{name}: every kind has a vector"
    );
}

/// Whatever a format can say.
fn vocabulary(capabilities: &Capabilities) -> BTreeSet<String> {
    let operations = capabilities
        .operations
        .iter()
        .map(|operation| operation.name());
    let requests = operations.clone().map(|name| format!("request {name}"));
    let replies = operations.map(|name| format!("reply {name}"));
    let refusals = capabilities
        .refusals
        .iter()
        .map(|code| format!("error {}", code.name()));
    let told = match capabilities.other_events {
        OtherEvents::Told => EVENTS.len(),
        OtherEvents::LeftOut => 1,
    };
    let events = EVENTS[..told].iter().map(|name| format!("event {name}"));
    requests
        .chain(replies)
        .chain(refusals)
        .chain(events)
        .collect()
}

/// Bytes that are read, although the encoder writes others.
fn check_also_read(name: &str) {
    let vectors = vectors(name);
    for entry in vectors.list("also_read") {
        let direction = Direction::of(entry);
        let mut codec = vectors.open();
        let input = hex(entry, "hex");
        let expected = direction.read(&entry["value"]);
        let decoded = direction.decode(&mut *codec, &input);
        assert_eq!(
            decoded,
            Ok(Some((expected, input.len()))),
            "{name}: {}",
            entry["name"]
        );
    }
}

/// Bytes that are refused: passed over with a known length, or the end of the connection.
fn check_refused(name: &str) {
    let vectors = vectors(name);
    for entry in vectors.list("refused") {
        let direction = Direction::of(entry);
        let mut codec = vectors.open();
        let before = hex(entry, "before");
        if !before.is_empty() {
            let decoded = direction
                .decode(&mut *codec, &before)
                .expect("what comes before is right");
            assert_eq!(
                decoded.map(|(_, length)| length),
                Some(before.len()),
                "{name}: {}",
                entry["name"]
            );
        }
        let input = hex(entry, "hex");
        let error = direction
            .decode(&mut *codec, &input)
            .map(|decoded| format!("{decoded:?}"))
            .unwrap_err();
        match (&error, entry["outcome"].as_str()) {
            (DecodeError::Malformed { frame_bytes, .. }, Some("malformed")) => {
                assert_eq!(*frame_bytes, input.len(), "{name}: {}", entry["name"]);
            }
            (DecodeError::Lost { refusal, .. }, Some("lost")) => {
                assert_eq!(
                    refusal.code.name(),
                    entry["refusal"],
                    "{name}: {}",
                    entry["name"]
                );
                assert_eq!(refusal.detail, entry["detail"], "{name}: {}", entry["name"]);
            }
            (_, outcome) => panic!(
                "{name}: {}: {error:?} instead of {outcome:?}",
                entry["name"]
            ),
        }
    }
}

fn check(name: &str) {
    check_connections(name);
    check_also_read(name);
    check_refused(name);
}

#[test]
fn custom() {
    check("custom");
}

#[test]
fn json() {
    check("json");
}

#[test]
fn postcard() {
    check("postcard");
}

#[test]
fn bincode() {
    check("bincode");
}

#[test]
fn cbor() {
    check("cbor");
}

#[test]
fn msgpack() {
    check("msgpack");
}

#[test]
fn protobuf_frames() {
    check("protobuf-frames");
}

#[test]
fn pipe() {
    check("pipe");
}

#[test]
fn tag() {
    check("tag");
}

#[test]
fn booth() {
    check("booth");
}
