//! `protobuf+grpc`, end to end over loopback.

mod beside;
mod closing;
mod compression;
mod raw;
mod server;
mod service;
mod session;
mod settings;
mod sharing;
mod stub;
mod stub_server;
mod stub_talk;
mod wire;
