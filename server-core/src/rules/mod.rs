//! The rules: what each request does, and when it is refused. A file for each concern; no rule waits or does I/O.

mod accounts;
mod apply;
mod entry;
mod listing;
mod login;
mod messages;
mod undo;

pub(crate) use apply::apply;
