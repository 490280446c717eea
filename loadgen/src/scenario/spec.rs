//! What a scenario file says, once it is known to make sense.

use std::time::Duration;

use crate::pacing::{Arrivals, ClosedLoop, OpenLoop, Pacer};
use crate::texts::{Shares, Sizes};

/// A scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name in results: letters, digits, `-` and `_`; no built-in workload has it.
    pub name: String,
    /// How many accounts take part, from 2.
    pub accounts: u32,
    /// What texts and choices are drawn from; `None`: the seed of the run.
    pub seed: Option<u64>,
    /// How long texts are.
    pub sizes: Sizes,
    /// How many texts are other than plain.
    pub shares: Shares,
    /// How much one operation asks for.
    pub pages: Pages,
    /// What is done, in this order; at least one phase.
    pub phases: Vec<PhaseSpec>,
    /// The file itself, from which another process makes the same.
    pub source: String,
}

/// How much one operation asks for at most, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Messages of one sender that are read at once.
    pub read: u32,
    /// Messages that are looked back at.
    pub history: u32,
    /// Names that are listed.
    pub list: u32,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            read: 1,
            history: 20,
            list: 20,
        }
    }
}

/// A stretch of a scenario; between two of them nothing is in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseSpec {
    /// Its name, different from those of the others.
    pub name: String,
    /// What is done, in which proportion.
    pub mix: Mix,
    /// How many operations all accounts do together, at least 1.
    pub operations: u64,
    /// When.
    pub pace: Pace,
    /// How many operations a connection has unanswered at most; `None`: as the command line says.
    pub in_flight: Option<u32>,
}

impl PhaseSpec {
    /// What paces the phase, where the command line says how many operations may be in flight and gives a seed.
    #[must_use]
    pub fn pacer(&self, in_flight: u32, seed: u64) -> Pacer {
        let in_flight = self.in_flight.unwrap_or(in_flight);
        match self.pace {
            Pace::Closed => Pacer::Closed(ClosedLoop { in_flight }),
            Pace::Open { rate_hz, arrivals } => Pacer::Open(OpenLoop {
                in_flight,
                arrivals,
                rate_hz,
                seed,
            }),
        }
    }
}

/// When operations are due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As soon as fewer than the most are unanswered.
    Closed,
    /// At times of their own, whatever the server does.
    Open {
        /// Operations a second, of all accounts together.
        rate_hz: f64,
        /// How they are spread.
        arrivals: Arrivals,
    },
}

/// How often each operation is done in proportion to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mix {
    /// Sending a message to another account.
    pub send: f64,
    /// Reading the oldest unread messages of one sender.
    pub read: f64,
    /// Looking back in a conversation.
    pub history: f64,
    /// Listing names of accounts.
    pub list: f64,
    /// Deleting a message that was received and read.
    pub delete: f64,
    /// Asking how many messages wait.
    pub unread: f64,
    /// Asking whether the server is there.
    pub ping: f64,
}

/// An operation of a mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// See [`Mix::send`].
    Send,
    /// See [`Mix::read`].
    Read,
    /// See [`Mix::history`].
    History,
    /// See [`Mix::list`].
    List,
    /// See [`Mix::delete`].
    Delete,
    /// See [`Mix::unread`].
    Unread,
    /// See [`Mix::ping`].
    Ping,
}

impl Mix {
    /// Each operation with its name in a file and its weight.
    #[must_use]
    pub const fn weights(&self) -> [(Kind, &'static str, f64); 7] {
        [
            (Kind::Send, "send", self.send),
            (Kind::Read, "read", self.read),
            (Kind::History, "history", self.history),
            (Kind::List, "list", self.list),
            (Kind::Delete, "delete", self.delete),
            (Kind::Unread, "unread", self.unread),
            (Kind::Ping, "ping", self.ping),
        ]
    }

    /// The sum of all weights.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.weights().iter().map(|(_, _, weight)| weight).sum()
    }

    /// The operation at a place from 0 to below 1 of a mix whose weights do not sum to 0.
    #[must_use]
    pub fn at(&self, place: f64) -> Kind {
        let mut left = place * self.sum();
        let mut found = Kind::Ping;
        for (kind, _, weight) in self.weights() {
            if weight > 0.0 {
                found = kind;
                left -= weight;
                if left < 0.0 {
                    break;
                }
            }
        }
        found
    }
}

impl Scenario {
    /// How long the phases in the open loop last together, by their operations and rates.
    #[must_use]
    pub fn paced(&self) -> Duration {
        let paced = self.phases.iter().filter_map(|phase| match phase.pace {
            Pace::Open { rate_hz, .. } => Some(approximately(phase.operations) / rate_hz),
            Pace::Closed => None,
        });
        Duration::try_from_secs_f64(paced.sum()).unwrap_or(Duration::MAX)
    }

    /// How many operations all phases have together.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.phases.iter().map(|phase| phase.operations).sum()
    }
}

#[expect(clippy::cast_precision_loss, reason = "operations are few millions")]
pub(super) const fn approximately(operations: u64) -> f64 {
    operations as f64
}
