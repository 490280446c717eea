//! The chat service that every protocol fronts: its vocabulary, its rules, its sessions and its stores.
//!
//! It knows no bytes, no sockets and no protocols, and its rules wait for nothing. Read it in this order:
//!
//! 1. [`message`]: what can be asked, answered and told; [`error`]: how it is refused; [`limits`]: every bound.
//! 2. [`chat`]: where a request meets a session, and which rule it runs (`rules/`, a file for each concern).
//! 3. [`session`]: who is logged in, and the outbox that events wait in; [`fanout`]: who is online, and where.
//! 4. [`store`]: where accounts and messages live, and the contract that every store keeps.
//! 5. [`scram`]: how a password is proved without being told.
//!
//! The rest are small values: [`answer`] (now or later), [`environment`] (clock and randomness), [`name`],
//! [`pattern`], [`text`], [`digest`].

pub mod answer;
pub mod chat;
pub mod digest;
pub mod environment;
pub mod error;
pub mod fanout;
pub mod limits;
pub mod message;
pub mod name;
pub mod pattern;
mod rules;
pub mod scram;
pub mod session;
pub mod store;
pub mod text;

pub use answer::Answer;
pub use chat::{Chat, Connection};
pub use error::{ErrorCode, Refusal};
pub use message::{Event, FromServer, Message, Reply, Request};
pub use text::Text;
