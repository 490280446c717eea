//! A connection that sends what no typed client can.

mod frames;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use server_core::limits::FRAME_MAX_BYTES;
use server_core::{ErrorCode, FromServer, Request};

use self::frames::FRAMES;
pub(super) use self::frames::RawFrames;
use super::check::{Checked, Stop};
use super::expect::{same, shown};
use super::kit::Kit;
use super::target::Door;
use crate::capabilities::Capabilities;
use crate::client::{Client, ClientError, Incoming};
use crate::codec::{Framing, Setup};

/// The wrong frames of a door's codec.
pub(super) fn frames(door: &dyn Door) -> Checked<&'static RawFrames> {
    let codec = door
        .codec()
        .ok_or_else(|| Stop::skipped("this client has no codec"))?
        .name();
    let known = FRAMES.iter().find(|frames| frames.codec == codec);
    known.ok_or_else(|| {
        Stop::skipped(format!(
            "no bytes of {codec} are known that a typed client cannot send"
        ))
    })
}

/// The bytes of whole connections: what the codec of a new client makes of each request.
pub(super) fn encoded(door: &dyn Door, requests: &[Request<'_>]) -> Checked<Vec<Vec<u8>>> {
    let codec = door
        .codec()
        .ok_or_else(|| Stop::skipped("this client has no codec"))?;
    let setup = Setup {
        framing: Framing::Codec,
        frame_max_bytes: FRAME_MAX_BYTES,
    };
    let mut codec = codec.open(setup);
    let mut frames = Vec::with_capacity(requests.len());
    for request in requests {
        let mut frame = Vec::new();
        codec
            .encode_request(request, &mut frame)
            .map_err(|error| Stop::skipped(error.to_string()))?;
        frames.push(frame);
    }
    Ok(frames)
}

/// Raw bytes need a stream.
pub(super) fn no_stream() -> Stop {
    Stop::skipped("this transport has no stream of bytes to put anything into")
}

/// The most answers that a check waits for on one connection.
const ANSWERS_MAX: usize = 16;

/// A connection that says nothing but what it is told to, byte by byte.
pub(super) struct RawConnection {
    client: Box<dyn Client>,
    kit: Arc<Kit>,
    pub(super) capabilities: &'static Capabilities,
    come: VecDeque<FromServer<'static>>,
    over: Option<ClientError>,
}

impl RawConnection {
    pub(super) async fn open(door: &dyn Door, kit: &Arc<Kit>) -> Checked<Self> {
        let client = kit.within("a connection", door.connect()).await?;
        let mut client =
            client.map_err(|error| Stop::failed(format!("expected a connection, but {error}")))?;
        // A client counts its requests, and cannot see how many are in one piece.
        for _ in 0..ANSWERS_MAX {
            if !client.stage_raw(b"") {
                return Err(no_stream());
            }
        }
        Ok(Self {
            client,
            kit: Arc::clone(kit),
            capabilities: door.capabilities(),
            come: VecDeque::new(),
            over: None,
        })
    }

    /// Writes bytes in one piece.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        self.client.stage_raw(bytes);
        self.exchange(Wait::No).await;
    }

    /// The next answer.
    pub(super) async fn answer(&mut self) -> Checked<FromServer<'static>> {
        let kit = Arc::clone(&self.kit);
        let coming = async {
            while self.come.is_empty() && self.over.is_none() {
                self.exchange(Wait::Yes).await;
            }
        };
        kit.within("an answer to raw bytes", coming).await?;
        self.come.pop_front().ok_or_else(|| {
            Stop::failed(format!(
                "expected an answer to raw bytes, but {}",
                shown(&self.over)
            ))
        })
    }

    /// The next answer must be this reply.
    pub(super) async fn replies(&mut self, expected: server_core::Reply<'static>) -> Checked {
        same(
            "the answer",
            FromServer::Reply(expected),
            self.answer().await?,
        )
    }

    /// The next answer must be a refusal with this code, or any where the format does not say why; gives the number that goes with it.
    pub(super) async fn refuses(&mut self, code: ErrorCode) -> Checked<u64> {
        match self.answer().await? {
            FromServer::Refused(refusal)
                if refusal.code == code || !self.capabilities.tells(code) =>
            {
                Ok(refusal.detail)
            }
            other => Err(Stop::failed(format!(
                "expected {}, but it was {}",
                code.name(),
                shown(&other)
            ))),
        }
    }

    /// The server must close the connection without a further answer.
    pub(super) async fn closes(&mut self) -> Checked {
        let kit = Arc::clone(&self.kit);
        let coming = async {
            while self.come.is_empty() && self.over.is_none() {
                self.exchange(Wait::Yes).await;
            }
        };
        kit.within("the end of the connection", coming).await?;
        match (self.come.pop_front(), &self.over) {
            (None, Some(ClientError::Closed { .. } | ClientError::Io(_))) => Ok(()),
            (None, over) => Err(Stop::failed(format!(
                "expected the end of the connection, but {}",
                shown(over)
            ))),
            (Some(answer), _) => Err(Stop::failed(format!(
                "expected the end of the connection, but it was {}",
                shown(&answer)
            ))),
        }
    }

    async fn exchange(&mut self, wait: Wait) {
        let Self {
            client, come, over, ..
        } = self;
        let mut sink = |incoming: Incoming<'_>| come.push_back(owned(incoming.message));
        let exchanged = poll_fn(
            |context| match (client.poll_exchange(context, &mut sink), wait) {
                (Poll::Pending, Wait::No) => Poll::Ready(Ok(())),
                (polled, _) => polled,
            },
        );
        if let Err(error) = exchanged.await {
            *over = Some(error);
        }
    }
}

#[derive(Clone, Copy)]
enum Wait {
    Yes,
    No,
}

fn owned(message: FromServer<'_>) -> FromServer<'static> {
    match message {
        FromServer::Reply(reply) => FromServer::Reply(reply.into_owned()),
        FromServer::Refused(refusal) => FromServer::Refused(refusal),
        FromServer::Event(event) => FromServer::Event(event.into_owned()),
    }
}
