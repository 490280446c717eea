//! A scenario as a workload: create, log in, its phases, delete.

use std::sync::{Arc, OnceLock};

use super::plan::Plan;
use super::spec::{PhaseSpec, Scenario};
use crate::texts::Texts;
use crate::workloads::{Fate, MessageKey, Part, Phase, PhaseKind, Step, Workload};

/// What all phases of a scenario are called in results, where they are added up.
const MESSAGE: &str = "message";

/// How many phases come before a scenario's own.
const BEFORE: usize = 2;

/// A workload that a file describes.
pub struct ScenarioWorkload {
    scenario: Scenario,
    seed: u64,
    texts: Texts,
    phases: Vec<Phase>,
    /// Made when the first step is asked for: who only names a workload needs none.
    plan: OnceLock<Arc<Plan>>,
}

impl ScenarioWorkload {
    /// The workload of a scenario. What the scenario does not seed itself is drawn from `seed`.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        let seed = scenario.seed.unwrap_or(seed);
        let texts = Texts {
            seed,
            sizes: scenario.sizes.clone(),
            shares: scenario.shares,
        };
        let setup = |name| Phase {
            name,
            kind: PhaseKind::Setup,
        };
        let own = scenario.phases.iter().map(|_| Phase {
            name: MESSAGE,
            kind: PhaseKind::Messages,
        });
        let phases = [setup("create"), setup("log_in")]
            .into_iter()
            .chain(own)
            .chain([setup("delete")])
            .collect();
        Self {
            scenario,
            seed,
            texts,
            phases,
            plan: OnceLock::new(),
        }
    }

    fn plan(&self) -> &Arc<Plan> {
        self.plan
            .get_or_init(|| Arc::new(Plan::new(&self.scenario, self.seed)))
    }
}

impl Workload for ScenarioWorkload {
    fn name(&self) -> &str {
        &self.scenario.name
    }

    fn description(&self) -> &'static str {
        "as its file says"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        Some(self.scenario.accounts)
    }

    fn phases(&self) -> &[Phase] {
        &self.phases
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        let (phase, account) = (part.phase, part.account);
        if phase < BEFORE {
            let steps = [Step::CreateAccount, Step::LogIn];
            return Box::new(std::iter::once(steps[phase]));
        }
        if self.phase_spec(phase).is_none() {
            return Box::new(std::iter::once(Step::DeleteAccount));
        }
        let plan = Arc::clone(self.plan());
        let count = plan.steps(phase - BEFORE, account).len();
        Box::new((0..count).map(move |at| plan.steps(phase - BEFORE, account)[at]))
    }

    fn deliveries(&self, part: &Part<'_>) -> u64 {
        match self.phase_spec(part.phase) {
            Some(_) => self.plan().events(part.phase - BEFORE, part.account),
            None => 0,
        }
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        self.texts.push(key, out);
    }

    fn text_bytes(&self) -> Option<u32> {
        self.texts.text_bytes()
    }

    fn place(&self, key: &MessageKey) -> u64 {
        self.plan().place(key).map_or(u64::MAX, u64::from)
    }

    fn fate(&self, key: &MessageKey) -> Fate {
        self.plan().fate(key)
    }

    fn scenario(&self) -> Option<&Scenario> {
        Some(&self.scenario)
    }

    fn phase_spec(&self, phase: usize) -> Option<&PhaseSpec> {
        self.scenario.phases.get(phase.checked_sub(BEFORE)?)
    }
}
