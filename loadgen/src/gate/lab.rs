//! The two programs side by side: the pairs of their trials, in the order that the plan asks for.

use std::collections::BTreeMap;

use reports::gate::stages::{Arm, Observation, Plan, Stage};
use reports::schema::Machine;
use tempfile::TempDir;

use super::binary::{Binary, BinaryError};
use super::progress::Progress;
use super::trial::{Ran, Trial, wrong_answers};
use crate::interrupt::Interrupt;

/// How often a warm-up is tried whose run does not count.
const WARM_UPS_MAX: u32 = 3;

/// How far apart the seeds of two stages lie: more than a stage has pairs.
const SEEDS_PER_STAGE: u64 = 10_000;

/// How much of the hash of a revision is told.
const HASH_CHARS: usize = 12;

/// What all trials have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// How many accounts write to each other.
    pub accounts: u32,
    /// How many requests a connection may have unanswered.
    pub in_flight: u32,
    /// How often each account writes to all others; `None`: what a warm-up of the base takes as right, which may be
    /// another number for each protocol.
    pub rounds: Option<u32>,
    /// What the seed of each pair is made from.
    pub seed: u64,
}

/// Why no more is measured.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// A program answered wrongly: whatever else was measured says nothing.
    #[error("{binary} gave wrong answers over {run}: {reasons}")]
    WrongAnswer {
        /// Which.
        binary: Binary,
        /// In which run, in words.
        run: String,
        /// What was wrong, in sentences.
        reasons: String,
    },
    /// A warm-up never counted, so that nobody knows how much work to give.
    #[error("{binary} cannot be warmed up over {protocol}: {reasons}")]
    ColdStart {
        /// Which.
        binary: Binary,
        /// Over which protocol.
        protocol: String,
        /// Why its last run did not count, in sentences.
        reasons: String,
    },
    /// A program could not be run, or the user stopped it.
    #[error(transparent)]
    Binary(#[from] BinaryError),
}

/// Two programs, and what is needed to run them.
pub struct Lab {
    base: Binary,
    head: Binary,
    conditions: Conditions,
    /// How many rounds each protocol's trials have.
    rounds: BTreeMap<String, u32>,
    /// How many pairs each stage of each protocol has begun.
    begun: BTreeMap<(Stage, String), u32>,
    /// What each program said it ran on, by its name.
    machines: BTreeMap<&'static str, Machine>,
    /// Where the programs leave what nobody reads.
    scratch: TempDir,
    interrupt: Interrupt,
}

impl Lab {
    /// A lab in which nothing has run yet.
    ///
    /// # Errors
    /// If there is no place for what the programs leave behind.
    pub fn new(
        [base, head]: [Binary; 2],
        conditions: Conditions,
        interrupt: Interrupt,
    ) -> std::io::Result<Self> {
        Ok(Self {
            base,
            head,
            conditions,
            rounds: BTreeMap::new(),
            begun: BTreeMap::new(),
            machines: BTreeMap::new(),
            scratch: tempfile::tempdir()?,
            interrupt,
        })
    }

    /// How many rounds the trials of each protocol have that has run.
    #[must_use]
    pub const fn rounds(&self) -> &BTreeMap<String, u32> {
        &self.rounds
    }

    /// What the programs were built from, in a sentence each, where they have run.
    pub fn origins(&self) -> impl Iterator<Item = String> {
        self.machines.iter().map(|(name, machine)| {
            let revision = machine.git_revision.as_deref();
            let revision = revision.map_or("no known revision".to_owned(), short);
            format!("The {name} was built from {revision} by {}.", machine.rustc)
        })
    }

    /// What everything has run on, once something has.
    #[must_use]
    pub fn machine(&self) -> Option<&Machine> {
        self.machines.values().next()
    }

