//! What is computed from one run: each measure is a function from a run to a number, or to none where it is unknown.

use crate::numbers::to_f64;
use crate::schema::{ByteCounts, ByteLayers, Run, phase};

/// Time of the whole workload, in nanoseconds.
pub(crate) fn elapsed_ns(run: &Run) -> Option<f64> {
    (run.elapsed_ns > 0).then(|| to_f64(run.elapsed_ns))
}

/// Messages a second while messages were sent.
pub(crate) fn throughput_hz(run: &Run) -> Option<f64> {
    (run.throughput_hz > 0.0).then_some(run.throughput_hz)
}

/// Messages of the first round by the time of the whole workload, per second: what the notebook calls throughput.
pub(crate) fn workload_rate_hz(run: &Run) -> Option<f64> {
    let elapsed_s = elapsed_ns(run)? / 1e9;
    Some(to_f64(first_round(run)?) / elapsed_s)
}

/// Bytes that the clients sent in the whole workload, at the layer of messages.
pub(crate) fn sent_message_bytes(run: &Run) -> Option<f64> {
    (run.bytes.sent.message > 0).then(|| to_f64(run.bytes.sent.message))
}

/// Bytes that the clients received in the whole workload, at the layer of messages.
pub(crate) fn received_message_bytes(run: &Run) -> Option<f64> {
    (run.bytes.received.message > 0).then(|| to_f64(run.bytes.received.message))
}

/// Bytes that the clients sent in the whole workload, at the layer of the stream.
pub(crate) fn sent_stream_bytes(run: &Run) -> Option<f64> {
    (run.bytes.sent.stream > 0).then(|| to_f64(run.bytes.sent.stream))
}

/// Bytes that the clients received in the whole workload, at the layer of the stream.
pub(crate) fn received_stream_bytes(run: &Run) -> Option<f64> {
    (run.bytes.received.stream > 0).then(|| to_f64(run.bytes.received.stream))
}

/// Stream bytes that the clients sent for a message, in the steady state.
pub(crate) fn sent_per_message_bytes(run: &Run) -> Option<f64> {
    let steady = Steady::of(run)?;
    Some(to_f64(steady.bytes.sent.stream) / steady.messages)
}

/// Stream bytes that the clients received for a message, in the steady state.
pub(crate) fn received_per_message_bytes(run: &Run) -> Option<f64> {
    let steady = Steady::of(run)?;
    Some(to_f64(steady.bytes.received.stream) / steady.messages)
}

/// Stream bytes in both directions for a message, in the steady state.
pub(crate) fn per_message_bytes(run: &Run) -> Option<f64> {
    Some(sent_per_message_bytes(run)? + received_per_message_bytes(run)?)
}

/// Bytes in both directions for a message at one layer, in the steady state.
pub(crate) fn layer_per_message_bytes(run: &Run, layer: Layer) -> Option<f64> {
    let steady = Steady::of(run)?;
    let sent = layer.of(&steady.bytes.sent)?;
    let received = layer.of(&steady.bytes.received)?;
    Some(to_f64(sent + received) / steady.messages)
}

/// CPU time of the server for a message, user mode, in nanoseconds.
pub(crate) fn server_user_ns(run: &Run) -> Option<f64> {
    per_cost_message(run, run.server.as_ref()?.cpu_user_ns)
}

/// CPU time of the server for a message, kernel, in nanoseconds.
pub(crate) fn server_system_ns(run: &Run) -> Option<f64> {
    per_cost_message(run, run.server.as_ref()?.cpu_system_ns)
}

/// CPU time of the server for a message, in nanoseconds.
pub(crate) fn server_cpu_ns(run: &Run) -> Option<f64> {
    Some(server_user_ns(run)? + server_system_ns(run)?)
}

/// CPU time of the generator for a message, in nanoseconds.
pub(crate) fn loadgen_cpu_ns(run: &Run) -> Option<f64> {
    let cost = run.loadgen.as_ref()?;
    per_cost_message(run, cost.cpu_user_ns + cost.cpu_system_ns)
}

/// The largest resident set of the server, in bytes.
pub(crate) fn server_rss_bytes(run: &Run) -> Option<f64> {
    run.server
        .as_ref()
        .map(|cost| to_f64(cost.rss_peak_bytes))
        .filter(|bytes| *bytes > 0.0)
}

/// How often the server asked for memory, for a message.
pub(crate) fn server_allocations(run: &Run) -> Option<f64> {
    per_cost_message(run, run.server.as_ref()?.allocations?)
}

/// How much memory the server asked for, for a message, in bytes.
pub(crate) fn server_allocated_bytes(run: &Run) -> Option<f64> {
    per_cost_message(run, run.server.as_ref()?.allocated_bytes?)
}

