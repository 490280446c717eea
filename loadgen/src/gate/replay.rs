//! The runs behind a verdict, kept so that anybody can decide again from the same numbers.

use std::collections::BTreeMap;

use reports::gate::stages::Observation;
use reports::schema::{Latency, LatencySummary, Run};
use serde::{Deserialize, Serialize};

use super::lab::Conditions;

/// `trials.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Trials {
    /// How many accounts wrote to each other.
    pub accounts: u32,
    /// How many requests a connection had unanswered.
    pub in_flight: u32,
    /// What the seed of each pair was made from.
    pub seed: u64,
    /// How often each account wrote to all others in one run, by protocol.
    pub rounds: BTreeMap<String, u32>,
    /// All runs that were handed to what decides, in the order in which they ran, those that did not count included.
    pub observations: Vec<Observation>,
}

impl Trials {
    /// Of runs that were made under these conditions.
    #[must_use]
    pub fn new(
        conditions: Conditions,
        rounds: BTreeMap<String, u32>,
        observations: Vec<Observation>,
    ) -> Self {
        Self {
            accounts: conditions.accounts,
            in_flight: conditions.in_flight,
            seed: conditions.seed,
            rounds,
            observations,
        }
    }
}

/// The same without what nothing is decided by, which is most of its bytes: histograms, and counts by interval.
#[must_use]
pub fn compact(observation: &Observation) -> Observation {
    let run = &observation.run;
    let latency = &run.latency;
    Observation {
        run: Run {
            latency: Latency {
                ack: latency.ack.as_ref().map(without_histogram),
                service: None,
                send_lag: None,
                delivery: latency.delivery.as_ref().map(without_histogram),
                errors: latency.errors.as_ref().map(without_histogram),
                timeouts: latency.timeouts.as_ref().map(without_histogram),
            },
            operations: BTreeMap::new(),
            intervals: None,
            conditions: None,
            ..run.clone()
        },
        ..*observation
    }
}

fn without_histogram(summary: &LatencySummary) -> LatencySummary {
    LatencySummary {
        hdr: String::new(),
        ..summary.clone()
    }
}
