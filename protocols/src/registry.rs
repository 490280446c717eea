//! Every codec, every transport and every protocol, by name. To add one: one file, one line here.

use std::sync::LazyLock;

use crate::capabilities::{self, Capabilities};
use crate::codec::CodecFactory;
use crate::codecs::{bincode, booth, cbor, custom, json, msgpack, pipe, postcard, protobuf, tag};
use crate::conditions::Conditions;
use crate::floor::{self, Reference};
use crate::security::Throwaway;
use crate::transport::{
    AddressError, Carriage, Compression, Encryption, Medium, Repeats, Sharing, Transport,
};
use crate::transports::{grpc, grpc_stream, http, mem, quic, tcp, tls, unix, ws};

/// All codecs.
pub static CODECS: &[&dyn CodecFactory] = &[
    &custom::Custom,
    &json::Json,
    &protobuf::Protobuf,
    &postcard::Postcard,
    &msgpack::Msgpack,
    &cbor::Cbor,
    &bincode::Bincode,
    &pipe::Pipe,
    &tag::Tag,
    &booth::Booth,
];

/// All transports.
pub static TRANSPORTS: &[&dyn Transport] = &[
    &tcp::Tcp,
    &unix::Unix,
    &tls::Tls,
    &quic::Quic,
    &ws::Ws,
    &grpc::Grpc,
    &grpc_stream::GrpcStream,
    &http::Http,
    &mem::Mem,
];

/// Short names of protocols that people ask for often, or know by that name.
static ALIASES: &[(&str, &str)] = &[
    ("custom", "custom+tcp"),
    ("json", "json+tcp"),
    ("grpc", "protobuf+grpc"),
    ("rest", "json+http"),
    ("pipe", "pipe+tcp"),
    ("tag", "tag+tcp"),
    ("booth", "booth+tcp"),
];

/// What stands beside the ranking.
static REFERENCES: &[Protocol] = &[Protocol {
    name: "floor",
    alias: None,
    front: Front::Reference(&floor::Floor),
}];

/// All protocols: every codec on every transport that it runs on, transport by transport, and the references.
#[must_use]
pub fn protocols() -> &'static [Protocol] {
    static PROTOCOLS: LazyLock<Vec<Protocol>> = LazyLock::new(|| {
        let pairs = TRANSPORTS.iter().flat_map(|&transport| {
            CODECS
                .iter()
                .filter(|codec| transport.obstacle(**codec).is_none())
                .map(move |&codec| Protocol::of(Pair { codec, transport }))
        });
        pairs.chain(REFERENCES.iter().copied()).collect()
    });
    &PROTOCOLS
}

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

impl Pair {
    /// Both names, `codec+transport`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}+{}", self.codec.name(), self.transport.name())
    }
}

