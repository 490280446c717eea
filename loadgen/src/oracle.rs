//! Right answers: every reply and every delivery is held against what the workload says.

use std::collections::HashSet;
use std::sync::Arc;

use server_core::Message;
use server_core::chat::Pushed;
use server_core::digest::{DigestBuilder, DigestEntry, StateDigest};

use crate::delivery::Delivery;
use crate::workloads::{Fate, MessageKey, Part, PhaseKind, Recipient, Step, Workload};

/// How many wrong answers are kept in words; the rest are counted.
const WORDS_MAX: usize = 10;

/// Knows what every recipient must hear next from every sender.
pub struct Oracle {
    workload: &'static dyn Workload,
    names: Arc<Names>,
    delivery: Delivery,
    pushed: Pushed,
    /// For each recipient and sender, the next message that is due: `recipient * accounts + sender`.
    due: Vec<u32>,
    /// Messages that later ones have overtaken, and that did not arrive so far.
    overtaken: HashSet<MessageKey>,
    text: String,
    /// What was wrong, in words.
    pub wrong: Vec<String>,
    /// How much was wrong.
    pub wrong_count: u64,
    /// Messages that reached their recipient, in whatever order and with whatever text.
    pub delivered: u64,
    /// Messages that reached it again.
    pub duplicated: u64,
    /// Messages that reached it behind a later one of the same sender: what RFC 4737, section 3.3, calls reordered.
    pub reordered: u64,
    /// Messages that reached it with a text that was never sent.
    pub altered: u64,
}

/// What a message that reached somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The one that was due.
    Due(MessageKey),
    /// One that had not arrived before, though not as it should.
    Wrong,
    /// None that was to come: it stands for no message that is awaited.
    Extra,
}

/// How much of a workload was said.
#[derive(Clone, Copy, Debug)]
pub enum Extent<'a> {
    /// All of its first round.
    FirstRound,
    /// So many of the first messages of each account.
    Acknowledged(&'a [u64]),
}

