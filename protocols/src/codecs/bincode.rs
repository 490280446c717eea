//! The codec `bincode`: serde's types without names, numbers in one, three, five or nine bytes. Specified in
//! `proto/bincode.md`.

use bincode::config::Configuration;
use serde::{Deserialize, Serialize};

use super::framed::{Framed, UNWRITABLE};
use super::mirror::{Absence, Calls, Format, Lending, Lends, MISFIT, TRAILING};
use crate::codec::{CallCodec, Codec, CodecFactory, NoCalls, NotExpressible, Setup};

/// The codec.
pub struct Bincode;

impl CodecFactory for Bincode {
    fn name(&self) -> &'static str {
        "bincode"
    }

    fn description(&self) -> &'static str {
        "serde's types without names, as the crate bincode 2 writes them"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(Framed::new(setup, Lends(Standard)))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls(Lends(Standard)))
    }
}

/// The format: the crate's standard configuration.
struct Standard;

/// Without the crate's limit, which counts what values take when they are decoded, eight bytes for an id of one, and so
/// refuses frames that are not too long. Memory is bounded without it: texts and bytes are borrowed from the frame, and lists
/// grow by what has come.
const CONFIGURATION: Configuration = bincode::config::standard();

impl Format for Standard {
    const ABSENCE: Absence = Absence::Written;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        let written = bincode::serde::encode_into_std_write(value, out, CONFIGURATION);
        written.map(drop).map_err(|_| UNWRITABLE)
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

#[cfg(test)]
mod tests {
    use server_core::limits::FRAME_MAX_BYTES;
    use server_core::message::MessageId;
    use server_core::{FromServer, Reply};

    use super::*;
    use crate::codecs::framed::Bodies as _;

    #[test]
    fn a_frame_may_be_as_long_as_the_limit() {
        let ids = vec![MessageId(7); FRAME_MAX_BYTES - 100];
        let message = FromServer::Reply(Reply::Undo { ids });
        let mut body = Vec::new();
        assert!(
            Lends(Standard)
                .write_from_server(&message, &mut body)
                .is_ok()
        );
        assert!(body.len() < FRAME_MAX_BYTES);
        assert!(Lends(Standard).read_from_server(&body) == Ok(message));
    }

    #[test]
    fn no_memory_is_taken_for_what_a_length_says() {
        let huge = [0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        for before in [&[15][..], &[8], &[4]] {
            let body = [before, &huge, &[1, 2, 3]].concat();
            assert_eq!(Lends(Standard).read_request(&body), Err(MISFIT));
        }
    }
}
