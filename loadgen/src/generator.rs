//! The load's process: derives keys, then runs a workload phase by phase, and reports at each barrier.

mod chat;
mod connecting;
mod derive;
mod encoding;
mod reference;
mod single_messages;

use anyhow::Context as _;
use protocols::registry::{self, Front};
use server_core::error::one_line;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::child::{first_order, say};
use crate::control::{LoadOrder, Order, PhaseEnd, Report};
use crate::in_process::Housed;

/// How long the message phases last at least when no number of rounds is given.
const MESSAGING_MIN_NS: u64 = 250_000_000;

/// Runs what the first order says.
///
/// # Errors
/// If stdin holds no order or the parent is gone; what goes wrong in the run is told to the parent.
pub fn main() -> anyhow::Result<()> {
    let (housed, order) = match first_order()? {
        Order::Serve(order) => match Housed::start(order) {
            Ok(housed) => {
                say(&Report::Ready {
                    address: Some(housed.address.clone()),
                })?;
                (Some(housed), first_order()?)
            }
            Err(error) => {
                return say(&Report::Failed {
                    error: one_line(error.as_ref()),
                });
            }
        },
        order => (None, order),
    };
    let Order::Load(order) = order else {
        anyhow::bail!("a generator child is told its load first");
    };
    let ran = match registry::find(&order.protocol).map(|protocol| protocol.front) {
        Ok(Front::Chat(pair)) => chat::run(pair, &order, housed),
        Ok(Front::Reference(protocol)) => reference::run(protocol, &order),
        Err(unknown) => Err(unknown.into()),
    };
    match ran {
        Ok(outcome) => say(&Report::Outcome(Box::new(outcome))),
        Err(error) => say(&Report::Failed {
            error: one_line(error.as_ref()),
        }),
    }
}

/// What the parent wants after a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Onward {
    Go,
    Stop,
}

fn onward(order: Option<Order>) -> anyhow::Result<Onward> {
    match order {
        Some(Order::Go) => Ok(Onward::Go),
        Some(Order::Stop) => Ok(Onward::Stop),
        other => anyhow::bail!("{other:?} is no order for a generator at a barrier"),
    }
}

/// Says that a phase has ended, and waits for what comes next while connections stay alive.
async fn barrier(end: PhaseEnd, orders: &mut UnboundedReceiver<Order>) -> anyhow::Result<Onward> {
    say(&Report::PhaseEnd(end))?;
    onward(orders.recv().await)
}

/// How many further rounds a batch takes, so that the message phases last long enough: as many as would be
/// missing at the pace so far, and at most as many again as there were, because the first ones are slow.
fn next_batch(order: &LoadOrder, so_far: RoundsSoFar) -> Option<u32> {
    let RoundsSoFar { rounds, elapsed_ns } = so_far;
    if let Some(wanted) = order.rounds {
        return (wanted > rounds).then(|| wanted - rounds);
    }
    let missing_ns = MESSAGING_MIN_NS
        .checked_sub(elapsed_ns)
        .filter(|&missing_ns| missing_ns > 0)?;
    let round_ns = (elapsed_ns / u64::from(rounds.max(1))).max(1);
    let missing = u32::try_from(missing_ns.div_ceil(round_ns)).unwrap_or(u32::MAX);
    Some(missing.clamp(1, rounds.saturating_mul(4).max(1)))
}

#[derive(Clone, Copy, Debug)]
struct RoundsSoFar {
    rounds: u32,
    elapsed_ns: u64,
}

/// The generator runs on one thread, so that what its workers share is not locked.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    crate::server_child::runtime(1).context("cannot start the generator")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Reach, Timing};
    use crate::recorder::Recording;

    fn order(rounds: Option<u32>) -> LoadOrder {
        LoadOrder {
            protocol: String::new(),
            address: String::new(),
            workload: String::new(),
            accounts: 2,
            scenario: None,
            message_bytes: None,
            rounds,
            in_flight: 1,
            prefix: String::new(),
            seed: 0,
            timing: Timing::default(),
            reach: Reach::default(),
            link: None,
            recording: Recording::On,
            deterministic: false,
            trust: None,
        }
    }

    #[track_caller]
    fn check(wanted: Option<u32>, rounds: u32, elapsed_ms: u64, batch: Option<u32>) {
        let so_far = RoundsSoFar {
            rounds,
            elapsed_ns: elapsed_ms * 1_000_000,
        };
        assert_eq!(next_batch(&order(wanted), so_far), batch);
    }

    #[test]
    fn rounds_are_added_until_they_last_long_enough() {
        check(Some(1), 1, 1, None);
        check(Some(7), 1, 1_000, Some(6));
        check(None, 1, 250, None);
        check(None, 1, 100, Some(2));
        check(None, 1, 1, Some(4));
        check(None, 5, 5, Some(20));
        check(None, 100, 249, Some(1));
        check(None, 1, 0, Some(4));
    }
}
