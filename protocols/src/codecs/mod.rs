//! One file a codec; [`crate::registry`] lists them.
//!
//! What several have in common: `framed` finds the boundaries of those that have none of their own, `mirror` holds the
//! types that serde's formats write, `notebook` what the formats of the notebooks remember and leave open.

pub mod bincode;
pub mod booth;
pub mod cbor;
pub mod custom;
mod framed;
pub mod json;
mod mirror;
pub mod msgpack;
mod notebook;
pub mod pipe;
pub mod postcard;
pub mod protobuf;
pub mod tag;
