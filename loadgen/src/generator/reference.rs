//! A reference protocol's load: the same rounds, driven by its own bare driver.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use protocols::counted::{ByteCount, Traffic};
use protocols::floor::{Reference, ReferenceLoad, Rounds};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Onward, RoundsSoFar, next_batch, onward};
use crate::child::{follow_orders, say};
use crate::control::{Layers, LoadOrder, Order, Outcome, PhaseEnd, Report};
use crate::meter;

/// Runs rounds as the workload `scaling` does; a reference has no accounts to create and nothing to read.
pub(super) fn run(reference: &dyn Reference, order: &LoadOrder) -> anyhow::Result<Outcome> {
    let traffic = Arc::new(Traffic::default());
    let orders = {
        let traffic = Arc::clone(&traffic);
        follow_orders(Arc::new(move || meter::read(&traffic)))
    };
    let mut run = Run {
        order,
        traffic,
        orders,
        counted: ByteCount::default(),
        messages: 0,
        rounds: 0,
    };
    say(&Report::Ready { address: None })?;
    if onward(run.orders.blocking_recv())? == Onward::Stop {
        return Ok(run.outcome(true));
    }
    let started = Instant::now();
    let mut load = reference
        .connect(&order.address, order.accounts, &run.traffic)
        .with_context(|| format!("cannot connect to {}", order.address))?;
    if run.end("connect", elapsed_ns(started), 0, &*load)? == Onward::Stop {
        return Ok(run.outcome(true));
    }
    let first_ns = run.rounds(&mut *load, 1)?;
    if run.end("message", first_ns, 1, &*load)? == Onward::Stop {
        return Ok(run.outcome(true));
    }
    let rest_ns = run.rest(&mut *load, first_ns)?;
    let mut stopped = false;
    if run.rounds > 1 {
        stopped = run.end("message_rest", rest_ns, run.rounds - 1, &*load)? == Onward::Stop;
    }
    Ok(run.outcome(stopped))
}

struct Run<'a> {
    order: &'a LoadOrder,
    traffic: Arc<Traffic>,
    orders: UnboundedReceiver<Order>,
    counted: ByteCount,
    messages: u64,
    rounds: u32,
}

impl Run<'_> {
    fn rounds(&mut self, load: &mut dyn ReferenceLoad, count: u32) -> anyhow::Result<u64> {
        let started = Instant::now();
        load.run(&Rounds {
            count,
            in_flight: self.order.in_flight,
        })
        .context("the reference's server went away")?;
        self.rounds += count;
        let accounts = u64::from(self.order.accounts);
        self.messages += accounts * (accounts - 1) * u64::from(count);
        Ok(elapsed_ns(started))
    }

    fn rest(&mut self, load: &mut dyn ReferenceLoad, first_ns: u64) -> anyhow::Result<u64> {
        let mut rest_ns = 0;
        while let Some(batch) = next_batch(
            self.order,
            RoundsSoFar {
                rounds: self.rounds,
                elapsed_ns: first_ns + rest_ns,
            },
        ) {
            rest_ns += self.rounds(load, batch)?;
        }
        Ok(rest_ns)
    }

    fn end(
        &mut self,
        phase: &str,
        elapsed_ns: u64,
        rounds: u32,
        load: &dyn ReferenceLoad,
    ) -> anyhow::Result<Onward> {
        let bytes = load.bytes();
        self.traffic.add(ByteCount {
            sent: bytes.sent - self.counted.sent,
            received: bytes.received - self.counted.received,
        });
        self.counted = bytes;
        let accounts = u64::from(self.order.accounts);
        say(&Report::PhaseEnd(PhaseEnd {
            phase: phase.to_owned(),
            elapsed_ns,
            messages: accounts * (accounts - 1) * u64::from(rounds),
            rounds,
            counters: meter::read(&self.traffic),
            layers: Layers {
                requests_bytes: bytes.sent,
                replies_bytes: bytes.received / 2,
                events_bytes: bytes.received / 2,
                replies: self.messages,
                events: self.messages,
                ..Layers::default()
            },
        }))?;
        onward(self.orders.blocking_recv())
    }

    fn outcome(&self, stopped: bool) -> Outcome {
        let mut outcome = Outcome {
            rounds: self.rounds,
            messages: self.messages,
            stopped,
            ..Outcome::default()
        };
        outcome.ledger.scheduled = self.messages;
        outcome.ledger.ok = self.messages;
        outcome.ledger.delivered = self.messages;
        outcome
    }
}

fn elapsed_ns(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
