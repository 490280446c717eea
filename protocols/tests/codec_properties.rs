//! What holds for every codec, whatever is said.

#[path = "support/vocabulary.rs"]
mod vocabulary;

use proptest::collection::vec;
use proptest::prelude::*;
use protocols::codec::{Codec, Framing, Setup};
use protocols::registry::CODECS;
use vocabulary::{HELLO, from_server, request};

const SETUP: Setup = Setup {
    framing: Framing::Codec,
    frame_max_bytes: 1 << 20,
};

/// The codecs that frame a stream, a fresh one of each.
fn codecs(setup: Setup) -> impl Iterator<Item = (&'static str, Box<dyn Codec>)> {
    CODECS
        .iter()
        .filter_map(move |factory| Some((factory.name(), factory.open(setup)?)))
}

proptest! {
    #[test]
    fn requests_come_out_as_they_went_in(requests in vec(request(), 0..30)) {
        for ((name, mut client), (_, mut server)) in codecs(SETUP).zip(codecs(SETUP)) {
            let mut stream = Vec::new();
            let mut ends = Vec::new();
            for request in [HELLO].iter().chain(&requests) {
                client.encode_request(request, &mut stream).unwrap();
                ends.push(stream.len());
            }
            let mut start = 0;
            for (request, end) in [HELLO].iter().chain(&requests).zip(ends) {
                let decoded = server.decode_request(&stream[start..]).unwrap().unwrap();
                prop_assert_eq!(&decoded.value, request, "{}", name);
                start += decoded.frame_bytes;
                prop_assert_eq!(start, end, "{}", name);
            }
        }
    }

    #[test]
    fn replies_come_out_as_they_went_in(replies in vec(from_server(), 1..30)) {
        for ((name, mut client), (_, mut server)) in codecs(SETUP).zip(codecs(SETUP)) {
            let mut stream = Vec::new();
            for reply in &replies {
                server.encode_reply(reply, &mut stream).unwrap();
            }
            let mut start = 0;
            for reply in &replies {
                let decoded = client.decode_reply(&stream[start..]).unwrap().unwrap();
                prop_assert_eq!(&decoded.value, reply, "{}", name);
                start += decoded.frame_bytes;
            }
            prop_assert_eq!(start, stream.len(), "{}", name);
        }
    }
}
