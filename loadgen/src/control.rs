//! How the parent and its children talk: one JSON object a line, over the children's stdin and stdout.
//!
//! The parent orchestrates and draws, and never touches a socket. Each trial is a fresh server child and a fresh
//! generator child. A child's first line tells it what to be; when its stdin ends it exits, so that no child
//! outlives its parent.

use std::collections::BTreeMap;
use std::time::Duration;

use protocols::security::{Identity, Trust};
use protocols::sockets::Answers;
use reports::schema::EncodingCost;
use serde::{Deserialize, Serialize};

use crate::delivery::Delivery;
use crate::fault::Fault;
use crate::intervals::Intervals;
use crate::link::Link;
use crate::link::relay::Snapshot;
use crate::pacing::Arrivals;
use crate::recorder::{Recorded, Recording};
use crate::tally::Tally;

/// What the parent tells a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Order {
    /// First line to a server child: serve; answered with [`Report::Ready`]. To a generator child: serve in its own
    /// process, before it is told its load.
    Serve(ServeOrder),
    /// First line to a generator child: derive keys; answered with [`Report::Ready`].
    Load(LoadOrder),
    /// First line to a relay child: stand before a server; answered with [`Report::Ready`].
    Relay(RelayOrder),
    /// Read the counters; answered with [`Report::Counters`]. At any time.
    Mark,
    /// A phase begins; has no answer of its own. At any time.
    BeginPhase,
    /// To whom the server is: digest the state; answered with [`Report::Digest`].
    Digest,
    /// To a generator that is ready, or waits at the end of a phase: go on.
    Go,
    /// Finish cleanly; a generator deletes what it created, then says [`Report::Outcome`].
    Stop,
}

/// What a server child is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServeOrder {
    /// A protocol of the registry.
    pub protocol: String,
    /// Where to listen, `host:port`.
    pub address: String,
    /// Which store, as `--store` says it.
    pub store: String,
    /// Worker threads of the runtime; 1 runs it on one thread.
    pub threads: u32,
    /// What it does wrong on purpose.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// How messages are compressed, by name; `None`: not at all.
    #[serde(default)]
    pub compression: Option<String>,
    /// How messages reach their recipients.
    #[serde(default)]
    pub delivery: Delivery,
    /// What its randomness is drawn from, while its clock stands; `None`: it has the machine's clock and randomness.
    #[serde(default)]
    pub fixed_seed: Option<u64>,
    /// What it shows, where its transport encrypts.
    #[serde(default)]
    pub identity: Option<Identity>,
}

/// What a relay child is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayOrder {
    /// Where the server is, `host:port`.
    pub server: String,
    /// How the link behaves.
    pub link: Link,
    /// What its chances are drawn from.
    pub seed: u64,
    /// Whether to connect to the server once before anybody else does: one that is not ours may not be there.
    pub try_server: bool,
}

/// What a generator child is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadOrder {
    /// A protocol of the registry.
    pub protocol: String,
    /// Where the server is.
    pub address: String,
    /// A workload of the list.
    pub workload: String,
    /// How many accounts.
    pub accounts: u32,
    /// The text of the scenario file that describes the workload; `None`: it is one of the list.
    #[serde(default)]
    pub scenario: Option<String>,
    /// The size of texts, in bytes; `None`: the workload's own.
    #[serde(default)]
    pub message_bytes: Option<u32>,
    /// How many rounds; `None`: as many as make the message phases last long enough.
    pub rounds: Option<u32>,
    /// How many requests a connection has unanswered at most.
    pub in_flight: u32,
    /// What every account name begins with, so that a shared server's accounts are left alone.
    pub prefix: String,
    /// What randomness is seeded with.
    pub seed: u64,
    /// At which rate, and for how long.
    #[serde(default)]
    pub timing: Timing,
    /// How the accounts reach the server, where a protocol leaves a choice.
    #[serde(default)]
    pub reach: Reach,
    /// The simulated link that lies before the server; `None` for none.
    #[serde(default)]
    pub link: Option<Link>,
    /// Whether latencies are kept.
    #[serde(default)]
    pub recording: Recording,
    /// Whether nothing that it says may depend on what this machine happens to choose, a port for instance.
    #[serde(default)]
    pub deterministic: bool,
    /// Whom it trusts, where the transport encrypts.
    #[serde(default)]
    pub trust: Option<Trust>,
}

