//! One file a topic; [`super::list`] lists them.

pub(super) mod functional;
pub(super) mod removal;
