//! The server's end: what drives a codec and the core over a transport.

mod accepted;
pub(crate) mod calls;
mod connection;
pub(crate) mod feed;
mod watchdog;

pub(crate) use accepted::serve_accepted;
pub use connection::{Parts, StreamParts, serve};
