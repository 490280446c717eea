//! One file a codec; [`crate::registry`] lists them.
//!
//! What several have in common: `framed` finds the boundaries of those that have none of their own, `mirror` holds the
//! types that serde's formats write.

pub mod bincode;
pub mod cbor;
pub mod custom;
mod framed;
pub mod json;
mod mirror;
pub mod msgpack;
pub mod postcard;
pub mod protobuf;
