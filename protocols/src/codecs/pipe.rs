//! The codec `pipe`: one byte of operation or status and then text, with `|` between its parts, as team B's dev journal
//! has it. Specified in `proto/pipe.md`.

mod from_server;
mod pieces;
mod request;

use server_core::chat::{Accounts, Habits, Listing, Pushed, Waiting};
use server_core::message::Operation;
use server_core::{ErrorCode, FromServer, Reply, Request};

use super::notebook::body;
use super::notebook::dialogue::{Change, Dialogue};
use super::notebook::{NO_CALLS, addressed, is_of_no_request};
use crate::capabilities::{Alphabet, Capabilities, Charset, OtherEvents, Part};
use crate::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};

/// The codec.
pub struct Pipe;

/// The longest name and the longest pattern, in characters.
const NAME_MAX_CHARS: usize = 50;

/// The longest text, in characters.
const TEXT_MAX_CHARS: u32 = 262;

static CAPABILITIES: Capabilities = Capabilities {
    operations: &[
        Operation::SignUp,
        Operation::Enter,
        Operation::ListAccounts,
        Operation::Send,
        Operation::LogOut,
        Operation::DeleteAccount,
    ],
    other_events: OtherEvents::LeftOut,
    refusals: &[
        ErrorCode::AccountExists,
        ErrorCode::NoSuchAccount,
        ErrorCode::AlreadyLoggedIn,
    ],
    leaves_out: &[
        Part::MessageIds,
        Part::SentAt,
        Part::ReadMarks,
        Part::ListLimit,
        Part::ListPages,
        Part::RefusalDetails,
    ],
    habits: Habits {
        accounts: Accounts::Open,
        waiting: Waiting::HandedOver,
        pushed: Pushed::IsRead,
        listing: Listing::Anyone,
        text_max_chars: Some(TEXT_MAX_CHARS),
        ..Habits::OURS
    },
    names: Charset {
        chars_max: NAME_MAX_CHARS,
        alphabet: Alphabet::LettersAndDigits,
    },
    texts: Charset {
        chars_max: TEXT_MAX_CHARS as usize,
        alphabet: Alphabet::AsciiWithoutSeparators,
    },
    idle_max: None,
    unsaid: &[
        "for whom a message is: for whoever is logged in",
        "how many messages still wait after a log-in",
    ],
};

impl CodecFactory for Pipe {
    fn name(&self) -> &'static str {
        "pipe"
    }

    fn description(&self) -> &'static str {
        "a byte of operation or status, then text with | between its parts, as team B wrote it down"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(End {
            setup,
            dialogue: Dialogue::new(),
            joined: Vec::new(),
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Err(NO_CALLS)
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
}

/// One end of a connection. A client says its name with what it sends, and a server checks it.
struct End {
    setup: Setup,
    dialogue: Dialogue<Box<str>>,
    /// Where the pieces of a batch are joined.
    joined: Vec<u8>,
}

impl End {
    fn ask(&mut self, request: &Request<'_>) {
        let entering = match request {
            Request::Enter { name, .. } => Some(Box::from(&**name)),
            _ => None,
        };
        self.dialogue.ask(request::code(request), entering);
    }
}

impl Codec for End {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let speaker = self.dialogue.speaker().map_or("", |name| name);
        let encoded = body::frame(out, |out| {
            request::write(self.setup.framing, request, speaker, out)
        })?;
        self.ask(request);
        Ok(encoded)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        let member = self.dialogue.held().map(|name| &**name);
        let decoded = request::read(self.setup, input, member)?;
        if let Some(decoded) = &decoded {
            self.ask(&decoded.value);
        }
        Ok(decoded)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let asked = self.dialogue.next();
        let encoded = body::frame(out, |out| {
            from_server::write(self.setup.framing, reply, asked, out)
        })?;
        match reply {
            FromServer::Event(_) => {}
            FromServer::Refused(refusal) if is_of_no_request(refusal) => {}
            FromServer::Refused(_) => self.dialogue.answer(Change::None),
            FromServer::Reply(reply) => self.dialogue.answer(change(reply)),
        }
        Ok(encoded)
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        let Self {
            setup,
            dialogue,
            joined,
        } = self;
        let Some(decoded) = from_server::read(*setup, input, joined)? else {
            return Ok(None);
        };
        match &decoded.value {
            FromServer::Reply(reply) => dialogue.answer(change(reply)),
            FromServer::Refused(_) => dialogue.answer(Change::None),
            FromServer::Event(_) => {}
        }
        let member = dialogue.held().map_or("", |name| name);
        Ok(Some(addressed(decoded, member)))
    }
}

/// What a reply says of who is logged in.
fn change(reply: &Reply<'_>) -> Change {
    match reply {
        Reply::Enter { .. } => Change::Entered,
        Reply::LogOut | Reply::DeleteAccount => Change::Left,
        _ => Change::None,
    }
}
