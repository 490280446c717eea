//! Labels are held against the bytes that sockets really carried, and against what a user means.

use protocols::anatomy::{Anatomist, Labelled};
use protocols::registry;
use server_core::chat::Waiting;
use server_core::message::MessageId;
use server_core::{Event, FromServer, Message as Chatted, Reply, Request, Text};

use super::*;
use crate::exact::script::{Known, creation, send};
use crate::exact::world::{CLIENT, PEER, log_in_start};
use crate::payload;

fn every_protocol() -> impl Iterator<Item = AskedProtocol> {
    let choice = Choice::unasked();
    choice.table.into_iter().chain(choice.in_full)
}

/// Each step's labelled bytes, steps that are not shown among them.
fn labelled(pair: Pair) -> Vec<(&'static str, [Labelled; 2])> {
    let steps = dissect::carried(pair).unwrap();
    let plain = Anatomist::unencrypted(pair).map(|plain| dissect::carried(plain).unwrap());
    let mut anatomist = Anatomist::new(pair);
    let steps = steps.into_iter().enumerate().map(|(index, step)| {
        let plain = plain.as_ref().and_then(|plain| plain.get(index));
        let labelled = dissect::label(&mut anatomist, &step, plain);
        let real = step.tape.into_bytes();
        for (labelled, real) in labelled.iter().zip(&real) {
            assert_eq!(
                labelled.bytes.len(),
                real.len(),
                "{}: {}",
                pair.name(),
                step.name
            );
        }
        (step.name, labelled)
    });
    steps.collect()
}

#[test]
fn labels_add_up_to_the_real_bytes() {
    for asked in every_protocol() {
        for (step, both) in labelled(pair(&asked).unwrap()) {
            for labelled in both {
                let mut end = 0;
                for span in &labelled.spans {
                    assert_eq!(span.range.start, end, "{}: {step}: {span:?}", asked.asked);
                    assert!(!span.range.is_empty(), "{}: {step}: {span:?}", asked.asked);
                    end = span.range.end;
                }
                assert_eq!(end, labelled.bytes.len(), "{}: {step}", asked.asked);
                let sum: usize = labelled.sums().values().sum();
                assert_eq!(sum, labelled.bytes.len(), "{}: {step}", asked.asked);
            }
        }
    }
}

#[test]
fn every_byte_of_every_protocol_is_understood() {
    for asked in every_protocol() {
        for (step, both) in labelled(pair(&asked).unwrap()) {
            for span in both.iter().flat_map(|labelled| &labelled.spans) {
                assert_ne!(
                    span.layer,
                    Layer::NotUnderstood,
                    "{}: {step}: {span:?}",
                    asked.asked
                );
            }
        }
    }
}

/// How somebody without a password logs in.
fn entering() -> Request<'static> {
    script::enter(&Known::default()).expect("it can always be said")
}

/// What a user means by each message.
fn payload_of(message: &Message) -> u64 {
    let said = |text: &'static str| Chatted {
        id: MessageId(1),
        from: Text::Borrowed(PEER),
        to: Text::Borrowed(CLIENT),
        text: Text::Borrowed(text),
        sent_at_ms: 0,
        read: false,
    };
    let told = said(script::TEXT);
    match (message.message.as_str(), message.said) {
        ("create", Said::Request) => payload::of_request(&creation(CLIENT)),
        ("log_in", Said::Request) => payload::of_request(&entering()),
        ("log_in_start", Said::Request) => payload::of_request(&log_in_start(CLIENT)),
        ("hello_first" | "hello_tenth", Said::Request) => {
            payload::of_request(&send(PEER, script::TEXT, None))
        }
        ("hello_first" | "hello_tenth", Said::Event) => {
            payload::of_incoming(&FromServer::Event(Event::MessageReceived(told)))
        }
        ("read_20", Said::Reply) => {
            let messages = vec![told; script::READ_LIMIT as usize];
            payload::of_reply(&Reply::Read { messages })
        }
        _ => 0,
    }
}

