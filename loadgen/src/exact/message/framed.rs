//! Frames of one connection.

use anyhow::{Context as _, ensure};
use protocols::codec::{Codec, CodecFactory, Decoded, Encoded, Framing, Setup};
use server_core::limits::{FRAME_MAX_BYTES, REQUEST_MAX_BYTES};
use server_core::{Connection, FromServer, Request};

use super::{Carried, Line, Said, broken, waiting};
use crate::exact::WrongAnswer;
use crate::exact::world::World;

/// Both ends of a connection without a stream between them.
pub(super) struct Framed {
    ends: Ends,
    connection: Connection,
}

/// Two codecs that talk to each other.
pub(in crate::exact) struct Ends {
    pub(in crate::exact) client: Box<dyn Codec>,
    pub(in crate::exact) server: Box<dyn Codec>,
}

impl Ends {
    /// Opens both.
    pub(in crate::exact) fn open(codec: &dyn CodecFactory) -> Self {
        let end = |frame_max_bytes| {
            codec.open(Setup {
                framing: Framing::Codec,
                frame_max_bytes,
            })
        };
        Self {
            client: end(FRAME_MAX_BYTES),
            server: end(REQUEST_MAX_BYTES),
        }
    }
}

impl Framed {
    pub(super) fn open(codec: &dyn CodecFactory, world: &World) -> Self {
        Self {
            ends: Ends::open(codec),
            connection: world.chat.connection(),
        }
    }

    /// Carries what the server says; nothing if the format cannot say it.
    fn carry_back(&mut self, said: &FromServer<'_>) -> anyhow::Result<Option<Carried>> {
        let mut frame = Vec::new();
        let Ok(encoded) = self.ends.server.encode_reply(said, &mut frame) else {
            return Ok(None);
        };
        let decoded = self.ends.client.decode_reply(&frame);
        let decoded = decoded.map_err(|error| broken(&error))?;
        let heard = check(decoded, said, encoded, &frame)?.into_owned();
        Ok(Some(Carried {
            said: Said::FromServer(heard),
            message_bytes: Some(encoded.message_bytes),
            frame,
        }))
    }
}

impl Line for Framed {
    fn ask(&mut self, request: &Request<'static>) -> anyhow::Result<Vec<Carried>> {
        let mut frame = Vec::new();
        let Ok(encoded) = self.ends.client.encode_request(request, &mut frame) else {
            return Ok(Vec::new());
        };
        let decoded = self.ends.server.decode_request(&frame);
        let decoded = decoded.map_err(|error| broken(&error))?;
        let asked = check(decoded, request, encoded, &frame)?;
        let answer = self.connection.apply(&asked).block().into();
        let answer = self
            .carry_back(&answer)?
            .context("the format can ask, and cannot say the answer")?;
        let request = Carried {
            said: Said::Request(request.clone()),
            message_bytes: Some(encoded.message_bytes),
            frame,
        };
        Ok(vec![request, answer])
    }

    fn events(&mut self) -> anyhow::Result<Vec<Carried>> {
        let mut events = Vec::new();
        while let Some(event) = waiting(|context| self.connection.outbox().poll_pop(context)) {
            events.extend(self.carry_back(&FromServer::Event(event))?);
        }
        Ok(events)
    }
}

/// Checks that what came out is what went in, and that both ends agree on what it takes.
fn check<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    decoded: Option<Decoded<T>>,
    said: &U,
    encoded: Encoded,
    frame: &[u8],
) -> anyhow::Result<T> {
    let decoded =
        decoded.ok_or_else(|| WrongAnswer("a codec wants more bytes than it wrote".to_owned()))?;
    ensure!(
        decoded.value == *said,
        WrongAnswer(format!(
            "a codec wrote {said:?} and read {:?}",
            decoded.value
        ))
    );
    ensure!(
        decoded.frame_bytes == frame.len() && decoded.message_bytes == encoded.message_bytes,
        WrongAnswer(format!(
            "a codec wrote a frame of {} bytes with a message of {}, and read one of {} with {}",
            frame.len(),
            encoded.message_bytes,
            decoded.frame_bytes,
            decoded.message_bytes
        ))
    );
    Ok(decoded.value)
}
