//! What keeping latencies costs: the same load with and without, in alternation.

use anyhow::Context as _;
use reports::paired::paired_ratio;
use reports::schema::Run;

use super::finding::{Finding, Unit};
use super::lab::Lab;

/// How many pairs of trials.
const PAIRS: usize = 10;

const WORDS: &str = "--protocol custom --accounts 20 --in-flight 4";

pub(super) fn check(lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let mut pairs = Vec::new();
    for number in 0..PAIRS {
        // Whichever is first has a machine that is used otherwise, so they take turns.
        let mut order = ["on", "off"];
        if number % 2 == 1 {
            order.reverse();
        }
        let mut runs = Vec::new();
        for recording in order {
            let run = lab.measure_validly(&format!("{WORDS} --recording {recording}"))?;
            runs.push((recording, run));
        }
        runs.sort_by_key(|(recording, _)| *recording != "on");
        pairs.push([runs.remove(0).1, runs.remove(0).1]);
    }
    Ok(vec![
        of("generator's CPU time for a message", &pairs, cpu_ns)?,
        of("messages a second", &pairs, |run| run.throughput_hz)?,
    ])
}

fn cpu_ns(run: &Run) -> f64 {
    let cost = run.loadgen.unwrap_or_default();
    let total = std::time::Duration::from_nanos(cost.cpu_user_ns + cost.cpu_system_ns);
    let messages = u32::try_from(run.cost_window_messages).unwrap_or(u32::MAX);
    total.as_secs_f64() * 1e9 / f64::from(messages.max(1))
}

fn of(what: &str, pairs: &[[Run; 2]], measure: fn(&Run) -> f64) -> anyhow::Result<Finding> {
    let pairs: Vec<[f64; 2]> = pairs
        .iter()
        .map(|[on, off]| [measure(on), measure(off)])
        .collect();
    let ratio = paired_ratio(&pairs).context("nothing was measured")?;
    Ok(Finding {
        interval: Some([ratio.low, ratio.high]),
        ..Finding::remark(
            format!("{what}, recording to not"),
            Unit::Ratio,
            ratio.ratio,
        )
    })
}