impl Extent<'_> {
    fn of(self, account: u32) -> usize {
        match self {
            Self::FirstRound => usize::MAX,
            Self::Acknowledged(counts) => {
                usize::try_from(counts[account as usize]).unwrap_or(usize::MAX)
            }
        }
    }
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

    /// The pattern that fits all of them, and on a server that is not ours alone no others.
    #[must_use]
    pub fn pattern(&self) -> String {
        let stem = self
            .all
            .first()
            .and_then(|name| name.get(..self.stem_bytes));
        format!("{}*", stem.unwrap_or_default())
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
            delivery: Delivery::Push,
            pushed: Pushed::StaysUnread,
            due: vec![0; accounts * accounts],
            overtaken: HashSet::new(),
            text: String::new(),
            wrong: Vec::new(),
            wrong_count: 0,
            delivered: 0,
            duplicated: 0,
            reordered: 0,
            altered: 0,
        }
    }

    /// The same where messages are delivered in this way: those that are asked for are read then.
    #[must_use]
    pub const fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The same where being told of a message does this to it.
    #[must_use]
    pub const fn with_pushed(mut self, pushed: Pushed) -> Self {
        self.pushed = pushed;
        self
    }

    /// Notes a wrong answer.
    pub fn wrong(&mut self, words: impl FnOnce() -> String) {
        self.wrong_count += 1;
        if self.wrong.len() < WORDS_MAX {
            self.wrong.push(words());
        }
    }

    /// A message has reached `recipient`; tells which one it is.
    pub fn deliver(&mut self, recipient: u32, message: &Message<'_>) -> Arrival {
        let accounts = self.names.count();
        if message.to.as_str() != self.names.name(recipient) {
            self.wrong(|| {
                format!(
                    "message {} for {} reached account {recipient}",
                    message.id.0, message.to
                )
            });
            return Arrival::Extra;
        }
        let Some(from) = self.names.account(&message.from) else {
            self.wrong(|| {
                format!(
                    "message {} is from {}, who is not of this run",
                    message.id.0, message.from
                )
            });
            return Arrival::Extra;
        };
        let at = recipient as usize * accounts as usize + from as usize;
        let due = MessageKey {
            from,
            to: recipient,
            nth: self.due[at],
            accounts,
        };
        if self.is_text(&due, &message.text) {
            self.due[at] += 1;
            self.delivered += 1;
            return Arrival::Due(due);
        }
        self.explain(due, message)
    }

    /// Finds out what a message is that was not due: one that overtook others, one that was overtaken, one that
    /// came again, or one with another text than was sent.
    fn explain(&mut self, due: MessageKey, message: &Message<'_>) -> Arrival {
        const WINDOW: u32 = 1_000;
        let words = format!(
            "from {} to {}: {:?}",
            message.from, message.to, message.text
        );
        let ahead = (due.nth + 1..due.nth.saturating_add(WINDOW))
            .find(|&nth| self.is_text(&MessageKey { nth, ..due }, &message.text));
        if let Some(nth) = ahead {
            self.overtaken
                .extend((due.nth..nth).map(|nth| MessageKey { nth, ..due }));
            self.arrive(due, nth);
            self.wrong(|| format!("{words} came before earlier ones"));
            return Arrival::Wrong;
        }
        let behind = (due.nth.saturating_sub(WINDOW)..due.nth)
            .find(|&nth| self.is_text(&MessageKey { nth, ..due }, &message.text));
        match behind {
            Some(nth) if self.overtaken.remove(&MessageKey { nth, ..due }) => {
                self.delivered += 1;
                self.reordered += 1;
                self.wrong(|| format!("{words} came after later ones"));
                Arrival::Wrong
            }
            Some(_) => {
                self.duplicated += 1;
                self.wrong(|| format!("{words} came twice"));
                Arrival::Extra
            }
            // It stands in the place of the one that was due, which does not come any more.
            None => {
                self.arrive(due, due.nth);
                self.altered += 1;
                self.wrong(|| format!("{words} was never sent"));
                Arrival::Wrong
            }
        }
    }

    /// The message with this number between the two has arrived, and later ones are due.
    fn arrive(&mut self, due: MessageKey, nth: u32) {
        let at = due.to as usize * due.accounts as usize + due.from as usize;
        self.due[at] = nth + 1;
        self.delivered += 1;
    }

    fn is_text(&mut self, key: &MessageKey, text: &str) -> bool {
        self.text.clear();
        self.workload.text(key, &mut self.text);
        self.text == text
    }

    /// The digest that the state must have once so much was said, or has been read.
    #[must_use]
    pub fn expected_digest(&self, extent: Extent<'_>) -> StateDigest {
        let (mut builder, mut text) = (DigestBuilder::default(), String::new());
        let accounts = self.names.count();
        let is_polled = self.delivery != Delivery::Push;
        for (phase, _) in self
            .workload
            .phases()
            .iter()
            .enumerate()
            .filter(|(_, phase)| phase.kind != PhaseKind::Setup)
        {
            for account in 0..accounts {
                let part = Part {
                    phase,
                    account,
                    accounts,
                    rounds: &(0..1),
                };
                for step in self.workload.steps(&part).take(extent.of(account)) {
                    let Step::Send { key, recipient } = step else {
                        continue;
                    };
                    let is_told = recipient == Recipient::Online && !is_polled;
                    let is_read_by_that = is_told && self.pushed == Pushed::IsRead;
                    let fate = self.workload.fate(&key);
                    if fate == Fate::Deleted {
                        continue;
                    }
                    text.clear();
                    self.workload.text(&key, &mut text);
                    builder.add(DigestEntry {
                        from: self.names.name(key.from),
                        to: self.names.name(key.to),
                        text: &text,
                        read: is_polled || is_read_by_that || fate == Fate::Read,
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
    fn check(messages: &[Message<'_>], expected: Counts, words: &[&str]) {
        let mut oracle = oracle();
        for message in messages {
            oracle.deliver(1, message);
        }
        let counts = Counts {
            delivered: oracle.delivered,
            duplicated: oracle.duplicated,
            reordered: oracle.reordered,
            altered: oracle.altered,
        };
        assert_eq!(counts, expected, "{:?}", oracle.wrong);
        assert_eq!(oracle.wrong.len(), words.len(), "{:?}", oracle.wrong);
        for (wrong, word) in oracle.wrong.iter().zip(words) {
            assert!(wrong.contains(word), "{wrong} / {word}");
        }
    }

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    struct Counts {
        delivered: u64,
        duplicated: u64,
        reordered: u64,
        altered: u64,
    }

    fn delivered(delivered: u64) -> Counts {
        Counts {
            delivered,
            ..Counts::default()
        }
    }

    #[test]
    fn tells_what_is_wrong_with_a_delivery() {
        let [a, b, c] = [0, 1, 2].map(|nth| message(0, 1, nth));
        check(&[a.clone(), b.clone(), c.clone()], delivered(3), &[]);
        let twice = Counts {
            duplicated: 1,
            ..delivered(1)
        };
        check(&[a.clone(), a.clone()], twice, &["twice"]);
        let swapped = Counts {
            reordered: 1,
            ..delivered(3)
        };
        let words = ["before earlier", "after later"];
        check(&[a.clone(), c.clone(), b.clone()], swapped, &words);
        // One that never comes has not been reordered: it is missing.
        check(&[a.clone(), c.clone()], delivered(2), &["before earlier"]);
        check(&[message(0, 2, 0)], delivered(0), &["reached account 1"]);
        let stranger = Message {
            from: "mallory".into(),
            ..a
        };
        check(&[stranger], delivered(0), &["not of this run"]);
    }

    #[test]
    fn an_altered_message_takes_the_place_of_the_one_that_was_sent() {
        let [a, b, c] = [0, 1, 2].map(|nth| message(0, 1, nth));
        let altered = Message {
            text: "XXXXX".into(),
            ..b
        };
        let expected = Counts {
            altered: 1,
            ..delivered(3)
        };
        check(&[a, altered, c], expected, &["never sent"]);
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
