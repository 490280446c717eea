//! The codec `json`.

use crate::codec::{CallCodec, Codec, CodecFactory, Setup};

/// The codec.
pub struct Json;

impl CodecFactory for Json {
    fn name(&self) -> &'static str {
        "json"
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
