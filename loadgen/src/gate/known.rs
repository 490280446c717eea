//! The names of all metrics that there could be, so that a `gate.toml` that names none of them is told so.

use std::collections::BTreeSet;

use protocols::registry;
use reports::gate::baseline::Baseline;
use reports::gate::metric::{Class, MetricId, QUANTITIES};
use reports::schema::workload;

/// What is counted of each message.
const COUNTED_ACTS: [&str; 2] = ["encode", "decode"];

/// All metrics of some baselines, what could be counted of their messages on another machine, and what could be timed
/// over any protocol.
#[must_use]
pub fn metrics(baselines: &[&Baseline]) -> Vec<MetricId> {
    let written: BTreeSet<&MetricId> = baselines
        .iter()
        .flat_map(|baseline| baseline.metrics())
        .collect();
    let mut known: BTreeSet<MetricId> = written.iter().copied().cloned().collect();
    for metric in written {
        known.extend(counted(metric));
    }
    known.extend(timed());
    known.into_iter().collect()
}

fn counted(metric: &MetricId) -> Vec<MetricId> {
    let segments: Vec<&str> = metric.segments().collect();
    let ["message", codec, what @ .., _] = segments.as_slice() else {
        return Vec::new();
    };
    let mut names = Vec::new();
    for act in COUNTED_ACTS {
        for quantity in of_class(Class::Counted) {
            let name = [&["count", codec, act], what, &[quantity]].concat();
            names.push(MetricId::of(&name));
        }
    }
    names
}

fn timed() -> impl Iterator<Item = MetricId> {
    registry::chat_protocols().flat_map(|protocol| {
        let name = protocol.short_name();
        let metric = move |quantity| MetricId::of(&["time", name, workload::SCALING, quantity]);
        of_class(Class::Statistical).map(metric)
    })
}

fn of_class(class: Class) -> impl Iterator<Item = &'static str> {
    let of_class = QUANTITIES
        .iter()
        .filter(move |quantity| quantity.class == class);
    of_class.map(|quantity| quantity.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reports::gate::baseline::Exact;

    #[test]
    fn what_could_be_measured_elsewhere_is_known_here() {
        let message = MetricId::of(&["message", "json", "request", "send", "bytes"]);
        let baseline = Baseline {
            exact: [(message, Exact::default())].into(),
            ..Baseline::default()
        };
        let known = metrics(&[&baseline]);
        for name in [
            "message/json/request/send/bytes",
            "count/json/encode/request/send/instructions",
            "count/json/decode/request/send/allocations",
            "time/grpc/scaling/server_cpu_per_message_ns",
            "time/custom/scaling/throughput_hz",
        ] {
            assert!(known.iter().any(|metric| metric.as_str() == name), "{name}");
        }
        assert!(!known.iter().any(|metric| metric.as_str().contains("floor")));
    }
}
