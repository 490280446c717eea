//! What a gate can look at: the names of metrics, and what each quantity is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a metric: segments joined by `/`, from the layer that it belongs to, over what it is measured on, to the
/// [`Quantity`] with its unit.
///
/// | name | what |
/// |---|---|
/// | `message/custom/request/send/bytes` | what the codec `custom` makes of the script's request `send` |
/// | `stream/json/send/sent_bytes` | what the client's socket carries while the script does `send` |
/// | `store/sqlite/send/statements` | what an acknowledged `send` asks of SQLite |
/// | `count/json/encode/request/send/instructions` | what encoding that request takes |
/// | `time/json/scaling/server_cpu_per_message_ns` | what a message of the workload takes, by the clock |
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MetricId(String);

impl MetricId {
    /// Joins segments to a name.
    #[must_use]
    pub fn of(segments: &[&str]) -> Self {
        Self(segments.join("/"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, from the layer to the quantity.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The quantity that its last segment names; none if there is no such quantity.
    #[must_use]
    pub fn quantity(&self) -> Option<&'static Quantity> {
        let last = self.0.rsplit('/').next()?;
        QUANTITIES.iter().find(|quantity| quantity.name == last)
    }
}

impl From<String> for MetricId {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for MetricId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a quantity is judged.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The same in every run: any change must be accepted.
    #[default]
    Exact,
    /// The same but for the toolchain: held in a tight band.
    Counted,
    /// Different in every run: compared by pairs of runs of two binaries in one job, and never with a number from
    /// another job.
    Statistical,
    /// A relation between two exact quantities that must hold whatever they are.
    Invariant,
    /// A bound on a quantity of the head alone.
    Slo,
}

impl Class {
    /// Its name in files and on pages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Counted => "counted",
            Self::Statistical => "statistical",
            Self::Invariant => "invariant",
            Self::Slo => "slo",
        }
    }
}

/// Which direction of a quantity is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worse {
    /// More of it.
    Higher,
    /// Less of it.
    Lower,
}

/// What a number is, whatever it was measured on.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// The last segment of its metrics' names.
    pub name: &'static str,
    /// The unit, as people read it; empty for a plain number.
    pub unit: &'static str,
    /// How it is judged.
    pub class: Class,
    /// Which direction is worse.
    pub worse: Worse,
    /// What it is and how it is measured, in sentences.
    pub explanation: &'static str,
}

/// All quantities.
pub const QUANTITIES: &[Quantity] = &[
    Quantity {
        name: "bytes",
        unit: "B",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "What the codec makes of one message of the script: the frame without what only finds its \
            boundary. The same connection says everything in the same order each time, so it never varies.",
    },
    Quantity {
        name: "sent_bytes",
        unit: "B",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "What the client writes to its socket for one step of the script, framing and the transport's \
            own frames included.",
    },
    Quantity {
        name: "received_bytes",
        unit: "B",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "What the client reads from its socket for one step of the script, events included.",
    },
    Quantity {
        name: "frames",
        unit: "",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "Frames in both directions for one step of the script, as the transport divides its stream: \
            the codec's frames, or those of HTTP/2.",
    },
    Quantity {
        name: "round_trips",
        unit: "",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "How often the client waits for the server in one step of the script.",
    },
    Quantity {
        name: "statements",
        unit: "",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "SQL statements for one step of the script, those that begin and end transactions included.",
    },
    Quantity {
        name: "commits",
        unit: "",
        class: Class::Exact,
        worse: Worse::Higher,
        explanation: "Transactions that the store commits for one step of the script.",
    },
    Quantity {
        name: "instructions",
        unit: "",
        class: Class::Counted,
        worse: Worse::Higher,
        explanation: "Instructions of one call, counted by Callgrind. They depend on the toolchain, so they are \
            compared only with a baseline of the same one.",
    },
    Quantity {
        name: "allocations",
        unit: "",
        class: Class::Counted,
        worse: Worse::Higher,
        explanation: "How often one call asks the allocator for memory.",
    },
    Quantity {
        name: "throughput_hz",
        unit: "messages/s",
        class: Class::Statistical,
        worse: Worse::Lower,
        explanation: "Messages acknowledged per second while messages are sent.",
    },
    Quantity {
        name: "latency_ack_p50_ns",
        unit: "ns",
        class: Class::Statistical,
        worse: Worse::Higher,
        explanation: "The median response time, until the reply is there.",
    },
    Quantity {
        name: "latency_ack_p99_ns",
        unit: "ns",
        class: Class::Statistical,
        worse: Worse::Higher,
        explanation: "The response time that one message in a hundred exceeds, until the reply is there.",
    },
    Quantity {
        name: "latency_delivery_p99_ns",
        unit: "ns",
        class: Class::Statistical,
        worse: Worse::Higher,
        explanation: "The time that one message in a hundred exceeds, until its recipient has it.",
    },
    Quantity {
        name: "server_cpu_per_message_ns",
        unit: "ns",
        class: Class::Statistical,
        worse: Worse::Higher,
        explanation: "CPU time of the server, user and system, per message, over exactly the time in which messages \
            are sent.",
    },
    Quantity {
        name: "server_rss_peak_bytes",
        unit: "B",
        class: Class::Statistical,
        worse: Worse::Higher,
        explanation: "The most memory that the server had resident while messages were sent.",
    },
];
