//! `loadgen protocols`: what there is.

use std::fmt::Write as _;

use protocols::capabilities::EVERYTHING;
use protocols::registry::{self, CODECS, TRANSPORTS, UnknownProtocol};

use crate::exit::Exit;
use crate::output;

/// Lists all protocols with the names to ask for them by, and the pairs that there cannot be.
///
/// # Errors
/// If standard output cannot be written.
pub fn protocols() -> anyhow::Result<Exit> {
    output::say(&listing()?)?;
    Ok(Exit::Fine)
}

fn listing() -> Result<String, std::fmt::Error> {
    let protocols = registry::protocols();
    let names = protocols.iter().map(|protocol| protocol.name.len());
    let width = names.max().unwrap_or(0);
    let mut text = String::new();
    for protocol in protocols {
        let (name, alias) = (protocol.name, protocol.alias.unwrap_or_default());
        let description = protocol.description();
        writeln!(text, "{name:width$}  {alias:6}  {description}")?;
    }
    for codec in CODECS {
        let capabilities = codec.capabilities();
        if *capabilities != EVERYTHING {
            for (topic, words) in capabilities.words() {
                writeln!(text, "{:width$}  {topic}: {words}", codec.name())?;
            }
        }
    }
    for transport in TRANSPORTS {
        for codec in CODECS {
            let name = format!("{}+{}", codec.name(), transport.name());
            if let Err(UnknownProtocol::NoSuchPair { why, .. }) = registry::find(&name) {
                writeln!(text, "{name:width$}  {:6}  not there, because {why}", "")?;
            }
        }
    }
    Ok(text)
}
