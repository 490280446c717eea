//! The codec `bincode`: serde's types without names, numbers in one, three, five or nine bytes. Specified in
//! `proto/bincode.md`.

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use serde::{Deserialize, Serialize};
use server_core::limits::FRAME_MAX_BYTES;

use super::framed::{Framed, Unwritable};
use super::mirror::{Absence, Format, Lending, Lends, MISFIT, TRAILING};
use crate::codec::{CallCodec, Codec, CodecFactory, Setup};

/// The codec.
pub struct Bincode;

impl CodecFactory for Bincode {
    fn name(&self) -> &'static str {
        "bincode"
    }

    fn description(&self) -> &'static str {
        "serde's types without names, as the crate bincode 2 writes them"
    }

    fn open(&self, setup: Setup) -> Option<Box<dyn Codec>> {
        Some(Box::new(Framed::new(setup, Lends(Standard))))
    }

    fn calls(&self) -> Option<&'static dyn CallCodec> {
        None
    }
}

/// The format: the crate's standard configuration.
struct Standard;

/// It takes no more memory for what a length says than the longest frame has.
const CONFIGURATION: Configuration<LittleEndian, Varint, Limit<FRAME_MAX_BYTES>> =
    bincode::config::standard().with_limit::<FRAME_MAX_BYTES>();

impl Format for Standard {
    const ABSENCE: Absence = Absence::Written;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        let written = bincode::serde::encode_into_std_write(value, out, CONFIGURATION);
        written.map(drop).map_err(|_| Unwritable)
    }
}

impl Lending for Standard {
    fn read<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        let read = bincode::serde::borrow_decode_from_slice(body, CONFIGURATION);
        match read {
            Ok((value, read_bytes)) if read_bytes == body.len() => Ok(value),
            Ok(_) => Err(TRAILING),
            Err(_) => Err(MISFIT),
        }
    }
}
