//! How often gates are right: many of them, over pairs drawn from recorded runs of one binary, whose head may be slowed
//! in arithmetic. Each is decided exactly as one that measures.

use std::collections::BTreeMap;

use super::config::GateConfig;
use super::decision::{Decision, Measured};
use super::metric::MetricId;
use super::recorded::{Pool, Recorded, RecordedError};
use super::stages::Arm;
use super::timing::{TIMED, Values};
use super::verdict::{Outcome, Status};
use crate::statistics::simulation::Random;

/// Which gates are to be replayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// How many.
    pub gates: u32,
    /// The seed of what is drawn.
    pub seed: u64,
    /// What the head is worse at; nothing, where it is the base itself.
    pub slowed: Option<Slowed>,
}

/// A quantity by which the head is worse than the base, over all protocols.
#[derive(Clone, Debug, PartialEq)]
pub struct Slowed {
    /// The name of the quantity, such as `server_cpu_per_message_ns`.
    pub quantity: String,
    /// By which share: 0.1 is 10 % more, or 10 % less where less is worse.
    pub share: f64,
}

/// What came of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there were.
    pub gates: u32,
    /// Red ones.
    pub red: u32,
    /// Those that could not tell, and were not red.
    pub inconclusive: u32,
    /// Those that passed.
    pub passed: u32,
    /// Those that were not red and yet said of something that it was worse: below the floor, or not confirmed.
    pub reported: u32,
    /// Those that looked twice.
    pub looked_twice: u32,
    /// Those in which the base differed from itself.
    pub controls_fired: u32,
    /// How often each metric was red.
    pub red_metrics: BTreeMap<MetricId, u32>,
}

/// Replays gates over recorded runs.
///
/// # Errors
/// If nothing can be drawn from the runs, or there is no such quantity as the one to slow.
pub fn replay(
    recorded: &Recorded,
    config: &GateConfig,
    how: &Replay,
) -> Result<Tally, RecordedError> {
    let pool = Pool::of(recorded)?;
    let slowed = how.slowed.as_ref().map(worsened).transpose()?;
    let mut random = Random::new(how.seed);
    let source = Source {
        protocols: &pool.protocols,
        workload: &recorded.workload,
        slowed,
    };
    let mut tally = Tally::default();
    for _ in 0..how.gates {
        source.gate(config, &mut tally, || pool.draw(&mut random));
    }
    Ok(tally)
}

/// The place of a quantity, and the factor that makes it worse by a share.
fn worsened(slowed: &Slowed) -> Result<(usize, f64), RecordedError> {
    let mut places = TIMED.iter();
    let place = places.position(|timed| timed.name == slowed.quantity);
    let place = place.ok_or_else(|| RecordedError::Quantities {
        found: slowed.quantity.clone(),
        wanted: TIMED.map(|timed| timed.name).join(", "),
    })?;
    let worse = TIMED[place].quantity().worse;
    Ok((place, worse.ratio(worse.of_share(slowed.share))))
}

/// What all gates have in common.
struct Source<'a> {
    protocols: &'a [String],
    workload: &'a str,
    /// Which of the head's values is worse, and by which factor.
    slowed: Option<(usize, f64)>,
}

impl Source<'_> {
    /// One gate, over pairs of runs of each protocol as `draw` gives them.
    fn gate(
        &self,
        config: &GateConfig,
        tally: &mut Tally,
        mut draw: impl FnMut() -> Vec<[Values; 3]>,
    ) {
        let mut decision = Decision::new(config.clone(), self.protocols.to_vec());
        while let Some(plan) = decision.next() {
            for pair in 1..=plan.pairs {
                for (protocol, runs) in self.protocols.iter().zip(draw()) {
                    if !plan.protocols.contains(protocol) {
                        continue;
                    }
                    for (arm, values) in [Arm::Base, Arm::Head, Arm::Again].into_iter().zip(runs) {
                        decision.record(Measured {
                            stage: plan.stage,
                            pair,
                            arm,
                            protocol: protocol.clone(),
                            workload: self.workload.to_owned(),
                            values: Some(self.values(arm, values)),
                        });
                    }
                }
            }
        }
        tally.count(&decision);
    }

    fn values(&self, arm: Arm, mut values: Values) -> Values {
        if let (Arm::Head, Some((place, factor))) = (arm, self.slowed) {
            values[place] = values[place].map(|value| value * factor);
        }
        values
    }
}

impl Tally {
    fn count(&mut self, decision: &Decision) {
        let statuses = decision.statuses();
        let any = |is: fn(Status) -> bool| statuses.iter().any(|(_, status)| is(*status));
        self.gates += 1;
        let worse = any(|s| matches!(s, Status::WorseBelowFloor | Status::NotConfirmed));
        let outcome = Outcome::of(statuses.iter().map(|(_, status)| *status));
        match outcome {
            Outcome::Regression | Outcome::WrongAnswer => self.red += 1,
            Outcome::Inconclusive => self.inconclusive += 1,
            Outcome::Pass => self.passed += 1,
        }
        self.reported += u32::from(worse && outcome != Outcome::Regression);
        self.looked_twice += u32::from(decision.looked_twice());
        self.controls_fired += u32::from(decision.control_fired());
        for (metric, _) in statuses.iter().filter(|(_, status)| status.is_red()) {
            *self.red_metrics.entry(metric.clone()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests;
