//! What a gate takes from a run: its statistical quantities, and what is worse.

use super::metric::{MetricId, QUANTITIES, Quantity, Worse};
use crate::measures;
use crate::numbers::to_f64;
use crate::schema::Run;

/// A statistical quantity, and how a run tells it.
#[derive(Debug)]
pub(crate) struct Timed {
    /// Its name among [`QUANTITIES`].
    pub(crate) name: &'static str,
    /// As a sentence names it.
    pub(crate) title: &'static str,
    /// Its value in a run, in the quantity's unit; none where it is unknown.
    of: fn(&Run) -> Option<f64>,
}

/// All of them.
pub(crate) const TIMED: [Timed; 6] = [
    Timed {
        name: "throughput_hz",
        title: "throughput",
        of: measures::throughput_hz,
    },
    Timed {
        name: "latency_ack_p50_ns",
        title: "median response time (ack p50)",
        of: |run| run.latency.ack.as_ref().map(|ack| to_f64(ack.p50_ns)),
    },
    Timed {
        name: "latency_ack_p99_ns",
        title: "99th percentile of response time (ack p99)",
        of: |run| run.latency.ack.as_ref().map(|ack| to_f64(ack.p99_ns)),
    },
    Timed {
        name: "latency_delivery_p99_ns",
        title: "99th percentile of delivery time",
        of: |run| {
            let delivery = run.latency.delivery.as_ref();
            delivery.map(|delivery| to_f64(delivery.p99_ns))
        },
    },
    Timed {
        name: "server_cpu_per_message_ns",
        title: "server CPU per message",
        of: measures::server_cpu_ns,
    },
    Timed {
        name: "server_rss_peak_bytes",
        title: "peak memory of the server",
        of: measures::server_rss_bytes,
    },
];

/// The value of each of [`TIMED`] in one run; none where it is unknown.
pub(crate) type Values = [Option<f64>; TIMED.len()];

/// What a run says. What is not positive has no ratio, and counts as unknown.
pub(crate) fn values(run: &Run) -> Values {
    let positive = |value: &f64| value.is_finite() && *value > 0.0;
    std::array::from_fn(|at| (TIMED[at].of)(run).filter(positive))
}

impl Timed {
    /// What it is.
    pub(crate) fn quantity(&self) -> &'static Quantity {
        let mut all = QUANTITIES.iter();
        all.find(|quantity| quantity.name == self.name)
            .expect("a test holds the two lists together")
    }

    /// The metric that it is over a protocol under a workload.
    pub(crate) fn id(&self, protocol: &str, workload: &str) -> MetricId {
        MetricId::of(&["time", protocol, workload, self.name])
    }
}

impl Worse {
    /// By how much the head is worse: the logarithm of the ratio, turned so that more is worse.
    pub(crate) fn worsening(self, base: f64, head: f64) -> f64 {
        match self {
            Self::Higher => (head / base).ln(),
            Self::Lower => (base / head).ln(),
        }
    }

    /// The worsening that a share is: 5 % more, or 5 % less where less is worse.
    pub(crate) fn of_share(self, share: f64) -> f64 {
        match self {
            Self::Higher => share.ln_1p(),
            Self::Lower => -(-share.min(1.0)).ln_1p(),
        }
    }

    /// The share that a worsening is; negative where it is an improvement.
    pub(crate) fn share(self, worsening: f64) -> f64 {
        match self {
            Self::Higher => worsening.exp_m1(),
            Self::Lower => -(-worsening).exp_m1(),
        }
    }

    /// The ratio of head to base, as measured.
    pub(crate) fn ratio(self, worsening: f64) -> f64 {
        match self {
            Self::Higher => worsening.exp(),
            Self::Lower => (-worsening).exp(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::metric::Class;

    #[test]
    fn all_statistical_quantities_are_taken_and_no_others() {
        let statistical = |quantity: &&Quantity| quantity.class == Class::Statistical;
        let names: Vec<&str> = QUANTITIES
            .iter()
            .filter(statistical)
            .map(|quantity| quantity.name)
            .collect();
        assert_eq!(TIMED.each_ref().map(|timed| timed.name).to_vec(), names);
    }

    #[test]
    fn a_share_is_of_the_base_whichever_way_is_worse() {
        for (worse, head, ratio) in [(Worse::Higher, 110.0, 1.1), (Worse::Lower, 90.0, 0.9)] {
            let worsening = worse.worsening(100.0, head);
            assert!((worse.share(worsening) - 0.1).abs() < 1e-12, "{worse:?}");
            assert!((worse.of_share(0.1) - worsening).abs() < 1e-12, "{worse:?}");
            assert!((worse.ratio(worsening) - ratio).abs() < 1e-12, "{worse:?}");
        }
    }
}
