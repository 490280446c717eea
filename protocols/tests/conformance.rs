//! The conformance suite against servers of our own: every protocol on every store, between protocols, and against
//! servers that are broken on purpose.

#[path = "conformance/direct.rs"]
mod direct;
#[path = "conformance/matrix.rs"]
mod matrix;
#[path = "conformance/server.rs"]
mod server;
