//! `efficiency`: two accounts and 20 messages, as the main notebook's efficiency test had them.

use std::fmt::Write as _;

use super::{Fate, MessageKey, Part, Phase, PhaseKind, Recipient, Step, Workload};

/// The workload. The recipient logs in only after all was sent, and reads it at once.
pub struct Efficiency;

/// How many messages the notebook sent.
const MESSAGES: u32 = 20;

const SENDER: u32 = 0;
const READER: u32 = 1;

const PHASES: &[Phase] = &[
    Phase::setup("create"),
    Phase::setup("log_in"),
    Phase {
        name: "message",
        kind: PhaseKind::Messages,
    },
    Phase::setup("log_in"),
    Phase::setup("read"),
    Phase::setup("delete"),
];

impl Workload for Efficiency {
    fn name(&self) -> &'static str {
        "efficiency"
    }

    fn description(&self) -> &'static str {
        "two accounts: one sends 20 messages, the other logs in and reads them all"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        Some(2)
    }

    fn phases(&self) -> &'static [Phase] {
        PHASES
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        let accounts = part.accounts;
        match (part.phase, part.account) {
            (0, _) => Box::new(std::iter::once(Step::CreateAccount)),
            (1, SENDER) | (3, READER) => Box::new(std::iter::once(Step::LogIn)),
            (2, SENDER) => Box::new((0..MESSAGES).map(move |nth| Step::Send {
                key: MessageKey {
                    from: SENDER,
                    to: READER,
                    nth,
                    accounts,
                },
                recipient: Recipient::Offline,
            })),
            (4, READER) => Box::new(std::iter::once(Step::Read { count: MESSAGES })),
            (5, _) => Box::new(std::iter::once(Step::DeleteAccount)),
            _ => Box::new(std::iter::empty()),
        }
    }

    fn deliveries(&self, _part: &Part<'_>) -> u64 {
        0
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        write!(out, "Message {}", key.nth + 1).expect("writing to a string cannot fail");
    }

    fn text_bytes(&self) -> Option<u32> {
        None
    }

    fn place(&self, key: &MessageKey) -> u64 {
        key.nth.into()
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sends_what_the_other_reads() {
        let steps = |phase, account| {
            Efficiency
                .steps(&Part {
                    phase,
                    account,
                    accounts: 2,
                    rounds: &(0..1),
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(steps(2, SENDER).len(), 20);
        assert_eq!(steps(2, READER), []);
        assert_eq!(
            steps(1, READER),
            [],
            "the reader is offline while messages are sent"
        );
        assert_eq!(steps(4, READER), [Step::Read { count: 20 }]);
        let mut text = String::new();
        Efficiency.text(
            &MessageKey {
                from: 0,
                to: 1,
                nth: 19,
                accounts: 2,
            },
            &mut text,
        );
        assert_eq!(text, "Message 20");
    }
}
