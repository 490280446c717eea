//! Bytes by phase and layer, as differences between barriers.

use reports::schema::{ByteCounts, ByteLayers, BytesPerMessage, Run, phase};

use super::arithmetic::{approximately, grown, quotient};
use crate::control::{Counters, Layers};
use crate::record::PhaseRecord;

/// Fills in all bytes of a run.
pub(super) fn fill_in(run: &mut Run, phases: &[PhaseRecord]) {
    let mut before = Moment::default();
    for phase in phases {
        let after = Moment {
            counters: phase.after.loadgen,
            layers: phase.end.layers,
        };
        let moved = moved(&before, &after);
        let of_phase = run.bytes_by_phase.entry(phase.end.phase.clone());
        of_phase
            .and_modify(|before| *before = sum(*before, moved))
            .or_insert(moved);
        if phase.end.phase == phase::CONNECT {
            run.handshake_bytes.sent += moved.sent.stream;
            run.handshake_bytes.received += moved.received.stream;
        }
        before = after;
    }
    let counted = run
        .bytes_by_phase
        .iter()
        .filter(|(name, _)| ![phase::CONNECT, phase::MESSAGE_REST].contains(&name.as_str()));
    run.bytes = counted
        .map(|(_, bytes)| *bytes)
        .reduce(sum)
        .unwrap_or_default();
    let rest = run.bytes_by_phase.get(phase::MESSAGE_REST);
    run.bytes_per_message = rest.and_then(|rest| per_message(rest, phases));
}

/// The generator's counters and layers at a barrier.
#[derive(Clone, Copy, Default)]
struct Moment {
    counters: Counters,
    layers: Layers,
}

fn moved(before: &Moment, after: &Moment) -> ByteCounts {
    let (old, new) = (&before.counters, &after.counters);
    let wire = |stream: u64, old: Option<u64>, new: Option<u64>| {
        Some(stream + grown(old.unwrap_or(0), new?))
    };
    let sent = grown(old.stream_sent_bytes, new.stream_sent_bytes);
    let received = grown(old.stream_received_bytes, new.stream_received_bytes);
    let again = grown(
        old.retransmitted_bytes.unwrap_or(0),
        new.retransmitted_bytes.unwrap_or(0),
    );
    let messages = |layers: Layers| layers.replies_bytes + layers.events_bytes;
    ByteCounts {
        sent: ByteLayers {
            payload: grown(
                before.layers.payload_sent_bytes,
                after.layers.payload_sent_bytes,
            ),
            message: grown(before.layers.requests_bytes, after.layers.requests_bytes),
            stream: sent,
            wire: wire(sent + again, old.headers_sent_bytes, new.headers_sent_bytes),
        },
        received: ByteLayers {
            payload: grown(
                before.layers.payload_received_bytes,
                after.layers.payload_received_bytes,
            ),
            message: grown(messages(before.layers), messages(after.layers)),
            stream: received,
            wire: wire(
                received,
                old.headers_received_bytes,
                new.headers_received_bytes,
            ),
        },
    }
}

/// The stream does not say where a reply ends and an event begins, so what was received is split as the codec's bytes
/// are. Nothing if the codec was not counted.
fn per_message(rest: &ByteCounts, phases: &[PhaseRecord]) -> Option<BytesPerMessage> {
    let is_rest = |phase: &PhaseRecord| phase.end.phase == phase::MESSAGE_REST;
    let first = phases.iter().position(is_rest)?;
    let last = phases.iter().rposition(is_rest)?;
    let before = first
        .checked_sub(1)
        .map_or_else(Layers::default, |before| phases[before].end.layers);
    let after = phases[last].end.layers;
    let messages = phases[first..=last]
        .iter()
        .map(|phase| phase.end.messages)
        .sum();
    let replies_bytes = grown(before.replies_bytes, after.replies_bytes);
    let events_bytes = grown(before.events_bytes, after.events_bytes);
    let (replies, events) = (
        grown(before.replies, after.replies),
        grown(before.events, after.events),
    );
    if messages == 0 || replies == 0 || events == 0 || replies_bytes + events_bytes == 0 {
        return None;
    }
    let stream_of = |part| quotient(rest.received.stream * part, replies_bytes + events_bytes);
    Some(BytesPerMessage {
        request: quotient(rest.sent.stream, messages),
        reply: stream_of(replies_bytes) / approximately(replies),
        event: stream_of(events_bytes) / approximately(events),
    })
}

fn sum(left: ByteCounts, right: ByteCounts) -> ByteCounts {
    let layers = |left: ByteLayers, right: ByteLayers| ByteLayers {
        payload: left.payload + right.payload,
        message: left.message + right.message,
        stream: left.stream + right.stream,
        wire: left.wire.zip(right.wire).map(|(left, right)| left + right),
    };
    ByteCounts {
        sent: layers(left.sent, right.sent),
        received: layers(left.received, right.received),
    }
}
