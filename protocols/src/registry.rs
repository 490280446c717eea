//! Every codec, every transport and every protocol, by name. To add one: one file, one line here.

use crate::codec::CodecFactory;
use crate::codecs::{bincode, cbor, custom, json, msgpack, postcard, protobuf};
use crate::conditions::Conditions;
use crate::floor::{self, Reference};
use crate::transport::{Compression, Sharing, Transport};
use crate::transports::{grpc, tcp};

/// All codecs.
pub static CODECS: &[&dyn CodecFactory] = &[
    &custom::Custom,
    &json::Json,
    &protobuf::Protobuf,
    &postcard::Postcard,
    &msgpack::Msgpack,
    &cbor::Cbor,
    &bincode::Bincode,
];

/// All transports.
pub static TRANSPORTS: &[&dyn Transport] = &[&tcp::Tcp, &grpc::Grpc];

/// All protocols: a codec on a transport, by the name that people use.
pub static PROTOCOLS: &[Protocol] = &[
    Protocol::known_as("custom", "custom+tcp", &custom::Custom, &tcp::Tcp),
    Protocol::known_as("json", "json+tcp", &json::Json, &tcp::Tcp),
    Protocol::known_as("grpc", "protobuf+grpc", &protobuf::Protobuf, &grpc::Grpc),
    Protocol::new("postcard+tcp", &postcard::Postcard, &tcp::Tcp),
    Protocol::new("msgpack+tcp", &msgpack::Msgpack, &tcp::Tcp),
    Protocol::new("cbor+tcp", &cbor::Cbor, &tcp::Tcp),
    Protocol::new("bincode+tcp", &bincode::Bincode, &tcp::Tcp),
    Protocol::new("protobuf+tcp", &protobuf::Protobuf, &tcp::Tcp),
    Protocol::reference("floor", &floor::Floor),
];

/// One protocol.
#[derive(Clone, Copy)]
pub struct Protocol {
    /// Its full name, `codec+transport`.
    pub name: &'static str,
    /// The short name for it.
    pub alias: Option<&'static str>,
    /// What serves it.
    pub front: Front,
}

/// What serves a protocol.
#[derive(Clone, Copy)]
pub enum Front {
    /// The chat core, through a codec on a transport.
    Chat(Pair),
    /// No core at all: a reference that stands beside the ranking.
    Reference(&'static dyn Reference),
}

/// A codec on a transport.
#[derive(Clone, Copy)]
pub struct Pair {
    /// The codec.
    pub codec: &'static dyn CodecFactory,
    /// The transport.
    pub transport: &'static dyn Transport,
}

impl Protocol {
    /// A codec on a transport.
    const fn new(
        name: &'static str,
        codec: &'static dyn CodecFactory,
        transport: &'static dyn Transport,
    ) -> Self {
        Self {
            name,
            alias: None,
            front: Front::Chat(Pair { codec, transport }),
        }
    }

    /// The same with a short name.
    const fn known_as(
        alias: &'static str,
        name: &'static str,
        codec: &'static dyn CodecFactory,
        transport: &'static dyn Transport,
    ) -> Self {
        Self {
            alias: Some(alias),
            ..Self::new(name, codec, transport)
        }
    }

    const fn reference(name: &'static str, reference: &'static dyn Reference) -> Self {
        Self {
            name,
            alias: None,
            front: Front::Reference(reference),
        }
    }

    /// One line that says what it is.
    #[must_use]
    pub fn description(&self) -> String {
        match self.front {
            Front::Chat(pair) => {
                format!(
                    "{}; {}",
                    pair.codec.description(),
                    pair.transport.description()
                )
            }
            Front::Reference(reference) => reference.description().to_owned(),
        }
    }

