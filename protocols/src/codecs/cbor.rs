//! The codec `cbor`: maps with the names of kinds and fields (RFC 8949). Specified in `proto/cbor.md`.

use ciborium::de::from_reader_with_buffer;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_core::message::Operation;

use super::framed::{Bodies, Framed, UNWRITABLE};
use super::mirror::{Absence, Calls, Fields, Format, FromServer, MISFIT, Request, TRAILING};
use super::mirror::{read_reply, read_request, write_from_server, write_request};
use crate::codec::{CallCodec, Codec, CodecFactory, NoCalls, NotExpressible, Setup};

/// The codec.
pub struct Cbor;

impl CodecFactory for Cbor {
    fn name(&self) -> &'static str {
        "cbor"
    }

    fn description(&self) -> &'static str {
        "CBOR, kinds and fields by name, as the crate ciborium writes them"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(Framed::new(setup, Maps))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Ok(&Calls(Maps))
    }
}

/// The format. Its library reads from streams, and so cannot lend what it reads.
struct Maps;

/// Room for names and binary fields, in bytes; longer texts are read piece by piece.
const SCRATCH_BYTES: usize = 256;

impl Format for Maps {
    const ABSENCE: Absence = Absence::LeftOut;

    fn write(&self, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), NotExpressible> {
        ciborium::into_writer(value, out).map_err(|_| UNWRITABLE)
    }
}

impl Bodies for Maps {
    fn write_request(
        &self,
        request: &server_core::Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        write_request(self, request, out)
    }

    fn read_request<'a>(&self, body: &'a [u8]) -> Result<server_core::Request<'a>, &'static str> {
        read::<Request<String>>(body).map(Into::into)
    }

    fn write_from_server(
        &self,
        message: &server_core::FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotExpressible> {
        write_from_server(self, message, out)
    }

    fn read_from_server<'a>(
        &self,
        body: &'a [u8],
    ) -> Result<server_core::FromServer<'a>, &'static str> {
        read::<FromServer<String>>(body)?.try_into()
    }
}

impl Fields for Maps {
    fn format(&self) -> &impl Format {
        self
    }

    fn read_request_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::Request<'a>, &'static str> {
        let request: Result<Request<String>, _> = read_request!(operation, body, read_fields);
        request.map(Into::into)
    }

    fn read_reply_fields<'a>(
        &self,
        operation: Operation,
        body: &'a [u8],
    ) -> Result<server_core::FromServer<'a>, &'static str> {
        let reply: Result<FromServer<String>, &'static str> =
            read_reply!(operation, body, read_fields);
        reply?.try_into()
    }
}

/// Reads the fields of a kind, without the kind; they must be all that there is.
fn read_fields<T: DeserializeOwned>(body: &[u8]) -> Result<T, &'static str> {
    match head(body) {
        Some((MAP, ..)) => read_all(body),
        _ => Err(MISFIT),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, &'static str> {
    check_shape(body)?;
    read_all(body)
}

fn read_all<T: DeserializeOwned>(body: &[u8]) -> Result<T, &'static str> {
    let mut left = body;
    let value = from_reader_with_buffer(&mut left, &mut [0; SCRATCH_BYTES]).map_err(|_| MISFIT)?;
    if left.is_empty() {
        Ok(value)
    } else {
        Err(TRAILING)
    }
}

/// The major type of texts.
const TEXT: u8 = 3;

/// The major type of maps.
const MAP: u8 = 5;

/// Checks that a body is a text alone, or a map of one entry from a text to a map. The library would also take a map
/// without a value for a kind without fields, a second item for a kind's fields, and an array for fields by their place.
fn check_shape(body: &[u8]) -> Result<(), &'static str> {
    match head(body) {
        Some((TEXT, ..)) => match after_text(body) {
            Some([]) => Ok(()),
            Some(_) => Err(TRAILING),
            None => Err(MISFIT),
        },
        Some((MAP, 1, entry)) => match after_text(entry) {
            Some([fields, ..]) if fields >> 5 == MAP => Ok(()),
            _ => Err(MISFIT),
        },
        _ => Err(MISFIT),
    }
}

/// What comes behind a text of definite length; `None` if there is another type or the text is cut off.
fn after_text(bytes: &[u8]) -> Option<&[u8]> {
    match head(bytes)? {
        (TEXT, length, rest) => rest.get(usize::try_from(length).ok()?..),
        _ => None,
    }
}

/// The major type of the first item, its number (a length, for most types), and what comes behind both.
fn head(bytes: &[u8]) -> Option<(u8, u64, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let number_bytes = match first & 0x1f {
        small @ 0..24 => return Some((first >> 5, small.into(), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(number_bytes)?;
    let number = number
        .iter()
        .fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    Some((first >> 5, number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_that_is_ignored_is_bounded() {
        let ping_with = |depth: usize| {
            let mut body = b"\xa1\x64read\xa2\x65limit\x01\x61x".to_vec();
            body.extend(std::iter::repeat_n(0x81, depth));
            body.push(0);
            body
        };
        assert!(Maps.read_request(&ping_with(100)).is_ok());
        assert_eq!(Maps.read_request(&ping_with(60_000)), Err(MISFIT));
    }

    #[test]
    fn texts_may_be_longer_than_the_scratch_room() {
        let request = server_core::Request::Send {
            to: "a".into(),
            text: "ü".repeat(10 * SCRATCH_BYTES).into(),
            client_id: None,
        };
        let mut body = Vec::new();
        assert!(Maps.write_request(&request, &mut body).is_ok());
        assert_eq!(Maps.read_request(&body), Ok(request));
    }
}
