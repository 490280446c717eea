//! What a codec makes of the script: the layer `message`. No stream lies between both ends.

mod calls;
mod framed;

use protocols::codec::{CodecFactory, DecodeError};
use server_core::{FromServer, Request};

use self::calls::Calls;
pub(super) use self::framed::Ends;
use self::framed::Framed;
use super::WrongAnswer;
use super::script::{Action, Known, SCRIPT, Step};
use super::sheet::Sheet;
use super::world::World;

/// Goes through the script with a codec, once for each of the ways in which it can be used, and writes down what each
/// message takes.
///
/// # Errors
/// If the codec gives back something else than it was given, or the core does not answer as the script says.
pub(super) fn measure(codec: &dyn CodecFactory, sheet: &mut Sheet) -> anyhow::Result<()> {
    for variant in Variant::of(codec) {
        for spoken in variant.converse()? {
            let name = [
                "message",
                &variant.name,
                spoken.said.kind(),
                spoken.step,
                "bytes",
            ];
            sheet.write(&name, spoken.message_bytes as u64, Some(&spoken.frame))?;
        }
    }
    Ok(())
}

/// A way in which a codec can be used.
pub(super) struct Variant<'c> {
    /// The codec's name, with `-calls` behind it where each message travels apart.
    pub(super) name: String,
    pub(super) codec: &'c dyn CodecFactory,
    pub(super) shape: Shape,
}

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As frames of one connection.
    Framed,
    /// Each apart.
    Calls,
}

impl<'c> Variant<'c> {
    /// All ways in which a codec can be used.
    pub(super) fn of(codec: &'c dyn CodecFactory) -> Vec<Self> {
        let framed = Self {
            name: codec.name().to_owned(),
            codec,
            shape: Shape::Framed,
        };
        let calls = codec.calls().ok().map(|_| Self {
            name: format!("{}-calls", codec.name()),
            codec,
            shape: Shape::Calls,
        });
        [framed].into_iter().chain(calls).collect()
    }

    /// Goes through the script; gives everything that was said, in its order.
    ///
    /// # Errors
    /// As [`measure`].
    pub(super) fn converse(&self) -> anyhow::Result<Vec<Spoken>> {
        let mut world = World::in_memory()?;
        let mut line: Box<dyn Line> = match self.shape {
            Shape::Framed => Box::new(Framed::open(self.codec, &world)),
            Shape::Calls => Box::new(Calls::open(self.codec, &world)?),
        };
        let mut conversation = Conversation::default();
        for step in SCRIPT {
            conversation
                .go_on(step, &mut world, &mut *line)
                .map_err(|error| {
                    error.context(format!("codec {}, step {}", self.name, step.name))
                })?;
        }
        Ok(conversation.spoken)
    }
}

/// A message that was said.
pub(super) struct Spoken {
    /// In which step.
    pub(super) step: &'static str,
    pub(super) said: Said,
    /// What the codec made of it.
    pub(super) frame: Vec<u8>,
    /// What of that counts as the message, in bytes.
    pub(super) message_bytes: usize,
}

/// What a message says.
pub(super) enum Said {
    /// From the client.
    Request(Request<'static>),
    /// From the server.
    FromServer(FromServer<'static>),
}

impl Said {
    /// What kind of message it is, in names of metrics.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::FromServer(FromServer::Event(_)) => "event",
            Self::FromServer(_) => "reply",
        }
    }
}

