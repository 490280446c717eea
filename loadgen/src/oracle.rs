//! Right answers: every reply and every delivery is held against what the workload says.

use std::collections::HashSet;
use std::sync::Arc;

use server_core::Message;
use server_core::digest::{DigestBuilder, DigestEntry, StateDigest};

use crate::workloads::{MessageKey, Part, PhaseKind, Step, Workload};

/// How many wrong answers are kept in words; the rest are counted.
const WORDS_MAX: usize = 10;

/// Knows what every recipient must hear next from every sender.
pub struct Oracle {
    workload: &'static dyn Workload,
    names: Arc<Names>,
    /// For each recipient and sender, the next message that is due: `recipient * accounts + sender`.
    due: Vec<u32>,
    /// Messages that others have overtaken.
    overtaken: HashSet<MessageKey>,
    text: String,
    /// What was wrong, in words.
    pub wrong: Vec<String>,
    /// How much was wrong.
    pub wrong_count: u64,
    /// Messages that reached their recipient.
    pub delivered: u64,
    /// Messages that reached it again.
    pub duplicated: u64,
}

/// The names of the accounts, all of one width.
#[derive(Debug)]
pub struct Names {
    stem_bytes: usize,
    all: Vec<String>,
}

impl Names {
    /// `prefix` and then `user01` and so on, with as many digits as the last one needs, and at least two.
    #[must_use]
    pub fn new(prefix: &str, accounts: u32) -> Self {
        let width = accounts.to_string().len().max(2);
        Self {
            stem_bytes: prefix.len() + "user".len(),
            all: (1..=accounts)
                .map(|number| format!("{prefix}user{number:0width$}"))
                .collect(),
        }
    }

    /// The name of an account.
    #[must_use]
    pub fn name(&self, account: u32) -> &str {
        &self.all[account as usize]
    }

    /// The account of a name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<u32> {
        let number: u32 = name.get(self.stem_bytes..)?.parse().ok()?;
        let account = number.checked_sub(1)?;
        (self.all.get(account as usize)? == name).then_some(account)
    }

    /// How many accounts there are.
    ///
    /// # Panics
    /// Never: the number came in as a `u32`.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.all.len()).expect("counted by a u32")
    }
}

impl Oracle {
    /// Knows a workload among the accounts of these names.
    #[must_use]
    pub fn new(workload: &'static dyn Workload, names: Arc<Names>) -> Self {
        let accounts = names.count() as usize;
        Self {
            workload,
            names,
            due: vec![0; accounts * accounts],
            overtaken: HashSet::new(),
            text: String::new(),
            wrong: Vec::new(),
            wrong_count: 0,
            delivered: 0,
            duplicated: 0,
        }
    }

    /// Notes a wrong answer.
    pub fn wrong(&mut self, words: impl FnOnce() -> String) {
        self.wrong_count += 1;
        if self.wrong.len() < WORDS_MAX {
            self.wrong.push(words());
        }
    }

    /// A message has reached `recipient`; gives which one it is if it is the one that was due.
    pub fn deliver(&mut self, recipient: u32, message: &Message<'_>) -> Option<MessageKey> {
        let accounts = self.names.count();
        if message.to.as_str() != self.names.name(recipient) {
            self.wrong(|| {
                format!(
                    "message {} for {} reached account {recipient}",
                    message.id.0, message.to
                )
            });
            return None;
        }
        let Some(from) = self.names.account(&message.from) else {
            self.wrong(|| {
                format!(
                    "message {} is from {}, who is not of this run",
                    message.id.0, message.from
                )
            });
            return None;
        };
        let at = recipient as usize * accounts as usize + from as usize;
        let key = MessageKey {
            from,
            to: recipient,
            nth: self.due[at],
            accounts,
        };
        if self.is_text(&key, &message.text) {
            self.due[at] += 1;
            self.delivered += 1;
            return Some(key);
        }
        self.explain(key, message);
        None
    }

