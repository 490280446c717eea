//! A verdict, shown: one file a format.
//!
//! 1. `sections`: what of it goes where. `times`: the table of what was measured by time. `dump`: bytes that changed,
//!    one string under the other.
//! 2. [`terminal`], [`markdown`], [`junit`], [`json`]: a verdict in, text out.

mod dump;
mod ink;
mod json;
mod junit;
mod markdown;
mod sections;
mod terminal;
mod times;

pub use ink::Colors;
pub use json::{JSON_SCHEMA, json};
pub use junit::junit;
pub use markdown::markdown;
pub use terminal::{Screen, terminal};
