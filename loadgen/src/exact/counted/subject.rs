//! The calls that are counted, in a process of their own.

use std::hint::black_box;

use anyhow::Context as _;
use protocols::codec::{CallCodec, Codec};
use protocols::registry;
use server_core::FromServer;

use crate::exact::message::{Ends, Said, Shape, Spoken, Variant};

/// A name by which Callgrind finds [`counted_call`].
pub(super) const SUBJECT: &str = "counted_call";

/// How often everything is done before it is counted, so that nothing is done for the first time then.
const WARM_UPS: u32 = 2;

/// What the buffer of encoders has room for, in bytes: it never grows while it is counted.
const BUFFER_BYTES: usize = 64 * 1024;

/// Encodes and decodes the script with these codecs; says of each call that was to be counted what it was.
///
/// # Errors
/// If there is no such codec, or it fails.
pub fn count(codecs: &[String]) -> anyhow::Result<()> {
    for name in codecs {
        let codec = registry::CODECS.iter().find(|codec| codec.name() == name);
        let codec = codec.with_context(|| format!("there is no codec {name:?}"))?;
        for variant in Variant::of(*codec) {
            let spoken = variant.converse()?;
            for _ in 0..WARM_UPS {
                replay(&variant, &spoken, &mut |_, call| {
                    black_box(call());
                })?;
            }
            replay(&variant, &spoken, &mut |label, call| {
                counted_call(call);
                println!("{label}");
            })?;
        }
    }
    Ok(())
}

/// Callgrind counts while this runs, and at no other time.
#[inline(never)]
fn counted_call(call: &mut dyn FnMut() -> usize) {
    // Something is left to do after the call, so that it does not become a jump.
    black_box(call());
}

/// Does something that has a name.
type Run<'r> = &'r mut dyn FnMut(&str, &mut dyn FnMut() -> usize);

/// Says the script again, with codecs that have not said anything yet.
fn replay(variant: &Variant<'_>, spoken: &[Spoken], run: Run<'_>) -> anyhow::Result<()> {
    let mut wire = Wire::open(variant)?;
    let mut frame = Vec::with_capacity(BUFFER_BYTES);
    for spoken in spoken {
        let label = |what: &str| {
            let kind = spoken.said.kind();
            format!("{}/{what}/{kind}/{}", variant.name, spoken.step)
        };
        frame.clear();
        run(&label("encode"), &mut || {
            wire.encode(&spoken.said, &mut frame)
        });
        run(&label("decode"), &mut || wire.decode(&spoken.said, &frame));
    }
    Ok(())
}

/// Both ends of a codec.
enum Wire {
    Framed(Ends),
    Calls(&'static dyn CallCodec),
}

impl Wire {
    fn open(variant: &Variant<'_>) -> anyhow::Result<Self> {
        match variant.shape {
            Shape::Framed => Ok(Self::Framed(Ends::open(variant.codec))),
            Shape::Calls => match variant.codec.calls() {
                Ok(codec) => Ok(Self::Calls(codec)),
                Err(no_calls) => Err(anyhow::anyhow!(no_calls.why)),
            },
        }
    }

    /// Appends the frame; gives something that depends on all of it. What cannot be said was not spoken, either.
    fn encode(&mut self, said: &Said, out: &mut Vec<u8>) -> usize {
        match self {
            Self::Framed(Ends { client, server }) => encode_frame([client, server], said, out),
            Self::Calls(codec) => encode_call(*codec, said, out),
        }
        out.len()
    }

    /// Decodes it, and lets go of what came out.
    fn decode(&mut self, said: &Said, frame: &[u8]) -> usize {
        match (self, said) {
            (Self::Framed(ends), Said::Request(_)) => {
                usize::from(black_box(ends.server.decode_request(frame)).is_ok())
            }
            (Self::Framed(ends), Said::FromServer(_)) => {
                usize::from(black_box(ends.client.decode_reply(frame)).is_ok())
            }
            (Self::Calls(codec), said) => decode_call(*codec, said, frame),
        }
    }
}

fn encode_frame(ends: [&mut Box<dyn Codec>; 2], said: &Said, out: &mut Vec<u8>) {
    let [client, server] = ends;
    let encoded = match said {
        Said::Request(request) => client.encode_request(request, out),
        Said::FromServer(reply) => server.encode_reply(reply, out),
    };
    debug_assert!(encoded.is_ok(), "what cannot be said was not spoken");
}

fn encode_call(codec: &dyn CallCodec, said: &Said, out: &mut Vec<u8>) {
    let encoded = match said {
        Said::Request(request) => codec.encode_request(request, out),
        Said::FromServer(FromServer::Reply(reply)) => codec.encode_reply(reply, out),
        Said::FromServer(FromServer::Event(event)) => codec.encode_event(event, out),
        Said::FromServer(FromServer::Refused(_)) => Ok(()),
    };
    debug_assert!(encoded.is_ok(), "what cannot be said was not spoken");
}

fn decode_call(codec: &dyn CallCodec, said: &Said, body: &[u8]) -> usize {
    usize::from(match said {
        Said::Request(request) => {
            black_box(codec.decode_request(request.operation(), body)).is_ok()
        }
        Said::FromServer(FromServer::Reply(reply)) => {
            black_box(codec.decode_reply(reply.operation(), body)).is_ok()
        }
        Said::FromServer(FromServer::Event(_)) => black_box(codec.decode_event(body)).is_ok(),
        Said::FromServer(FromServer::Refused(_)) => true,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_has_a_label_of_its_own_and_works() {
        for codec in registry::complete_codecs() {
            for variant in Variant::of(codec) {
                let spoken = variant.converse().unwrap();
                let mut labels = Vec::new();
                replay(&variant, &spoken, &mut |label, call| {
                    assert!(call() > 0 || label.contains("-calls/encode/"), "{label}");
                    labels.push(label.to_owned());
                })
                .unwrap();
                assert_eq!(labels.len(), 2 * spoken.len());
                let distinct: BTreeSet<_> = labels.iter().collect();
                assert_eq!(distinct.len(), labels.len(), "{}", variant.name);
            }
        }
    }
}