    /// Finds out what a message is that was not due: one that overtook others, one that was overtaken, one that
    /// came again, or one with another text than was sent.
    fn explain(&mut self, due: MessageKey, message: &Message<'_>) {
        const WINDOW: u32 = 1_000;
        let (words, key) = (
            format!(
                "from {} to {}: {:?}",
                message.from, message.to, message.text
            ),
            due,
        );
        let ahead = (due.nth + 1..due.nth.saturating_add(WINDOW))
            .find(|&nth| self.is_text(&MessageKey { nth, ..key }, &message.text));
        if let Some(nth) = ahead {
            self.overtaken
                .extend((due.nth..nth).map(|nth| MessageKey { nth, ..key }));
            let at = key.to as usize * key.accounts as usize + key.from as usize;
            self.due[at] = nth + 1;
            self.delivered += 1;
            self.wrong(|| format!("{words} came before earlier ones"));
            return;
        }
        let behind = (due.nth.saturating_sub(WINDOW)..due.nth)
            .find(|&nth| self.is_text(&MessageKey { nth, ..key }, &message.text));
        match behind {
            Some(nth) if self.overtaken.remove(&MessageKey { nth, ..key }) => {
                self.delivered += 1;
                self.wrong(|| format!("{words} came after later ones"));
            }
            Some(_) => {
                self.duplicated += 1;
                self.wrong(|| format!("{words} came twice"));
            }
            None => self.wrong(|| format!("{words} was never sent")),
        }
    }

    fn is_text(&mut self, key: &MessageKey, text: &str) -> bool {
        self.text.clear();
        self.workload.text(key, &mut self.text);
        self.text == text
    }

    /// The digest that the state must have once the first round is through, or has been read.
    #[must_use]
    pub fn expected_digest(&self) -> StateDigest {
        let (mut builder, mut text) = (DigestBuilder::default(), String::new());
        let accounts = self.names.count();
        for (phase, _) in self
            .workload
            .phases()
            .iter()
            .enumerate()
            .filter(|(_, phase)| phase.kind != PhaseKind::Setup)
        {
            for account in 0..accounts {
                for step in self.workload.steps(&Part {
                    phase,
                    account,
                    accounts,
                    rounds: &(0..1),
                }) {
                    let Step::Send { key, .. } = step else {
                        continue;
                    };
                    text.clear();
                    self.workload.text(&key, &mut text);
                    builder.add(DigestEntry {
                        from: self.names.name(key.from),
                        to: self.names.name(key.to),
                        text: &text,
                        read: self.workload.read_when_digested(),
                    });
                }
            }
        }
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::scaling::Scaling;
    use server_core::message::MessageId;

    fn message(from: u32, to: u32, nth: u32) -> Message<'static> {
        let names = Names::new("", 3);
        let mut text = String::new();
        Scaling.text(
            &MessageKey {
                from,
                to,
                nth,
                accounts: 3,
            },
            &mut text,
        );
        Message {
            id: MessageId(1),
            from: names.name(from).to_owned().into(),
            to: names.name(to).to_owned().into(),
            text: text.into(),
            sent_at_ms: 0,
            read: false,
        }
    }

    fn oracle() -> Oracle {
        Oracle::new(&Scaling, Arc::new(Names::new("", 3)))
    }

    #[track_caller]
    fn check(messages: &[Message<'_>], expected: (u64, u64, &[&str])) {
        let mut oracle = oracle();
        for message in messages {
            oracle.deliver(1, message);
        }
        let (delivered, duplicated, words) = expected;
        assert_eq!(
            (oracle.delivered, oracle.duplicated),
            (delivered, duplicated),
            "{:?}",
            oracle.wrong
        );
        assert_eq!(oracle.wrong.len(), words.len(), "{:?}", oracle.wrong);
        for (wrong, word) in oracle.wrong.iter().zip(words) {
            assert!(wrong.contains(word), "{wrong} / {word}");
        }
    }

    #[test]
    fn tells_what_is_wrong_with_a_delivery() {
        let [a, b, c] = [0, 1, 2].map(|nth| message(0, 1, nth));
        check(&[a.clone(), b.clone(), c.clone()], (3, 0, &[]));
        check(&[a.clone(), a.clone()], (1, 1, &["twice"]));
        check(
            &[a.clone(), c.clone(), b.clone()],
            (3, 0, &["before earlier", "after later"]),
        );
        check(&[a.clone(), c.clone()], (2, 0, &["before earlier"]));
        let altered = Message {
            text: "XXXXX".into(),
            ..a.clone()
        };
        check(&[altered], (0, 0, &["never sent"]));
        check(&[message(0, 2, 0)], (0, 0, &["reached account 1"]));
        let stranger = Message {
            from: "mallory".into(),
            ..a
        };
        check(&[stranger], (0, 0, &["not of this run"]));
    }

    #[test]
    fn names_have_one_width_and_find_their_accounts() {
        let names = Names::new("x-", 100);
        assert_eq!((names.name(0), names.name(99)), ("x-user001", "x-user100"));
        assert_eq!(names.account("x-user100"), Some(99));
        for strange in [
            "x-user000",
            "x-user101",
            "user001",
            "x-user1",
            "x-user+01",
            "",
        ] {
            assert_eq!(names.account(strange), None, "{strange}");
        }
    }
}
