//! Sessions: who is logged in, by which token, and the outbox that events wait in.

mod outbox;
mod table;

pub use outbox::Outbox;
pub(crate) use table::{Begin, Seating, Session, SessionKind, Sessions};