/// How often the generator asked for memory, for a message.
pub(crate) fn loadgen_allocations(run: &Run) -> Option<f64> {
    per_cost_message(run, run.loadgen.as_ref()?.allocations?)
}

/// How much memory the generator asked for, for a message, in bytes.
pub(crate) fn loadgen_allocated_bytes(run: &Run) -> Option<f64> {
    per_cost_message(run, run.loadgen.as_ref()?.allocated_bytes?)
}

/// Memory of the server for a connection at rest, in bytes.
pub(crate) fn server_idle_bytes(run: &Run) -> Option<f64> {
    run.idle_memory?.server_bytes_per_connection
}

/// Memory of the generator for a connection at rest, in bytes.
pub(crate) fn loadgen_idle_bytes(run: &Run) -> Option<f64> {
    Some(run.idle_memory?.loadgen_bytes_per_connection)
}

/// The largest resident set of the generator, in bytes.
pub(crate) fn loadgen_rss_bytes(run: &Run) -> Option<f64> {
    run.loadgen
        .as_ref()
        .map(|cost| to_f64(cost.rss_peak_bytes))
        .filter(|bytes| *bytes > 0.0)
}

/// A layer at which bytes are counted, each holding the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Payload,
    Message,
    Stream,
    Wire,
}

impl Layer {
    /// All layers, from the inside out.
    pub(crate) const ALL: [Self; 4] = [Self::Payload, Self::Message, Self::Stream, Self::Wire];

    /// Its name in results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Message => "message",
            Self::Stream => "stream",
            Self::Wire => "wire",
        }
    }

    /// Its count.
    pub(crate) fn of(self, layers: &ByteLayers) -> Option<u64> {
        match self {
            Self::Payload => Some(layers.payload),
            Self::Message => Some(layers.message),
            Self::Stream => Some(layers.stream),
            Self::Wire => layers.wire,
        }
    }
}

/// The messages of the first round; all messages where a run does not tell them apart.
fn first_round(run: &Run) -> Option<u64> {
    let first = if run.messages_first_round > 0 {
        run.messages_first_round
    } else {
        run.messages
    };
    (first > 0).then_some(first)
}

fn per_cost_message(run: &Run, total_ns: u64) -> Option<f64> {
    (run.cost_window_messages > 0).then(|| to_f64(total_ns) / to_f64(run.cost_window_messages))
}

/// The part of a run that tells what a message costs in the long run: all rounds but the first, or the first where
/// there is no other.
struct Steady<'a> {
    bytes: &'a ByteCounts,
    messages: f64,
}

impl<'a> Steady<'a> {
    fn of(run: &'a Run) -> Option<Self> {
        let first = first_round(run)?;
        let rest = run.messages.saturating_sub(first);
        match run.bytes_by_phase.get(phase::MESSAGE_REST) {
            Some(bytes) if rest > 0 => Some(Self {
                bytes,
                messages: to_f64(rest),
            }),
            _ => run.bytes_by_phase.get(phase::MESSAGE).map(|bytes| Self {
                bytes,
                messages: to_f64(first),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ProcessCost;

    fn counts(stream: u64) -> ByteCounts {
        let layers = ByteLayers {
            stream,
            ..ByteLayers::default()
        };
        ByteCounts {
            sent: layers,
            received: layers,
        }
    }

    #[test]
    fn bytes_a_message_leave_the_first_round_out() {
        let mut run = Run {
            messages: 30,
            messages_first_round: 10,
            ..Run::default()
        };
        run.bytes_by_phase.insert("message".to_owned(), counts(500));
        assert_eq!(sent_per_message_bytes(&run), Some(50.0));
        run.bytes_by_phase
            .insert("message_rest".to_owned(), counts(200));
        assert_eq!(sent_per_message_bytes(&run), Some(10.0));
        assert_eq!(per_message_bytes(&run), Some(20.0));
    }

    #[test]
    fn cost_is_divided_by_the_messages_of_its_window() {
        let mut run = Run {
            server: Some(ProcessCost {
                cpu_user_ns: 3_000,
                cpu_system_ns: 1_000,
                ..ProcessCost::default()
            }),
            ..Run::default()
        };
        assert_eq!(server_cpu_ns(&run), None, "no window, no cost");
        run.cost_window_messages = 4;
        assert_eq!(server_cpu_ns(&run), Some(1_000.0));
    }

    #[test]
    fn the_notebooks_throughput_is_over_the_whole_workload() {
        let run = Run {
            elapsed_ns: 2_000_000_000,
            messages: 90,
            messages_first_round: 30,
            throughput_hz: 1_000.0,
            ..Run::default()
        };
        assert_eq!(workload_rate_hz(&run), Some(15.0));
    }
}
