//! One file a transport; [`crate::registry`] lists them.

pub mod grpc;
pub mod mem;
pub mod tcp;
