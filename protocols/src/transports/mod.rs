//! One file a transport; [`crate::registry`] lists them.

pub mod grpc;
pub mod http;
pub mod mem;
pub mod quic;
pub mod tcp;
pub mod tls;
pub mod unix;