    /// Runs all pairs of a plan, protocol by protocol within each pair, and hands over each run as soon as it is there.
    /// Runs that do not count are handed over as well; whoever made the plan may want others in their place.
    ///
    /// # Errors
    /// [`Stopped`]: what was handed over before stays good, unless an answer was wrong.
    pub async fn measure(
        &mut self,
        plan: &Plan,
        progress: &mut Progress,
        mut observe: impl FnMut(Observation),
    ) -> Result<(), Stopped> {
        for protocol in &plan.protocols {
            self.warm_up(protocol, progress).await?;
        }
        progress.stage(plan);
        for pair in 1..=plan.pairs {
            for protocol in &plan.protocols {
                let number = self.next_pair(plan.stage, protocol);
                for arm in Arm::order(number) {
                    progress.begin(protocol, arm, [pair, plan.pairs]);
                    observe(self.observe(plan.stage, protocol, arm, number).await?);
                    progress.done();
                }
            }
        }
        Ok(())
    }

    fn next_pair(&mut self, stage: Stage, protocol: &str) -> u32 {
        let begun = self.begun.entry((stage, protocol.to_owned())).or_default();
        *begun += 1;
        *begun
    }

    async fn observe(
        &mut self,
        stage: Stage,
        protocol: &str,
        arm: Arm,
        pair: u32,
    ) -> Result<Observation, Stopped> {
        let trial = Trial {
            seed: self.seed(stage, pair),
            rounds: self.rounds.get(protocol).copied(),
            ..self.trial(protocol)
        };
        let binary = self.binary(arm).clone();
        let ran = trial.run(&binary, self.scratch.path(), &mut self.interrupt);
        let Ran { machine, run } = ran.await?;
        self.machines.insert(binary.name, machine);
        match wrong_answers(&run) {
            Some(reasons) => Err(Stopped::WrongAnswer {
                binary,
                run: format!("{protocol}, pair {pair} of the {}", stage.title()),
                reasons,
            }),
            None => Ok(Observation {
                stage,
                pair,
                arm,
                run,
            }),
        }
    }

    /// Finds out how many rounds a protocol's trials should have, so that all of them do the same work.
    async fn warm_up(&mut self, protocol: &str, progress: &mut Progress) -> Result<(), Stopped> {
        if self.rounds.contains_key(protocol) {
            return Ok(());
        }
        progress.warm_up(protocol);
        let trial = self.trial(protocol);
        let mut reasons = String::new();
        for _ in 0..WARM_UPS_MAX {
            let ran = trial.run(&self.base, self.scratch.path(), &mut self.interrupt);
            let Ran { run, .. } = ran.await?;
            if let Some(reasons) = wrong_answers(&run) {
                return Err(Stopped::WrongAnswer {
                    binary: self.base.clone(),
                    run: format!("{protocol}, while warming up"),
                    reasons,
                });
            }
            if run.valid {
                let rounds = self.conditions.rounds.unwrap_or(run.rounds.max(1));
                self.rounds.insert(protocol.to_owned(), rounds);
                return Ok(());
            }
            reasons = run.invalid_reasons.join(" ");
        }
        Err(Stopped::ColdStart {
            binary: self.base.clone(),
            protocol: protocol.to_owned(),
            reasons,
        })
    }

    fn trial(&self, protocol: &str) -> Trial {
        Trial {
            protocol: protocol.to_owned(),
            accounts: self.conditions.accounts,
            in_flight: self.conditions.in_flight,
            rounds: self.conditions.rounds,
            seed: self.conditions.seed,
        }
    }

    /// The same for all arms and protocols of a pair.
    fn seed(&self, stage: Stage, pair: u32) -> u64 {
        let place = match stage {
            Stage::First => 0,
            Stage::Second => 1,
            Stage::Confirmation => 2,
        };
        let offset = place * SEEDS_PER_STAGE + u64::from(pair);
        self.conditions.seed.wrapping_add(offset)
    }

    const fn binary(&self, arm: Arm) -> &Binary {
        match arm {
            Arm::Base | Arm::Again => &self.base,
            Arm::Head => &self.head,
        }
    }
}

/// A revision as people say it: the beginning of its hash, and whether files had changed.
fn short(revision: &str) -> String {
    let (hash, dirty) = match revision.strip_suffix("-dirty") {
        Some(hash) => (hash, "-dirty"),
        None => (revision, ""),
    };
    let hash: String = hash.chars().take(HASH_CHARS).collect();
    hash + dirty
}
