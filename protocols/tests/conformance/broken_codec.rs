//! Servers whose decoder is wrong in one way each, behind a healthy transport.

use std::sync::Arc;
use std::time::Duration;

use protocols::client::Client;
use protocols::codec::{
    CallCodec, Codec, CodecFactory, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};
use protocols::codecs::json::Json;
use protocols::conformance::{self, Door, Target};
use protocols::registry::Pair;
use protocols::transport::{BoxFuture, Connect, Transport as _, TransportError};
use protocols::transports::tcp::Tcp;
use server_core::limits::PROTOCOL_VERSION;
use server_core::{ErrorCode, FromServer, Refusal, Request};

use super::server::{Server, Undo};

/// What the decoder does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It takes one read for one frame, as the dev journal did, and drops what is joined to it.
    DropsWhatIsJoined,
    /// It takes one read for one frame, and calls what was cut malformed.
    NeedsWholeFrames,
    /// It gives up where a frame's boundary is known.
    ClosesAtMalformed,
    /// It passes wrong frames over in silence.
    SilentAtMalformed,
    /// It takes frames of any length.
    NoLimit,
    /// It speaks every version.
    AnyVersion,
}

/// The codec json, with a fault at the server's end.
struct Faulty(Fault);

static DROPS_WHAT_IS_JOINED: Faulty = Faulty(Fault::DropsWhatIsJoined);
static NEEDS_WHOLE_FRAMES: Faulty = Faulty(Fault::NeedsWholeFrames);
static CLOSES_AT_MALFORMED: Faulty = Faulty(Fault::ClosesAtMalformed);
static SILENT_AT_MALFORMED: Faulty = Faulty(Fault::SilentAtMalformed);
static NO_LIMIT: Faulty = Faulty(Fault::NoLimit);
static ANY_VERSION: Faulty = Faulty(Fault::AnyVersion);

impl CodecFactory for Faulty {
    fn name(&self) -> &'static str {
        "json"
    }

    fn description(&self) -> &'static str {
        "json, broken on purpose"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        let frame_max_bytes = match self.0 {
            Fault::NoLimit => usize::MAX / 2,
            _ => setup.frame_max_bytes,
        };
        let inner = Json.open(Setup {
            frame_max_bytes,
            ..setup
        });
        Box::new(FaultyCodec {
            fault: self.0,
            inner,
        })
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Err(NoCalls {
            why: "it is broken",
        })
    }
}

struct FaultyCodec {
    fault: Fault,
    inner: Box<dyn Codec>,
}

impl Codec for FaultyCodec {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        self.inner.encode_request(request, out)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        if self.fault == Fault::NeedsWholeFrames && !input.ends_with(b"\n") {
            return Err(DecodeError::Malformed {
                frame_bytes: input.len(),
                reason: "it was cut",
            });
        }
        match (self.fault, self.inner.decode_request(input)) {
            (Fault::DropsWhatIsJoined, Ok(Some(decoded))) => Ok(Some(Decoded {
                frame_bytes: input.len(),
                ..decoded
            })),
            (Fault::ClosesAtMalformed, Err(DecodeError::Malformed { reason, .. })) => {
                let refusal = Refusal::new(ErrorCode::FrameRefused);
                Err(DecodeError::Lost { refusal, reason })
            }
            (Fault::SilentAtMalformed, Err(DecodeError::Malformed { .. })) => Ok(None),
            (
                Fault::AnyVersion,
                Ok(Some(Decoded {
                    value: Request::Hello { .. },
                    frame_bytes,
                    message_bytes,
                })),
            ) => {
                let value = Request::Hello {
                    version: PROTOCOL_VERSION,
                };
                Ok(Some(Decoded {
                    value,
                    frame_bytes,
                    message_bytes,
                }))
            }
            (_, decoded) => decoded,
        }
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        self.inner.encode_reply(reply, out)
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        self.inner.decode_reply(input)
    }
}

/// A healthy client's way to a faulty server.
struct FaultyDoor {
    address: String,
}

impl Door for FaultyDoor {
    fn protocol(&self) -> &'static str {
        "faulty"
    }

    fn codec(&self) -> Option<&'static dyn CodecFactory> {
        Some(&Json)
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Client>, TransportError>> {
        Tcp.connect(Connect {
            address: self.address.clone(),
            authority: None,
            codec: &Json,
            traffic: Arc::default(),
            compression: None,
            trust: None,
        })
    }
}

/// How long to wait for an answer that never comes.
const DEADLINE: Duration = Duration::from_secs(3);

/// The check with this line fails, and so does nothing that has no reason to.
async fn check(codec: &'static Faulty, only: &str) {
    let server = Server::on("memory", Undo::Off);
    let address = server
        .listen(Pair {
            codec,
            transport: &Tcp,
        })
        .await;
    let door = FaultyDoor { address };
    let target = Target::through(vec![Arc::new(door)]).with_deadline(DEADLINE);
    let summary = conformance::run(&target, Some(only), &mut |_| {})
        .await
        .unwrap();
    let noticed = summary.failed().any(|result| result.group == "framing");
    assert!(noticed, "{only:?} does not notice {:?}: {summary}", codec.0);
}

#[tokio::test]
async fn every_fault_of_a_decoder_is_noticed() {
    check(&DROPS_WHAT_IS_JOINED, "in one piece: the same replies").await;
    check(&DROPS_WHAT_IS_JOINED, "good, bad, good").await;
    check(&NEEDS_WHOLE_FRAMES, "a byte at a time").await;
    check(&NEEDS_WHOLE_FRAMES, "begin and end within frames").await;
    check(&CLOSES_AT_MALFORMED, "read 'a' messages").await;
    check(&CLOSES_AT_MALFORMED, "a frame of nonsense").await;
    check(&SILENT_AT_MALFORMED, "ends before its last field").await;
    check(&NO_LIMIT, "longer than a server accepts").await;
    check(&ANY_VERSION, "a client of another version").await;
}
