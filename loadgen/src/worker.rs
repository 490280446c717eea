//! One account's client: takes its steps, one after another or paced, and checks what comes back.

mod alarm;
#[cfg(test)]
mod instrument;
mod journal;
mod judging;
mod messaging;
mod operation;
mod outstanding;
mod parked;
mod polling;
mod schedule;
mod setup;

use std::cell::RefCell;
use std::sync::Arc;

use protocols::capabilities::Capabilities;
use protocols::client::{Caller, ClientError, LogInError};
use server_core::message::{Nonce, Token};
use server_core::scram::ClientKeys;

pub(crate) use self::schedule::Window;
use crate::delivery::Delivery;
use crate::oracle::Names;
use crate::pacing::Pacer;
use crate::shared::{Shared, Steps};
use crate::timer::Clock;
use crate::workloads::{Part, PhaseKind, Recipient, Step, Workload};

/// What a worker needs and does not own.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) shared: &'a RefCell<Shared>,
    pub(crate) workload: &'static dyn Workload,
    pub(crate) names: &'a Arc<Names>,
    pub(crate) pacer: Pacer,
    pub(crate) clock: &'a Clock,
    /// The stretch that is running; means nothing outside of paced phases.
    pub(crate) window: Window,
    /// How messages reach their recipients.
    pub(crate) delivery: Delivery,
    /// What the format of all connections can say, and by which rules accounts and sessions work.
    pub(crate) capabilities: &'static Capabilities,
}

/// One account and its connection.
pub(crate) struct Worker {
    /// Whose client it is.
    own: u32,
    /// For whom it speaks: another account only while it tries things for others.
    account: u32,
    caller: Caller,
    secrets: Secrets,
    /// Those of accounts that it tries things for as well, by number less one; its own where it is one of them.
    others: Vec<Secrets>,
    /// Which accounts such attempts have registered and not deleted.
    left_behind: Vec<u32>,
    /// How many messages the last log-in handed over; they are as good as read.
    handed_over: u32,
    /// Whether the account exists, so that cleaning up knows.
    created: bool,
    logged_in: bool,
}

/// Why a worker cannot go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerError {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    LogIn(#[from] LogInError),
}

impl Worker {
    pub(crate) fn new(account: u32, caller: Caller, secrets: Secrets) -> Self {
        Self {
            own: account,
            account,
            caller,
            secrets,
            others: Vec::new(),
            left_behind: Vec::new(),
            handed_over: 0,
            created: false,
            logged_in: false,
        }
    }

    /// Takes the steps of one phase. Where the workload says how many there are, every step is counted as scheduled
    /// before the first one is taken; where time does, when it is due.
    pub(crate) async fn run(
        &mut self,
        part: &Part<'_>,
        around: Surroundings<'_>,
    ) -> Result<(), WorkerError> {
        let kind = around.workload.phases()[part.phase].kind;
        let delivery = around.delivery;
        let steps = || {
            around
                .workload
                .steps(part)
                .map(move |step| step.told(delivery))
        };
        if kind == PhaseKind::Timed {
            return self.converse(steps(), around).await;
        }
        let scheduled = steps().count() as u64;
        around.shared.borrow_mut().ledger.scheduled += scheduled;
        let mut steps = Steps::new(steps().fuse(), around.shared);
        if kind != PhaseKind::Setup {
            return self.converse(steps, around).await;
        }
        for step in steps.by_ref() {
            self.take(step, around).await?;
        }
        Ok(())
    }

    /// The account whose client it is.
    pub(crate) const fn whose(&self) -> u32 {
        self.own
    }

    /// What it logs in with.
    pub(crate) fn secrets(&self) -> Secrets {
        self.secrets.clone()
    }

    /// Bytes at the layer `message` so far.
    pub(crate) fn message_bytes(&self) -> protocols::client::MessageBytes {
        self.caller.client().message_bytes()
    }

    /// Deletes the account if it still exists, whatever state a broken-off run has left.
    pub(crate) async fn clean_up(&mut self, around: Surroundings<'_>) -> Result<(), WorkerError> {
        if !self.left_behind.is_empty() {
            return self.clear_away(around).await;
        }
        let steps: &[Step] = match (self.created, self.logged_in) {
            (false, _) => &[],
            (true, false) => &[Step::LogIn, Step::DeleteAccount],
            (true, true) => &[Step::DeleteAccount],
        };
        for &step in steps {
            around.shared.borrow_mut().ledger.scheduled += 1;
            self.take(step, around).await?;
        }
        Ok(())
    }
}

impl Step {
    /// The same step where messages are delivered in a way: nobody is told who has to ask.
    fn told(self, delivery: Delivery) -> Self {
        match (self, delivery) {
            (Self::Send { key, .. }, Delivery::Poll { .. }) => Self::Send {
                key,
                recipient: Recipient::Offline,
            },
            (step, _) => step,
        }
    }
}

/// What an account is entered with.
#[derive(Clone)]
pub(crate) enum Secrets {
    /// A password; derived before the clock starts.
    Password {
        keys: Box<ClientKeys>,
        client_nonce: Nonce,
    },
    /// No password, and the key that signing up gave, where it gave one.
    Key(Option<Token>),
}
