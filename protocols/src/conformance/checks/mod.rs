//! One file a topic; [`super::list`] lists them.

pub(super) mod account_deletion;
pub(super) mod accounts;
pub(super) mod client_id;
pub(super) mod connection;
pub(super) mod deletion;
pub(super) mod discussion;
pub(super) mod events;
pub(super) mod faults;
pub(super) mod framing;
pub(super) mod functional;
pub(super) mod habits;
pub(super) mod history;
pub(super) mod journal;
pub(super) mod listing;
pub(super) mod reading;
pub(super) mod removal;
pub(super) mod resume;
pub(super) mod texts;
pub(super) mod undo;
