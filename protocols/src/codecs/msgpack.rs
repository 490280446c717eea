//! The codec `msgpack`: `MessagePack` with fields told by their place. Specified in `proto/msgpack.md`.

use std::io::ErrorKind;

use rmp_serde::Deserializer;
use rmp_serde::decode::Error;
use serde::{Deserialize, Serialize};

use super::framed::{Framed, UNWRITABLE};
use super::mirror::{Absence, Calls, Format, Lending, Lends, MISFIT, TRAILING};
use crate::codec::{CallCodec, Codec, CodecFactory, NoCalls, NotExpressible, Setup};

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

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(Framed::new(setup, Lends(Arrays)))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls(Lends(Arrays)))
    }
}

/// The format: the library's own choice, which writes structs as arrays.
struct Arrays;

impl Format for Arrays {
    const ABSENCE: Absence = Absence::Written;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        rmp_serde::encode::write(out, value).map_err(|_| UNWRITABLE)
    }
}

impl Lending for Arrays {
    fn read<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        if is_told_by_name(body) {
            read(body)
        } else {
            Err(MISFIT)
        }
    }

    fn read_fields<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        if is_array(body) {
            read(body)
        } else {
            Err(MISFIT)
        }
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, &'static str> {
    let mut deserializer = Deserializer::from_read_ref(body);
    deserializer.set_max_depth(DEPTH_MAX);
    let value = T::deserialize(&mut deserializer).map_err(|_| MISFIT)?;
    // The library does not tell how much it has read; but of a further value not even the first byte may be there.
    match bool::deserialize(&mut deserializer) {
        Err(Error::InvalidMarkerRead(end)) if end.kind() == ErrorKind::UnexpectedEof => Ok(value),
        _ => Err(TRAILING),
    }
}

/// Whether a body is a str, or a map of one entry from a str to an array. The library would take a kind's number or a bin
/// for its name, nil for what has no fields, and a map for the array, so that one message could be written in many ways.
fn is_told_by_name(body: &[u8]) -> bool {
    let entry = match body {
        [0x81, entry @ ..] | [0xde, 0, 1, entry @ ..] | [0xdf, 0, 0, 0, 1, entry @ ..] => entry,
        name => return after_str(name).is_some(),
    };
    after_str(entry).is_some_and(is_array)
}

/// Whether the first value is an array.
const fn is_array(bytes: &[u8]) -> bool {
    matches!(bytes, [0x90..=0x9f | 0xdc | 0xdd, ..])
}

/// What comes behind a str; `None` if there is another type or the str is cut off.
fn after_str(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = match *bytes {
        [marker @ 0xa0..=0xbf, ref rest @ ..] => (usize::from(marker & 0x1f), rest),
        [0xd9, a, ref rest @ ..] => (usize::from(a), rest),
        [0xda, a, b, ref rest @ ..] => (usize::from(u16::from_be_bytes([a, b])), rest),
        [0xdb, a, b, c, d, ref rest @ ..] => {
            let length = u32::from_be_bytes([a, b, c, d]);
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.get(length..)
}
