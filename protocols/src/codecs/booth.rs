//! The codec `booth`: a header of version, action and size, a body, and 16 bytes of authentication where the action needs
//! them, as team D's chatbooth has it. Specified in `proto/booth.md`.

mod frame;
mod from_server;
mod request;

use std::time::Duration;

use server_core::chat::{Accounts, Habits, Pushed};
use server_core::limits::{IDLE_MAX_MS, NAME_MAX_BYTES, TEXT_MAX_CHARS};
use server_core::message::{Operation, Token};
use server_core::{ErrorCode, FromServer, Refusal, Reply, Request, scram};

use super::notebook::dialogue::{Change, Dialogue};
use super::notebook::{NO_CALLS, addressed, body};
use crate::capabilities::{Alphabet, Capabilities, Charset, OtherEvents, Part};
use crate::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};

/// The codec.
pub struct Booth;

static CAPABILITIES: Capabilities = Capabilities {
    operations: &[
        Operation::SignUp,
        Operation::Enter,
        Operation::ListAccounts,
        Operation::Send,
        Operation::Read,
        Operation::DeleteAccount,
        Operation::LogOut,
    ],
    other_events: OtherEvents::LeftOut,
    refusals: ErrorCode::ALL,
    leaves_out: &[Part::MessageIds, Part::SentAt, Part::ReadMarks],
    habits: Habits {
        accounts: Accounts::Keys,
        pushed: Pushed::IsRead,
        ..Habits::OURS
    },
    names: Charset {
        // Names are ASCII.
        chars_max: NAME_MAX_BYTES,
        alphabet: Alphabet::Names,
    },
    texts: Charset {
        chars_max: TEXT_MAX_CHARS as usize,
        alphabet: Alphabet::Unicode,
    },
    idle_max: Some(Duration::from_millis(IDLE_MAX_MS)),
    unsaid: &["for whom a message is: for whoever is logged in"],
};

impl CodecFactory for Booth {
    fn name(&self) -> &'static str {
        "booth"
    }

    fn description(&self) -> &'static str {
        "a header of version, action and size, and 16 bytes of authentication, as team D wrote it down"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(End {
            setup,
            dialogue: Dialogue::new(),
            shown: None,
            key: None,
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Err(NO_CALLS)
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
}

/// One end of a connection.
struct End {
    setup: Setup,
    /// At a client: who it is, and with which key.
    dialogue: Dialogue<(Box<str>, Token)>,
    /// At a server: the key that was shown with the log-in that is not answered yet ...
    shown: Option<Token>,
    /// ... and the one of the session, which every further action must show.
    key: Option<Token>,
}

/// What is shown where nothing is known.
const NO_KEY: Token = Token([0; 16]);

impl Codec for End {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let entering = match request {
            Request::Enter { name, key } => Some((Box::from(&**name), key.unwrap_or(NO_KEY))),
            _ => None,
        };
        let known = entering.as_ref().or_else(|| self.dialogue.speaker());
        let key = known.map_or(NO_KEY, |(_, key)| *key);
        let encoded = body::frame(out, |out| request::write(request, key, out).map(|()| 0))?;
        self.dialogue.ask(frame::REFUSED, entering);
        Ok(encoded)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        let Some(frame) = frame::first(self.setup, input, request::is_authenticated)? else {
            return Ok(None);
        };
        let decoded = frame.decoded(request::parse(&frame))?;
        if let Request::Enter { key, .. } = &decoded.value {
            self.shown = *key;
        } else if let (Some(key), Some(shown)) = (self.key, frame.authentication) {
            // Without a session the core says that there is none.
            if !scram::same(&key.0, &shown.0) {
                return Err(DecodeError::Refused {
                    frame_bytes: decoded.frame_bytes,
                    refusal: Refusal::new(ErrorCode::IncorrectPassword),
                    reason: "the authentication is not the session's key",
                });
            }
        }
        Ok(Some(decoded))
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let encoded = body::frame(out, |out| from_server::write(reply, out).map(|()| 0))?;
        match reply {
            FromServer::Reply(Reply::Enter { .. }) => self.key = self.shown.take(),
            FromServer::Reply(Reply::LogOut | Reply::DeleteAccount) => self.key = None,
            _ => {}
        }
        Ok(encoded)
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        let Some(frame) = frame::first(self.setup, input, |_| false)? else {
            return Ok(None);
        };
        let decoded = frame.decoded(from_server::parse(&frame))?;
        match &decoded.value {
            FromServer::Reply(Reply::Enter { .. }) => self.dialogue.answer(Change::Entered),
            FromServer::Reply(Reply::LogOut | Reply::DeleteAccount) => {
                self.dialogue.answer(Change::Left);
            }
            FromServer::Reply(_) | FromServer::Refused(_) => self.dialogue.answer(Change::None),
            FromServer::Event(_) => {}
        }
        let member = self.dialogue.held().map_or("", |(name, _)| name);
        Ok(Some(addressed(decoded, member)))
    }
}
