//! Every check there is, by topic. To add a topic: one file in `checks/`, one line here.

use super::check::{Applies, Check, Group, Staging};
use super::checks::{
    account_deletion, accounts, client_id, connection, deletion, discussion, events, faults,
    framing, functional, habits, history, journal, listing, reading, removal, resume, texts, undo,
};

/// All topics, in the order in which they run.
pub(super) static GROUPS: &[Group] = &[
    Group {
        name: "functional",
        checks: functional::CHECKS,
        staging: Staging::InSequence,
        applies: Applies::Always,
    },
    apart("connection", connection::CHECKS),
    apart("accounts", accounts::CHECKS),
    apart("texts", texts::CHECKS),
    apart("reading", reading::CHECKS),
    apart("history", history::CHECKS),
    apart("listing", listing::CHECKS),
    apart("events", events::CHECKS),
    apart("deletion", deletion::CHECKS),
    apart("account_deletion", account_deletion::CHECKS),
    apart("undo", undo::CHECKS),
    apart("client_id", client_id::CHECKS),
    apart("resume", resume::CHECKS),
    apart("framing", framing::CHECKS),
    apart("faults", faults::CHECKS),
    apart("journal", journal::CHECKS),
    apart("discussion", discussion::CHECKS),
    Group {
        applies: Applies::ToOtherHabits,
        ..apart("habits", habits::CHECKS)
    },
];

/// The short suite: the functional test, and a few checks of what it does not touch. For pairs of a codec and a
/// transport that are each tested whole in other pairs.
static SHORT: &[(&str, &[&str])] = &[
    (
        "connection",
        &["requests of different kinds at once", "64 messages at once"],
    ),
    (
        "events",
        &["send to somebody online", "log in while a message waits"],
    ),
    (
        "framing",
        &[
            "send requests in pieces that begin and end within frames",
            "send good, bad, good in one piece",
            "send a frame longer than a server accepts",
        ],
    ),
    (
        "faults",
        &["read a whole page of the longest texts at once"],
    ),
    ("journal", &["cut a client off (^C)"]),
];

/// How much is tested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Suite {
    /// Every check.
    #[default]
    Whole,
    /// The functional test, and a few others: enough to see that a codec and a transport go together.
    Short,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 2] = [Self::Whole, Self::Short];

    /// Its name, on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Short => "short",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    /// Whether a check of a group belongs to it.
    pub(super) fn has(self, group: &Group, check: &Check) -> bool {
        let short = || {
            SHORT
                .iter()
                .any(|(topic, names)| *topic == group.name && names.contains(&check.name))
        };
        self == Self::Whole || group.staging == Staging::InSequence || short()
    }
}

const fn apart(name: &'static str, checks: &'static [Check]) -> Group {
    Group {
        name,
        checks,
        staging: Staging::Apart,
        applies: Applies::Always,
    }
}

/// What runs at the end of every run.
pub(super) static REMOVAL: Group = Group {
    name: "removal",
    checks: removal::CHECKS,
    staging: Staging::Apart,
    applies: Applies::Always,
};

/// All checks, by topic, in the order in which they run.
pub fn groups() -> impl Iterator<Item = &'static Group> {
    GROUPS.iter().chain([&REMOVAL])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_checks_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance/checks");
        let files = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let topics = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
        let written: BTreeSet<_> = topics.filter(|topic| topic != "mod").collect();
        let listed: BTreeSet<_> = groups().map(|group| group.name.to_owned()).collect();
        assert_eq!(listed, written);
    }

    #[test]
    fn every_check_has_a_line_of_its_own() {
        // The notebook's steps repeat themselves.
        for group in groups().filter(|group| group.staging == Staging::Apart) {
            let lines = group.checks.iter().map(|check| (check.name, check.expects));
            assert_eq!(
                lines.clone().collect::<BTreeSet<_>>().len(),
                lines.count(),
                "{}",
                group.name
            );
        }
    }

    #[test]
    fn every_check_of_the_short_suite_is_there() {
        for (topic, names) in SHORT {
            let group = groups().find(|group| group.name == *topic).expect(topic);
            for name in *names {
                let is_there = group.checks.iter().any(|check| check.name == *name);
                assert!(is_there, "{topic}: {name}");
            }
        }
        for suite in Suite::ALL {
            assert_eq!(Suite::find(suite.name()), Some(suite));
        }
    }

    #[test]
    fn the_functional_test_has_the_steps_of_the_notebook() {
        assert_eq!(GROUPS[0].name, "functional");
        assert_eq!(GROUPS[0].checks.len(), 32);
    }
}
