//! What a factorial run is split into, and what the notebooks' claims come to in it. Both are computed from the runs of
//! the same file, and can be computed again from them.

use serde::{Deserialize, Serialize};

/// Codecs and transports of which every pair ran: the cells of a factorial run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors {
    /// Names of codecs.
    pub codecs: Vec<String>,
    /// Names of transports.
    pub transports: Vec<String>,
}

/// What a codec's own functions take for one message, measured alone: in a loop over the same messages, in the
/// generator's process, when all else was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct EncodingCost {
    /// Encoding the request, by the client.
    pub request_encode_ns: f64,
    /// Decoding it, by the server.
    pub request_decode_ns: f64,
    /// Encoding the reply, by the server.
    pub reply_encode_ns: f64,
    /// Decoding it, by the client.
    pub reply_decode_ns: f64,
    /// Encoding the event, by the server.
    pub event_encode_ns: f64,
    /// Decoding it, by the client.
    pub event_decode_ns: f64,
}

/// The cost of a message, split between codec and transport.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The cells that it is made from.
    pub factors: Factors,
    /// Rounds of trials in which every cell has a valid run; the others are left out.
    pub rounds: u32,
    /// Rounds that were left out.
    pub rounds_left_out: u32,
    /// What each quantity is split into.
    pub quantities: Vec<SplitQuantity>,
    /// Bytes of a message, split without a model, for each cell.
    pub bytes: Vec<SplitBytes>,
    /// Ways from one protocol to another, step by step.
    pub waterfalls: Vec<Waterfall>,
}

/// A quantity, split into components.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitQuantity {
    /// `time_ns`, `latency_p50_ns`, `server_cpu_ns` or `loadgen_cpu_ns`, each for a message.
    pub quantity: String,
    /// Complete rounds in which every cell has it.
    #[serde(default)]
    pub rounds: u32,
    /// The components. For each cell `core`, its `encoding`, `transport`, its `framing` and its `interaction` add up to
    /// what was measured there, where the cell's transport has them. Where nothing says what codecs take of it alone,
    /// `start` and the codec's `encoding_over_first` stand for `core` and `encoding`.
    pub components: Vec<Component>,
}

/// A component of a quantity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// `core`, `core_and_transport`, `start`, `encoding`, `encoding_over_first`, `encoding_alone`, `transport`, `framing`
    /// or `interaction`.
    pub part: String,
    /// The codec, the transport, or the cell that it belongs to; null for what all have.
    pub of: Option<String>,
    /// How much.
    pub effect: EffectFigure,
}

/// A difference or an amount with its interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EffectFigure {
    /// Mean over rounds of trials, in the quantity's unit.
    pub value: f64,
    /// Where its 99 % interval begins; null for what is exact, or of a single round.
    pub low: Option<f64>,
    /// Where it ends.
    pub high: Option<f64>,
    /// `shown`, `not told from 0` or `too few trials`.
    pub finding: String,
}

/// Bytes of one message in both directions, request, reply and event together: means over rounds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitBytes {
    /// The codec.
    pub codec: String,
    /// The transport.
    pub transport: String,
    /// The text and the names that a user means.
    pub payload: f64,
    /// What the codec adds; below 0 where it says names in fewer bytes than they have.
    pub encoding: f64,
    /// What the transport adds.
    pub framing: f64,
    /// What is not the same in all of several rounds; everything else is exact.
    #[serde(default)]
    pub varying: Vec<VaryingBytes>,
}

/// Bytes that are not the same in all rounds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VaryingBytes {
    /// `payload`, `encoding`, `framing` or `stream`, which is all of them.
    pub part: String,
    /// How many, and where the interval lies.
    pub effect: EffectFigure,
}

/// A way from one protocol to another. Both orders, codec first and transport first, are averaged (Shapley), so that the
/// steps add up to the whole difference.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// `gRPC against JSON`.
    pub title: String,
    /// As `codec+transport`.
    pub from: String,
    /// As `codec+transport`.
    pub to: String,
    /// `time_ns`, `latency_p50_ns`, `server_cpu_ns`, `loadgen_cpu_ns` or `stream_bytes`.
    pub quantity: String,
    /// What the first one takes.
    pub from_value: f64,
    /// What the second one takes.
    pub to_value: f64,
    /// From the first to the second.
    pub steps: Vec<WaterfallStep>,
    /// By how much the codec's step is larger on the second transport than on the first: what no order of steps can
    /// give to one of them. Null where only one of the two changes.
    #[serde(default)]
    pub interaction: Option<EffectFigure>,
}

/// A step of a waterfall.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaterfallStep {
    /// `protobuf`, `a call each`.
    pub what: String,
    /// By how much it raises the quantity.
    pub effect: EffectFigure,
}

/// A claim of one of the notebooks, and what a factorial run says of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Its number: 1 to 5, 9 to 12.
    pub number: u32,
    /// Which notebook made it: A, B or C.
    pub notebook: String,
    /// What it says, in our words.
    pub claim: String,
    /// `supported`, `refuted`, `holds in part` or `cannot be told`.
    pub verdict: String,
    /// What it is held against.
    pub figures: Vec<ClaimFigure>,
}

/// A figure that speaks for a claim or against it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimFigure {
    /// What it is.
    pub figure: String,
    /// `ratio`, `share` or `bytes`.
    pub unit: String,
    /// Null where the run lacks what it is made from.
    pub value: Option<f64>,
    /// Where its 99 % interval begins; null for counts that agree in all trials, and where there is none.
    pub low: Option<f64>,
    /// Where it ends.
    pub high: Option<f64>,
    /// What the claim lets expect, in words; empty for a figure that only stands beside.
    pub expected: String,
    /// `supports`, `refutes`, `cannot be told: …`, or `beside`, with what it lacks.
    pub verdict: String,
}
