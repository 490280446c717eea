//! The codec `tag`: a byte that says what is asked, and in front of every reply the state that the client is in, as team
//! C's engineering discussion has it. Specified in `proto/tag.md`.

mod from_server;
mod request;

use server_core::chat::{Accounts, Habits, Listing, Patterns, Pushed, Reading, SignUp};
use server_core::message::Operation;
use server_core::{ErrorCode, FromServer, Reply, Request};

use super::notebook::dialogue::{Change, Dialogue};
use super::notebook::{NO_CALLS, addressed, body};
use crate::capabilities::{Alphabet, Capabilities, Charset, OtherEvents, Part};
use crate::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};

/// The codec.
pub struct Tag;

/// The longest name, in characters.
const NAME_MAX_CHARS: usize = 50;

/// The longest text, in characters.
const TEXT_MAX_CHARS: u32 = 280;

static CAPABILITIES: Capabilities = Capabilities {
    operations: &[
        Operation::SignUp,
        Operation::Enter,
        Operation::LogOut,
        Operation::DeleteAccount,
        Operation::Send,
        Operation::Read,
        Operation::ListAccounts,
    ],
    other_events: OtherEvents::LeftOut,
    refusals: ErrorCode::ALL,
    leaves_out: &[
        Part::MessageIds,
        Part::SentAt,
        Part::ReadMarks,
        Part::Delivered,
        Part::ReadLimit,
        Part::ListPages,
        Part::RefusalDetails,
    ],
    habits: Habits {
        accounts: Accounts::Open,
        sign_up: SignUp::Enters,
        pushed: Pushed::IsRead,
        reading: Reading::AsManyAsWait,
        listing: Listing::Anyone,
        patterns: Patterns::RegularExpressions,
        text_max_chars: Some(TEXT_MAX_CHARS),
        ..Habits::OURS
    },
    names: Charset {
        chars_max: NAME_MAX_CHARS,
        alphabet: Alphabet::Names,
    },
    texts: Charset {
        chars_max: TEXT_MAX_CHARS as usize,
        alphabet: Alphabet::Unicode,
    },
    idle_max: None,
    unsaid: &[
        "for whom a message is: for whoever is logged in",
        "how many messages wait after a log-in",
    ],
};

impl CodecFactory for Tag {
    fn name(&self) -> &'static str {
        "tag"
    }

    fn description(&self) -> &'static str {
        "a tag a request and a state byte a reply, as team C wrote it down"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(End {
            setup,
            dialogue: Dialogue::new(),
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Err(NO_CALLS)
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
}

/// One end of a connection. Only a client remembers anything: who it is, because messages do not say for whom they are.
struct End {
    setup: Setup,
    dialogue: Dialogue<Box<str>>,
}

impl Codec for End {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let encoded = body::frame(out, |out| request::write(self.setup.framing, request, out))?;
        let entering = match request {
            Request::SignUp { name } | Request::Enter { name, .. } => Some(Box::from(&**name)),
            _ => None,
        };
        self.dialogue.ask(request::code(request), entering);
        Ok(encoded)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        request::read(self.setup, input)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        body::frame(out, |out| {
            from_server::write(self.setup.framing, reply, out)
        })
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        let Some(decoded) = from_server::read(self.setup, input)? else {
            return Ok(None);
        };
        match &decoded.value {
            FromServer::Reply(Reply::SignUp { .. } | Reply::Enter { .. }) => {
                self.dialogue.answer(Change::Entered);
            }
            FromServer::Reply(Reply::LogOut | Reply::DeleteAccount) => {
                self.dialogue.answer(Change::Left);
            }
            FromServer::Reply(_) | FromServer::Refused(_) => self.dialogue.answer(Change::None),
            FromServer::Event(_) => {}
        }
        let member = self.dialogue.held().map_or("", |name| name);
        Ok(Some(addressed(decoded, member)))
    }
}
