//! What a gate measures next, and what it found by time: a state machine that is handed runs, and runs nothing.
//!
//! It first looks at all metrics of all protocols. What it flags is measured once more, with fresh pairs of runs, and
//! only what is flagged again is a regression. What the first look was too short to tell is looked at a second time,
//! before it is called inconclusive. METHODOLOGY.md says why this seldom cries wolf.
//!
//! Reading order: `pairs`, which runs belong together; `family`, which metrics are judged; `look`, what some pairs show;
//! `walk`, from look to look; `slo`, bounds on the head alone; `words`, the sentences.

mod family;
mod look;
mod pairs;
mod slo;
mod walk;
mod words;

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::config::GateConfig;
use super::metric::MetricId;
use super::stages::{Arm, Observation, Plan, Stage};
use super::timing::{self, Values};
use super::verdict::{Finding, Status};
use pairs::Attempts;
use walk::Walk;

/// The course of one gate by time.
///
/// Whoever measures asks [`next`](Self::next) for a plan, measures it, hands in each run with [`add`](Self::add), and
/// asks again, until there is no plan left. The same runs give the same findings, byte for byte.
#[derive(Debug)]
pub struct Decision {
    config: GateConfig,
    cells: Vec<String>,
    /// The workload of each protocol, as its first run says.
    workloads: BTreeMap<String, String>,
    attempts: BTreeMap<(Stage, String), Attempts>,
    walked: OnceCell<Walk>,
}

/// A run, reduced to what a gate needs of it.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) stage: Stage,
    pub(super) pair: u32,
    pub(super) arm: Arm,
    pub(super) protocol: String,
    pub(super) workload: String,
    /// None of a run that is not valid.
    pub(super) values: Option<Values>,
}

impl Decision {
    /// A gate over some protocols, by the names under which results stand. Each runs under one workload.
    #[must_use]
    pub fn new(config: GateConfig, cells: Vec<String>) -> Self {
        Self {
            config,
            cells,
            workloads: BTreeMap::new(),
            attempts: BTreeMap::new(),
            walked: OnceCell::new(),
        }
    }

    /// What to measure next; none when everything is decided.
    ///
    /// Pairs that are incomplete or hold an invalid run do not count, and are asked for again, until twice as many
    /// were tried as were wanted.
    #[must_use]
    pub fn next(&self) -> Option<Plan> {
        self.walk().plan.clone()
    }

    /// Takes a run. A run that failed is to be handed in too, as invalid: its pair is then replaced, and counted.
    ///
    /// Runs of protocols that are none of the gate's, or of a second workload, are left out.
    pub fn add(&mut self, observation: Observation) {
        let Observation {
            stage,
            pair,
            arm,
            run,
        } = observation;
        self.record(Measured {
            stage,
            pair,
            arm,
            values: run.valid.then(|| timing::values(&run)),
            protocol: run.protocol,
            workload: run.workload,
        });
    }

    pub(super) fn record(&mut self, run: Measured) {
        if !self.cells.contains(&run.protocol) {
            return;
        }
        let workload = self.workloads.entry(run.protocol.clone());
        if *workload.or_insert_with(|| run.workload.clone()) != run.workload {
            return;
        }
        let attempts = self.attempts.entry((run.stage, run.protocol));
        attempts.or_default().add(run.pair, run.arm, run.values);
        self.walked.take();
    }

    /// What was found of each metric by time, and of each bound on the head, in the order of their names. Before
    /// everything is decided, what is not is inconclusive.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let walk = self.walk();
        let mut findings: Vec<Finding> = walk
            .judged
            .iter()
            .map(|judged| words::finding(judged, walk))
            .collect();
        findings.extend(family::unjudged(self).into_iter().map(words::unjudged));
        findings.extend(slo::findings(self, walk));
        findings.sort_by(|a, b| a.metric.cmp(&b.metric));
        findings
    }

    /// What else a reader must know, in sentences: that the base differed from itself, that pairs were lost, what was
    /// looked at twice.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        words::notes(self.walk())
    }

    /// How each metric by time came out: the findings without their words.
    pub(super) fn statuses(&self) -> Vec<(MetricId, Status)> {
        let walk = self.walk();
        let judged = walk.judged.iter();
        judged
            .map(|judged| (judged.metric.id.clone(), words::status(judged.state, walk)))
            .collect()
    }

    pub(super) fn looked_twice(&self) -> bool {
        !self.walk().twice.is_empty()
    }

    pub(super) fn control_fired(&self) -> bool {
        !self.walk().fired.is_empty()
    }

    fn walk(&self) -> &Walk {
        self.walked.get_or_init(|| walk::walk(self))
    }
}

#[cfg(test)]
mod tests;
