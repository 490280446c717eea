//! Bytes: the frames of the reference have 8 bytes each, by its specification, and there are three to a message.

use reports::schema::phase;

use super::finding::{Allowed, Finding, Unit};
use super::lab::Lab;

/// The length of a frame of the reference, in bytes.
const FRAME_BYTES: u64 = 8;

const WORDS: &str = "--protocol floor --accounts 10 --rounds 20";

pub(super) fn check(lab: &mut Lab) -> anyhow::Result<Vec<Finding>> {
    let run = lab.measure_validly(WORDS)?;
    let phases = [phase::MESSAGE, phase::MESSAGE_REST];
    let bytes = || {
        phases
            .iter()
            .filter_map(|name| run.bytes_by_phase.get(*name))
    };
    let sent: u64 = bytes().map(|bytes| bytes.sent.stream).sum();
    let received: u64 = bytes().map(|bytes| bytes.received.stream).sum();
    let at_server = run.server.unwrap_or_default();
    // Of ten accounts each sends to nine others in each of twenty rounds.
    let messages = 10 * 9 * 20;
    let exactly = |what: &str, expected: u64, measured: u64| Finding {
        what: format!("bytes {what}, {messages} messages of floor"),
        unit: Unit::Bytes,
        expected: Some(approximately(expected)),
        measured: approximately(measured),
        interval: None,
        allowed: Allowed::Nothing,
    };
    let (requests, rest) = (messages * FRAME_BYTES, 2 * messages * FRAME_BYTES);
    Ok(vec![
        exactly("sent by the clients", requests, sent),
        exactly("received by the clients", rest, received),
        exactly(
            "received by the server",
            requests,
            at_server.network_received_bytes.unwrap_or(0),
        ),
        exactly(
            "sent by the server",
            rest,
            at_server.network_sent_bytes.unwrap_or(0),
        ),
    ])
}

#[expect(
    clippy::cast_precision_loss,
    reason = "these are some thousands of bytes"
)]
const fn approximately(bytes: u64) -> f64 {
    bytes as f64
}
