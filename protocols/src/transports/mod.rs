//! One file a transport; [`crate::registry`] lists them.

pub mod grpc;
pub mod http;
pub mod mem;
pub mod tcp;
