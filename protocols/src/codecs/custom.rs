//! The codec `custom`.

use crate::codec::{CallCodec, Codec, CodecFactory, Setup};

/// The codec.
pub struct Custom;

impl CodecFactory for Custom {
    fn name(&self) -> &'static str {
        "custom"
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