impl Protocol {
    /// A codec on a transport, by the name that they make.
    #[must_use]
    pub fn of(pair: Pair) -> Self {
        // Each name is made once, for the list above, and kept as long as the program runs.
        let name: &'static str = String::leak(pair.name());
        let alias = ALIASES.iter().find(|(_, whole)| *whole == name);
        Self {
            name,
            alias: alias.map(|(alias, _)| *alias),
            front: Front::Chat(pair),
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

    /// How requests travel. A reference has none.
    #[must_use]
    pub fn carriage(&self) -> Option<Carriage> {
        match self.front {
            Front::Chat(pair) => Some(pair.transport.carriage()),
            Front::Reference(_) => None,
        }
    }

    /// How many sockets a client opens.
    #[must_use]
    pub fn sockets_per_client(&self) -> u32 {
        match self.front {
            Front::Chat(pair) => pair.transport.sockets_per_client(),
            Front::Reference(_) => 1,
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
            Front::Chat(pair) => pair.transport.medium() == Medium::Tcp,
            Front::Reference(_) => true,
        }
    }

    /// An address for a server to listen on, of the system's choosing.
    #[must_use]
    pub fn anywhere(&self) -> String {
        match self.front {
            Front::Chat(pair) => pair.transport.anywhere(),
            Front::Reference(_) => "127.0.0.1:0".to_owned(),
        }
    }

    /// Checks that an address is one that it can have, for a server that clients in other processes reach.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn check_address(&self, address: &str) -> Result<(), AddressError> {
        match self.front {
            Front::Chat(pair) => pair.transport.medium().check(address),
            Front::Reference(_) => Medium::Tcp.check(address),
        }
    }

    /// Whether it encrypts.
    #[must_use]
    pub fn encryption(&self) -> Encryption {
        match self.front {
            Front::Chat(pair) => pair.transport.encryption(),
            Front::Reference(_) => Encryption::None,
        }
    }

    /// What of its stream is the same again when the same is said again. A reference says the same bytes.
    #[must_use]
    pub fn repeats(&self) -> Repeats {
        match self.front {
            Front::Chat(pair) => pair.transport.repeats(),
            Front::Reference(_) => Repeats::Bytes,
        }
    }

    /// What both ends of a test or a trial need, where it encrypts.
    #[must_use]
    pub fn throwaway(&self) -> Throwaway {
        match self.front {
            Front::Chat(pair) => Throwaway::of(pair.transport),
            Front::Reference(_) => Throwaway::default(),
        }
    }

    /// Whether both ends are in one process, with no socket between them: a component in attribution, never ranked.
    #[must_use]
    pub fn is_in_process(&self) -> bool {
        match self.front {
            Front::Chat(pair) => pair.transport.medium() == Medium::Memory,
            Front::Reference(_) => false,
        }
    }

    /// What it can say, and by which rules. A reference has no vocabulary.
    #[must_use]
    pub fn capabilities(&self) -> Option<&'static Capabilities> {
        match self.front {
            Front::Chat(pair) => Some(pair.codec.capabilities()),
            Front::Reference(_) => None,
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
pub enum UnknownProtocol {
    /// Nothing is called so.
    #[error("there is no protocol {asked:?}{}; a protocol is a codec on a transport, as in json+ws: codecs are {}; \
             transports are {}; short names are {}", suggestion(.nearest.as_deref()), codec_names(), transport_names(), short_names())]
    NoSuchName {
        /// What was asked for.
        asked: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// Both are there, and do not go together.
    #[error("{codec} does not run on {transport}, because {why}")]
    NoSuchPair {
        /// The codec.
        codec: &'static str,
        /// The transport.
        transport: &'static str,
        /// Why not.
        why: &'static str,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

fn codec_names() -> String {
    let names: Vec<_> = CODECS.iter().map(|codec| codec.name()).collect();
    names.join(", ")
}

fn transport_names() -> String {
    let names: Vec<_> = TRANSPORTS
        .iter()
        .map(|transport| transport.name())
        .collect();
    names.join(", ")
}

/// Those that lead somewhere, and the references.
fn short_names() -> String {
    let short = protocols()
        .iter()
        .filter_map(|protocol| match protocol.front {
            Front::Chat(_) => protocol.alias,
            Front::Reference(_) => Some(protocol.name),
        });
    short.collect::<Vec<_>>().join(", ")
}

/// Finds a protocol by its name or its alias.
///
/// # Errors
/// [`UnknownProtocol`], with what was probably meant, or why a codec and a transport do not go together.
pub fn find(asked: &str) -> Result<&'static Protocol, UnknownProtocol> {
    let found = protocols()
        .iter()
        .find(|protocol| protocol.name == asked || protocol.alias == Some(asked));
    found.ok_or_else(|| no_such_pair(asked).unwrap_or_else(|| no_such_name(asked)))
}

/// Why two that exist do not go together.
fn no_such_pair(asked: &str) -> Option<UnknownProtocol> {
    let whole = ALIASES.iter().find(|(alias, _)| *alias == asked);
    let (codec, transport) = whole.map_or(asked, |(_, whole)| whole).split_once('+')?;
    let codec = CODECS.iter().find(|known| known.name() == codec)?;
    let transport = TRANSPORTS.iter().find(|known| known.name() == transport)?;
    Some(UnknownProtocol::NoSuchPair {
        codec: codec.name(),
        transport: transport.name(),
        why: transport.obstacle(*codec)?,
    })
}

fn no_such_name(asked: &str) -> UnknownProtocol {
    UnknownProtocol::NoSuchName {
        asked: asked.to_owned(),
        nearest: nearest(asked).map(str::to_owned),
    }
}

/// Every protocol that serves the chat core.
pub fn chat_protocols() -> impl Iterator<Item = &'static Protocol> {
    protocols()
        .iter()
        .filter(|protocol| matches!(protocol.front, Front::Chat(_)))
}

/// Codecs that can say the whole vocabulary. Those of the notebooks cannot.
pub fn complete_codecs() -> impl Iterator<Item = &'static dyn CodecFactory> {
    let is_complete = |codec: &&dyn CodecFactory| *codec.capabilities() == capabilities::EVERYTHING;
    CODECS.iter().copied().filter(is_complete)
}

/// A few protocols in which every codec that can say everything and every transport stands at least once: all of these
/// codecs on TCP, and each other transport with one of them. For whatever would take too long over all protocols.
pub fn each_once() -> impl Iterator<Item = &'static Protocol> {
    chat_protocols().filter(|protocol| {
        let Front::Chat(pair) = protocol.front else {
            return false;
        };
        if *pair.codec.capabilities() != capabilities::EVERYTHING {
            return false;
        }
        let with = match pair.transport.carriage() {
            _ if pair.transport.name() == "tcp" => return true,
            Carriage::Calls if pair.transport.name() == "grpc" => "protobuf",
            _ => "json",
        };
        pair.codec.name() == with
    })
}

/// What is compared when nobody says otherwise: the three of the main notebook.
pub fn defaults() -> impl Iterator<Item = &'static Protocol> {
    protocols()
        .iter()
        .filter(|protocol| ["custom+tcp", "json+tcp", "protobuf+grpc"].contains(&protocol.name))
}

/// Every reference that stands beside the ranking.
pub fn references() -> impl Iterator<Item = &'static Protocol> {
    protocols()
        .iter()
        .filter(|protocol| matches!(protocol.front, Front::Reference(_)))
}

