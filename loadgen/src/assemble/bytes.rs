//! Bytes by phase and layer, as differences between barriers.

use reports::schema::{ByteCounts, ByteLayers, BytesFirstMessage, BytesPerMessage, Run, phase};

use super::arithmetic::{approximately, grown, quotient};
use crate::control::{Counters, Layers, SingleMessage};
use crate::record::{PhaseRecord, Record};

/// Fills in all bytes of a run.
pub(super) fn fill_in(run: &mut Run, record: &Record) {
    let phases = &record.phases;
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
        if phase::is_connecting(&phase.end.phase) {
            run.handshake_bytes.sent += moved.sent.stream;
            run.handshake_bytes.received += moved.received.stream;
        }
        before = after;
    }
    let counted = run
        .bytes_by_phase
        .iter()
        .filter(|(name, _)| phase::is_notebooks(name) && !phase::is_connecting(name));
    run.bytes = counted
        .map(|(_, bytes)| *bytes)
        .reduce(sum)
        .unwrap_or_default();
    let rest = run.bytes_by_phase.get(phase::MESSAGE_REST);
    let single = record
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.single_messages);
    let later = single.map(|single| single.later);
    run.bytes_per_message = rest.and_then(|rest| per_message(rest, phases, later));
    run.bytes_first_message = single.map(|single| BytesFirstMessage {
        request: single.first.request_bytes,
        reply: single.first.reply_bytes,
        event: single.first.event_bytes,
    });
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

/// The stream does not say where a reply ends and an event begins. What the codec made of each is known; what framing
/// adds is split as it was for a single message, whose reply and event crossed different connections. Where none was
/// sent, framing is split as the codec's bytes are. Nothing if the codec was not counted.
fn per_message(
    rest: &ByteCounts,
    phases: &[PhaseRecord],
    later: Option<SingleMessage>,
) -> Option<BytesPerMessage> {
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
    let replies = Share {
        count: grown(before.replies, after.replies),
        bytes: grown(before.replies_bytes, after.replies_bytes),
    };
    let events = Share {
        count: grown(before.events, after.events),
        bytes: grown(before.events_bytes, after.events_bytes),
    };
    let coded = approximately(replies.bytes + events.bytes);
    if messages == 0 || replies.count == 0 || events.count == 0 || coded == 0.0 {
        return None;
    }
    let added = approximately(rest.received.stream) - coded;
    let weights = later.map(|later| {
        let reply = approximately(later.reply_bytes) - approximately(later.reply_message_bytes);
        let event = approximately(later.event_bytes) - approximately(later.event_message_bytes);
        [
            reply * approximately(replies.count),
            event * approximately(events.count),
        ]
    });
    let [of_replies, of_events] = weights
        .filter(|[reply, event]| reply + event != 0.0)
        .unwrap_or([approximately(replies.bytes), approximately(events.bytes)]);
    let all = of_replies + of_events;
    Some(BytesPerMessage {
        request: quotient(rest.sent.stream, messages),
        reply: replies.mean_with(added * of_replies / all),
        event: events.mean_with(added * of_events / all),
    })
}

/// Replies or events, and what the codec made of them.
#[derive(Clone, Copy)]
struct Share {
    count: u64,
    bytes: u64,
}

impl Share {
    /// The mean bytes of one, with what was added to all of them.
    fn mean_with(self, added: f64) -> f64 {
        (approximately(self.bytes) + added) / approximately(self.count)
    }
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