/// How the client reaches the core.
pub(super) trait Line {
    /// Carries a request to the core and its answer back; gives what was said, which is nothing if the format cannot
    /// say the request. A refusal that the transport carries in its own way has an empty frame.
    fn ask(&mut self, request: &Request<'static>) -> anyhow::Result<Vec<Carried>>;

    /// Carries the events that wait, as far as the format can say them.
    fn events(&mut self) -> anyhow::Result<Vec<Carried>>;
}

/// A message that was encoded at one end and decoded at the other.
pub(super) struct Carried {
    pub(super) said: Said,
    pub(super) frame: Vec<u8>,
    /// How much of the frame counts; `None` if there was no frame.
    pub(super) message_bytes: Option<usize>,
}

/// A script that is under way.
#[derive(Default)]
pub(super) struct Conversation {
    known: Known,
    spoken: Vec<Spoken>,
}

impl Conversation {
    /// Takes the next step.
    ///
    /// # Errors
    /// As [`measure`].
    pub(super) fn go_on(
        &mut self,
        step: &Step,
        world: &mut World,
        line: &mut dyn Line,
    ) -> anyhow::Result<()> {
        world.next_step();
        match &step.action {
            Action::Elsewhere(happens) => happens(world, &mut self.known)?,
            Action::Ask { request, .. } => {
                if let Some(request) = request(&self.known) {
                    let carried = line.ask(&request)?;
                    self.take(step, carried)?;
                }
            }
        }
        let events = line.events()?;
        self.take(step, events)
    }

    fn take(&mut self, step: &Step, carried: Vec<Carried>) -> anyhow::Result<()> {
        for carried in carried {
            if let Said::FromServer(said) = &carried.said {
                self.known.learn(step, said)?;
            }
            if let Some(message_bytes) = carried.message_bytes {
                self.spoken.push(Spoken {
                    step: step.name,
                    said: carried.said,
                    frame: carried.frame,
                    message_bytes,
                });
            }
        }
        Ok(())
    }
}

/// The next event that waits somewhere.
pub(super) fn waiting<T>(
    poll: impl FnOnce(&mut std::task::Context<'_>) -> std::task::Poll<Option<T>>,
) -> Option<T> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match poll(&mut context) {
        std::task::Poll::Ready(event) => event,
        std::task::Poll::Pending => None,
    }
}

/// Why what came out of a codec is not what went in.
fn broken(error: &DecodeError) -> anyhow::Error {
    WrongAnswer(format!("a codec cannot read what it wrote: {error}")).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use protocols::registry;
    use server_core::Event;
    use server_core::message::Operation;

    use super::*;

    fn variants() -> impl Iterator<Item = Variant<'static>> {
        registry::complete_codecs().flat_map(Variant::of)
    }

    #[test]
    fn every_codec_says_every_operation() {
        for variant in variants() {
            let spoken = variant.converse().unwrap();
            let asked = spoken.iter().filter_map(|spoken| match &spoken.said {
                Said::Request(request) => Some(request.operation()),
                Said::FromServer(_) => None,
            });
            let answered = spoken.iter().filter_map(|spoken| match &spoken.said {
                Said::FromServer(FromServer::Reply(reply)) => Some(reply.operation()),
                _ => None,
            });
            let all: BTreeSet<_> = Operation::WITH_PASSWORDS.iter().copied().collect();
            assert_eq!(asked.collect::<BTreeSet<_>>(), all, "{}", variant.name);
            assert_eq!(answered.collect::<BTreeSet<_>>(), all, "{}", variant.name);
        }
    }

    /// Its number stands for the kind; a new kind of event does not compile here until it has one.
    const fn kind(event: &Event<'_>) -> usize {
        match event {
            Event::MessageReceived(_) => 0,
            Event::MessagesDeleted { .. } => 1,
            Event::MessagesRestored { .. } => 2,
            Event::AccountDeleted { .. } => 3,
            Event::Lagged { .. } => 4,
            Event::ServerClosing => 5,
        }
    }

    #[test]
    fn every_codec_tells_every_kind_of_event() {
        for variant in variants() {
            let spoken = variant.converse().unwrap();
            let told: BTreeSet<_> = spoken
                .iter()
                .filter_map(|spoken| match &spoken.said {
                    Said::FromServer(FromServer::Event(event)) => Some(kind(event)),
                    _ => None,
                })
                .collect();
            assert_eq!(told, (0..6).collect(), "{}", variant.name);
        }
    }

    #[test]
    fn a_refusal_is_a_message_of_framed_codecs_alone() {
        for variant in variants() {
            let spoken = variant.converse().unwrap();
            let refused = spoken
                .iter()
                .any(|spoken| matches!(spoken.said, Said::FromServer(FromServer::Refused(_))));
            assert_eq!(refused, variant.shape == Shape::Framed, "{}", variant.name);
        }
    }
}
