//! What is split: a quantity of a run, and what of it a codec takes alone.

use crate::measures;
use crate::numbers::to_f64;
use crate::schema::{EncodingCost, Run};
use crate::statistics::factorial::Effect;

/// A quantity of a run.
pub(super) struct Quantity {
    /// Its name in results, with the unit last.
    pub(super) name: &'static str,
    pub(super) of: fn(&Run) -> Option<f64>,
    /// What a codec's functions take of it, measured alone; none where that is of another scale.
    pub(super) alone: Option<fn(&EncodingCost) -> f64>,
    /// How an effect on it is estimated: counts may be exact.
    pub(super) estimate: fn(&[f64]) -> Option<Effect>,
}

/// The quantities that are split by the model.
pub(super) const SPLIT: [Quantity; 4] = [
    Quantity {
        name: "time_ns",
        of: message_time_ns,
        alone: Some(busier_ns),
        estimate: Effect::measured,
    },
    Quantity {
        name: "latency_p50_ns",
        of: |run| run.latency.ack.as_ref().map(|ack| to_f64(ack.p50_ns)),
        // Requests of all accounts wait for each other: a response time is some messages' time, and no one's encoding.
        alone: None,
        estimate: Effect::measured,
    },
    Quantity {
        name: "server_cpu_ns",
        of: measures::server_cpu_ns,
        alone: Some(server_ns),
        estimate: Effect::measured,
    },
    Quantity {
        name: "loadgen_cpu_ns",
        of: measures::loadgen_cpu_ns,
        alone: Some(client_ns),
        estimate: Effect::measured,
    },
];

/// Counted, and therefore split without a model elsewhere; its steps from one protocol to another are like the others'.
pub(super) const STREAM_BYTES: Quantity = Quantity {
    name: "stream_bytes",
    of: measures::per_message_bytes,
    alone: None,
    estimate: Effect::counted,
};

/// Time of the message phases by their messages.
pub(crate) fn message_time_ns(run: &Run) -> Option<f64> {
    measures::throughput_hz(run).map(|rate_hz| 1e9 / rate_hz)
}

/// What the codec takes alone for request, reply and event.
pub(crate) fn all_ns(cost: &EncodingCost) -> f64 {
    client_ns(cost) + server_ns(cost)
}

/// What the end takes that has more to do. Both ends work at the same time, so that time is that of one of them.
fn busier_ns(cost: &EncodingCost) -> f64 {
    client_ns(cost).max(server_ns(cost))
}

fn server_ns(cost: &EncodingCost) -> f64 {
    cost.request_decode_ns + cost.reply_encode_ns + cost.event_encode_ns
}

fn client_ns(cost: &EncodingCost) -> f64 {
    cost.request_encode_ns + cost.reply_decode_ns + cost.event_decode_ns
}
