//! What a workload is: who says what to whom, in which order. It never reads a clock and never sees a socket.

use std::ops::Range;

/// A workload in the list.
pub trait Workload: Sync {
    /// Its name, on the command line and in results.
    fn name(&self) -> &'static str;

    /// One line that says what it is.
    fn description(&self) -> &'static str;

    /// How many accounts it is made for; `None` if for any number from 2.
    fn fixed_accounts(&self) -> Option<u32>;

    /// Its phases, in order; between two of them nothing is in flight. A name may come twice.
    fn phases(&self) -> &'static [Phase];

    /// What one account does in one phase.
    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>>;

    /// How many messages are pushed to an account in one phase.
    fn deliveries(&self, part: &Part<'_>) -> u64;

    /// Appends the text of a message; a different one for each, so that a lost or swapped message shows.
    fn text(&self, key: &MessageKey, out: &mut String);

    /// The size of a text, in bytes; `None` if texts differ in size.
    fn text_bytes(&self) -> Option<u32>;

    /// The place of a message among all that its sender sends, from 0.
    fn place(&self, key: &MessageKey) -> u64;

    /// Whether messages are read when the state is digested.
    fn read_when_digested(&self) -> bool;
}

/// A stretch of a workload between two barriers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name in results.
    pub name: &'static str,
    /// How its steps are driven.
    pub kind: PhaseKind,
}

/// How the steps of a phase are driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// One after another, each waiting for its answer.
    Setup,
    /// Messages, paced, once.
    Messages,
    /// Messages, paced, round after round.
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
    /// Delete this account.
    DeleteAccount,
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