/// The name with the fewest edits, if they are few.
fn nearest(asked: &str) -> Option<&'static str> {
    let all = protocols()
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
            find(asked).err().expect("no such protocol"),
            UnknownProtocol::NoSuchName {
                asked: asked.to_owned(),
                nearest: nearest.map(str::to_owned),
            }
        );
    }

    #[test]
    fn names_and_aliases_are_found() {
        for protocol in protocols() {
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
    fn every_alias_leads_to_a_protocol_or_to_words() {
        for (alias, whole) in ALIASES {
            assert_eq!(
                find(alias).ok().map(|found| found.name),
                find(whole).ok().map(|found| found.name)
            );
        }
    }

    #[test]
    fn every_pair_is_there_or_it_is_said_why_not() {
        for transport in TRANSPORTS {
            for codec in CODECS {
                let name = format!("{}+{}", codec.name(), transport.name());
                match find(&name) {
                    Ok(protocol) => assert_eq!(protocol.name, name),
                    Err(UnknownProtocol::NoSuchPair { why, .. }) => {
                        assert!(!why.is_empty(), "{name}");
                    }
                    Err(other) => panic!("{name}: {other}"),
                }
            }
        }
    }

    #[test]
    fn every_codec_and_every_transport_is_among_the_few() {
        for part in complete_codecs()
            .map(CodecFactory::name)
            .chain(TRANSPORTS.iter().map(|transport| transport.name()))
        {
            assert!(
                each_once().any(|protocol| protocol.name.split('+').any(|name| name == part)),
                "{part}"
            );
        }
    }
}
