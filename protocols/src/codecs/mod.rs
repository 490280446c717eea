//! One file a codec; [`crate::registry`] lists them.

pub mod custom;
pub mod json;
pub mod protobuf;
