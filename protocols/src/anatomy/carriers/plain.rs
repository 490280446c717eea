//! Streams that carry frames as they are.

use super::Carrier;
use crate::anatomy::Speaker;
use crate::anatomy::formats::{self, Format};
use crate::anatomy::reader::Reader;

pub(super) struct Plain(pub(super) Box<dyn Format>);

impl Carrier for Plain {
    fn read(&mut self, speaker: Speaker, _: Option<&[u8]>, reader: &mut Reader<'_>) {
        formats::read_stream(&mut *self.0, speaker, reader);
    }
}
