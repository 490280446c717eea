//! Latency: replies that wait for a known time, on a timer that is good to microseconds, must be measured as that.

use anyhow::Context as _;
use hdrhistogram::Histogram;

use super::finding::{Allowed, Finding, Unit};
use super::lab::Lab;

/// What the way there and back and the service itself may add, or a histogram of three digits hide. Waking an idle
/// processor takes some 100 µs on a virtual machine, and happens at both ends: the delays are long beside that.
const ALLOWED: Allowed = Allowed::Off {
    by: 50e3,
    share: 0.01,
};

/// Six connections wait for their replies at the same time, and then take less than the allowance from each other.
const CONSTANT: &str = "--protocol custom --accounts 6 --rounds 12 --server-fault delay:50ms";
const BIMODAL: &str =
    "--protocol custom --accounts 6 --rounds 12 --server-fault delay:50ms/200ms/10";

const COMMON_NS: f64 = 50e6;
const RARE_NS: f64 = 200e6;

pub(super) fn check(lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let constant = acknowledgements(lab, CONSTANT)?;
    for quantile in [0.5, 0.99] {
        findings.push(at("replies after 50 ms", &constant, (quantile, COMMON_NS)));
    }
    let bimodal = acknowledgements(lab, BIMODAL)?;
    let what = "replies after 50 or 200 ms (9 to 1)";
    for (quantile, expected_ns) in [
        (0.5, COMMON_NS),
        (0.88, COMMON_NS),
        (0.92, RARE_NS),
        (0.99, RARE_NS),
    ] {
        findings.push(at(what, &bimodal, (quantile, expected_ns)));
    }
    findings.push(Finding {
        what: format!("mean of {what}"),
        unit: Unit::Nanoseconds,
        expected: Some(0.9 * COMMON_NS + 0.1 * RARE_NS),
        measured: bimodal.mean(),
        interval: None,
        allowed: ALLOWED,
    });
    Ok(findings)
}

fn acknowledgements(lab: &mut Lab, words: &str) -> anyhow::Result<Histogram<u64>> {
    let run = lab.measure_validly(words)?;
    let ack = run.latency.ack.context("no latency was kept")?;
    Ok(ack.histogram()?)
}

/// Holds a quantile against what it must be.
pub(super) fn at(
    what: &str,
    histogram: &Histogram<u64>,
    (quantile, expected_ns): (f64, f64),
) -> Finding {
    Finding {
        what: format!("p{:.0} of {what}", quantile * 100.0),
        unit: Unit::Nanoseconds,
        expected: Some(expected_ns),
        measured: std::time::Duration::from_nanos(histogram.value_at_quantile(quantile))
            .as_secs_f64()
            * 1e9,
        interval: None,
        allowed: ALLOWED,
    }
}
