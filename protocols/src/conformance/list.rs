//! Every check there is, by topic. To add a topic: one file in `checks/`, one line here.

use super::check::{Group, Staging};
use super::checks::{functional, removal};

/// All topics, in the order in which they run.
pub(super) static GROUPS: &[Group] = &[Group {
    name: "functional",
    checks: functional::CHECKS,
    staging: Staging::InSequence,
}];

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