impl LoadOrder {
    /// How much longer an answer may take because of a simulated link.
    #[must_use]
    pub fn link_patience(&self) -> Duration {
        self.link.map(|link| link.patience()).unwrap_or_default()
    }
}

/// How accounts reach the server, where a protocol leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// How many connections the accounts share; `None`: each has its own.
    #[serde(default)]
    pub connections: Option<u32>,
    /// How messages are compressed, by name; `None`: not at all.
    #[serde(default)]
    pub compression: Option<String>,
    /// How messages reach their recipients.
    #[serde(default)]
    pub delivery: Delivery,
}

/// At which rate operations are due, for how long, and how long they may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Offered operations a second over all accounts; `None`: the closed loop.
    pub rate_hz: Option<u32>,
    /// How the intended times of an open loop lie.
    pub arrivals: Arrivals,
    /// How long a timed phase lasts, its warm-up included.
    pub duration: Duration,
    /// How much of that is not measured.
    pub warm_up: Duration,
    /// How long an operation may be unanswered.
    pub timeout: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            rate_hz: None,
            arrivals: Arrivals::default(),
            duration: DURATION_DEFAULT,
            warm_up: DURATION_DEFAULT / WARM_UP_SHARE,
            timeout: TIMEOUT_DEFAULT,
        }
    }
}

/// How long a timed phase lasts if nobody says.
pub const DURATION_DEFAULT: Duration = Duration::from_secs(10);

/// Which share of a timed phase is its warm-up if nobody says: one in so many.
pub const WARM_UP_SHARE: u32 = 10;

/// How long an operation may be unanswered if nobody says.
pub const TIMEOUT_DEFAULT: Duration = Duration::from_secs(10);

/// What a child tells the parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub enum Report {
    /// A server listens here, or a generator has derived its keys.
    Ready {
        /// The server's address, with the port that was chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
    /// The answer to [`Order::Mark`].
    Counters(Counters),
    /// A generator's answer to [`Order::Mark`], where the server is in its process.
    CountersApart {
        /// The server's.
        server: Counters,
        /// The generator's own.
        loadgen: Counters,
    },
    /// A relay's answer to [`Order::Mark`].
    Relayed(Snapshot),
    /// The answer to [`Order::Digest`]: lower-case hexadecimal; `None` if this server keeps no state.
    Digest {
        /// The digest.
        digest: Option<String>,
    },
    /// A generator has reached the end of a phase, with nothing in flight, and waits for [`Order::Go`].
    PhaseEnd(PhaseEnd),
    /// A generator is done; its last line.
    Outcome(Box<Outcome>),
    /// The child cannot go on; its last line.
    Failed {
        /// What is wrong, in one line.
        error: String,
    },
}

/// What one process has used and moved since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// CPU time in user mode, in nanoseconds.
    pub cpu_user_ns: u64,
    /// CPU time in the kernel, in nanoseconds.
    pub cpu_system_ns: u64,
    /// The memory it has resident that is no file's: heap and stacks, in bytes.
    #[serde(default)]
    pub rss_anonymous_bytes: u64,
    /// The most memory it had resident since [`Order::BeginPhase`], in bytes; of a process that is not ours, so far.
    pub rss_peak_bytes: u64,
    /// How often it asked for memory; `None` in a build that does not count that.
    #[serde(default)]
    pub allocations: Option<u64>,
    /// How much memory it asked for, in bytes; likewise.
    #[serde(default)]
    pub allocated_bytes: Option<u64>,
    /// Context switches because it waited.
    pub context_switches_voluntary: u64,
    /// Context switches because its time was up.
    pub context_switches_involuntary: u64,
    /// Written to its chat sockets, in bytes: the layer `stream`.
    pub stream_sent_bytes: u64,
    /// Read from its chat sockets, in bytes.
    pub stream_received_bytes: u64,
    /// Headers of IP and TCP of all segments sent, in bytes, from `TCP_INFO`; `None` where there is no TCP. Generators
    /// only.
    pub headers_sent_bytes: Option<u64>,
    /// Headers of all segments received, in bytes.
    pub headers_received_bytes: Option<u64>,
    /// Bytes that TCP sent again.
    pub retransmitted_bytes: Option<u64>,
    /// What its chat sockets said when they were asked; `None` if the process is not ours.
    #[serde(default)]
    pub sockets: Option<Answers>,
}

