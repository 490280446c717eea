//! The results file, schema 1: every name in it is a contract, units stand last in each name.
//!
//! Readers ignore fields that they do not know, so fields may be added freely. `results.schema.json` beside this
//! crate's manifest says the same in JSON Schema, and a test holds the two together.

mod attribution;
mod conditions;
mod ledger;
pub mod phase;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use attribution::{
    Attribution, Claim, ClaimFigure, Component, EffectFigure, EncodingCost, Factors, SplitBytes,
    SplitQuantity, VaryingBytes, Waterfall, WaterfallStep,
};
pub use conditions::{
    Conditions, Http2, Http2End, LEFT_OUT, NOTHING_LEFT_OUT, SocketCounts, SocketOptions,
};
pub use ledger::Ledger;

/// The number in a results file's `schema` field that this crate reads and writes.
pub const SCHEMA: u32 = 1;

/// The protocol that is a reference beside the ranking, never in it.
pub const FLOOR: &str = "floor";

/// The names of workloads that the report treats in ways of their own.
pub mod workload {
    /// Two accounts, 20 messages, read at once (the notebook's Table 1).
    pub const EFFICIENCY: &str = "efficiency";
    /// All accounts send to all others (the notebook's Tables 2 and 3).
    pub const SCALING: &str = "scaling";
    /// Accounts that log in and say nothing, for the memory of connections at rest.
    pub const IDLE: &str = "idle";
    /// Scaling's messages over every pair of some codecs and some transports.
    pub const FACTORIAL: &str = "factorial";
    /// What the dev journal measured by hand: start, one pass, 100 registrations.
    pub const JOURNAL: &str = "journal";
}

/// A results file: what ran, where, and what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Always [`SCHEMA`].
    pub schema: u32,
    /// The machine that everything ran on.
    pub machine: Machine,
    /// What was asked for.
    pub config: Config,
    /// One entry a trial of a protocol, a workload and a number of accounts, in the order in which they ran.
    pub runs: Vec<Run>,
    /// Where the runs of further results files came from, when several were merged; left out of a file otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_from: Vec<Origin>,
    /// What a message's cost is split into; left out of a file without a factorial run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// What the notebooks' claims come to; left out of a file without a factorial run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
}

/// Where the runs of one results file came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The machine that they ran on.
    pub machine: Machine,
    /// What was asked for.
    pub config: Config,
}

impl Results {
    /// Results without runs yet.
    #[must_use]
    pub fn new(machine: Machine, config: Config) -> Self {
        Self {
            schema: SCHEMA,
            machine,
            config,
            runs: Vec::new(),
            also_from: Vec::new(),
            attribution: None,
            claims: Vec::new(),
        }
    }
}

/// The machine that a results file comes from. Its name is left out on purpose: results get published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// As the processor calls itself.
    pub cpu_model: String,
    /// Logical processors.
    pub cores: u32,
    /// Physical memory.
    pub memory_bytes: u64,
    /// The operating system and its version.
    pub os: String,
    /// The kernel's version.
    pub kernel: String,
    /// The toolchain that built the harness, as `rustc --version` prints it.
    pub rustc: String,
    /// The revision of the source tree, with `-dirty` at the end where files had changed.
    pub git_revision: Option<String>,
    /// SHA-256 of Cargo.lock, hexadecimal: which versions of which dependencies.
    pub lock_sha256: Option<String>,
}

