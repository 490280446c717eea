//! The server's end: what drives a codec and the core over a transport.

pub(crate) mod calls;
mod stream;

pub use stream::{StreamParts, serve_stream};
