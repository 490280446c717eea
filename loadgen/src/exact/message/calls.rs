//! Messages that travel apart, in the session of a token.

use std::sync::Arc;

use anyhow::ensure;
use protocols::codec::{CallCodec, CodecFactory};
use server_core::chat::Subscription;
use server_core::message::Token;
use server_core::{Chat, Event, FromServer, Reply, Request};

use super::{Carried, Line, Said, broken, waiting};
use crate::exact::WrongAnswer;
use crate::exact::world::World;

/// Both ends of calls without a transport between them.
pub(super) struct Calls {
    codec: &'static dyn CallCodec,
    chat: Arc<Chat>,
    session: Option<(Token, Subscription)>,
}

impl Calls {
    pub(super) fn open(codec: &dyn CodecFactory, world: &World) -> anyhow::Result<Self> {
        Ok(Self {
            codec: codec
                .calls()
                .map_err(|no_calls| anyhow::anyhow!(no_calls.why))?,
            chat: Arc::clone(&world.chat),
            session: None,
        })
    }

    /// Follows what a reply does to the session, as a client over calls does.
    fn follow(&mut self, request: &Request<'_>, reply: &Reply<'_>) -> anyhow::Result<()> {
        let begins = match (request, reply) {
            (_, Reply::LogInFinish { token, .. })
            | (Request::Resume { token }, Reply::Resume { .. }) => *token,
            (_, Reply::LogOut | Reply::DeleteAccount) => {
                self.session = None;
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.session = Some((begins, self.chat.subscribe(begins)?));
        Ok(())
    }

    fn carry_reply(&self, reply: &Reply<'_>) -> anyhow::Result<Carried> {
        let mut frame = Vec::new();
        self.codec.encode_reply(reply, &mut frame)?;
        let heard = self.codec.decode_reply(reply.operation(), &frame);
        let heard = heard.map_err(|error| broken(&error))?;
        ensure!(
            heard == *reply,
            WrongAnswer(format!("a codec wrote {reply:?} and read {heard:?}"))
        );
        let said = Said::FromServer(FromServer::Reply(heard.into_owned()));
        Ok(carried(said, frame))
    }

    fn carry_event(&self, event: &Event<'_>) -> anyhow::Result<Option<Carried>> {
        let mut frame = Vec::new();
        if self.codec.encode_event(event, &mut frame).is_err() {
            return Ok(None);
        }
        let heard = self.codec.decode_event(&frame);
        let heard = heard.map_err(|error| broken(&error))?;
        ensure!(
            heard == *event,
            WrongAnswer(format!("a codec wrote {event:?} and read {heard:?}"))
        );
        let said = Said::FromServer(FromServer::Event(heard.into_owned()));
        Ok(Some(carried(said, frame)))
    }
}

impl Line for Calls {
    fn ask(&mut self, request: &Request<'static>) -> anyhow::Result<Vec<Carried>> {
        let mut frame = Vec::new();
        if self.codec.encode_request(request, &mut frame).is_err() {
            return Ok(Vec::new());
        }
        let asked = self.codec.decode_request(request.operation(), &frame);
        let asked = asked.map_err(|error| broken(&error))?;
        ensure!(
            asked == *request,
            WrongAnswer(format!("a codec wrote {request:?} and read {asked:?}"))
        );
        let token = self.session.as_ref().map(|(token, _)| *token);
        let outcome = match self.chat.call(token) {
            Ok(call) => call.apply(&asked).block(),
            Err(refusal) => Err(refusal),
        };
        let answer = match outcome {
            Ok(reply) => {
                self.follow(request, &reply)?;
                self.carry_reply(&reply)?
            }
            Err(refusal) => Carried {
                said: Said::FromServer(FromServer::Refused(refusal)),
                frame: Vec::new(),
                message_bytes: None,
            },
        };
        Ok(vec![carried(Said::Request(request.clone()), frame), answer])
    }

    fn events(&mut self) -> anyhow::Result<Vec<Carried>> {
        let mut events = Vec::new();
        let Some((_, subscription)) = &self.session else {
            return Ok(events);
        };
        while let Some(event) = waiting(|context| subscription.poll_event(context)) {
            events.extend(self.carry_event(&event)?);
        }
        Ok(events)
    }
}

/// Where each message travels apart, all that the codec makes is the message.
const fn carried(said: Said, frame: Vec<u8>) -> Carried {
    Carried {
        message_bytes: Some(frame.len()),
        said,
        frame,
    }
}