/// Where a format refers to a name that crossed before, the reference is no payload.
#[test]
fn payload_is_what_a_user_means() {
    for asked in every_protocol() {
        let whole = whole(&asked).unwrap();
        for message in &whole.messages {
            let label = format!("{}: {} {:?}", asked.asked, message.message, message.said);
            let found = message.layer_bytes.get("payload").copied().unwrap_or(0);
            let reads_by_entering = message.message == "read_20"
                && message.said == Said::Request
                && asked.protocol.capabilities().unwrap().habits.waiting == Waiting::HandedOver;
            let meant = if reads_by_entering {
                payload::of_request(&entering())
            } else {
                payload_of(message)
            };
            if whole.codec == "custom" && message.message != "hello_first" {
                assert!(found <= meant, "{label}");
            } else if !message.layer_bytes.contains_key("encrypted") {
                assert_eq!(found, meant, "{label}");
            }
        }
    }
}

#[test]
fn custom_says_hello_in_the_fewest_bytes() {
    let anatomy = anatomy(&Choice::unasked()).unwrap();
    let custom = anatomy
        .hello
        .iter()
        .find(|hello| hello.protocol == "custom");
    let custom = custom.expect("it is in the table");
    assert_eq!(anatomy.hello.len(), Choice::unasked().table.len());
    for other in anatomy.hello.iter().filter(|other| other.codec != "custom") {
        let name = &other.protocol;
        assert!(
            custom.tenth.total_bytes() < other.tenth.total_bytes(),
            "{name}"
        );
        assert!(
            custom.tenth.request_bytes < other.tenth.request_bytes,
            "{name}"
        );
        assert!(custom.tenth.event_bytes < other.tenth.event_bytes, "{name}");
        let protocol = registry::find(name).unwrap();
        if protocol.capabilities() == Some(&EVERYTHING) {
            // The notebooks' formats tell no ids and no times: one of them replies with a single byte.
            assert!(
                custom.tenth.reply_bytes <= other.tenth.reply_bytes,
                "{name}"
            );
            assert!(
                custom.first.total_bytes() < other.first.total_bytes(),
                "{name}"
            );
            assert!(
                custom.first.request_bytes < other.first.request_bytes,
                "{name}"
            );
        }
    }
}

/// By hand, from the specifications in `proto/`.
#[test]
fn the_tenth_hello_is_as_long_as_its_specification_says() {
    let choice = Choice::of(
        ["custom", "json", "postcard+tcp"]
            .map(|name| AskedProtocol::unasked(registry::find(name).unwrap()))
            .to_vec(),
    );
    let anatomy = anatomy(&choice).unwrap();
    let tenth = |codec: &str| {
        let mut all = anatomy.hello.iter();
        all.find(|hello| hello.codec == codec).unwrap().tenth
    };
    // The frame's byte, a slot, the text; the frame's byte and one id further.
    assert_eq!(tenth("custom").request_bytes, 1 + 1 + 5);
    assert_eq!(tenth("custom").reply_bytes, 1 + 1);
    let line = "{\"op\":\"send\",\"to\":\"user02\",\"text\":\"hello\"}\n";
    assert_eq!(tenth("json").request_bytes, line.len() as u64);
    let line = "{\"reply\":\"send\",\"id\":10,\"delivered\":true}\n";
    assert_eq!(tenth("json").reply_bytes, line.len() as u64);
    // Two lengths, the kind, a name behind its length, a text behind its length, no client id.
    assert_eq!(tenth("postcard").request_bytes, 1 + 1 + 7 + 6 + 1);
}

#[test]
fn a_reference_has_no_messages() {
    let floor = registry::references().next().expect("there is one");
    let choice = Choice::of(vec![AskedProtocol::unasked(floor)]);
    let error = anatomy(&choice).unwrap_err();
    assert!(error.is::<UsageError>(), "{error}");
}

#[test]
fn data_fit_their_schema() {
    let schema = serde_json::from_str(include_str!("../../../reports/anatomy.schema.json"));
    let schema = schema.expect("it is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("it is a schema");
    let validator = jsonschema::validator_for(&schema).expect("it can be used");
    let anatomy = anatomy(&Choice::unasked()).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&anatomy.to_text()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    value["protocols"][0]["messages"][0]["said"] = "shout".into();
    assert!(!validator.is_valid(&value));
}

#[test]
fn what_is_shown_has_a_line_for_each_protocol_and_no_line_is_too_long() {
    let anatomy = anatomy(&Choice::unasked()).unwrap();
    for width in [80, 200] {
        let text = Screen {
            width,
            ink: Ink::Plain,
        }
        .show(&anatomy);
        for protocol in registry::each_once() {
            let name = protocol.short_name();
            assert!(text.lines().any(|line| line.starts_with(name)), "{name}");
        }
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{line}");
        }
    }
}