/// The end of a phase, as the generator saw it. Byte counts are of the whole run so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseEnd {
    /// One of [`reports::schema::phase::ALL`].
    pub phase: String,
    /// How long it took, in nanoseconds, without the waiting at barriers.
    pub elapsed_ns: u64,
    /// Messages sent and acknowledged in this phase.
    pub messages: u64,
    /// Rounds in this phase; 0 outside of the message phases.
    pub rounds: u32,
    /// The generator's counters at its end.
    pub counters: Counters,
    /// The layers that only the generator knows, so far.
    pub layers: Layers,
}

/// Bytes at the layers above the socket, of the whole run so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// The texts and names that requests mean.
    pub payload_sent_bytes: u64,
    /// The texts and names that replies and events mean.
    pub payload_received_bytes: u64,
    /// What the codec made of requests.
    pub requests_bytes: u64,
    /// What the codec made of replies and refusals.
    pub replies_bytes: u64,
    /// What the codec made of events.
    pub events_bytes: u64,
    /// How many replies and refusals there were.
    pub replies: u64,
    /// How many events there were.
    pub events: u64,
}

/// What became of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// All rounds.
    pub rounds: u32,
    /// Messages sent and acknowledged.
    pub messages: u64,
    /// Where every operation went.
    pub ledger: Ledger,
    /// What single messages take; `None` if none were sent.
    #[serde(default)]
    pub single_messages: Option<SingleMessages>,
    /// All latencies that were taken.
    #[serde(default)]
    pub recorded: Recorded,
    /// Sums over the measured time, made apart from the latencies.
    #[serde(default)]
    pub tally: Tally,
    /// Acknowledged messages by interval.
    #[serde(default)]
    pub intervals: Intervals,
    /// Response times by kind of operation, where a workload mixes several: `HdrHistogram` V2, compressed, in base64.
    #[serde(default)]
    pub operations: BTreeMap<String, String>,
    /// What the codec's functions take alone; `None` if nobody wanted to know.
    #[serde(default)]
    pub encoding: Option<EncodingCost>,
    /// The digest that the server's state must have had after the first round, or after a timed phase; `None` if that
    /// cannot be known.
    pub expected_digest: Option<String>,
    /// What was not tried because the format cannot say it, in words.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// The first few wrong answers, in words.
    pub wrong: Vec<String>,
    /// How many wrong answers there were.
    pub wrong_count: u64,
    /// Whether it was told to stop before it was done.
    pub stopped: bool,
}

/// Single messages between two connections that have no others, at the end of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleMessages {
    /// The first one.
    pub first: SingleMessage,
    /// One behind others.
    pub later: SingleMessage,
}

/// What one message takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleMessage {
    /// What the sender sent, in bytes of the stream.
    pub request_bytes: u64,
    /// What the sender received.
    pub reply_bytes: u64,
    /// What crossed the recipient's connection.
    pub event_bytes: u64,
    /// What the codec made of the reply.
    pub reply_message_bytes: u64,
    /// What the codec made of the event.
    pub event_message_bytes: u64,
}

/// Where every operation went: `scheduled = ok + errors + timeouts + in_flight + never_sent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Operations that the workload wanted.
    pub scheduled: u64,
    /// Answered as they should.
    pub ok: u64,
    /// Refused, or failed.
    pub errors: u64,
    /// Not answered in time.
    pub timeouts: u64,
    /// Sent and not answered when the run ended.
    pub in_flight: u64,
    /// Not sent when the run ended.
    pub never_sent: u64,
    /// Messages that reached their recipient, by event or by reading.
    pub delivered: u64,
    /// Messages that were acknowledged and did not.
    pub lost: u64,
    /// Messages that reached their recipient more than once.
    pub duplicated: u64,
    /// Messages that reached their recipient behind a later one of the same sender.
    #[serde(default)]
    pub reordered: u64,
    /// Messages that reached their recipient with a text that was never sent.
    #[serde(default)]
    pub altered: u64,
}
