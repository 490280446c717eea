//! Every check there is, by topic. To add a topic: one file in `checks/`, one line here.

use super::check::{Check, Group, Staging};
use super::checks::{
    account_deletion, accounts, client_id, connection, deletion, discussion, events, faults,
    framing, functional, history, journal, listing, reading, removal, resume, texts, undo,
};

/// All topics, in the order in which they run.
pub(super) static GROUPS: &[Group] = &[
    Group {
        name: "functional",
        checks: functional::CHECKS,
        staging: Staging::InSequence,
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
];

const fn apart(name: &'static str, checks: &'static [Check]) -> Group {
    Group {
        name,
        checks,
        staging: Staging::Apart,
    }
}

/// What runs at the end of every run.
pub(super) static REMOVAL: Group = Group {
    name: "removal",
    checks: removal::CHECKS,
    staging: Staging::Apart,
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
    fn the_functional_test_has_the_steps_of_the_notebook() {
        assert_eq!(GROUPS[0].name, "functional");
        assert_eq!(GROUPS[0].checks.len(), 32);
    }
}
