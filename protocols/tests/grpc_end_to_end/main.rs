//! `protobuf+grpc`, end to end over loopback.

mod closing;
mod raw;
mod server;
mod service;
mod session;
mod settings;
mod stub;
mod stub_server;
mod wire;
