//! What each codec makes of a newer peer: a table made of `proto/vectors/evolution.json`, and kept in
//! `proto/evolution.md`.

#[path = "support/readable.rs"]
mod readable;

use std::fmt::Write as _;

use protocols::codec::{Codec, CodecFactory, DecodeError, Framing, Setup};
use protocols::registry::{CODECS, complete_codecs};
use serde_json::Value;
use server_core::limits::FRAME_MAX_BYTES;

/// What the table of a stale page is to be replaced with, where this is set.
const UPDATE: &str = "UPDATE_EVOLUTION";

/// What becomes of something new.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Ignored,
    Refused,
    Misread,
    Closes,
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Misread => "**misread**",
            Self::Closes => "refused, and the connection closes",
        }
    }

    /// From what a decoder says; `as_expected` tells whether a value is what was said but for what is new.
    fn of<T>(decoded: Result<Option<T>, DecodeError>, as_expected: impl FnOnce(T) -> bool) -> Self {
        match decoded {
            Ok(Some(value)) => {
                if as_expected(value) {
                    Self::Ignored
                } else {
                    Self::Misread
                }
            }
            Ok(None) => panic!("the frame is whole"),
            Err(DecodeError::Malformed { .. } | DecodeError::Refused { .. }) => Self::Refused,
            Err(DecodeError::Lost { .. }) => Self::Closes,
        }
    }
}

fn outcome(codec: &str, frame: &Value) -> Outcome {
    let factory = CODECS.iter().find(|factory| factory.name() == codec);
    let setup = Setup {
        framing: Framing::Codec,
        frame_max_bytes: FRAME_MAX_BYTES,
    };
    let mut codec = factory.expect("it is registered").open(setup);
    let [before, input] = ["before", "hex"].map(|name| {
        let hex = frame[name].as_str().expect("it is there");
        readable::bytes(hex)
    });
    let expected = &frame["value"];
    if frame["direction"] == "request" {
        open(&mut *codec, &before);
        Outcome::of(codec.decode_request(&input), |decoded| {
            let is_whole = decoded.frame_bytes == input.len();
            is_whole && !expected.is_null() && decoded.value == readable::request(expected)
        })
    } else {
        Outcome::of(codec.decode_reply(&input), |decoded| {
            let is_whole = decoded.frame_bytes == input.len();
            is_whole && !expected.is_null() && decoded.value == readable::from_server(expected)
        })
    }
}

/// Begins the connection of a format that has a beginning.
fn open(codec: &mut dyn Codec, before: &[u8]) {
    if !before.is_empty() {
        codec.decode_request(before).expect("it is a beginning");
    }
}

/// The table, with a row for each codec.
fn table() -> String {
    let document: Value = serde_json::from_str(include_str!("../../proto/vectors/evolution.json"))
        .expect("it is JSON");
    let codecs = document["codecs"].as_array().expect("it is a list");
    let names: Vec<&str> = codecs
        .iter()
        .filter_map(|row| row["codec"].as_str())
        .collect();
    let all: Vec<&str> = complete_codecs().map(CodecFactory::name).collect();
    assert_eq!(
        names, all,
        "every codec that can say everything has its frames, in the registry's order"
    );
    let frames = |row: &Value| row["frames"].as_array().expect("it is a list").clone();
    let mut table = String::from("| codec |");
    for frame in frames(&codecs[0]) {
        write!(
            table,
            " {} |",
            frame["adds"].as_str().expect("it has a name")
        )
        .expect("it is memory");
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(frames(&codecs[0]).len()));
    for (name, row) in names.iter().zip(codecs) {
        write!(table, "\n| `{name}` |").expect("it is memory");
        for (frame, first) in frames(row).iter().zip(frames(&codecs[0])) {
            assert_eq!(frame["adds"], first["adds"], "{name}");
            write!(table, " {} |", outcome(name, frame).word()).expect("it is memory");
        }
    }
    table + "\n"
}

#[test]
fn the_page_says_what_codecs_do() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../proto/evolution.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let start = page.find("| codec |").expect("the page has a table");
    let end = page[start..]
        .find("\n\n")
        .map_or(page.len(), |end| start + end + 1);
    let table = table();
    if std::env::var_os(UPDATE).is_some() {
        let page = [&page[..start], &table, &page[end..]].concat();
        std::fs::write(path, page).expect("the page can be written");
    } else {
        assert_eq!(
            page[start..end],
            table,
            "proto/evolution.md is stale; run this test with {UPDATE}=1"
        );
    }
}
