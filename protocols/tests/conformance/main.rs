//! The conformance suite against servers of our own: every protocol on every store, between protocols, and against
//! servers that are broken on purpose.

mod broken;
mod broken_codec;
mod closing;
mod direct;
mod lying;
mod matrix;
mod narrow;
mod notebooks;
mod races;
mod server;
mod teeth;
