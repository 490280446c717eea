//! What baselines are for: a build that differs by a byte shows.

use protocols::codec::{
    CallCodec, Codec, DecodeError, Decoded, Encoded, NoCalls, NotExpressible, Setup,
};
use protocols::codecs::json::Json;
use protocols::transport::Repeats;
use reports::gate::config::GateConfig;
use reports::gate::exact::compare;
use reports::gate::verdict::{Finding, Status};
use server_core::{FromServer, Request};

use super::*;

#[test]
fn two_baselines_of_one_build_are_the_same() {
    let selection = Selection::everything(Counting::Off);
    assert_eq!(baseline(&selection).unwrap(), baseline(&selection).unwrap());
}

#[test]
fn everything_that_the_registry_has_is_in_the_baseline() {
    let exact = baseline(&Selection::everything(Counting::Off))
        .unwrap()
        .baseline
        .exact;
    let has = |start: &str| exact.keys().any(|id| id.as_str().starts_with(start));
    for codec in registry::complete_codecs() {
        let name = codec.name();
        assert!(
            has(&format!("message/{name}/")) || has(&format!("message/{name}-calls/")),
            "{name}"
        );
    }
    let repeats = |protocol: &&Protocol| !matches!(protocol.repeats(), Repeats::Nothing { .. });
    for protocol in registry::each_once().filter(repeats) {
        assert!(has(&format!("stream/{}/connect/", protocol.short_name())) || is_empty(protocol));
        assert!(has(&format!("stream/{}/send/", protocol.short_name())));
    }
    for store in STORES.iter().filter(|store| store.name != "memory") {
        assert!(has(&format!("store/{}/send/", store.name)));
    }
}

/// Whether nothing crosses the stream until something is said.
fn is_empty(protocol: &Protocol) -> bool {
    protocol.conditions().http2.is_none()
}

/// `json`, with a space more in each `send` than it needs.
struct Longer;

impl CodecFactory for Longer {
    fn name(&self) -> &'static str {
        Json.name()
    }

    fn description(&self) -> &'static str {
        "json with a space too many"
    }

    fn open(&self, setup: Setup) -> Box<dyn Codec> {
        Box::new(LongerCodec(Json.open(setup)))
    }

    fn calls(&self) -> Result<&'static dyn CallCodec, NoCalls> {
        Json.calls()
    }
}

struct LongerCodec(Box<dyn Codec>);

impl Codec for LongerCodec {
    fn encode_request(
        &mut self,
        request: &Request<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        let mut encoded = self.0.encode_request(request, out)?;
        if let Request::Send { .. } = request {
            // Before the brace and the line's end.
            out.insert(out.len() - 2, b' ');
            encoded.message_bytes += 1;
        }
        Ok(encoded)
    }

    fn decode_request<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<Request<'a>>>, DecodeError> {
        self.0.decode_request(input)
    }

    fn encode_reply(
        &mut self,
        reply: &FromServer<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, NotExpressible> {
        self.0.encode_reply(reply, out)
    }

    fn decode_reply<'a>(
        &'a mut self,
        input: &'a [u8],
    ) -> Result<Option<Decoded<FromServer<'a>>>, DecodeError> {
        self.0.decode_reply(input)
    }
}

fn messages(codec: &'static dyn CodecFactory) -> Baseline {
    let selection = Selection {
        codecs: vec![codec],
        protocols: Vec::new(),
        stores: Vec::new(),
        counting: Counting::Off,
    };
    baseline(&selection).unwrap().baseline
}

#[test]
fn a_byte_more_in_one_message_of_one_codec_is_found_and_named() {
    let findings = compare(&messages(&Json), &messages(&Longer), &GateConfig::default());
    let red: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.status.is_red())
        .collect();
    assert!(!red.is_empty());
    for finding in &red {
        let name = finding.metric.as_str();
        assert!(name.starts_with("message/json/request/send"), "{name}");
        assert_eq!(finding.status, Status::Changed, "{name}");
        assert_eq!(finding.base.map(|base| base + 1.0), finding.head, "{name}");
    }
    let send = red
        .iter()
        .find(|finding| finding.metric.as_str() == "message/json/request/send/bytes")
        .expect("the message is named");
    assert!(send.sentence.contains("json"), "{}", send.sentence);
    assert!(
        send.sentence.contains("at offset 45, 20"),
        "{}",
        send.sentence
    );
    let bytes = send.bytes.as_ref().expect("they are shown");
    assert_eq!(bytes.head_hex.len(), bytes.base_hex.len() + 2);
}
