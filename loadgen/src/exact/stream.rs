//! What the stream carries for the script: the layer `stream`. Server and client are the real ones, on loopback, on one
//! thread.

pub(crate) mod conversation;
mod http2;
mod tape;

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use protocols::registry::{Front, Pair, Protocol};
use protocols::transport::Repeats;

use self::conversation::converse;
use self::tape::Tape;
use super::script::SCRIPT;
use super::sheet::Sheet;
use crate::server_child::runtime;

/// Goes through the script over a protocol, twice, and writes down what each step takes. Gives a note if there is
/// nothing exact to be had.
///
/// # Errors
/// If the conversation fails, the core does not answer as the script says, or both times were not the same.
pub(super) fn measure(protocol: &Protocol, sheet: &mut Sheet) -> anyhow::Result<Option<String>> {
    let Front::Chat(pair) = protocol.front else {
        return Ok(None);
    };
    let name = protocol.short_name();
    let repeats = pair.transport.repeats();
    if let Repeats::Nothing { why } = repeats {
        return Ok(Some(format!(
            "stream/{name} is not compared, because {why}"
        )));
    }
    let first = once(pair).with_context(|| format!("protocol {name}"))?;
    let second = once(pair).with_context(|| format!("protocol {name}, said again"))?;
    let [first, second] = [first, second].map(|steps| metrics(name, steps, repeats));
    check_same(&first, &second)?;
    for (metric, number) in first {
        let segments: Vec<&str> = metric.split('/').collect();
        sheet.write(&segments, number.value, number.bytes.as_deref())?;
    }
    Ok(None)
}

fn once(pair: Pair) -> anyhow::Result<Vec<StepOnStream>> {
    runtime(1)?.block_on(converse(pair, SCRIPT))
}

/// What one step did to the stream.
pub(crate) struct StepOnStream {
    pub(crate) name: &'static str,
    pub(crate) tape: Tape,
    /// Requests, replies and events.
    messages: u64,
}

struct Number {
    value: u64,
    bytes: Option<Vec<u8>>,
}

fn metrics(protocol: &str, steps: Vec<StepOnStream>, repeats: Repeats) -> BTreeMap<String, Number> {
    let mut metrics = BTreeMap::new();
    // What happens elsewhere may be none of the client's business.
    for step in steps.into_iter().filter(|step| !step.tape.is_empty()) {
        let StepOnStream {
            name,
            tape,
            messages,
        } = step;
        let mut write = |quantity: &str, value: u64, bytes: Option<Vec<u8>>| {
            let bytes = bytes.filter(|_| repeats == Repeats::Bytes);
            let metric = format!("stream/{protocol}/{name}/{quantity}");
            metrics.insert(metric, Number { value, bytes });
        };
        write("frames", tape.frames().unwrap_or(messages), None);
        write("round_trips", tape.round_trips(), None);
        let [sent, received] = tape.into_bytes();
        write("sent_bytes", sent.len() as u64, Some(sent));
        write("received_bytes", received.len() as u64, Some(received));
    }
    metrics
}

/// Checks that a conversation is the same when it is repeated: otherwise nothing could be said of a build that differs.
fn check_same(
    first: &BTreeMap<String, Number>,
    second: &BTreeMap<String, Number>,
) -> anyhow::Result<()> {
    for (metric, one) in first {
        let other = second
            .get(metric)
            .with_context(|| format!("{metric} was there once, and not when all was said again"))?;
        ensure!(
            one.value == other.value,
            "{metric} was {} once and {} when all was said again: it is not exact; if that cannot be helped, the transport \
             has to say so (Transport::repeats)",
            one.value,
            other.value
        );
        ensure!(
            one.bytes == other.bytes,
            "{metric} has as many bytes when all is said again, and others: if that cannot be helped, the transport has to \
             say so (Transport::repeats)"
        );
    }
    ensure!(
        first.len() == second.len(),
        "a step was left out once, and not when all was said again"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use protocols::registry;

    use super::*;
    use crate::exact::script::Action;

    fn measured(protocol: &str) -> BTreeMap<String, Number> {
        let protocol = registry::find(protocol).unwrap();
        let Front::Chat(pair) = protocol.front else {
            panic!("{} has no script", protocol.name);
        };
        let repeats = pair.transport.repeats();
        metrics(protocol.short_name(), once(pair).unwrap(), repeats)
    }

    #[test]
    fn all_that_is_told_is_heard_on_every_stream() {
        for protocol in registry::each_once() {
            let Front::Chat(pair) = protocol.front else {
                continue;
            };
            for (step, done) in crate::exact::script::SCRIPT
                .iter()
                .zip(&once(pair).unwrap()[1..])
            {
                assert_eq!(step.name, done.name, "{}", protocol.name);
                let asked = u64::from(matches!(step.action, Action::Ask { .. }));
                let due = 2 * asked + step.events as u64;
                assert_eq!(done.messages, due, "{}: {}", protocol.name, step.name);
            }
        }
    }

    /// On a framed protocol the stream carries what the codec makes and nothing else.
    #[test]
    fn a_framed_stream_is_the_codecs_frames() {
        for name in ["custom", "json"] {
            let protocol = registry::find(name).unwrap();
            let Front::Chat(pair) = protocol.front else {
                panic!("{name} has no script");
            };
            let mut sheet = Sheet::default();
            crate::exact::message::measure(pair.codec, &mut sheet).unwrap();
            let alone = sheet.into_metrics();
            let on_stream = measured(name);
            for step in ["hello", "send_first", "send", "history", "log_in_finish"] {
                for (kind, quantity) in [("request", "sent_bytes"), ("reply", "received_bytes")] {
                    let frame = &alone[&format!("message/{name}/{kind}/{step}/bytes").into()];
                    let stream = &on_stream[&format!("stream/{name}/{step}/{quantity}")];
                    let stream = stream
                        .bytes
                        .as_deref()
                        .map(crate::exact::sheet::hexadecimal);
                    assert_eq!(stream, frame.hex, "{name}: {step}");
                }
            }
        }
    }

    /// Headers, data and its end there, headers, data and trailers back; a log-in opens the event stream as well, and a
    /// message to oneself comes back on it in a frame of its own.
    #[test]
    fn the_frames_of_a_grpc_call_are_counted() {
        let metrics = measured("grpc");
        let of = |metric: &str| metrics[&format!("stream/grpc/{metric}")].value;
        assert_eq!(of("ping/frames"), 6);
        assert_eq!(of("ping/round_trips"), 1);
        assert_eq!(of("send_to_oneself/frames"), 7);
        assert_eq!(of("receive/frames"), 1);
        assert_eq!(of("receive/round_trips"), 0);
        assert_eq!(of("log_in_finish/frames"), 6 + 4);
        assert_eq!(of("log_in_finish/round_trips"), 2);
        assert_eq!(of("connect/round_trips"), 0);
    }

    #[test]
    fn what_varies_is_refused_by_name() {
        let one = |value, byte| {
            let bytes = Some(vec![byte]);
            BTreeMap::from([(
                "stream/x/send/sent_bytes".to_owned(),
                Number { value, bytes },
            )])
        };
        assert!(check_same(&one(1, 7), &one(1, 7)).is_ok());
        for other in [one(2, 7), one(1, 8), BTreeMap::new()] {
            let error = check_same(&one(1, 7), &other).unwrap_err().to_string();
            assert!(error.contains("stream/x/send/sent_bytes"), "{error}");
        }
        assert!(check_same(&BTreeMap::new(), &one(1, 7)).is_err());
    }
}
