//! What holds for every codec that carries calls, whatever is said.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use protocols::codec::CallCodec;
use protocols::registry::CODECS;
use server_core::message::Operation;
use server_core::{FromServer, Request};

use crate::garbage::garbage;
use crate::vocabulary::{from_server, request};

/// What a transport that carries each call apart sends is heard.
fn check_calls(requests: &[Request<'_>], messages: &[FromServer<'_>]) -> Result<(), TestCaseError> {
    for (name, codec) in CODECS
        .iter()
        .filter_map(|factory| Some((factory.name(), factory.calls().ok()?)))
    {
        for request in requests {
            let mut body = Vec::new();
            codec
                .encode_request(request, &mut body)
                .expect("the whole vocabulary can be said");
            let decoded = codec.decode_request(request.operation(), &body);
            prop_assert!(
                decoded.as_ref() == Ok(request),
                "{name}: {request:?}: {decoded:?}"
            );
        }
        for message in messages {
            let mut body = Vec::new();
            let decoded = match message {
                FromServer::Reply(reply) => {
                    codec
                        .encode_reply(reply, &mut body)
                        .expect("the whole vocabulary can be said");
                    codec
                        .decode_reply(reply.operation(), &body)
                        .map(FromServer::Reply)
                }
                FromServer::Event(event) => {
                    codec
                        .encode_event(event, &mut body)
                        .expect("the whole vocabulary can be said");
                    codec.decode_event(&body).map(FromServer::Event)
                }
                FromServer::Refused(_) => continue,
            };
            prop_assert!(
                decoded.as_ref() == Ok(message),
                "{name}: {message:?}: {decoded:?}"
            );
        }
    }
    Ok(())
}

/// A body may be anything: what is read of it is said again in the same way, and nothing panics.
fn check_body(codec: &dyn CallCodec, body: &[u8]) -> Result<(), TestCaseError> {
    for &operation in Operation::ALL {
        if let Ok(request) = codec.decode_request(operation, body) {
            let mut again = Vec::new();
            prop_assert!(codec.encode_request(&request, &mut again).is_ok());
            prop_assert_eq!(codec.decode_request(operation, &again), Ok(request));
        }
        if let Ok(reply) = codec.decode_reply(operation, body) {
            let mut again = Vec::new();
            prop_assert!(codec.encode_reply(&reply, &mut again).is_ok());
            prop_assert_eq!(codec.decode_reply(operation, &again), Ok(reply));
        }
    }
    if let Ok(event) = codec.decode_event(body) {
        let mut again = Vec::new();
        prop_assert!(codec.encode_event(&event, &mut again).is_ok());
        prop_assert_eq!(codec.decode_event(&again), Ok(event));
    }
    Ok(())
}

/// The bodies of a request and a message in one codec; refusals have none.
fn bodies(codec: &dyn CallCodec, request: &Request<'_>, message: &FromServer<'_>) -> [Vec<u8>; 2] {
    let mut bodies = [Vec::new(), Vec::new()];
    let [sent, answered] = &mut bodies;
    let written = codec
        .encode_request(request, sent)
        .and_then(|()| match message {
            FromServer::Reply(reply) => codec.encode_reply(reply, answered),
            FromServer::Event(event) => codec.encode_event(event, answered),
            FromServer::Refused(_) => Ok(()),
        });
    written.expect("the whole vocabulary can be said");
    bodies
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bodies_of_calls_may_be_anything(
        body in garbage(),
        (request, message) in (request(), from_server()),
        (at, byte) in (any::<Index>(), any::<u8>()),
    ) {
        for codec in CODECS.iter().filter_map(|factory| factory.calls().ok()) {
            check_body(codec, &body)?;
            for mut body in bodies(codec, &request, &message) {
                if !body.is_empty() {
                    let at = at.index(body.len());
                    body[at] = byte;
                    check_body(codec, &body[..at])?;
                }
                check_body(codec, &body)?;
                body.push(byte);
                check_body(codec, &body)?;
            }
        }
    }

    #[test]
    fn calls_come_out_as_they_went_in(requests in vec(request(), 0..10), messages in vec(from_server(), 0..10)) {
        check_calls(&requests, &messages)?;
    }
}
