//! Under which conditions a run's connections were: what sockets said, and what their transport says.

use protocols::capabilities::Capabilities;
use protocols::conditions::{Http2End, Nature};
use protocols::registry::Protocol;
use protocols::sockets::Answers;
use reports::schema::{self, Conditions, SocketCounts, SocketOptions};

use super::Conditions as Given;
use crate::record::Record;

/// The conditions of a run, once its last counters were read.
pub(super) fn of(protocol: &Protocol, record: &Record, given: &Given) -> Option<Conditions> {
    let last = record.phases.last()?.after;
    let connected = last.loadgen.sockets.unwrap_or_default();
    let accepted = last.server.and_then(|server| server.sockets);
    let declared = protocol.conditions();
    let server_is_ours = given.address.is_none();
    let nature = Nature::TOPICS.into_iter().zip(declared.nature.words());
    let nature = nature.map(|(topic, words)| (topic.to_owned(), words.to_owned()));
    Some(Conditions {
        sockets: SocketCounts {
            accepted: accepted.map(|answers| answers.sockets),
            accepted_nodelay: accepted.map(|answers| answers.nodelay),
            connected: connected.sockets,
            connected_nodelay: connected.nodelay,
        },
        server: accepted.and_then(options),
        loadgen: options(connected),
        http2: declared.http2.map(|http2| schema::Http2 {
            client: end(http2.client),
            server: server_is_ours.then(|| end(http2.server)),
        }),
        tls: declared.tls.map(str::to_owned),
        compression: given.reach.compression.clone(),
        nature: nature.chain(format(protocol)).collect(),
    })
}

/// What the format cannot say, and by which rules accounts and sessions work where it is served.
fn format(protocol: &Protocol) -> Vec<(String, String)> {
    let said = protocol.capabilities().map(Capabilities::words);
    let topics = said.into_iter().flatten();
    topics
        .map(|(topic, words)| (topic.to_owned(), words))
        .collect()
}

fn options(answers: Answers) -> Option<SocketOptions> {
    let (send, receive) = (answers.send_buffer_bytes?, answers.receive_buffer_bytes?);
    Some(SocketOptions {
        send_buffer_min_bytes: send.min.into(),
        send_buffer_max_bytes: send.max.into(),
        receive_buffer_min_bytes: receive.min.into(),
        receive_buffer_max_bytes: receive.max.into(),
        congestion_control: answers.congestion_control.map(String::from),
    })
}

const fn end(end: Http2End) -> schema::Http2End {
    schema::Http2End {
        stream_window_bytes: end.stream_window_bytes,
        connection_window_bytes: end.connection_window_bytes,
        frame_max_bytes: end.frame_max_bytes,
        header_list_max_bytes: end.header_list_max_bytes,
        header_table_bytes: end.header_table_bytes,
        streams_max: end.streams_max,
    }
}
