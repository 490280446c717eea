//! Latency through a relay: a simulated link that takes 100 ms there and back must be measured as that.

use anyhow::Context as _;

use super::delays;
use super::finding::Finding;
use super::lab::Lab;

const WORDS: &str = "--protocol custom --accounts 6 --rounds 8 --link rtt=100ms";

const ROUND_TRIP_NS: f64 = 100e6;

pub(super) fn check(lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let run = lab.measure_validly(WORDS)?;
    let ack = run
        .latency
        .ack
        .context("no latency was kept")?
        .histogram()?;
    let delivery = run
        .latency
        .delivery
        .context("no delivery was kept")?
        .histogram()?;
    // A message takes half of the way to the server, and its event the other half to the recipient.
    Ok(vec![
        delays::at("replies over a link of 100 ms", &ack, (0.5, ROUND_TRIP_NS)),
        delays::at("replies over a link of 100 ms", &ack, (0.95, ROUND_TRIP_NS)),
        delays::at(
            "events over a link of 100 ms",
            &delivery,
            (0.5, ROUND_TRIP_NS),
        ),
    ])
}