    /// Under which conditions it runs.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        match self.front {
            Front::Chat(pair) => pair.transport.conditions(),
            Front::Reference(reference) => reference.conditions(),
        }
    }

    /// Whether several clients can ride on one connection.
    #[must_use]
    pub fn sharing(&self) -> Sharing {
        match self.front {
            Front::Chat(pair) => pair.transport.sharing(),
            Front::Reference(_) => Sharing::No {
                why: "a connection is an account",
            },
        }
    }

    /// How messages can be compressed.
    #[must_use]
    pub fn compressions(&self) -> &'static [Compression] {
        match self.front {
            Front::Chat(pair) => pair.transport.compressions(),
            Front::Reference(_) => &[],
        }
    }

    /// Whether its sockets are TCP's. A reference's always are.
    #[must_use]
    pub fn is_over_tcp(&self) -> bool {
        match self.front {
            Front::Chat(pair) => pair.transport.is_over_tcp(),
            Front::Reference(_) => true,
        }
    }

    /// The name that people use: the alias where there is one.
    #[must_use]
    pub const fn short_name(&self) -> &'static str {
        match self.alias {
            Some(alias) => alias,
            None => self.name,
        }
    }
}

/// There is no protocol of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no protocol {asked:?}{}; there are {}", suggestion(*.nearest), names().join(", "))]
pub struct UnknownProtocol {
    /// What was asked for.
    pub asked: String,
    /// What was probably meant.
    pub nearest: Option<&'static str>,
}

fn suggestion(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

/// Finds a protocol by its name or its alias.
///
/// # Errors
/// [`UnknownProtocol`], with what was probably meant.
pub fn find(asked: &str) -> Result<&'static Protocol, UnknownProtocol> {
    let found = PROTOCOLS
        .iter()
        .find(|protocol| protocol.name == asked || protocol.alias == Some(asked));
    found.ok_or_else(|| UnknownProtocol {
        asked: asked.to_owned(),
        nearest: nearest(asked),
    })
}

/// The name of every protocol that serves the chat core, the short one where there is one.
pub fn chat_protocols() -> impl Iterator<Item = &'static Protocol> {
    PROTOCOLS
        .iter()
        .filter(|protocol| matches!(protocol.front, Front::Chat(_)))
}

/// What is compared when nobody says otherwise: the three of the main notebook.
pub fn defaults() -> impl Iterator<Item = &'static Protocol> {
    PROTOCOLS
        .iter()
        .filter(|protocol| ["custom+tcp", "json+tcp", "protobuf+grpc"].contains(&protocol.name))
}

/// Every reference that stands beside the ranking.
pub fn references() -> impl Iterator<Item = &'static Protocol> {
    PROTOCOLS
        .iter()
        .filter(|protocol| matches!(protocol.front, Front::Reference(_)))
}

fn names() -> Vec<&'static str> {
    PROTOCOLS.iter().map(Protocol::short_name).collect()
}

/// The name with the fewest edits, if they are few.
fn nearest(asked: &str) -> Option<&'static str> {
    let all = PROTOCOLS
        .iter()
        .flat_map(|protocol| protocol.alias.into_iter().chain([protocol.name]));
    let (distance, name) = all
        .map(|name| (strsim::levenshtein(asked, name), name))
        .min()?;
    (distance <= 1 + asked.len() / 3).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: &str, nearest: Option<&str>) {
        assert_eq!(
            find(asked).err().expect("no such protocol").nearest,
            nearest,
            "{asked}"
        );
    }

    #[test]
    fn names_and_aliases_are_found() {
        for protocol in PROTOCOLS {
            assert_eq!(find(protocol.name).unwrap().name, protocol.name);
            assert_eq!(find(protocol.short_name()).unwrap().name, protocol.name);
        }
    }

    #[test]
    fn what_was_probably_meant_is_suggested() {
        check("jsn", Some("json"));
        check("grcp", Some("grpc"));
        check("protobuf+grcp", Some("protobuf+grpc"));
        check("xyzzy", None);
    }

    #[test]
    fn names_are_made_of_codec_and_transport() {
        for protocol in chat_protocols() {
            if let Front::Chat(pair) = protocol.front {
                assert_eq!(
                    protocol.name,
                    format!("{}+{}", pair.codec.name(), pair.transport.name())
                );
            }
        }
    }
}
