//! One file a transport; [`crate::registry`] lists them.

pub mod grpc;
pub mod grpc_stream;
pub mod http;
pub mod mem;
pub mod quic;
pub mod tcp;
pub mod tls;
pub mod unix;
pub mod ws;
