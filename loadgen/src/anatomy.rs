//! The same messages in each protocol, byte by byte, as `loadgen anatomy` shows them and reports can draw them.
//!
//! 1. `script`: what is said. It is said over real sockets, to a core whose clock stands between steps, as in
//!    [`crate::exact`].
//! 2. `dissect`: what the sockets carried for it, labelled by [`protocols::anatomy`].
//! 3. `screen`: the table and the messages, for a terminal.

mod dissect;
mod screen;
mod script;
#[cfg(test)]
mod tests;

use protocols::anatomy::Layer;
use protocols::capabilities::EVERYTHING;
use protocols::registry::{self, Front, Pair, Protocol};
use reports::anatomy::{ANATOMY_SCHEMA, Anatomy, Dissected, Hello, HelloBytes, Message, Said};

use self::dissect::dissect;
pub use self::screen::{Ink, Screen};
use crate::asked::AskedProtocol;
use crate::exit::UsageError;

/// What is dissected.
#[derive(Clone)]
pub struct Choice {
    /// Those of which the table says what "hello" takes.
    pub table: Vec<AskedProtocol>,
    /// Those whose messages are there in full.
    pub in_full: Vec<AskedProtocol>,
}

impl Choice {
    /// What there is to see if nobody chooses: in the table every codec and every transport, and formats that cannot say
    /// everything under their short names; in full those that are compared by default.
    #[must_use]
    pub fn unasked() -> Self {
        Self {
            table: registry::each_once()
                .chain(registry::chat_protocols().filter(|protocol| is_partial(protocol)))
                .map(AskedProtocol::unasked)
                .collect(),
            in_full: registry::defaults().map(AskedProtocol::unasked).collect(),
        }
    }

    /// These, in the table and in full.
    #[must_use]
    pub fn of(asked: Vec<AskedProtocol>) -> Self {
        Self {
            table: asked.clone(),
            in_full: asked,
        }
    }
}

/// Has the script said over each protocol, and labels what its sockets carried.
///
/// # Errors
/// [`UsageError`] if a protocol has no messages; others if a conversation fails or is answered wrongly.
pub fn anatomy(choice: &Choice) -> anyhow::Result<Anatomy> {
    let mut anatomy = Anatomy {
        schema: ANATOMY_SCHEMA,
        layers: Layer::ALL.iter().map(|layer| described(*layer)).collect(),
        hello: Vec::new(),
        protocols: Vec::new(),
    };
    for asked in &choice.table {
        let dissected = whole(asked)?;
        anatomy.hello.push(hello(&dissected));
        if choice.in_full.iter().any(|wanted| is_same(wanted, asked)) {
            anatomy.protocols.push(dissected);
        }
    }
    for asked in &choice.in_full {
        if !choice.table.iter().any(|known| is_same(known, asked)) {
            anatomy.protocols.push(whole(asked)?);
        }
    }
    anatomy
        .hello
        .sort_by_key(|hello| (hello.tenth.total_bytes(), hello.protocol.clone()));
    Ok(anatomy)
}

/// Whether it has a short name, and a format that cannot say everything.
fn is_partial(protocol: &Protocol) -> bool {
    let capabilities = protocol.capabilities();
    protocol.alias.is_some() && capabilities.is_some_and(|one| *one != EVERYTHING)
}

fn is_same(one: &AskedProtocol, other: &AskedProtocol) -> bool {
    one.protocol.name == other.protocol.name
}

fn whole(asked: &AskedProtocol) -> anyhow::Result<Dissected> {
    let pair = pair(asked)?;
    let messages =
        dissect(pair).map_err(|error| error.context(format!("protocol {}", asked.asked)))?;
    Ok(Dissected {
        protocol: asked.asked.clone(),
        codec: pair.codec.name().to_owned(),
        transport: pair.transport.name().to_owned(),
        messages,
    })
}

fn pair(asked: &AskedProtocol) -> Result<Pair, UsageError> {
    match asked.protocol.front {
        Front::Chat(pair) => Ok(pair),
        Front::Reference(_) => Err(UsageError(format!(
            "{} is a reference without messages: there is nothing to label; leave it out",
            asked.asked
        ))),
    }
}

fn described(layer: Layer) -> reports::anatomy::Layer {
    reports::anatomy::Layer {
        name: layer.name().to_owned(),
        description: layer.description().to_owned(),
    }
}

fn hello(dissected: &Dissected) -> Hello {
    let bytes = |message: &str, said: &[Said]| {
        let parts = dissected.messages.iter();
        let parts = parts.filter(|part| part.message == message && said.contains(&part.said));
        parts.map(|part: &Message| part.bytes).sum()
    };
    let of = |message| HelloBytes {
        request_bytes: bytes(message, &[Said::Request]),
        reply_bytes: bytes(message, &[Said::Reply]),
        event_bytes: bytes(message, &[Said::Event, Said::Upkeep]),
    };
    Hello {
        protocol: dissected.protocol.clone(),
        codec: dissected.codec.clone(),
        transport: dissected.transport.clone(),
        first: of(script::HELLO_FIRST),
        tenth: of(script::HELLO_TENTH),
    }
}