/// The full configuration of the run, defaults filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// The command line, program name first.
    pub command: Vec<String>,
    /// When the run began, RFC 3339 with a zone.
    pub started_at: String,
    /// The seed of everything random: the order of trials, texts.
    pub seed: u64,
    /// Trials of each combination.
    pub trials: u32,
    /// The protocols, as they were asked for.
    pub protocols: Vec<String>,
    /// The workloads.
    pub workloads: Vec<String>,
    /// The numbers of accounts that the scaling workload ran with.
    pub accounts: Vec<u32>,
    /// The cells of the workload factorial; null where it did not run.
    #[serde(default)]
    pub factors: Option<Factors>,
    /// Rounds of messages; null when rounds repeat until the message phase has lasted long enough.
    pub rounds: Option<u32>,
    /// Requests that a connection may have unanswered.
    pub in_flight: u32,
    /// Text sizes in bytes; empty when the workload's own texts are used.
    #[serde(default)]
    pub message_bytes: Vec<u32>,
    /// The text of the scenario file behind a workload; null where the workload is built of code.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Offered load, in messages a second; null in the closed loop, and in a ramp, where each run has its own.
    pub rate_hz: Option<f64>,
    /// How the intended times of the open loop lie, `constant` or `poisson`; null in the closed loop.
    #[serde(default)]
    pub arrivals: Option<String>,
    /// How long a timed phase was to last, its warm-up included; null where no workload has one.
    #[serde(default)]
    pub duration_ns: Option<u64>,
    /// The part of it at its beginning that is not measured.
    #[serde(default)]
    pub warm_up_ns: Option<u64>,
    /// How long an operation may be unanswered before it is given up.
    #[serde(default)]
    pub timeout_ns: Option<u64>,
    /// The store behind the server: `memory`, `sqlite`, `sqlite:PATH`, `sqlite-per-request`.
    pub store: String,
    /// How messages reach their recipients: `push` or `poll:2s`.
    pub delivery: String,
    /// The simulated link between client and server; null for none.
    pub link: Option<String>,
    /// The address of a server that ran already; null when the harness started its own.
    pub addr: Option<String>,
    /// What was wrong with the servers on purpose, to see whether it is noticed: `forget:10000`, `json=burn:10%`; null
    /// for servers as they are.
    #[serde(default)]
    pub server_fault: Option<String>,
    /// Accounts' connections, when accounts share them; null for one connection an account.
    pub connections: Option<u32>,
    /// How messages are compressed; null for not at all.
    #[serde(default)]
    pub compression: Option<String>,
    /// PBKDF2 iterations of the accounts' passwords.
    pub scram_iterations: Option<u32>,
    /// Worker threads of the server's runtime.
    pub server_threads: Option<u32>,
    /// Worker threads of the generator's runtime.
    pub loadgen_threads: Option<u32>,
    /// Whether clocks and random numbers were fixed, so that byte counts are exact.
    #[serde(default)]
    pub deterministic: bool,
}

