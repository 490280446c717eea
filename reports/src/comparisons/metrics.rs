//! What protocols are compared by.

use crate::cells::Kind;
use crate::measures;
use crate::numbers::to_f64;
use crate::schema::{LatencySummary, Run};
use crate::statistics::ratio::Origin;

/// The share of itself to which a histogram of 3 significant digits rounds a latency.
const HISTOGRAM_RESOLUTION: f64 = 0.001;

/// Which words a difference has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Faster where there is more of it.
    Rate,
    /// Faster where there is less of it.
    Time,
    /// Less and more; less is better.
    Amount,
}

/// A measure of a run by which protocols are compared.
#[derive(Debug)]
pub(crate) struct Metric {
    /// As a column's title.
    pub(crate) title: &'static str,
    pub(crate) wording: Wording,
    pub(crate) origin: Origin,
    /// Whether the verdict and the terminal name it; the report has all.
    pub(crate) is_headline: bool,
    pub(crate) of: fn(&Run) -> Option<f64>,
}

/// Nothing about the value of a measurement is rounded.
const MEASURED: Origin = Origin::Measured { resolution: 0.0 };

const LATENCY: Origin = Origin::Measured {
    resolution: HISTOGRAM_RESOLUTION,
};

/// All of them, in the order in which they are shown.
pub(crate) const METRICS: [Metric; 13] = [
    Metric {
        title: "messages/s",
        wording: Wording::Rate,
        origin: MEASURED,
        is_headline: true,
        of: measures::throughput_hz,
    },
    Metric {
        title: "elapsed",
        wording: Wording::Time,
        origin: MEASURED,
        is_headline: false,
        of: measures::elapsed_ns,
    },
    Metric {
        title: "ack p50",
        wording: Wording::Time,
        origin: LATENCY,
        is_headline: false,
        of: |run| latency_ns(run, Kind::Ack, |latency| latency.p50_ns),
    },
    Metric {
        title: "ack p99",
        wording: Wording::Time,
        origin: LATENCY,
        is_headline: true,
        of: |run| latency_ns(run, Kind::Ack, |latency| latency.p99_ns),
    },
    Metric {
        title: "delivery p50",
        wording: Wording::Time,
        origin: LATENCY,
        is_headline: false,
        of: |run| latency_ns(run, Kind::Delivery, |latency| latency.p50_ns),
    },
    Metric {
        title: "delivery p99",
        wording: Wording::Time,
        origin: LATENCY,
        is_headline: false,
        of: |run| latency_ns(run, Kind::Delivery, |latency| latency.p99_ns),
    },
    Metric {
        title: "server CPU",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: true,
        of: measures::server_cpu_ns,
    },
    Metric {
        title: "generator CPU",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: false,
        of: measures::loadgen_cpu_ns,
    },
    Metric {
        title: "server memory",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: false,
        of: measures::server_rss_bytes,
    },
    Metric {
        title: "generator memory",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: false,
        of: measures::loadgen_rss_bytes,
    },
    Metric {
        title: "server memory at rest",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: true,
        of: measures::server_idle_bytes,
    },
    Metric {
        title: "generator memory at rest",
        wording: Wording::Amount,
        origin: MEASURED,
        is_headline: false,
        of: measures::loadgen_idle_bytes,
    },
    Metric {
        title: "bytes/message",
        wording: Wording::Amount,
        origin: Origin::Counted,
        is_headline: true,
        of: measures::per_message_bytes,
    },
];

fn latency_ns(run: &Run, kind: Kind, figure: fn(&LatencySummary) -> u64) -> Option<f64> {
    kind.of(run).map(|latency| to_f64(figure(latency)))
}
