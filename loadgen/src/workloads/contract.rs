//! What a workload is: who says what to whom, in which order. It never reads a clock and never sees a socket.

use std::ops::Range;

use super::journal::Attempt;
use crate::scenario::Scenario;
use crate::scenario::spec::PhaseSpec;

/// A workload in the list.
pub trait Workload: Sync {
    /// Its name, on the command line and in results.
    fn name(&self) -> &str;

    /// One line that says what it is.
    fn description(&self) -> &'static str;

    /// How many accounts it is made for; `None` if for any number from 2.
    fn fixed_accounts(&self) -> Option<u32>;

    /// Its phases, in order; between two of them nothing is in flight. A name may come twice.
    fn phases(&self) -> &[Phase];

    /// What one account does in one phase.
    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>>;

    /// How many events reach an account in one phase: messages, and word of messages that others deleted.
    fn deliveries(&self, part: &Part<'_>) -> u64;

    /// Appends the text of a message; a different one for each, so that a lost or swapped message shows.
    fn text(&self, key: &MessageKey, out: &mut String);

    /// The size of a text, in bytes; `None` if texts differ in size.
    fn text_bytes(&self) -> Option<u32>;

    /// The place of a message among all that its sender sends, from 0.
    fn place(&self, key: &MessageKey) -> u64;

    /// What has become of a message when the state is digested.
    fn fate(&self, key: &MessageKey) -> Fate;

    /// The scenario behind it; `None` if it is built of code.
    fn scenario(&self) -> Option<&Scenario> {
        None
    }

    /// What a scenario says of one of [`Workload::phases`]; `None` where the command line decides.
    fn phase_spec(&self, _phase: usize) -> Option<&PhaseSpec> {
        None
    }
}

/// A stretch of a workload between two barriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name in results.
    pub name: &'static str,
    /// How its steps are driven.
    pub kind: PhaseKind,
}

impl Phase {
    /// A phase whose steps each wait for their answer.
    #[must_use]
    pub const fn setup(name: &'static str) -> Self {
        Self {
            name,
            kind: PhaseKind::Setup,
        }
    }
}

/// How the steps of a phase are driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// One after another, each waiting for its answer.
    Setup,
    /// Messages, paced, once.
    Messages,
    /// Messages, paced, round after round: the first among the other phases, the rest once these are played again. So in
    /// a workload that has rounds all other phases are of the kind [`PhaseKind::Setup`].
    Rounds,
    /// Messages, paced, until a time is up; the steps have no end.
    Timed,
}

/// One account's share of one phase.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The place of the phase in [`Workload::phases`].
    pub phase: usize,
    /// The account's number, from 0.
    pub account: u32,
    /// How many accounts there are.
    pub accounts: u32,
    /// Which rounds, from 0; `0..1` outside of rounds.
    pub rounds: &'a Range<u32>,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Create this account.
    CreateAccount,
    /// Log this account in.
    LogIn,
    /// Send a message.
    Send {
        /// Which.
        key: MessageKey,
        /// Whether the recipient is there.
        recipient: Recipient,
    },
    /// Read the oldest unread messages; all of them are expected to be there.
    Read {
        /// How many.
        count: u32,
    },
    /// Read the next unread messages of one sender. Due once the last of them has arrived and the ones before are
    /// read.
    ReadFrom {
        /// The sender's number.
        from: u32,
        /// The how-manieth of its messages is the first, from 0.
        first: u32,
        /// How many.
        count: u32,
    },
    /// Look back in the conversation with another account.
    History {
        /// The other account's number.
        peer: u32,
        /// How many messages at most.
        limit: u32,
    },
    /// List the names of accounts.
    List {
        /// Only those behind this account's.
        after: Option<u32>,
        /// How many at most.
        limit: u32,
    },
    /// Delete a message that this account received. Due once it is read.
    DeleteMessage {
        /// Which.
        key: MessageKey,
    },
    /// Ask how many messages wait.
    Unread,
    /// Ask whether the server is there.
    Ping,
    /// Delete this account.
    DeleteAccount,
    /// Try something for one account or another, as `journal` does.
    Attempt(Attempt),
}

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits.
    Unread,
    /// Its recipient has read it.
    Read,
    /// It is gone.
    Deleted,
}

/// Whether a message's recipient is there to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// An event must go out.
    Online,
    /// None can.
    Offline,
}

/// Which message of a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageKey {
    /// The sender's number.
    pub from: u32,
    /// The recipient's number.
    pub to: u32,
    /// The how-manieth from this sender to this recipient, from 0.
    pub nth: u32,
    /// How many accounts there are.
    pub accounts: u32,
}
