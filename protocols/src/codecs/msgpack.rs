//! The codec `msgpack`: `MessagePack` with fields told by their place. Specified in `proto/msgpack.md`.

use std::io::ErrorKind;

use rmp_serde::Deserializer;
use rmp_serde::decode::Error;
use serde::{Deserialize, Serialize};

use super::framed::{Framed, Unwritable};
use super::mirror::{Absence, Format, Lending, Lends, MISFIT, TRAILING};
use crate::codec::{CallCodec, Codec, CodecFactory, Setup};

/// The codec.
pub struct Msgpack;

/// How deep values may lie in one another; no message needs as much.
const DEPTH_MAX: usize = 16;

impl CodecFactory for Msgpack {
    fn name(&self) -> &'static str {
        "msgpack"
    }

    fn description(&self) -> &'static str {
        "MessagePack, kinds by name and fields by place, as the crate rmp-serde writes them"
    }

    fn open(&self, setup: Setup) -> Option<Box<dyn Codec>> {
        Some(Box::new(Framed::new(setup, Lends(Arrays))))
    }

    fn calls(&self) -> Option<&'static dyn CallCodec> {
        None
    }
}

/// The format: the library's own choice, which writes structs as arrays.
struct Arrays;

impl Format for Arrays {
    const ABSENCE: Absence = Absence::Written;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Unwritable> {
        rmp_serde::encode::write(out, value).map_err(|_| Unwritable)
    }
}

impl Lending for Arrays {
    fn read<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        let mut deserializer = Deserializer::from_read_ref(body);
        deserializer.set_max_depth(DEPTH_MAX);
        let value = T::deserialize(&mut deserializer).map_err(|_| MISFIT)?;
        // The library does not tell how much it has read; but of a further value not even the first byte may be there.
        match bool::deserialize(&mut deserializer) {
            Err(Error::InvalidMarkerRead(end)) if end.kind() == ErrorKind::UnexpectedEof => {
                Ok(value)
            }
            _ => Err(TRAILING),
        }
    }
}
