//! `journal`: what the dev journal measured by hand: starting and connecting, one pass over all operations, 100 registrations.

use reports::schema::{phase, workload};
use server_core::ErrorCode;

use super::{Fate, MessageKey, Part, Phase, Step, Workload};

/// The workload. One client says everything over one connection, one request after another.
pub struct Journal;

/// How many registrations the journal timed.
const REGISTRATIONS: u32 = 100;

/// Whose pass it is.
const USER: u32 = 0;

/// Of whom nobody knows during the pass.
const STRANGER: u32 = 1;

/// What the message of the pass says.
pub const TEXT: &str = "hello";

const PHASES: &[Phase] = &[
    Phase::setup(phase::PASS),
    Phase::setup(phase::REGISTER),
    Phase::setup(phase::DELETE),
];

/// One thing that somebody tries, and what must come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Which account's name and secrets it takes.
    pub account: u32,
    /// What is tried.
    pub act: Act,
    /// Why it must be refused; `None` if it must not.
    pub refused: Option<ErrorCode>,
}

/// What can be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Registering the name.
    Register,
    /// Logging in.
    LogIn,
    /// Looking for the name among all, with a wildcard.
    List,
    /// Sending to the name.
    Send,
    /// Asking how many messages wait.
    Unread,
    /// Reading the message that the name sent to itself.
    Read,
    /// Looking back in the conversation with the name.
    History,
    /// Logging out.
    LogOut,
    /// Deleting the account that is logged in.
    Delete,
}

impl Attempt {
    const fn right(account: u32, act: Act) -> Self {
        Self {
            account,
            act,
            refused: None,
        }
    }

    const fn wrong(account: u32, act: Act, code: ErrorCode) -> Self {
        Self {
            account,
            act,
            refused: Some(code),
        }
    }
}

/// All operations, good and bad, in an order in which each has something to work on.
const PASS: &[Attempt] = &[
    Attempt::right(USER, Act::Register),
    Attempt::wrong(USER, Act::Register, ErrorCode::AccountExists),
    Attempt::wrong(STRANGER, Act::LogIn, ErrorCode::NoSuchAccount),
    Attempt::right(USER, Act::LogIn),
    Attempt::right(USER, Act::List),
    Attempt::right(USER, Act::Send),
    Attempt::wrong(STRANGER, Act::Send, ErrorCode::NoSuchAccount),
    Attempt::right(USER, Act::Unread),
    Attempt::right(USER, Act::Read),
    Attempt::right(USER, Act::History),
    Attempt::right(USER, Act::LogOut),
    Attempt::wrong(USER, Act::Send, ErrorCode::NotLoggedIn),
    Attempt::wrong(USER, Act::Delete, ErrorCode::NotLoggedIn),
    Attempt::right(USER, Act::LogIn),
    Attempt::right(USER, Act::Delete),
    Attempt::wrong(USER, Act::LogIn, ErrorCode::NoSuchAccount),
];

impl Workload for Journal {
    fn name(&self) -> &'static str {
        workload::JOURNAL
    }

    fn description(&self) -> &'static str {
        "one client: starting and connecting, one pass over all operations, 100 registrations"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        Some(1 + REGISTRATIONS)
    }

    fn phases(&self) -> &'static [Phase] {
        PHASES
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        let registered = 1..=REGISTRATIONS;
        let steps: Box<dyn Iterator<Item = Attempt>> = match PHASES[part.phase].name {
            _ if part.account != USER => Box::new(std::iter::empty()),
            phase::PASS => Box::new(PASS.iter().copied()),
            phase::REGISTER => {
                Box::new(registered.map(|account| Attempt::right(account, Act::Register)))
            }
            _ => Box::new(registered.flat_map(|account| {
                [Act::LogIn, Act::Delete].map(|act| Attempt::right(account, act))
            })),
        };
        Box::new(steps.map(Step::Attempt))
    }

    fn deliveries(&self, _part: &Part<'_>) -> u64 {
        0
    }

    fn text(&self, _key: &MessageKey, out: &mut String) {
        out.push_str(TEXT);
    }

    fn text_bytes(&self) -> Option<u32> {
        None
    }

    fn place(&self, key: &MessageKey) -> u64 {
        key.nth.into()
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Deleted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(phase: usize, account: u32) -> Vec<Attempt> {
        let part = Part {
            phase,
            account,
            accounts: 1 + REGISTRATIONS,
            rounds: &(0..1),
        };
        let attempt = |step| match step {
            Step::Attempt(attempt) => attempt,
            other => panic!("{other:?}"),
        };
        Journal.steps(&part).map(attempt).collect()
    }

    #[test]
    fn one_client_registers_100_names_and_deletes_what_it_created() {
        assert_eq!(attempts(1, USER).len(), 100);
        assert_eq!(attempts(2, USER).len(), 200);
        assert_eq!(attempts(1, STRANGER), []);
        let of = |phase, act| {
            let all = attempts(phase, USER).into_iter();
            let done = all.filter(move |attempt| attempt.act == act && attempt.refused.is_none());
            done.map(|attempt| attempt.account).collect::<Vec<_>>()
        };
        assert_eq!(of(0, Act::Register), of(0, Act::Delete));
        assert_eq!(of(1, Act::Register), of(2, Act::Delete));
    }

    #[test]
    fn the_pass_tries_everything_rightly_and_what_can_be_wrong_wrongly() {
        let pass = attempts(0, USER);
        for act in [
            Act::Register,
            Act::LogIn,
            Act::List,
            Act::Send,
            Act::Unread,
            Act::Read,
            Act::History,
            Act::LogOut,
            Act::Delete,
        ] {
            let is_right = |attempt: &Attempt| attempt.act == act && attempt.refused.is_none();
            assert!(pass.iter().any(is_right), "{act:?}");
        }
        let refused = pass.iter().filter(|attempt| attempt.refused.is_some());
        assert_eq!(refused.count(), 6);
    }
}