/// One trial: one protocol, one workload, one number of accounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The name that was asked for: `custom`, `json+ws`, `floor`.
    pub protocol: String,
    /// The codec behind the name.
    pub codec: String,
    /// The transport behind the name.
    pub transport: String,
    /// The workload: see [`workload`].
    pub workload: String,
    /// Accounts that took part.
    pub accounts: u32,
    /// Rounds of messages, the first one included.
    pub rounds: u32,
    /// Requests that a connection may have unanswered.
    pub in_flight: u32,
    /// The size of a text in bytes; null where texts differ in size.
    pub message_bytes: Option<u32>,
    /// Offered load, in messages a second; null in the closed loop.
    pub rate_hz: Option<f64>,
    /// How the intended times of an open loop lie, `constant` or `poisson`; null in the closed loop.
    #[serde(default)]
    pub arrivals: Option<String>,
    /// How long the message phase was to last, its warm-up included; null where the workload says how much is sent.
    #[serde(default)]
    pub duration_ns: Option<u64>,
    /// The part of it at its beginning that is in no latency, and not in `throughput_hz`.
    #[serde(default)]
    pub warm_up_ns: Option<u64>,
    /// The simulated link; null for none.
    pub link: Option<String>,
    /// How the simulated link behaves, and how well it did; null for none.
    #[serde(default)]
    pub link_report: Option<LinkReport>,
    /// The store behind the server.
    pub store: String,
    /// How messages reached their recipients, `poll:2s` for instance; null when they were pushed.
    #[serde(default)]
    pub delivery: Option<String>,
    /// How many connections the accounts shared; null when each had its own.
    #[serde(default)]
    pub connections: Option<u32>,
    /// Which trial, from 1.
    pub trial: u32,
    /// The protocol that this is a second measurement of, under another name: a control. It shows how much one thing
    /// differs from itself, and is no contender.
    #[serde(default)]
    pub control_of: Option<String>,
    /// From which of several merged results files: 0 from the first, n from the n-th of `also_from`. Trials of one
    /// number belong together only within one file.
    #[serde(default)]
    pub origin: u32,
    /// Whether server and generator shared a process: then the run is a component for attribution, never ranked.
    pub in_process: bool,
    /// Whether the numbers may be used.
    pub valid: bool,
    /// Why not, in whole sentences; empty for a valid run.
    pub invalid_reasons: Vec<String>,
    /// Time of the whole workload, as the notebook took it: of its first round alone, with its accounts' deletion.
    pub elapsed_ns: u64,
    /// Time of each phase: see [`phase`].
    pub phases_ns: BTreeMap<String, u64>,
    /// The part of the phase `start` in which the server's process started, until it listened; null where the workload
    /// is not `journal`, and where the server ran already, so that `start` is connecting alone.
    #[serde(default)]
    pub server_start_ns: Option<u64>,
    /// What the workload `journal` left out because the format cannot say it; empty otherwise.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Messages sent, in all rounds.
    pub messages: u64,
    /// Messages sent in the first round.
    #[serde(default)]
    pub messages_first_round: u64,
    /// Messages of all rounds by the time of the message phases, per second; in a timed phase, messages that were
    /// acknowledged in the measured time, by that time.
    pub throughput_hz: f64,
    /// The measured part of the message phases, counted apart from the latencies.
    #[serde(default)]
    pub measured: Option<Measured>,
    /// How many measured operations were unanswered on average: the integral of their number over time, by the measured
    /// time. Made without the histograms, so that Little's law can be held against them.
    #[serde(default)]
    pub in_flight_mean: Option<f64>,
    /// Whether all that makes the run invalid is that it was offered more than was carried.
    #[serde(default)]
    pub saturated: bool,
    /// How long requests and deliveries took.
    pub latency: Latency,
    /// Response times by kind of operation, `send`, `read`, `history`, `list`, `delete`, `unread`, `ping`, where the
    /// workload mixes several; empty otherwise.
    #[serde(default)]
    pub operations: BTreeMap<String, LatencySummary>,
    /// Bytes of the workload, as the notebook counted it: without `connect` and what is there for further rounds. Sent by the clients,
    /// received by the clients.
    pub bytes: ByteCounts,
    /// Bytes in the socket until the reply to `Hello`, apart from `bytes`.
    pub handshake_bytes: HandshakeBytes,
    /// Bytes of each phase: see [`phase`].
    pub bytes_by_phase: BTreeMap<String, ByteCounts>,
    /// Mean stream bytes of one message in rounds 2 and later; null when there was one round.
    #[serde(default)]
    pub bytes_per_message: Option<BytesPerMessage>,
    /// Stream bytes of the first message between fresh connections, where names and headers cross for the first time;
    /// null where it was not asked.
    #[serde(default)]
    pub bytes_first_message: Option<BytesFirstMessage>,
    /// What the server's process cost over the message phases; null when the server was not ours.
    pub server: Option<ProcessCost>,
    /// What the generator's process cost over the message phases.
    pub loadgen: Option<ProcessCost>,
    /// Messages that were sent between the two readings behind `server` and `loadgen`.
    #[serde(default)]
    pub cost_window_messages: u64,
    /// How many messages were acknowledged from one moment of the message phases to the next; null when nobody counted.
    #[serde(default)]
    pub intervals: Option<Intervals>,
    /// What a connection at rest occupied; null where that was not what the run was about.
    #[serde(default)]
    pub idle_memory: Option<IdleMemory>,
    /// What the codec's functions take alone; null where nobody measured that.
    #[serde(default)]
    pub encoding: Option<EncodingCost>,
    /// What became of every operation.
    pub ledger: Ledger,
    /// SHA-256 over the server's state before anything was deleted, hexadecimal; null when the server was not ours.
    pub state_digest: Option<String>,
    /// What its connections were set to, and what is not equal between protocols; null when nobody was asked.
    #[serde(default)]
    pub conditions: Option<Conditions>,
}

/// Messages that were acknowledged in each of some intervals of the same length, which follow each other from the
/// beginning of the message phases; time at barriers is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervals {
    /// How long each interval is; the last one may be cut short.
    pub interval_ns: u64,
    /// Messages acknowledged in each.
    pub acknowledged: Vec<u64>,
}

/// Latencies of one run, of what was due after the warm-up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Response time: from the intended time of an operation until its reply.
    pub ack: Option<LatencySummary>,
    /// Service time: from the actual time of an operation until its reply.
    #[serde(default)]
    pub service: Option<LatencySummary>,
    /// Send lag: from the intended to the actual time, of all that was sent and came to an end.
    #[serde(default)]
    pub send_lag: Option<LatencySummary>,
    /// From the intended time of a send until the recipient has the event.
    pub delivery: Option<LatencySummary>,
    /// From the intended time of an operation until it was refused, or answered wrongly.
    #[serde(default)]
    pub errors: Option<LatencySummary>,
    /// From the intended time of an operation until it was given up.
    #[serde(default)]
    pub timeouts: Option<LatencySummary>,
}

