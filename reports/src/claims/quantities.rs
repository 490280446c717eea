//! What the figures of claims are made from: quantities of a run, and shares of a message's time in each round.

use super::data::{ByRound, Cell, Data, Round};
use super::list::{
    GRPC, GRPC_STORED, JSON, JSON_IN_MEMORY, JSON_STORED, PROTOBUF, PROTOBUF_IN_MEMORY,
};
use crate::attribution::{all_ns, message_time_ns};
use crate::measures::{self, Layer};
use crate::numbers::to_f64;
use crate::schema::Run;

pub(super) fn message_bytes(run: &Run) -> Option<f64> {
    measures::layer_per_message_bytes(run, Layer::Message)
}

pub(super) fn framing_bytes(run: &Run) -> Option<f64> {
    Some(measures::layer_per_message_bytes(run, Layer::Stream)? - message_bytes(run)?)
}

pub(super) fn request_bytes(run: &Run) -> Option<f64> {
    run.bytes_per_message.map(|bytes| bytes.request)
}

pub(super) fn reply_bytes(run: &Run) -> Option<f64> {
    run.bytes_per_message.map(|bytes| bytes.reply)
}

pub(super) fn latency_max_ns(run: &Run) -> Option<f64> {
    run.latency.ack.as_ref().map(|ack| to_f64(ack.max_ns))
}

pub(super) fn phase_ns(run: &Run, phase: &str) -> Option<f64> {
    run.phases_ns.get(phase).copied().map(to_f64)
}

pub(super) fn encoding_ns(run: &Run) -> Option<f64> {
    run.encoding.as_ref().map(all_ns)
}

pub(super) fn event_bytes(run: &Run) -> Option<f64> {
    run.bytes_per_message.map(|bytes| bytes.event)
}

/// Of the time of a message in json in memory, what its codec takes alone.
pub(super) fn json_encoding_share(data: &Data<'_>) -> ByRound {
    let own = |run: &Run| Some(encoding_ns(run)? / message_time_ns(run)?);
    data.by_round(JSON, own)
}

/// The same with a database connection for each request.
pub(super) fn json_encoding_share_stored(data: &Data<'_>) -> ByRound {
    let codec_ns = data.by_round(JSON, encoding_ns);
    share_of(data, JSON_STORED, |round| codec_ns.get(round).copied())
}

/// What encoding takes alone and gRPC's framing adds to TCP, with a database connection for each request.
pub(super) fn grpc_protocol_share(data: &Data<'_>) -> ByRound {
    grpc_protocol_share_of(data, GRPC_STORED)
}

/// The same in memory.
pub(super) fn grpc_protocol_share_in_memory(data: &Data<'_>) -> ByRound {
    grpc_protocol_share_of(data, GRPC)
}

fn grpc_protocol_share_of(data: &Data<'_>, whole: Cell) -> ByRound {
    let codec_ns = data.by_round(GRPC, encoding_ns);
    let framing_ns = added(data, [GRPC, PROTOBUF]);
    share_of(data, whole, |round| {
        Some(codec_ns.get(round)? + framing_ns.get(round)?)
    })
}

/// What a database connection for each request adds to a message in json, and sockets to the same codec in memory.
pub(super) fn json_network_and_database_share(data: &Data<'_>) -> ByRound {
    let cells = [JSON_STORED, JSON, JSON, JSON_IN_MEMORY];
    network_and_database_share(data, cells)
}

/// The same in gRPC, sockets as they are for its codec on TCP.
pub(super) fn grpc_network_and_database_share(data: &Data<'_>) -> ByRound {
    let cells = [GRPC_STORED, GRPC, PROTOBUF, PROTOBUF_IN_MEMORY];
    network_and_database_share(data, cells)
}

fn network_and_database_share(
    data: &Data<'_>,
    [stored, in_memory, on_tcp, without_socket]: [Cell; 4],
) -> ByRound {
    let database_ns = added(data, [stored, in_memory]);
    let network_ns = added(data, [on_tcp, without_socket]);
    share_of(data, stored, |round| {
        Some(database_ns.get(round)? + network_ns.get(round)?)
    })
}

/// By how much longer a message takes in the first cell, in each round that has both.
fn added(data: &Data<'_>, [first, second]: [Cell; 2]) -> ByRound {
    let (first_ns, second_ns) = (
        data.by_round(first, message_time_ns),
        data.by_round(second, message_time_ns),
    );
    let more = |(round, first_ns): (&Round, &f64)| Some((*round, first_ns - second_ns.get(round)?));
    first_ns.iter().filter_map(more).collect()
}

/// A part of the time of a message, in each round that has both.
fn share_of(data: &Data<'_>, whole: Cell, part_ns: impl Fn(&Round) -> Option<f64>) -> ByRound {
    let whole_ns = data.by_round(whole, message_time_ns);
    let share = |(round, whole_ns): (&Round, &f64)| Some((*round, part_ns(round)? / whole_ns));
    whole_ns.iter().filter_map(share).collect()
}
