//! `steady`: what `scaling` sends, at a rate and for a time that are given.

use super::scaling::Scaling;
use super::{Fate, MessageKey, Part, Phase, PhaseKind, Step, Workload};

/// The workload. Who sends what to whom, and with which text, is as in [`Scaling`], round after round without end; when
/// is for a rate to say, and for how long for a duration.
pub struct Steady;

const PHASES: &[Phase] = &[
    Phase::setup("create"),
    Phase::setup("log_in"),
    Phase {
        name: "message",
        kind: PhaseKind::Timed,
    },
    Phase::setup("delete"),
];

impl Workload for Steady {
    fn name(&self) -> &'static str {
        "steady"
    }

    fn description(&self) -> &'static str {
        "k accounts, each sends 5 characters to the others in turn, at a rate and for a time"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        None
    }

    fn phases(&self) -> &'static [Phase] {
        PHASES
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        Scaling.steps(&Part {
            rounds: &(part.rounds.start..u32::MAX),
            ..*part
        })
    }

    fn deliveries(&self, _part: &Part<'_>) -> u64 {
        0
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        Scaling.text(key, out);
    }

    fn text_bytes(&self) -> Option<u32> {
        Scaling.text_bytes()
    }

    fn place(&self, key: &MessageKey) -> u64 {
        Scaling.place(key)
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Unread
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_where_scaling_ends_a_round() {
        let rounds = 0..1;
        let part = |phase| Part {
            phase,
            account: 1,
            accounts: 3,
            rounds: &rounds,
        };
        let recipients: Vec<(u32, u32)> = Steady
            .steps(&part(2))
            .take(5)
            .map(|step| match step {
                Step::Send { key, .. } => (key.to, key.nth),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(recipients, [(2, 0), (0, 0), (2, 1), (0, 1), (2, 2)]);
        assert_eq!(Steady.steps(&part(0)).count(), 1);
        assert_eq!(Steady.steps(&part(3)).count(), 1);
    }
}
