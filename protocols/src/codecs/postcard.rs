//! The codec `postcard`: serde's types without names, numbers as varints. Specified in `proto/postcard.md`.

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use super::framed::{Framed, UNWRITABLE};
use super::mirror::{Absence, Calls, Format, Lending, Lends, MISFIT, TRAILING};
use crate::codec::{CallCodec, Codec, CodecFactory, NoCalls, NotExpressible, Setup};

/// The codec.
pub struct Postcard;

impl CodecFactory for Postcard {
    fn name(&self) -> &'static str {
        "postcard"
    }

    fn description(&self) -> &'static str {
        "serde's types without names, as the crate postcard writes them"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(Framed::new(setup, Lends(Varints)))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls(Lends(Varints)))
    }
}

/// The format.
struct Varints;

impl Format for Varints {
    const ABSENCE: Absence = Absence::Written;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        postcard::serialize_with_flavor(value, Appending(out)).map_err(|_| UNWRITABLE)
    }
}

impl Lending for Varints {
    fn read<'a, T: Deserialize<'a>>(&self, body: &'a [u8]) -> Result<T, &'static str> {
        let (value, left) = postcard::take_from_bytes(body).map_err(|_| MISFIT)?;
        if left.is_empty() {
            Ok(value)
        } else {
            Err(TRAILING)
        }
    }
}

/// Writes straight into the connection's buffer.
struct Appending<'o>(&'o mut Vec<u8>);

impl Flavor for Appending<'_> {
    type Output = ();

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
