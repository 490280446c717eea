//! What `loadgen anatomy` found: the same messages in several protocols, every byte of them labelled. Schema 1: every name
//! in it is a contract, units stand last in each name.
//!
//! Readers ignore fields that they do not know, so fields may be added freely. `anatomy.schema.json` beside this crate's
//! manifest says the same in JSON Schema, and a test holds the two together.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file;

/// The number in the field `schema` that this crate reads and writes.
pub const ANATOMY_SCHEMA: u32 = 1;

/// Messages of several protocols, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anatomy {
    /// Always [`ANATOMY_SCHEMA`].
    pub schema: u32,
    /// What bytes can be for, from what a user means to what lies furthest from it.
    pub layers: Vec<Layer>,
    /// What "hello" takes in each protocol.
    pub hello: Vec<Hello>,
    /// Messages in full, protocol by protocol.
    pub protocols: Vec<Dissected>,
}

/// What bytes can be for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// Its name: spans and sums refer to it.
    pub name: String,
    /// What belongs to it, in a few words.
    pub description: String,
}

/// What "hello" takes in one protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The name that it was asked for by.
    pub protocol: String,
    /// Its codec.
    pub codec: String,
    /// Its transport.
    pub transport: String,
    /// The first one of a connection.
    pub first: HelloBytes,
    /// The tenth one: by then both ends know what they can refer back to.
    pub tenth: HelloBytes,
}

/// Bytes of the stream for one "hello", in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloBytes {
    /// From the sender to the server.
    pub request_bytes: u64,
    /// From the server to the sender.
    pub reply_bytes: u64,
    /// Between the server and the recipient.
    pub event_bytes: u64,
}

impl HelloBytes {
    /// All that it takes.
    #[must_use]
    pub const fn total_bytes(&self) -> u64 {
        self.request_bytes + self.reply_bytes + self.event_bytes
    }
}

/// The messages of one protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dissected {
    /// The name that it was asked for by.
    pub protocol: String,
    /// Its codec.
    pub codec: String,
    /// Its transport.
    pub transport: String,
    /// Its messages, in the order in which they were said; those that it cannot say are left out.
    pub messages: Vec<Message>,
}

/// One message on the stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Which: `create`, `log_in_start`, `log_in_finish`, `log_in` (where accounts have no passwords), `hello_first`,
    /// `hello_tenth` or `read_20`.
    pub message: String,
    /// Which part of it.
    pub said: Said,
    /// How long it is.
    pub bytes: u64,
    /// The bytes, in hexadecimal.
    pub hex: String,
    /// How many bytes each layer has, by its name, without layers that have none; together they are `bytes`.
    pub layer_bytes: BTreeMap<String, u64>,
    /// What the bytes are, in their order: each begins where the one before ends, and together they are `hex`.
    pub spans: Vec<Span>,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// What the client asks.
    Request,
    /// What the server answers.
    Reply,
    /// What the server tells the recipient.
    Event,
    /// What the recipient's end sends because an event has come, acknowledgements for instance.
    Upkeep,
}

/// Bytes that are one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Where they begin, in bytes from the beginning of the message.
    pub offset_bytes: u64,
    /// How many there are.
    pub length_bytes: u64,
    /// The layer that they belong to, by its name.
    pub layer: String,
    /// What they are, in the words of the format's specification.
    pub label: String,
    /// What they say, where that is not to be seen from the bytes; empty otherwise.
    pub value: String,
}

/// Why an anatomy could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AnatomyError {
    /// It could not be read.
    #[error("cannot read {}: {source}; `loadgen anatomy --out FILE` makes one", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not JSON, or no anatomy.
    #[error("{} is no anatomy of protocols: {source}; `loadgen anatomy --out FILE` makes one", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is of another schema.
    #[error("{} has schema {found}, this version reads schema {ANATOMY_SCHEMA}; `loadgen anatomy --out FILE` makes one", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The number (or whatever stood there).
        found: String,
    },
    /// It could not be written.
    #[error("cannot write {}: {source}; choose another file with --out", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Anatomy {
    /// Reads one from a file.
    ///
    /// # Errors
    /// [`AnatomyError`] if it cannot be read, is none, or is of another schema.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, AnatomyError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path).map_err(|source| AnatomyError::Read {
            path: path.to_owned(),
            source,
        })?;
        let parse = |source| AnatomyError::Parse {
            path: path.to_owned(),
            source,
        };
        // The number first: a file of another schema should be called that, not a file with a missing field.
        let value: serde_json::Value = serde_json::from_str(&text).map_err(parse)?;
        match value.get("schema") {
            Some(found) if *found != ANATOMY_SCHEMA => Err(AnatomyError::Schema {
                path: path.to_owned(),
                found: found.to_string(),
            }),
            _ => serde_json::from_str(&text).map_err(parse),
        }
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// [`AnatomyError::Write`]; an earlier file of that name is then untouched.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), AnatomyError> {
        let path = path.as_ref();
        file::replace(path, self.to_text().as_bytes()).map_err(|source| AnatomyError::Write {
            path: path.to_owned(),
            source,
        })
    }

    /// What [`Anatomy::save`] writes: indented JSON with a line feed at the end.
    ///
    /// # Panics
    /// Never in practice: it is plain data, which always serializes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("an anatomy is plain data");
        text + "\n"
    }
}
