//! Every golden vector in `proto/vectors` is understood to the last byte.

use serde_json::Value;
use server_core::message::Operation;

use super::Speaker;
use super::formats::{self, Speech};
use super::labelled::{Labelled, Layer};
use super::reader::Reader;
use crate::registry;

/// What is in a file; `None` if there is no such file.
fn vectors(file: &str) -> Option<Value> {
    let manifest = env!("CARGO_MANIFEST_DIR");
    let path = format!("{manifest}/../proto/vectors/{file}.json");
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

fn bytes(vector: &Value) -> Vec<u8> {
    let hex = vector["hex"].as_str().unwrap();
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

#[track_caller]
fn assert_understood(labelled: &Labelled, name: &str) {
    for span in &labelled.spans {
        assert_ne!(span.layer, Layer::NotUnderstood, "{name}: {span:?}");
    }
}

fn check_frames(codec: &str, file: &str) {
    let vectors = vectors(file).unwrap_or_else(|| panic!("{file} is there"));
    for connection in vectors["connections"].as_array().unwrap() {
        let speaker = match connection["direction"].as_str().unwrap() {
            "request" => Speaker::Client,
            _ => Speaker::Server,
        };
        let mut format = formats::open(codec);
        for vector in connection["frames"].as_array().unwrap() {
            let bytes = bytes(vector);
            let mut reader = Reader::new(&bytes);
            formats::read_stream(&mut *format, speaker, &mut reader);
            assert_understood(&reader.finish(), &format!("{file}: {}", vector["name"]));
        }
    }
}

fn check_calls(codec: &str, file: &str) {
    let vectors = vectors(file).unwrap_or_else(|| panic!("{file} is there"));
    for vector in vectors["calls"].as_array().unwrap() {
        let value = &vector["value"];
        let operation = |field: &str| value[field].as_str().and_then(Operation::from_name);
        let request = operation("op").map(Speech::Request);
        let reply = || operation("reply").map(Speech::Reply);
        let speech = request.or_else(reply).unwrap_or(Speech::Event);
        let bytes = bytes(vector);
        let mut reader = Reader::new(&bytes);
        let read = formats::open(codec).message(speech, &mut reader);
        let name = format!("{file}: {}", vector["name"]);
        assert_eq!(read, Ok(()), "{name}");
        assert_understood(&reader.finish(), &name);
    }
}

#[test]
fn every_frame_of_every_codec_is_understood() {
    for codec in registry::CODECS {
        let name = codec.name();
        let file = if name == "protobuf" {
            "protobuf-frames"
        } else {
            name
        };
        check_frames(name, file);
    }
}

#[test]
fn every_body_of_a_call_is_understood() {
    for codec in ["custom", "json", "postcard", "msgpack", "cbor", "bincode"] {
        check_calls(codec, &format!("{codec}-calls"));
    }
    check_calls("protobuf", "protobuf");
}
