//! What is measured in several ways, by the clock, in instructions and in allocations: each message, encoded and decoded
//! by each codec, and a message that the core takes.

use std::hint::black_box;
use std::task::{Context, Waker};

use server_core::store::STORES;

use crate::formats::{Format, Kind, formats};
use crate::samples::{self, LONG_TEXT, SHORT_TEXT, Said};
use crate::world::{World, ask, send, send_many};

/// How many messages the core has taken before it is measured, so that its tables have the size that they keep.
const SENT_BEFORE: u64 = 1_000;

/// How many messages the core takes in one run: some of them make a table grow, and what that costs is spread.
const SENDS: u32 = 100;

/// One thing to measure.
pub struct Case {
    /// Its name, as filters see it.
    pub id: String,
    /// Of which message and codec it is; `None` of the core.
    pub of: Option<CodecCase>,
    /// How often one run does it.
    pub times: u32,
    prepare: Box<dyn Fn() -> Prepared>,
}

/// Where a codec's figure belongs in a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodecCase {
    /// The name of the codec's form.
    pub format: String,
    /// The message, `request/send` for instance.
    pub message: String,
    /// What is done with it.
    pub direction: Direction,
    /// How long its frame or body is, in bytes.
    pub bytes: u64,
}

/// What a codec does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From the vocabulary to bytes.
    Encode,
    /// From bytes to the vocabulary.
    Decode,
}

/// A case that is ready: whatever happens once has happened.
pub struct Prepared {
    work: Box<dyn FnMut()>,
}

impl Case {
    /// Gets it ready, on a connection or a core of its own.
    #[must_use]
    pub fn prepare(&self) -> Prepared {
        (self.prepare)()
    }

    /// A case that does nothing, for tests of what is made of figures.
    #[cfg(test)]
    pub(crate) fn of_nothing(of: CodecCase) -> Self {
        Self {
            id: of.id(),
            of: Some(of),
            times: 1,
            prepare: Box::new(|| Prepared::new(|| {})),
        }
    }
}

impl CodecCase {
    fn id(&self) -> String {
        let direction = self.direction.name();
        format!("codec/{}/{direction}/{}", self.format, self.message)
    }
}

impl Prepared {
    /// Runs it once, which counts for nothing: buffers grow, and what is wrong shows.
    fn new(work: impl FnMut() + 'static) -> Self {
        let mut prepared = Self {
            work: Box::new(work),
        };
        prepared.run();
        prepared
    }

    /// Does it.
    #[inline]
    pub fn run(&mut self) {
        (self.work)();
    }
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Encode, Self::Decode];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encode => "encode",
            Self::Decode => "decode",
        }
    }
}

/// Each message that a codec can say, encoded and decoded, for every codec of the registry:
/// `codec/json/encode/request/send`.
#[must_use]
pub fn codecs() -> Vec<Case> {
    let samples = samples::all();
    let mut cases = Vec::new();
    for format in formats() {
        for (message, said) in &samples {
            let Some(frame) = frames(format, said) else {
                continue;
            };
            for direction in Direction::ALL {
                let of = CodecCase {
                    format: format.name(),
                    message: message.clone(),
                    direction,
                    bytes: frame.again.len() as u64,
                };
                cases.push(codec_case(format, said.clone(), of));
            }
        }
    }
    cases
}

/// A message that the memory store takes and a recipient is told of, short and long. The other stores wait for other
/// threads and disks, of which instructions and allocations say little.
#[must_use]
pub fn core() -> Vec<Case> {
    let case = |name: &str, text| Case {
        id: format!("core/{}/{name}", STORES[0].name),
        of: None,
        times: SENDS,
        prepare: Box::new(move || sending(text)),
    };
    vec![
        case("send_online", SHORT_TEXT),
        case("send_online_long", LONG_TEXT),
    ]
}

fn codec_case(format: Format, said: Said, of: CodecCase) -> Case {
    let direction = of.direction;
    let prepare = move || match direction {
        Direction::Encode => encoding(format, said.clone()),
        Direction::Decode => decoding(format, &said),
    };
    Case {
        id: of.id(),
        of: Some(of),
        times: 1,
        prepare: Box::new(prepare),
    }
}

/// The frame that a message makes at first, and the one that it makes once it was said before: formats with memory make
/// shorter ones then.
struct Frames {
    first: Vec<u8>,
    again: Vec<u8>,
}

/// `None` if the format cannot say it.
fn frames(format: Format, said: &Said) -> Option<Frames> {
    let [client, server] = format.connection();
    let mut from = match said {
        Said::Request(_) => client,
        Said::FromServer(_) => server,
    };
    let [mut first, mut again] = [Vec::new(), Vec::new()];
    from.encode(said, &mut first).ok()?;
    from.encode(said, &mut again).ok()?;
    Some(Frames { first, again })
}

fn encoding(format: Format, said: Said) -> Prepared {
    let [client, server] = format.connection();
    let mut from = match said {
        Said::Request(_) => client,
        Said::FromServer(_) => server,
    };
    let mut out = Vec::new();
    Prepared::new(move || {
        out.clear();
        let encoded = from.encode(black_box(&said), black_box(&mut out));
        assert!(encoded.is_ok(), "it was said before");
    })
}

/// Decoding the second frame over and over leaves a codec's memory as it is.
fn decoding(format: Format, said: &Said) -> Prepared {
    let [client, server] = format.connection();
    let mut to = match said {
        Said::Request(_) => server,
        Said::FromServer(_) => client,
    };
    let Frames { first, again } = frames(format, said).expect("it was said before");
    to.expect(said, &first);
    to.expect(said, &again);
    let kind = Kind::from(said);
    Prepared::new(move || {
        let right = to.decode(black_box(kind), black_box(&again));
        assert!(black_box(right), "it was understood before");
    })
}

fn sending(text: &'static str) -> Prepared {
    let world = World::new(&STORES[0]);
    let [sender, recipient] = ["user01", "user02"].map(|name| world.newcomer(name));
    send_many(&sender, "user02", SENT_BEFORE);
    Prepared::new(move || {
        // The world is kept for as long as its connections are used.
        let _ = &world;
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..SENDS {
            ask(&sender, black_box(&send("user02", text)));
            while recipient.outbox().poll_pop(&mut context).is_ready() {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_there_for_every_codec_that_can_say_it() {
        let cases = codecs();
        for format in formats() {
            for (message, said) in samples::all() {
                let can = format.can_say(&said);
                for direction in Direction::ALL {
                    let id = format!("codec/{}/{}/{message}", format.name(), direction.name());
                    let listed = cases.iter().filter(|case| case.id == id).count();
                    assert_eq!(listed, usize::from(can), "{id}");
                }
            }
        }
    }

    #[test]
    fn every_case_can_be_run_over_and_over() {
        for case in codecs().iter().chain(&core()) {
            let mut prepared = case.prepare();
            prepared.run();
            prepared.run();
        }
    }

    #[test]
    fn no_other_name_is_found_by_a_filter_for_codecs() {
        assert!(codecs().iter().all(|case| case.id.starts_with("codec/")));
        assert!(core().iter().all(|case| !case.id.contains("codec")));
    }
}