/// What became of the operations that were due in the measured time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// How long was measured.
    pub measured_ns: u64,
    /// Operations that were due in that time.
    pub scheduled: u64,
    /// Those of them that were answered as they should, in time.
    pub ok: u64,
    /// Those that were refused, or answered wrongly.
    pub errors: u64,
    /// Those whose answer nobody saw: given up, unanswered at the end, or never sent.
    pub censored: u64,
    /// Those that waited because as many requests as a connection may have unanswered were out.
    pub waited: u64,
}

/// A latency distribution: its usual figures, and the whole histogram.
///
/// Made by [`LatencySummary::from_histogram`](crate::schema::LatencySummary::from_histogram).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LatencySummary {
    /// Samples.
    pub count: u64,
    /// Operations without a sample, because nobody saw their end. They rank above all samples; where a percentile
    /// falls on one of them it is not known, and what stands there is the largest sample: the percentile is above it.
    #[serde(default)]
    pub censored: u64,
    /// Arithmetic mean.
    pub mean_ns: f64,
    /// Median.
    pub p50_ns: u64,
    /// 90th percentile.
    pub p90_ns: u64,
    /// 99th percentile.
    pub p99_ns: u64,
    /// 99.9th percentile.
    pub p999_ns: u64,
    /// The largest sample.
    pub max_ns: u64,
    /// The histogram in nanoseconds: `HdrHistogram`'s compressed V2 format in base64.
    pub hdr: String,
}

/// Bytes in both directions, seen from the clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// From the clients to the server.
    pub sent: ByteLayers,
    /// From the server to the clients.
    pub received: ByteLayers,
}

/// The same bytes at four layers, each holding the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteLayers {
    /// The text and names that a user means.
    pub payload: u64,
    /// What the codec made of them: the notebook's layer.
    pub message: u64,
    /// What went through the socket: framing, HTTP/2, TLS included.
    pub stream: u64,
    /// With TCP and IP headers and acknowledgements; null where there is no TCP, or nobody asked it.
    pub wire: Option<u64>,
}

/// Stream bytes of the handshakes of all connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeBytes {
    /// From the clients to the server.
    pub sent: u64,
    /// From the server to the clients.
    pub received: u64,
}

/// A simulated link: what it was told to do, and what it did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkReport {
    /// There and back, where nothing waits.
    pub rtt_ns: u64,
    /// By how much one way differs from half of that at most.
    pub jitter_ns: u64,
    /// What each direction carries, all connections together; null for no limit.
    pub rate_bits_per_s: Option<u64>,
    /// The share of segments that are lost, 0 to 1.
    pub loss: f64,
    /// How many were lost.
    pub losses: u64,
    /// By how much bytes left the relay later than they should have: the median.
    pub lag_p50_ns: u64,
    /// The same, the 99th percentile.
    pub lag_p99_ns: u64,
}

/// Mean stream bytes of the three parts of one message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct BytesPerMessage {
    /// The sender's request.
    pub request: f64,
    /// The server's reply to the sender.
    pub reply: f64,
    /// The event to the recipient.
    pub event: f64,
}

/// Stream bytes of the three parts of the first message between fresh connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BytesFirstMessage {
    /// The sender's request.
    pub request: u64,
    /// The server's reply to the sender.
    pub reply: u64,
    /// The event to the recipient.
    pub event: u64,
}

/// What a process cost between two readings of the kernel's accounting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessCost {
    /// CPU time in user mode.
    pub cpu_user_ns: u64,
    /// CPU time in the kernel.
    pub cpu_system_ns: u64,
    /// The largest resident set in the message phases; of a server that ran already, in its life so far.
    pub rss_peak_bytes: u64,
    /// How often it asked for memory; null in a build that does not count that.
    #[serde(default)]
    pub allocations: Option<u64>,
    /// How much memory it asked for; likewise.
    #[serde(default)]
    pub allocated_bytes: Option<u64>,
    /// Context switches because the process waited.
    pub context_switches_voluntary: u64,
    /// Context switches because its time was up.
    pub context_switches_involuntary: u64,
    /// Stream bytes that it sent; null where it cannot be asked.
    pub network_sent_bytes: Option<u64>,
    /// Stream bytes that it received; null where it cannot be asked.
    pub network_received_bytes: Option<u64>,
}

/// How much resident memory, heap and stacks, grew with each connection that was opened, logged in and at rest: between
/// before the first and after the last, divided by their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct IdleMemory {
    /// How many connections.
    pub connections: u32,
    /// Of the server; null where it cannot be asked.
    pub server_bytes_per_connection: Option<f64>,
    /// Of the generator.
    pub loadgen_bytes_per_connection: f64,
}
