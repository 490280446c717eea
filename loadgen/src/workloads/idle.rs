//! `idle`: accounts that log in and stay, so that what a connection at rest occupies can be seen.

use reports::schema::workload::IDLE;

use super::{Fate, MessageKey, Part, Phase, Step, Workload};

/// The workload. Nobody says anything; memory is read before anybody connects and after all have logged in.
pub struct Idle;

const PHASES: &[Phase] = &[
    Phase::setup("create"),
    Phase::setup("log_in"),
    Phase::setup("delete"),
];

impl Workload for Idle {
    fn name(&self) -> &'static str {
        IDLE
    }

    fn description(&self) -> &'static str {
        "k accounts log in and say nothing: what a connection at rest occupies"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        None
    }

    fn phases(&self) -> &'static [Phase] {
        PHASES
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        Box::new(std::iter::once(match PHASES[part.phase].name {
            "create" => Step::CreateAccount,
            "log_in" => Step::LogIn,
            _ => Step::DeleteAccount,
        }))
    }

    fn deliveries(&self, _part: &Part<'_>) -> u64 {
        0
    }

    fn text(&self, _key: &MessageKey, _out: &mut String) {}

    fn text_bytes(&self) -> Option<u32> {
        None
    }

    fn place(&self, key: &MessageKey) -> u64 {
        key.nth.into()
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Unread
    }
}
