//! Every check there is, by topic. To add a topic: one file in `checks/`, one line here.

use super::check::{Check, Group, Staging};
use super::checks::{
    accounts, client_id, connection, deletion, discussion, events, faults, framing, functional,
    history, journal, listing, reading, removal, resume, texts, undo,
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
