//! From what sockets carried to messages whose bytes are labelled.

use std::collections::BTreeMap;

use protocols::anatomy::{Anatomist, Divided, Labelled, Speaker};
use protocols::counted::Direction;
use protocols::registry::Pair;
use reports::anatomy::{Message, Said, Span};

use super::script::{script, shown};
use crate::exact::sheet::hexadecimal;
use crate::exact::stream::StepOnStream;
use crate::exact::stream::conversation::converse;
use crate::server_child::runtime;

/// Has the script said over a protocol; gives the messages that are shown.
///
/// # Errors
/// If the conversation fails or is answered wrongly.
pub(super) fn dissect(pair: Pair) -> anyhow::Result<Vec<Message>> {
    let steps = carried(pair)?;
    let plain = match Anatomist::unencrypted(pair) {
        Some(plain) => carried(plain)?,
        None => Vec::new(),
    };
    let mut anatomist = Anatomist::new(pair);
    let mut messages = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let labelled = label(&mut anatomist, step, plain.get(index));
        if let Some((message, said)) = shown(step.name) {
            let parts = said.into_iter().zip(labelled);
            let parts = parts.filter(|(_, labelled)| !labelled.bytes.is_empty());
            messages.extend(parts.map(|(said, labelled)| data(message, said, &labelled)));
        }
    }
    Ok(together(messages))
}

/// The parts of each message one behind the other, messages in the order in which they begin.
fn together(parts: Vec<Message>) -> Vec<Message> {
    let mut begun: Vec<String> = Vec::new();
    for part in &parts {
        if !begun.contains(&part.message) {
            begun.push(part.message.clone());
        }
    }
    let mut sorted = parts;
    sorted.sort_by_key(|part| begun.iter().position(|message| *message == part.message));
    sorted
}

/// What each step of the script did to the stream.
pub(super) fn carried(pair: Pair) -> anyhow::Result<Vec<StepOnStream>> {
    let script = script(pair.codec.capabilities());
    runtime(1)?.block_on(converse(pair, &script))
}

/// Labels what a step moved: all that the client sent, all that it received.
pub(super) fn label(
    anatomist: &mut Anatomist,
    step: &StepOnStream,
    plain: Option<&StepOnStream>,
) -> [Labelled; 2] {
    [Direction::Sent, Direction::Received].map(|direction| {
        let speaker = match direction {
            Direction::Sent => Speaker::Client,
            Direction::Received => Speaker::Server,
        };
        // There is one socket where there is something to decrypt.
        let plain = plain.map(|plain| bytes(plain, direction).into_values().flatten().collect());
        let plain: Option<Vec<u8>> = plain;
        let mut whole = Labelled::default();
        for (socket, bytes) in pieces(step, direction, anatomist.divides()) {
            whole.append(anatomist.label(socket, speaker, &bytes, plain.as_deref()));
        }
        whole
    })
}

/// What was moved in one direction, as the anatomist wants it.
fn pieces(step: &StepOnStream, direction: Direction, divided: Divided) -> Vec<(u32, Vec<u8>)> {
    match divided {
        Divided::ByMessages => bytes(step, direction).into_iter().collect(),
        Divided::ByDatagrams => {
            let stretches = step.tape.stretches().iter();
            let stretches = stretches.filter(|stretch| stretch.direction == direction);
            stretches
                .map(|stretch| (stretch.socket, stretch.bytes.clone()))
                .collect()
        }
    }
}

/// What was moved in one direction, by socket.
fn bytes(step: &StepOnStream, direction: Direction) -> BTreeMap<u32, Vec<u8>> {
    let mut sockets: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let stretches = step.tape.stretches().iter();
    for stretch in stretches.filter(|stretch| stretch.direction == direction) {
        let bytes = sockets.entry(stretch.socket).or_default();
        bytes.extend(&stretch.bytes);
    }
    sockets
}

fn data(message: &str, said: Said, labelled: &Labelled) -> Message {
    let spans = labelled.spans.iter().map(|span| Span {
        offset_bytes: span.range.start as u64,
        length_bytes: span.range.len() as u64,
        layer: span.layer.name().to_owned(),
        label: span.label.to_string(),
        value: span.value.clone(),
    });
    let sums = labelled.sums();
    let sums = sums
        .iter()
        .map(|(layer, bytes)| (layer.name().to_owned(), *bytes as u64));
    Message {
        message: message.to_owned(),
        said,
        bytes: labelled.bytes.len() as u64,
        hex: hexadecimal(&labelled.bytes),
        layer_bytes: sums.collect(),
        spans: spans.collect(),
    }
}
