//! What holds for every codec that frames a stream, whatever is said.

#[path = "support/garbage.rs"]
mod garbage;
#[path = "support/restricted.rs"]
mod restricted;
#[path = "support/vocabulary.rs"]
mod vocabulary;

use garbage::garbage;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use protocols::capabilities::Capabilities;
use protocols::codec::{Codec, DecodeError, Framing, Setup};
use protocols::registry::CODECS;
use server_core::message::{Message, MessageId};
use server_core::{Event, FromServer, Request, Text};
use vocabulary::{HELLO, from_server, request};

const SETUP: Setup = Setup {
    framing: Framing::Codec,
    frame_max_bytes: 1 << 20,
};

/// Both ends of a connection.
struct Ends {
    name: &'static str,
    capabilities: &'static Capabilities,
    client: Box<dyn Codec>,
    server: Box<dyn Codec>,
}

/// A connection in each codec that frames a stream.
fn connections(setup: Setup) -> Vec<Ends> {
    let open = |factory: &&'static dyn protocols::codec::CodecFactory| Ends {
        name: factory.name(),
        capabilities: factory.capabilities(),
        client: factory.open(setup),
        server: factory.open(setup),
    };
    CODECS.iter().map(open).collect()
}

/// A direction of a connection, from the end that encodes to the end that decodes.
trait Direction {
    type Value: std::fmt::Debug + PartialEq + Clone;

    /// What the connection begins with.
    fn opening() -> Vec<Self::Value>;
    /// What the format can say of it.
    fn restrict(capabilities: &Capabilities, value: &Self::Value) -> Option<Self::Value>;
    /// Appends a frame; tells how many bytes of it count at the layer `message`.
    fn encode(ends: &mut Ends, value: &Self::Value, out: &mut Vec<u8>) -> usize;
    /// Decodes the first frame of `input`; tells how long it is, and whether it says what was expected.
    fn decode(
        ends: &mut Ends,
        input: &[u8],
        expected: &Self::Value,
    ) -> Result<Option<Found>, DecodeError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Found {
    frame_bytes: usize,
    message_bytes: usize,
    as_expected: bool,
}

/// What an encoder wrote.
struct Frame {
    bytes: Vec<u8>,
    message_bytes: usize,
}

impl Frame {
    /// What a decoder must make of it.
    fn whole(&self) -> Found {
        Found {
            frame_bytes: self.bytes.len(),
            message_bytes: self.message_bytes,
            as_expected: true,
        }
    }
}

struct Requests;

impl Direction for Requests {
    type Value = Request<'static>;

    fn opening() -> Vec<Self::Value> {
        vec![HELLO]
    }

    fn restrict(capabilities: &Capabilities, value: &Self::Value) -> Option<Self::Value> {
        restricted::request(capabilities, value)
    }

    fn encode(ends: &mut Ends, value: &Self::Value, out: &mut Vec<u8>) -> usize {
        ends.client
            .encode_request(value, out)
            .expect("what the format has can be said")
            .message_bytes
    }

    fn decode(
        ends: &mut Ends,
        input: &[u8],
        expected: &Self::Value,
    ) -> Result<Option<Found>, DecodeError> {
        let decoded = ends.server.decode_request(input)?;
        Ok(decoded.map(|decoded| Found {
            frame_bytes: decoded.frame_bytes,
            message_bytes: decoded.message_bytes,
            as_expected: decoded.value == *expected,
        }))
    }
}

struct Replies;

impl Direction for Replies {
    type Value = FromServer<'static>;

    fn opening() -> Vec<Self::Value> {
        Vec::new()
    }

    fn restrict(capabilities: &Capabilities, value: &Self::Value) -> Option<Self::Value> {
        restricted::from_server(capabilities, value)
    }

    fn encode(ends: &mut Ends, value: &Self::Value, out: &mut Vec<u8>) -> usize {
        ends.server
            .encode_reply(value, out)
            .expect("what the format has can be said")
            .message_bytes
    }

