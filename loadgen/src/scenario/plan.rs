//! Every operation of a scenario, decided before the first one is sent. So each protocol does the same work, whatever
//! its timing, and leaves the same state behind.
//!
//! The accounts take turns; what an account reads or deletes is there by then. When it is run, turns drift apart, and a
//! step waits until what it needs has come: sending waits for nothing, so nothing waits for ever.

mod mailbox;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};

use self::mailbox::Mailboxes;
use super::spec::{Kind, Pages, PhaseSpec, Scenario};
use crate::workloads::{Fate, MessageKey, Recipient, Step};

/// All steps of a scenario, and what is left of its messages.
pub(super) struct Plan {
    /// By phase and account.
    phases: Vec<PhasePlan>,
    mailboxes: Mailboxes,
}

/// The steps of one phase.
struct PhasePlan {
    /// By account.
    steps: Vec<Vec<Step>>,
    /// How many events reach each account.
    events: Vec<u64>,
}

impl Plan {
    /// Plans a scenario; the same seed plans the same.
    pub(super) fn new(scenario: &Scenario, seed: u64) -> Self {
        let mut planner = Planner {
            accounts: scenario.accounts,
            pages: scenario.pages,
            random: ChaCha12Rng::seed_from_u64(seed),
            mailboxes: Mailboxes::default(),
            owed: vec![Owed::default(); scenario.accounts as usize],
        };
        let phases = scenario
            .phases
            .iter()
            .map(|phase| planner.phase(phase))
            .collect();
        Self {
            phases,
            mailboxes: planner.mailboxes,
        }
    }

    /// What an account does in a phase.
    pub(super) fn steps(&self, phase: usize, account: u32) -> &[Step] {
        &self.phases[phase].steps[account as usize]
    }

    /// How many events reach an account in a phase.
    pub(super) fn events(&self, phase: usize, account: u32) -> u64 {
        self.phases[phase].events[account as usize]
    }

    /// The place of a message among all that its sender sends.
    pub(super) fn place(&self, key: &MessageKey) -> Option<u32> {
        self.mailboxes.place(key)
    }

    /// What becomes of a message.
    pub(super) fn fate(&self, key: &MessageKey) -> Fate {
        self.mailboxes.fate(key)
    }
}

struct Planner {
    accounts: u32,
    pages: Pages,
    random: ChaCha12Rng,
    mailboxes: Mailboxes,
    /// By account.
    owed: Vec<Owed>,
}

/// Operations that were drawn when there was nothing for them yet; they take the place of later messages.
#[derive(Clone, Copy, Default)]
struct Owed {
    reads: u64,
    deletes: u64,
}

impl Planner {
    fn phase(&mut self, phase: &PhaseSpec) -> PhasePlan {
        let accounts = u64::from(self.accounts);
        let mut plan = PhasePlan {
            steps: vec![Vec::new(); self.accounts as usize],
            events: vec![0; self.accounts as usize],
        };
        // Owed within a phase alone: each phase keeps its own mix.
        self.owed.fill(Owed::default());
        for turn in 0..phase.operations {
            let account = u32::try_from(turn % accounts).unwrap_or(0);
            let kind = self.kind(account, phase);
            let step = self.step(account, kind);
            if let Some(told) = told(&step) {
                plan.events[told as usize] += 1;
            }
            plan.steps[account as usize].push(step);
        }
        plan
    }

    /// Draws what an account does next, and sees to it that there is something to do it with.
    fn kind(&mut self, account: u32, phase: &PhaseSpec) -> Kind {
        let drawn = phase.mix.at(self.unit());
        let (readable, deletable) = (
            self.mailboxes.has_unread(account),
            self.mailboxes.has_deletable(account),
        );
        let owed = &mut self.owed[account as usize];
        match drawn {
            Kind::Send if owed.reads > 0 && readable => {
                owed.reads -= 1;
                Kind::Read
            }
            Kind::Send if owed.deletes > 0 && deletable => {
                owed.deletes -= 1;
                Kind::Delete
            }
            Kind::Read if !readable => {
                owed.reads += 1;
                instead(phase)
            }
            Kind::Delete if !deletable => {
                owed.deletes += 1;
                instead(phase)
            }
            possible => possible,
        }
    }

    fn step(&mut self, account: u32, kind: Kind) -> Step {
        match kind {
            Kind::Send => {
                let to = self.other(account);
                Step::Send {
                    key: self.mailboxes.send(account, to, self.accounts),
                    recipient: Recipient::Online,
                }
            }
            Kind::Read => match self.mailboxes.read(account, self.pages.read) {
                Some((from, nths)) => Step::ReadFrom {
                    from,
                    first: nths.start,
                    count: nths.end - nths.start,
                },
                None => Step::Unread,
            },
            Kind::Delete => match self.mailboxes.delete(account, self.accounts) {
                Some(key) => Step::DeleteMessage { key },
                None => Step::Unread,
            },
            Kind::History => Step::History {
                peer: self.other(account),
                limit: self.pages.history,
            },
            Kind::List => {
                let after = self.below(self.accounts + 1);
                Step::List {
                    after: after.checked_sub(1),
                    limit: self.pages.list,
                }
            }
            Kind::Unread => Step::Unread,
            Kind::Ping => Step::Ping,
        }
    }

    /// Another account, each as likely as any other.
    fn other(&mut self, account: u32) -> u32 {
        let distance = 1 + self.below(self.accounts - 1);
        (account + distance) % self.accounts
    }

    /// By Lemire's multiplication (2019); the bias that he rejects is below 2^-32 of the bound.
    fn below(&mut self, bound: u32) -> u32 {
        let wide = u128::from(self.random.next_u64()) * u128::from(bound);
        u32::try_from(wide >> 64).unwrap_or(0)
    }

    fn unit(&mut self) -> f64 {
        f64::from(self.random.next_u32()) / (f64::from(u32::MAX) + 1.0)
    }
}

/// What is done where there is nothing to read or to delete: a message is sent, or, in a phase without any, the client
/// looks whether something has come.
fn instead(phase: &PhaseSpec) -> Kind {
    if phase.mix.send > 0.0 {
        Kind::Send
    } else {
        Kind::Unread
    }
}

/// Which account a step sends an event to.
const fn told(step: &Step) -> Option<u32> {
    match step {
        Step::Send { key, .. } => Some(key.to),
        Step::DeleteMessage { key } => Some(key.from),
        _ => None,
    }
}
