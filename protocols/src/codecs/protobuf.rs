//! The codec `protobuf`.

use crate::codec::{CallCodec, Codec, CodecFactory, Setup};

/// The codec.
pub struct Protobuf;

impl CodecFactory for Protobuf {
    fn name(&self) -> &'static str {
        "protobuf"
    }

    fn description(&self) -> &'static str {
        "to be written"
    }

    fn open(&self, _setup: Setup) -> Option<Box<dyn Codec>> {
        None
    }

    fn calls(&self) -> Option<&'static dyn CallCodec> {
        None
    }
}
