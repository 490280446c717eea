//! What is planned can be done, in whatever order the accounts get to it.

use std::collections::{HashMap, HashSet};

use super::{SOUND, sound};
use crate::scenario::ScenarioWorkload;
use crate::workloads::{Fate, MessageKey, Part, PhaseKind, Step, Workload};

fn workload(text: &str, seed: u64) -> ScenarioWorkload {
    ScenarioWorkload::new(sound(text), seed)
}

fn steps(workload: &ScenarioWorkload, phase: usize, account: u32) -> Vec<Step> {
    let part = part(phase, account);
    workload.steps(&part).collect()
}

const fn part(phase: usize, account: u32) -> Part<'static> {
    Part {
        phase,
        account,
        accounts: 6,
        rounds: &(0..1),
    }
}

/// The places of the phases of messages.
fn conversations(workload: &ScenarioWorkload) -> impl Iterator<Item = usize> {
    let phases = workload.phases().iter().enumerate();
    phases
        .filter(|(_, phase)| phase.kind != PhaseKind::Setup)
        .map(|(at, _)| at)
}

#[test]
fn a_seed_plans_the_same_again() {
    let all = |seed| {
        let workload = workload(SOUND, seed);
        conversations(&workload)
            .flat_map(|phase| (0..6).flat_map(move |account| [(phase, account)]))
            .map(|(phase, account)| steps(&workload, phase, account))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(1), all(1));
    assert_ne!(all(1), all(2));
}

#[test]
fn the_seed_of_a_file_wins() {
    let text = SOUND.replace("accounts = 6", "accounts = 6\nseed = 9");
    let key = MessageKey {
        from: 0,
        to: 1,
        nth: 0,
        accounts: 6,
    };
    let said = |seed| {
        let mut said = String::new();
        workload(&text, seed).text(&key, &mut said);
        said
    };
    assert_eq!(said(1), said(2));
}

#[test]
fn every_phase_has_the_operations_and_the_mix_that_were_asked_for() {
    let text = SOUND.replace("operations = 600", "operations = 60000");
    let workload = workload(&text, 3);
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for account in 0..6 {
        for step in steps(&workload, 2, account) {
            let name = match step {
                Step::Send { .. } => "send",
                Step::ReadFrom { .. } => "read",
                Step::DeleteMessage { .. } => "delete",
                Step::History { .. } => "history",
                other => panic!("{other:?} was not asked for"),
            };
            *counts.entry(name).or_default() += 1;
        }
    }
    assert_eq!(counts.values().sum::<u32>(), 60_000);
    for (name, expected) in [
        ("send", 0.5),
        ("read", 0.3),
        ("delete", 0.1),
        ("history", 0.1),
    ] {
        let share = f64::from(counts[name]) / 60_000.0;
        assert!((share - expected).abs() < 0.01, "{name}: {share}");
    }
}

/// Plays all phases with accounts that get ahead of each other as far as they can: each waits only where it must.
#[test]
fn nothing_waits_for_ever() {
    for (seed, pages) in [(1, 1), (2, 3), (3, 1_000)] {
        let text = SOUND.replace(
            "accounts = 6",
            &format!("accounts = 6\npages = {{ read = {pages} }}"),
        );
        let workload = workload(&text, seed);
        let mut world = World::default();
        for phase in conversations(&workload) {
            for account in 0..6 {
                for step in steps(&workload, phase, account) {
                    world.send(&step, &workload);
                }
                let events = workload.deliveries(&part(phase, account));
                world.expected.insert((phase, account), events);
            }
            for account in 0..6 {
                for step in steps(&workload, phase, account) {
                    world.read(account, &step);
                }
            }
        }
        world.check(&workload);
    }
}

#[derive(Default)]
struct World {
    sent: HashMap<(u32, u32), u32>,
    by_sender: HashMap<u32, u64>,
    read: HashMap<(u32, u32), u32>,
    deleted: HashSet<MessageKey>,
    expected: HashMap<(usize, u32), u64>,
}

impl World {
    fn send(&mut self, step: &Step, workload: &ScenarioWorkload) {
        let Step::Send { key, .. } = step else { return };
        assert_ne!(key.from, key.to);
        let sent = self.sent.entry((key.from, key.to)).or_default();
        assert_eq!(*sent, key.nth, "messages of a pair are counted");
        *sent += 1;
        let place = self.by_sender.entry(key.from).or_default();
        assert_eq!(
            workload.place(key),
            *place,
            "messages of a sender are counted"
        );
        *place += 1;
    }

    fn read(&mut self, account: u32, step: &Step) {
        match *step {
            Step::ReadFrom { from, first, count } => {
                let read = self.read.entry((from, account)).or_default();
                assert!(count > 0);
                assert_eq!(*read, first, "one after another");
                *read += count;
                assert!(*read <= self.sent[&(from, account)], "it was sent by then");
            }
            Step::DeleteMessage { key } => {
                assert_eq!(key.to, account, "the recipient deletes");
                assert!(
                    key.nth < self.read[&(key.from, account)],
                    "it was read by then"
                );
                assert!(self.deleted.insert(key), "once");
            }
            _ => {}
        }
    }

    /// What the plan says of the end is what its steps come to.
    fn check(&self, workload: &ScenarioWorkload) {
        let mut events = self.deleted.len() as u64;
        for (&(from, to), &sent) in &self.sent {
            events += u64::from(sent);
            for nth in 0..sent {
                let key = MessageKey {
                    from,
                    to,
                    nth,
                    accounts: 6,
                };
                let read = self.read.get(&(from, to)).is_some_and(|read| nth < *read);
                let fate = match (self.deleted.contains(&key), read) {
                    (true, _) => Fate::Deleted,
                    (false, true) => Fate::Read,
                    (false, false) => Fate::Unread,
                };
                assert_eq!(workload.fate(&key), fate, "{key:?}");
            }
        }
        assert!(!self.deleted.is_empty() && !self.read.is_empty());
        assert_eq!(self.expected.values().sum::<u64>(), events);
    }
}
