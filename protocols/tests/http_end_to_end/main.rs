//! `http`, end to end over loopback.

mod client;
mod closing;
mod events;
mod hostile;
mod openapi;
mod raw;
#[path = "../support/readable.rs"]
mod readable;
mod server;
mod wire;
