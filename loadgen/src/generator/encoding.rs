//! What a codec's own functions take: the messages of the workload, encoded and decoded in a loop, with nothing else
//! between them. It runs when all else is over, so that it takes no time from what is measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use protocols::codec::{Codec, CodecFactory, Framing, Setup};
use reports::schema::EncodingCost;
use server_core::limits::{FRAME_MAX_BYTES, PAGE_MAX, PROTOCOL_VERSION, TEXT_MAX_CHARS};
use server_core::message::MessageId;
use server_core::{Event, FromServer, Message, Reply, Request, Text};

/// How many messages are encoded, and then decoded, at a time: few enough to stay in a processor's cache.
const BATCH: u32 = 64;

/// How long it takes in all.
const LASTS: Duration = Duration::from_millis(15);

/// How many accounts write to each other, as far as a codec that remembers names can see.
const NAMES: [&str; 4] = ["user01", "user02", "user03", "user04"];

/// As many characters as the workload's texts have.
const TEXT: Text<'static> = Text::Borrowed("hello");

/// A time of our days, so that it takes as many bytes as a real one.
const SENT_AT_MS: u64 = 1_760_000_000_000;

/// Measures a codec as it runs on a stream, where it finds its own boundaries. What each of its functions takes is the
/// median over batches: an interruption only makes one longer.
///
/// # Errors
/// If it cannot say these messages, or not read what it said.
pub(super) fn measure(codec: &dyn CodecFactory) -> anyhow::Result<EncodingCost> {
    let setup = Setup {
        framing: Framing::Codec,
        frame_max_bytes: FRAME_MAX_BYTES,
    };
    let mut ends = Ends {
        client: codec.open(setup),
        server: codec.open(setup),
        bytes: Vec::new(),
    };
    ends.greet()?;
    // The first batch is not the first of anything else: names have crossed, and memory is there.
    ends.batch(0)?;
    let mut batches: [Vec<f64>; 6] = Default::default();
    let (started, mut first) = (Instant::now(), BATCH);
    while started.elapsed() < LASTS {
        for (all, one) in batches.iter_mut().zip(ends.batch(first)?) {
            all.push(one);
        }
        first += BATCH;
    }
    let [
        request_encode_ns,
        request_decode_ns,
        reply_encode_ns,
        reply_decode_ns,
        event_encode_ns,
        event_decode_ns,
    ] = batches.map(median);
    Ok(EncodingCost {
        request_encode_ns,
        request_decode_ns,
        reply_encode_ns,
        reply_decode_ns,
        event_encode_ns,
        event_decode_ns,
    })
}

/// Both ends of a connection.
struct Ends {
    client: Box<dyn Codec>,
    server: Box<dyn Codec>,
    bytes: Vec<u8>,
}

impl Ends {
    /// What every connection begins with.
    fn greet(&mut self) -> anyhow::Result<()> {
        let hello = Request::Hello {
            version: PROTOCOL_VERSION,
        };
        self.client.encode_request(&hello, &mut self.bytes)?;
        self.server.decode_request(&self.bytes)?;
        self.bytes.clear();
        let reply = FromServer::Reply(Reply::Hello {
            version: PROTOCOL_VERSION,
            text_max_chars: TEXT_MAX_CHARS,
            page_max: PAGE_MAX,
            undo_grace_ms: 0,
        });
        self.server.encode_reply(&reply, &mut self.bytes)?;
        self.client.decode_reply(&self.bytes)?;
        Ok(())
    }

    /// Requests, replies and events, each of them encoded and decoded: nanoseconds for one, in the order of the results.
    fn batch(&mut self, first: u32) -> anyhow::Result<[f64; 6]> {
        self.bytes.clear();
        let request_encode = timed(first..first + BATCH, |number| {
            self.client
                .encode_request(&request(number), &mut self.bytes)?;
            Ok(())
        })?;
        let mut at = 0;
        let request_decode = timed(first..first + BATCH, |_| {
            let decoded = self.server.decode_request(&self.bytes[at..])?;
            let decoded = decoded.context("a request that was encoded whole is not whole")?;
            at += decoded.frame_bytes;
            black_box(&decoded.value);
            Ok(())
        })?;
        let [reply_encode, reply_decode] = self.replies(first, reply)?;
        let [event_encode, event_decode] = self.replies(first, event)?;
        Ok([
            request_encode,
            request_decode,
            reply_encode,
            reply_decode,
            event_encode,
            event_decode,
        ])
    }

    fn replies(
        &mut self,
        first: u32,
        message: fn(u32) -> FromServer<'static>,
    ) -> anyhow::Result<[f64; 2]> {
        self.bytes.clear();
        let encode = timed(first..first + BATCH, |number| {
            self.server
                .encode_reply(&message(number), &mut self.bytes)?;
            Ok(())
        })?;
        let mut at = 0;
        let decode = timed(first..first + BATCH, |_| {
            let decoded = self.client.decode_reply(&self.bytes[at..])?;
            let decoded = decoded.context("a reply that was encoded whole is not whole")?;
            at += decoded.frame_bytes;
            black_box(&decoded.value);
            Ok(())
        })?;
        Ok([encode, decode])
    }
}

fn request(number: u32) -> Request<'static> {
    Request::Send {
        to: name(number + 1),
        text: TEXT,
        client_id: None,
    }
}

fn reply(number: u32) -> FromServer<'static> {
    FromServer::Reply(Reply::Send {
        id: MessageId(number.into()),
        delivered: true,
    })
}

fn event(number: u32) -> FromServer<'static> {
    FromServer::Event(Event::MessageReceived(Message {
        id: MessageId(number.into()),
        from: name(number),
        to: name(number + 1),
        text: TEXT,
        sent_at_ms: SENT_AT_MS + u64::from(number / 8),
        read: false,
    }))
}

fn name(number: u32) -> Text<'static> {
    Text::Borrowed(NAMES[number as usize % NAMES.len()])
}

/// Nanoseconds for one of a batch.
fn timed(
    numbers: std::ops::Range<u32>,
    mut one: impl FnMut(u32) -> anyhow::Result<()>,
) -> anyhow::Result<f64> {
    let started = Instant::now();
    for number in numbers {
        one(number)?;
    }
    Ok(started.elapsed().as_secs_f64() * 1e9 / f64::from(BATCH))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_codec_of_accounts_with_passwords_is_measured() {
        for codec in protocols::registry::CODECS {
            if !codec.capabilities().has_passwords() {
                continue;
            }
            let cost = measure(*codec).unwrap_or_else(|error| panic!("{}: {error}", codec.name()));
            let all = [
                cost.request_encode_ns,
                cost.request_decode_ns,
                cost.reply_encode_ns,
                cost.reply_decode_ns,
                cost.event_encode_ns,
                cost.event_decode_ns,
            ];
            assert!(all.iter().all(|ns| *ns > 0.0), "{}: {all:?}", codec.name());
        }
    }
}