    fn decode(
        ends: &mut Ends,
        input: &[u8],
        expected: &Self::Value,
    ) -> Result<Option<Found>, DecodeError> {
        let decoded = ends.client.decode_reply(input)?;
        Ok(decoded.map(|decoded| Found {
            frame_bytes: decoded.frame_bytes,
            message_bytes: decoded.message_bytes,
            as_expected: decoded.value == *expected,
        }))
    }
}

/// The frames of one direction, encoded one behind the other.
fn frames<D: Direction>(ends: &mut Ends, values: &[D::Value]) -> Vec<Frame> {
    let encode = |value| {
        let mut bytes = b"what was there".to_vec();
        let message_bytes = D::encode(ends, value, &mut bytes);
        assert!(bytes.starts_with(b"what was there"));
        let bytes = bytes.split_off(14);
        assert!(message_bytes <= bytes.len());
        Frame {
            bytes,
            message_bytes,
        }
    };
    values.iter().map(encode).collect()
}

/// What these values are in the words of a format, behind what its connections begin with; and how much that is.
fn with_opening<D: Direction>(ends: &Ends, values: &[D::Value]) -> (usize, Vec<D::Value>) {
    let restrict = |value: &D::Value| D::restrict(ends.capabilities, value);
    let mut all: Vec<_> = D::opening().iter().filter_map(restrict).collect();
    let opening = all.len();
    all.extend(values.iter().filter_map(restrict));
    (opening, all)
}

/// Decodes frames that must be there whole and right.
fn check_frames<D: Direction>(
    ends: &mut Ends,
    frames: &[Frame],
    values: &[D::Value],
) -> Result<(), TestCaseError> {
    for (frame, value) in frames.iter().zip(values) {
        let found = D::decode(ends, &frame.bytes, value);
        prop_assert_eq!(found, Ok(Some(frame.whole())), "{}: {:?}", ends.name, value);
    }
    Ok(())
}

/// What was said is heard, from one buffer that holds everything.
fn check_round_trip<D: Direction>(values: &[D::Value]) -> Result<(), TestCaseError> {
    for mut ends in connections(SETUP) {
        let (_, values) = with_opening::<D>(&ends, values);
        let frames = frames::<D>(&mut ends, &values);
        let stream: Vec<u8> = frames
            .iter()
            .flat_map(|frame| &frame.bytes)
            .copied()
            .collect();
        let mut start = 0;
        for (frame, value) in frames.iter().zip(&values) {
            let found = D::decode(&mut ends, &stream[start..], value);
            prop_assert_eq!(found, Ok(Some(frame.whole())), "{}: {:?}", ends.name, value);
            start += frame.bytes.len();
        }
        prop_assert_eq!(start, stream.len(), "{}", ends.name);
    }
    Ok(())
}

/// Each message of a transport that keeps boundaries is one frame.
fn check_whole_messages<D: Direction>(values: &[D::Value]) -> Result<(), TestCaseError> {
    for mut ends in connections(Setup {
        framing: Framing::Transport,
        ..SETUP
    }) {
        let (_, values) = with_opening::<D>(&ends, values);
        let frames = frames::<D>(&mut ends, &values);
        check_frames::<D>(&mut ends, &frames, &values)?;
    }
    Ok(())
}

/// Nothing is found before a frame is whole, however its bytes arrive.
fn check_every_split<D: Direction>(values: &[D::Value]) -> Result<(), TestCaseError> {
    for mut ends in connections(SETUP) {
        let (_, values) = with_opening::<D>(&ends, values);
        for (frame, value) in frames::<D>(&mut ends, &values).iter().zip(&values) {
            for length in 0..frame.bytes.len() {
                prop_assert_eq!(
                    D::decode(&mut ends, &frame.bytes[..length], value),
                    Ok(None),
                    "{}",
                    ends.name
                );
            }
            prop_assert_eq!(
                D::decode(&mut ends, &frame.bytes, value),
                Ok(Some(frame.whole())),
                "{}",
                ends.name
            );
        }
    }
    Ok(())
}

/// A wrong byte in a frame's body: if it makes the frame malformed, the frames behind it are decoded as if it had never
/// come.
fn check_damage<D: Direction>(values: &[D::Value], damage: &Damage) -> Result<(), TestCaseError> {
    for mut ends in connections(SETUP) {
        let (opening, values) = with_opening::<D>(&ends, values);
        if values.len() == opening {
            continue;
        }
        let frames = frames::<D>(&mut ends, &values);
        let at = opening + damage.frame.index(values.len() - opening);
        check_frames::<D>(&mut ends, &frames[..at], &values[..at])?;
        let mut damaged = frames[at].bytes.clone();
        let byte = damage.byte.index(damaged.len());
        damaged[byte] ^= damage.bits;
        match D::decode(&mut ends, &damaged, &values[at]) {
            Err(DecodeError::Malformed { frame_bytes, .. }) => {
                prop_assert!(
                    frame_bytes >= 1 && frame_bytes <= damaged.len(),
                    "{}",
                    ends.name
                );
                check_frames::<D>(&mut ends, &frames[at..], &values[at..])?;
            }
            Ok(Some(found)) => prop_assert!((1..=damaged.len()).contains(&found.frame_bytes)),
            Ok(None) | Err(DecodeError::Refused { .. } | DecodeError::Lost { .. }) => {}
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Damage {
    frame: Index,
    byte: Index,
    bits: u8,
}

fn damage() -> impl Strategy<Value = Damage> {
    (any::<Index>(), any::<Index>(), 1..=255_u8).prop_map(|(frame, byte, bits)| Damage {
        frame,
        byte,
        bits,
    })
}

/// Decodes arbitrary bytes to their end, or as far as they lead.
fn check_garbage<D: Direction>(
    opening: &[D::Value],
    garbage: &[u8],
    any_value: &D::Value,
) -> Result<(), TestCaseError> {
    for framing in [Framing::Codec, Framing::Transport] {
        for mut ends in connections(Setup {
            framing,
            frame_max_bytes: 4096,
        }) {
            let restrict = |value| D::restrict(ends.capabilities, value);
            let opening: Vec<_> = opening.iter().filter_map(restrict).collect();
            let frames = frames::<D>(&mut ends, &opening);
            check_frames::<D>(&mut ends, &frames, &opening)?;
            let mut left = garbage;
            while !left.is_empty() {
                let taken = match D::decode(&mut ends, left, any_value) {
                    Ok(Some(found)) => found.frame_bytes,
                    Err(
                        DecodeError::Malformed { frame_bytes, .. }
                        | DecodeError::Refused { frame_bytes, .. },
                    ) => frame_bytes,
                    Ok(None) | Err(DecodeError::Lost { .. }) => break,
                };
                prop_assert!(
                    (1..=left.len()).contains(&taken),
                    "{} took {taken} of {}",
                    ends.name,
                    left.len()
                );
                left = &left[taken..];
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn requests_come_out_as_they_went_in(values in vec(request(), 0..40)) {
        check_round_trip::<Requests>(&values)?;
    }

    #[test]
    fn replies_come_out_as_they_went_in(values in vec(from_server(), 0..40)) {
        check_round_trip::<Replies>(&values)?;
    }

    #[test]
    fn messages_of_a_transport_are_frames(requests in vec(request(), 0..10), replies in vec(from_server(), 0..10)) {
        check_whole_messages::<Requests>(&requests)?;
        check_whole_messages::<Replies>(&replies)?;
    }

    #[test]
    fn frames_are_found_however_they_are_split(requests in vec(request(), 0..6), replies in vec(from_server(), 0..6)) {
        check_every_split::<Requests>(&requests)?;
        check_every_split::<Replies>(&replies)?;
    }

    #[test]
    fn a_malformed_request_leaves_no_trace(values in vec(request(), 1..20), damage in damage()) {
        check_damage::<Requests>(&values, &damage)?;
    }

    #[test]
    fn a_malformed_reply_leaves_no_trace(values in vec(from_server(), 1..20), damage in damage()) {
        check_damage::<Replies>(&values, &damage)?;
    }

    #[test]
    fn garbage_is_survived(garbage in garbage()) {
        check_garbage::<Requests>(&[HELLO], &garbage, &HELLO)?;
        check_garbage::<Requests>(&[], &garbage, &HELLO)?;
        check_garbage::<Replies>(&[], &garbage, &FromServer::Event(Event::ServerClosing))?;
    }
}

/// Whatever tables a format keeps, both ends keep the same ones, far past their size.
#[test]
fn thousands_of_names_stay_in_step() {
    let name = |number: usize| Text::Owned(format!("user{number}"));
    let step = |i: usize| {
        if i.is_multiple_of(3) {
            i * 7919 % 600
        } else {
            i % 40
        }
    };
    let requests = (0..4000).map(|i| Request::Send {
        to: name(step(i)),
        text: "hello".into(),
        client_id: None,
    });
    check_round_trip::<Requests>(&requests.collect::<Vec<_>>()).unwrap();
    let events = (0..4000).map(|i| {
        let message = Message {
            id: MessageId(i as u64 * 40),
            from: name(step(i)),
            to: name(if i.is_multiple_of(1000) { 7 } else { 1000 }),
            text: "hello".into(),
            sent_at_ms: 1_700_000_000_000 + i as u64,
            read: false,
        };
        FromServer::Event(Event::MessageReceived(message))
    });
    check_round_trip::<Replies>(&events.collect::<Vec<_>>()).unwrap();
}

/// A frame at the limit passes, and one byte less of limit refuses it, with the limit in the refusal.
#[test]
fn the_limit_is_the_length_of_the_whole_frame() {
    let request = Request::Send {
        to: "user02".into(),
        text: Text::Owned("x".repeat(1000)),
        client_id: None,
    };
    for mut ends in connections(SETUP) {
        let (opening, values) = with_opening::<Requests>(&ends, std::slice::from_ref(&request));
        let frames = frames::<Requests>(&mut ends, &values);
        let (hello, send) = (&frames[..opening], &frames[opening].bytes);
        let request = &values[opening];
        for (limit, fits) in [(send.len(), true), (send.len() - 1, false)] {
            let setup = Setup {
                frame_max_bytes: limit,
                ..SETUP
            };
            let codec = CODECS
                .iter()
                .find(|codec| codec.name() == ends.name)
                .expect("it was found before");
            let mut server = codec.open(setup);
            for hello in hello {
                server.decode_request(&hello.bytes).expect("hello is short");
            }
            match server.decode_request(send) {
                Ok(Some(decoded)) => assert!(fits && decoded.value == *request, "{}", ends.name),
                Err(DecodeError::Lost { refusal, .. }) => {
                    assert_eq!(
                        (refusal.detail, fits),
                        (limit as u64, false),
                        "{}",
                        ends.name
                    );
                }
                other => panic!("{}: {other:?}", ends.name),
            }
        }
    }
}
