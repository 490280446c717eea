//! `scaling`: every account sends to every other one, as the main notebook's scaling test did.

use super::{Fate, MessageKey, Part, Phase, PhaseKind, Recipient, Step, Workload};

/// The workload. Texts have 5 characters, the length of the notebook's "hello", and differ.
pub struct Scaling;

const PHASES: &[Phase] = &[
    Phase::setup("create"),
    Phase::setup("log_in"),
    Phase {
        name: "message",
        kind: PhaseKind::Rounds,
    },
    Phase::setup("delete"),
];

/// The length of a text: as many characters, all of them ASCII.
const TEXT_BYTES: u32 = 5;

impl Workload for Scaling {
    fn name(&self) -> &'static str {
        "scaling"
    }

    fn description(&self) -> &'static str {
        "k accounts, each sends 5 characters to every other one, round after round"
    }

    fn fixed_accounts(&self) -> Option<u32> {
        None
    }

    fn phases(&self) -> &'static [Phase] {
        PHASES
    }

    fn steps(&self, part: &Part<'_>) -> Box<dyn Iterator<Item = Step>> {
        match PHASES[part.phase].name {
            "create" => Box::new(std::iter::once(Step::CreateAccount)),
            "log_in" => Box::new(std::iter::once(Step::LogIn)),
            "message" => Box::new(messages(part)),
            _ => Box::new(std::iter::once(Step::DeleteAccount)),
        }
    }

    fn deliveries(&self, part: &Part<'_>) -> u64 {
        match PHASES[part.phase].kind {
            PhaseKind::Rounds => u64::from(part.accounts - 1) * part.rounds.len() as u64,
            _ => 0,
        }
    }

    fn text(&self, key: &MessageKey, out: &mut String) {
        let number = u64::from(key.from) + u64::from(key.accounts) * self.place(key);
        push_base_36(number, out);
    }

    fn text_bytes(&self) -> Option<u32> {
        Some(TEXT_BYTES)
    }

    fn place(&self, key: &MessageKey) -> u64 {
        let distance = (key.to + key.accounts - key.from) % key.accounts;
        u64::from(key.nth) * u64::from(key.accounts - 1) + u64::from(distance) - 1
    }

    fn fate(&self, _key: &MessageKey) -> Fate {
        Fate::Unread
    }
}

/// Each account starts with its successor, so that no recipient is everyone's first.
fn messages(part: &Part<'_>) -> impl Iterator<Item = Step> + 'static {
    let (from, accounts, rounds) = (part.account, part.accounts, part.rounds.clone());
    rounds.flat_map(move |nth| {
        (1..accounts).map(move |distance| Step::Send {
            key: MessageKey {
                from,
                to: (from + distance) % accounts,
                nth,
                accounts,
            },
            recipient: Recipient::Online,
        })
    })
}

/// Appends the last digits of a number in base 36, in a fixed width.
fn push_base_36(mut number: u64, out: &mut String) {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut text = [0_u8; TEXT_BYTES as usize];
    for place in text.iter_mut().rev() {
        *place = DIGITS[usize::try_from(number % 36).unwrap_or(0)];
        number /= 36;
    }
    out.extend(text.map(char::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn sends(account: u32, accounts: u32, rounds: std::ops::Range<u32>) -> Vec<MessageKey> {
        let part = Part {
            phase: 2,
            account,
            accounts,
            rounds: &rounds,
        };
        let key = |step| match step {
            Step::Send { key, .. } => key,
            other => panic!("{other:?}"),
        };
        Scaling.steps(&part).map(key).collect()
    }

    #[test]
    fn everyone_sends_to_everyone_else_once_a_round() {
        for accounts in [2, 3, 40] {
            let mut pairs = HashSet::new();
            for account in 0..accounts {
                let keys = sends(account, accounts, 0..1);
                assert_eq!(
                    keys[0].to,
                    (account + 1) % accounts,
                    "starts with its successor"
                );
                assert!(
                    keys.iter()
                        .all(|key| key.from == account && key.to != account)
                );
                pairs.extend(keys.iter().map(|key| (key.from, key.to)));
            }
            assert_eq!(pairs.len(), (accounts * (accounts - 1)) as usize);
        }
    }

    #[test]
    fn places_count_up_and_texts_differ() {
        let mut texts = HashSet::new();
        for account in 0..7 {
            for (place, key) in sends(account, 7, 0..5).iter().enumerate() {
                assert_eq!(Scaling.place(key), place as u64);
                let mut text = String::new();
                Scaling.text(key, &mut text);
                assert_eq!(text.len(), TEXT_BYTES as usize);
                assert!(texts.insert(text), "{key:?} has a text of its own");
            }
        }
    }

    #[test]
    fn what_is_sent_is_what_is_delivered() {
        let rounds = 2..5;
        let to_0: usize = (0..6)
            .map(|account| {
                sends(account, 6, rounds.clone())
                    .iter()
                    .filter(|key| key.to == 0)
                    .count()
            })
            .sum();
        assert_eq!(
            Scaling.deliveries(&Part {
                phase: 2,
                account: 0,
                accounts: 6,
                rounds: &rounds
            }),
            to_0 as u64
        );
    }
}
