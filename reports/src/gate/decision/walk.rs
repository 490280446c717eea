//! From look to look: what the runs so far decide, and what is to be measured next. Always walked from the beginning,
//! so that nothing depends on the order in which runs were handed in.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::Decision;
use super::family::{self, TimeMetric};
use super::look::{self, Compared, Looked, Said};
use super::pairs::{Batch, Pair};
use crate::gate::metric::Class;
use crate::gate::stages::{Plan, Stage};

/// The share of the level that each of the two looks has.
pub(super) const SHARE_OF_A_LOOK: f64 = 0.5;

/// How far a gate has come.
#[derive(Debug)]
pub(super) struct Walk {
    /// What to measure next; none when all is decided.
    pub(super) plan: Option<Plan>,
    pub(super) judged: Vec<Judged>,
    /// What showed that the base differs from itself.
    pub(super) fired: Vec<Fired>,
    /// Protocols of which too few pairs were valid.
    pub(super) short: Vec<Short>,
    /// Protocols that were looked at twice.
    pub(super) twice: Vec<String>,
    /// Whether the second look, or the only one, is behind.
    pub(super) is_second_over: bool,
}

/// A metric, and what is known of it.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) metric: TimeMetric,
    pub(super) state: State,
    /// The last look.
    pub(super) look: Option<Compared>,
    /// The fresh pairs.
    pub(super) confirmation: Option<Compared>,
}

/// What is known of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not looked at yet.
    Pending,
    /// Too few pairs were valid.
    Short,
    /// What the last look says.
    Looked(Said),
    /// Flagged, and flagged again.
    Confirmed,
    /// Flagged, and not again.
    NotConfirmed,
}

impl Judged {
    fn new(metric: TimeMetric) -> Self {
        Self {
            metric,
            state: State::Pending,
            look: None,
            confirmation: None,
        }
    }
}

impl State {
    /// Whether it takes more runs to tell.
    fn is_open(self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Looked(Said::Flagged | Said::Between | Said::Blind)
        )
    }
}

/// A metric by which the base differs from itself.
#[derive(Debug)]
pub(super) struct Fired {
    pub(super) metric: TimeMetric,
    pub(super) compared: Compared,
}

/// A protocol of which too few pairs were valid.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) protocol: String,
    pub(super) pairs: usize,
    pub(super) attempts: usize,
    pub(super) wanted: usize,
}

/// Goes on, or stops with a plan, or with none because all is decided.
type Step = ControlFlow<Option<Plan>>;

pub(super) fn walk(decision: &Decision) -> Walk {
    let mut walker = Walker {
        decision,
        used: BTreeMap::new(),
        walk: Walk {
            plan: None,
            judged: family::metrics(decision)
                .into_iter()
                .map(Judged::new)
                .collect(),
            fired: Vec::new(),
            short: Vec::new(),
            twice: Vec::new(),
            is_second_over: false,
        },
    };
    if let ControlFlow::Break(plan) = walker.steps() {
        walker.walk.plan = plan;
    }
    walker.walk
}

struct Walker<'a> {
    decision: &'a Decision,
    /// How many attempts of a protocol an earlier confirmation has used up.
    used: BTreeMap<String, usize>,
    walk: Walk,
}

impl Walker<'_> {
    fn steps(&mut self) -> Step {
        let all = self.decision.cells.clone();
        self.look(Stage::First, &all)?;
        self.confirm()?;
        self.walk.twice = self.undecided();
        if self.walk.twice.is_empty() {
            return Step::Break(None);
        }
        let again = self.walk.twice.clone();
        self.look(Stage::Second, &again)?;
        self.walk.is_second_over = true;
        self.confirm()
    }

    /// Looks at some protocols, by all pairs of this look and the one before.
    fn look(&mut self, stage: Stage, protocols: &[String]) -> Step {
        let wanted = family::pairs_of_look(self.decision, SHARE_OF_A_LOOK);
        let batches = self.measured(stage, protocols, |_| 0, wanted)?;
        let pooled: BTreeMap<&str, Vec<Pair>> = batches
            .iter()
            .filter(|(_, batch)| batch.is_complete())
            .map(|(protocol, batch)| {
                let mut pairs = match stage {
                    Stage::Second => self.batch(Stage::First, protocol, 0, wanted).pairs,
                    Stage::First | Stage::Confirmation => Vec::new(),
                };
                pairs.extend(&batch.pairs);
                (protocol.as_str(), pairs)
            })
            .collect();
        self.note_short(&batches);
        let everything: Vec<usize> = (0..self.walk.judged.len()).collect();
        let compared = self.compare(&everything, &pooled, SHARE_OF_A_LOOK);
        let looked = compared.iter().zip(&mut self.walk.judged);
        for (compared, judged) in looked {
            let Some(compared) = compared else { continue };
            if !matches!(judged.state, State::Confirmed | State::NotConfirmed) {
                let said = look::judge(&judged.metric, compared, SHARE_OF_A_LOOK);
                judged.state = State::Looked(said);
                judged.look = Some(compared.clone());
                judged.confirmation = None;
            }
        }
        self.control(&everything, compared)
    }

    /// Measures the flagged metrics with fresh pairs.
    fn confirm(&mut self) -> Step {
        let flagged = self.with(&[Said::Flagged]);
        if flagged.is_empty() {
            return Step::Continue(());
        }
        let protocols = self.protocols_of(&flagged);
        let wanted = family::pairs_wanted(&self.decision.config, flagged.len(), 1.0);
        let used = self.used.clone();
        let used_by = |protocol: &str| used.get(protocol).copied().unwrap_or(0);
        let batches = self.measured(Stage::Confirmation, &protocols, used_by, wanted)?;
        for (protocol, batch) in &batches {
            *self.used.entry(protocol.clone()).or_default() += batch.attempts;
        }
        let fresh: BTreeMap<&str, Vec<Pair>> = batches
            .iter()
            .filter(|(_, batch)| batch.is_complete())
            .map(|(protocol, batch)| (protocol.as_str(), batch.pairs.clone()))
            .collect();
        let compared = self.compare(&flagged, &fresh, 1.0);
        for (place, compared) in flagged.iter().zip(&compared) {
            let Some(compared) = compared else { continue };
            let judged = &mut self.walk.judged[*place];
            let metric = &judged.metric;
            let again = compared.p_adjusted <= metric.level && compared.is_beyond_floor(metric);
            judged.state = if again {
                State::Confirmed
            } else if look::is_blind(metric, compared) {
                State::Looked(Said::Blind)
            } else {
                State::NotConfirmed
            };
            judged.confirmation = Some(compared.clone());
        }
        self.note_short(&batches);
        self.control(&flagged, compared)?;
        let config = &self.decision.config;
        // What a waiver lets pass does not make the gate red, so that the others are still to be told.
        let is_red = |judged: &Judged| {
            let waiver = config.waiver_of(&judged.metric.id, Class::Statistical);
            judged.state == State::Confirmed && waiver.is_none()
        };
        if self.walk.judged.iter().any(is_red) {
            return Step::Break(None);
        }
        Step::Continue(())
    }

    /// The pairs of some protocols, or the plan to measure what is missing of them.
    fn measured(
        &self,
        stage: Stage,
        protocols: &[String],
        used: impl Fn(&str) -> usize,
        wanted: usize,
    ) -> ControlFlow<Option<Plan>, Vec<(String, Batch)>> {
        let batches: Vec<(String, Batch)> = protocols
            .iter()
            .map(|protocol| {
                let batch = self.batch(stage, protocol, used(protocol), wanted);
                (protocol.clone(), batch)
            })
            .collect();
        let missing = batches.iter().map(|(_, batch)| batch.missing());
        let Some(pairs) = missing.filter(|pairs| *pairs > 0).min() else {
            return ControlFlow::Continue(batches);
        };
        let lacking = batches.into_iter().filter(|(_, batch)| batch.missing() > 0);
        ControlFlow::Break(Some(Plan {
            stage,
            protocols: lacking.map(|(protocol, _)| protocol).collect(),
            pairs: u32::try_from(pairs).unwrap_or(u32::MAX),
        }))
    }

    fn batch(&self, stage: Stage, protocol: &str, used: usize, wanted: usize) -> Batch {
        let key = (stage, protocol.to_owned());
        let attempts = self.decision.attempts.get(&key).cloned();
        attempts.unwrap_or_default().batch(used, wanted)
    }

    /// Compares some metrics as one family.
    fn compare(
        &self,
        places: &[usize],
        pairs: &BTreeMap<&str, Vec<Pair>>,
        share: f64,
    ) -> Vec<Option<Compared>> {
        let family: Vec<Looked<'_>> = places
            .iter()
            .map(|place| {
                let metric = &self.walk.judged[*place].metric;
                (metric, pairs.get(metric.protocol.as_str()).cloned())
            })
            .collect();
        look::compare(&family, share)
    }

    /// Stops everything where the base differs from itself.
    fn control(&mut self, places: &[usize], compared: Vec<Option<Compared>>) -> Step {
        for (place, compared) in places.iter().zip(compared) {
            let metric = &self.walk.judged[*place].metric;
            if let Some(compared) = compared.filter(|compared| compared.control.fires(metric)) {
                let metric = metric.clone();
                self.walk.fired.push(Fired { metric, compared });
            }
        }
        if self.walk.fired.is_empty() {
            Step::Continue(())
        } else {
            Step::Break(None)
        }
    }

    fn note_short(&mut self, batches: &[(String, Batch)]) {
        for (protocol, batch) in batches.iter().filter(|(_, batch)| batch.is_hopeless()) {
            self.walk.short.push(Short {
                protocol: protocol.clone(),
                pairs: batch.pairs.len(),
                attempts: batch.attempts,
                wanted: batch.wanted,
            });
            let of_it = self.walk.judged.iter_mut();
            for judged in of_it.filter(|judged| judged.metric.protocol == *protocol) {
                if judged.state.is_open() {
                    judged.state = State::Short;
                }
            }
        }
    }

    /// The protocols with something that could not be told yet.
    fn undecided(&self) -> Vec<String> {
        self.protocols_of(&self.with(&[Said::Between, Said::Blind]))
    }

    fn with(&self, said: &[Said]) -> Vec<usize> {
        let judged = self.walk.judged.iter().enumerate();
        judged
            .filter(|(_, judged)| matches!(judged.state, State::Looked(s) if said.contains(&s)))
            .map(|(place, _)| place)
            .collect()
    }

    /// In the order in which the gate has them.
    fn protocols_of(&self, places: &[usize]) -> Vec<String> {
        let has = |protocol: &&String| {
            let mut places = places.iter();
            places.any(|place| self.walk.judged[*place].metric.protocol == **protocol)
        };
        self.decision.cells.iter().filter(has).cloned().collect()
    }
}
