//! The claims, in our own words, and the figures that each is held against. What is expected comes from the claim's own
//! words and tables; “about as many” is within 10 %, “an order of magnitude” a factor of 10.

use super::data::{BYTES, ByRound, Cell, Data, Figure, Measure, RATIO, Role, SHARE, Source};
use super::quantities::{
    encoding_ns, event_bytes, framing_bytes, grpc_network_and_database_share, grpc_protocol_share,
    grpc_protocol_share_in_memory, json_encoding_share, json_encoding_share_stored,
    json_network_and_database_share, latency_max_ns, message_bytes, phase_ns, reply_bytes,
    request_bytes,
};
use super::{Expected, Question};
use crate::attribution::{IN_MEMORY, message_time_ns};
use crate::measures;
use crate::schema::phase;
use crate::statistics::ratio::Origin;

const CUSTOM: Cell = Cell::of("custom", "tcp");
pub(super) const JSON: Cell = Cell::of("json", "tcp");
pub(super) const JSON_IN_MEMORY: Cell = Cell::of("json", IN_MEMORY);
pub(super) const JSON_STORED: Cell = JSON.stored(PER_REQUEST);
pub(super) const PROTOBUF: Cell = Cell::of("protobuf", "tcp");
pub(super) const PROTOBUF_IN_MEMORY: Cell = Cell::of("protobuf", IN_MEMORY);
pub(super) const GRPC: Cell = Cell::of("protobuf", "grpc");
pub(super) const GRPC_STORED: Cell = GRPC.stored(PER_REQUEST);
const PIPE: Cell = Cell::of("pipe", "tcp");
const TAG: Cell = Cell::of("tag", "tcp");

/// The store that opens the database for each request, as the main notebook did.
const PER_REQUEST: &str = "sqlite-per-request";

const MEASURED: Origin = Origin::Measured { resolution: 0.0 };
/// What a histogram of 3 digits rounds to.
const LATENCY: Origin = Origin::Measured { resolution: 0.001 };
const COUNTED: Origin = Origin::Counted;

/// Within 10 % of the same.
const ABOUT_AS: Option<Expected> = Some(Expected::between(0.9, 1.1));
const LESS: Option<Expected> = Some(Expected::at_most(0.999));
/// Half of a whole or more.
const MOST: Option<Expected> = Some(Expected::at_least(0.5));
/// On the order of 100 bytes.
const AROUND_100: Option<Expected> = Some(Expected::between(32.0, 316.0));
const BESIDE: Option<Expected> = None;

/// A ratio of two cells.
const fn ratio(
    words: &'static str,
    (measure, origin): (Measure, Origin),
    cells: [Cell; 2],
    expected: Option<Expected>,
) -> Figure {
    Figure {
        words,
        unit: RATIO,
        source: Source::Ratio(measure, cells),
        origin,
        expected,
        role: Role::Claim,
    }
}

/// A share of a message's time.
const fn share(
    words: &'static str,
    (make, cells): (fn(&Data<'_>) -> ByRound, &'static [Cell]),
    expected: Option<Expected>,
) -> Figure {
    Figure {
        words,
        unit: SHARE,
        source: Source::Made(make, cells),
        origin: MEASURED,
        expected,
        role: Role::Claim,
    }
}

/// Bytes of one cell.
const fn bytes(
    words: &'static str,
    measure: Measure,
    cell: Cell,
    expected: Option<Expected>,
) -> Figure {
    Figure {
        words,
        unit: BYTES,
        source: Source::Amount(measure, cell),
        origin: COUNTED,
        expected,
        role: Role::Claim,
    }
}

const ELAPSED: (Measure, Origin) = (measures::elapsed_ns, MEASURED);
const TIME: (Measure, Origin) = (message_time_ns, MEASURED);
const SENT: (Measure, Origin) = (measures::sent_message_bytes, COUNTED);
const RECEIVED: (Measure, Origin) = (measures::received_message_bytes, COUNTED);
const STREAM: (Measure, Origin) = (measures::per_message_bytes, COUNTED);
const MESSAGE: (Measure, Origin) = (message_bytes, COUNTED);
const ENCODING: (Measure, Origin) = (encoding_ns, MEASURED);

/// All claims.
pub(super) const QUESTIONS: [Question; 9] = [
    Question {
        number: 1,
        notebook: "A",
        claim: "JSON takes about as long as the custom format: encoding and parsing hardly matter.",
        figures: &[
            ratio(
                "elapsed, json by custom, two accounts and 20 messages",
                ELAPSED,
                [JSON.efficiency(), CUSTOM.efficiency()],
                ABOUT_AS,
            ),
            ratio(
                "time of a message, json by custom",
                TIME,
                [JSON, CUSTOM],
                ABOUT_AS,
            ),
            share(
                "encoding and decoding alone, of the time of a message in json",
                (json_encoding_share, &[JSON]),
                Some(Expected::at_most(0.1)),
            ),
        ],
    },
    Question {
        number: 2,
        notebook: "A",
        claim: "JSON sends 83 % more bytes than the custom format and receives 2.2 times as many; with more accounts 1.7 \
                times, and 3.5 to 4.9 times.",
        figures: &[
            ratio(
                "bytes sent, json by custom, two accounts and 20 messages",
                SENT,
                [JSON.efficiency(), CUSTOM.efficiency()],
                Some(Expected::between(1.83 * 0.9, 1.83 * 1.1)),
            ),
            ratio(
                "bytes received, json by custom, two accounts and 20 messages",
                RECEIVED,
                [JSON.efficiency(), CUSTOM.efficiency()],
                Some(Expected::between(2.19 * 0.9, 2.19 * 1.1)),
            ),
            ratio(
                "bytes sent, json by custom, each account to all others",
                SENT,
                [JSON, CUSTOM],
                Some(Expected::between(1.7 * 0.9, 1.7 * 1.1)),
            ),
            ratio(
                "bytes received, json by custom, each account to all others",
                RECEIVED,
                [JSON, CUSTOM],
                Some(Expected::between(3.5, 4.9)),
            ),
        ],
    },
    Question {
        number: 3,
        notebook: "A",
        claim: "gRPC is orders of magnitude faster than custom and JSON, with a maximum latency of about a tenth, because \
                protobuf encodes into fewer bytes and faster.",
        figures: &[
            ratio(
                "elapsed, custom by gRPC, two accounts and 20 messages",
                ELAPSED,
                [CUSTOM.efficiency(), GRPC.efficiency()],
                Some(Expected::at_least(10.0)),
            ),
            ratio(
                "time of a message, custom by gRPC",
                TIME,
                [CUSTOM, GRPC],
                Some(Expected::at_least(10.0)),
            ),
            ratio(
                "time of a message, json by gRPC",
                TIME,
                [JSON, GRPC],
                Some(Expected::at_least(10.0)),
            ),
            ratio(
                "longest wait for a reply, custom by gRPC, of as many messages as each had time for",
                (latency_max_ns, LATENCY),
                [CUSTOM, GRPC],
                BESIDE,
            ),
            ratio(
                "encoding and decoding alone, protobuf by custom",
                ENCODING,
                [PROTOBUF, CUSTOM],
                LESS,
            )
            .for_a_reason(),
            ratio(
                "encoding and decoding alone, protobuf by json",
                ENCODING,
                [PROTOBUF, JSON],
                LESS,
            )
            .for_a_reason(),
            ratio(
                "bytes of a message, protobuf by custom",
                MESSAGE,
                [PROTOBUF, CUSTOM],
                LESS,
            )
            .for_a_reason(),
        ],
    },
    Question {
        number: 4,
        notebook: "A",
        claim: "gRPC is faster because HTTP/2 multiplexes and avoids blocking, and because it compresses and pools \
                connections.",
        figures: &[
            ratio(
                "time of a message, protobuf on HTTP/2 with calls by protobuf on TCP",
                TIME,
                [GRPC, PROTOBUF],
                LESS,
            ),
            ratio(
                "time of a message, gRPC over one shared connection by one for each account, which shows what sharing \
                 costs and no blocking: each has one request in flight",
                TIME,
                [GRPC.shared(), GRPC],
                BESIDE,
            ),
            ratio(
                "time of a message, gRPC compressed by uncompressed, on messages of 5 characters",
                TIME,
                [GRPC.compressed(), GRPC],
                LESS,
            ),
            ratio(
                "bytes in the stream, gRPC compressed by uncompressed, on messages of 5 characters",
                STREAM,
                [GRPC.compressed(), GRPC],
                LESS,
            ),
            ratio(
                "time of a message, protobuf on one HTTP/2 stream by protobuf on TCP",
                TIME,
                [Cell::of("protobuf", "grpc-stream"), PROTOBUF],
                BESIDE,
            ),
        ],
    },
    Question {
        number: 5,
        notebook: "A",
        claim: "gRPC sends and receives about as many bytes as the custom format.",
        figures: &[
            ratio(
                "bytes sent, gRPC by custom, two accounts and 20 messages, messages alone",
                SENT,
                [GRPC.efficiency(), CUSTOM.efficiency()],
                ABOUT_AS,
            ),
            ratio(
                "bytes received, gRPC by custom, two accounts and 20 messages, messages alone",
                RECEIVED,
                [GRPC.efficiency(), CUSTOM.efficiency()],
                ABOUT_AS,
            ),
            ratio(
                "bytes in the stream, gRPC by custom",
                STREAM,
                [GRPC, CUSTOM],
                ABOUT_AS,
            ),
        ],
    },
    Question {
        number: 9,
        notebook: "A",
        claim: "Most of the time goes to the network and the database, not to the protocol.",
        figures: &[
            share(
                "network and database, of the time of a message in json, a database connection for each request",
                (
                    json_network_and_database_share,
                    &[JSON_STORED, JSON, JSON_IN_MEMORY],
                ),
                MOST,
            ),
            share(
                "network and database, of the time of a message in gRPC, a database connection for each request",
                (
                    grpc_network_and_database_share,
                    &[GRPC_STORED, GRPC, PROTOBUF, PROTOBUF_IN_MEMORY],
                ),
                MOST,
            ),
            share(
                "encoding alone, of the time of a message in json, a database connection for each request",
                (json_encoding_share_stored, &[JSON, JSON_STORED]),
                BESIDE,
            ),
            share(
                "encoding alone and framing, of the time of a message in gRPC, a database connection for each request",
                (grpc_protocol_share, &[GRPC, PROTOBUF, GRPC_STORED]),
                BESIDE,
            ),
            share(
                "encoding alone and framing, of the time of a message in gRPC, in memory",
                (grpc_protocol_share_in_memory, &[GRPC, PROTOBUF]),
                BESIDE,
            ),
            ratio(
                "time of a message in custom, a database connection for each request by memory",
                TIME,
                [CUSTOM.stored(PER_REQUEST), CUSTOM],
                BESIDE,
            ),
        ],
    },
    Question {
        number: 10,
        notebook: "B",
        claim: "gRPC is slower than sockets by a few factors, and not by an order of magnitude.",
        figures: &[
            ratio(
                "time of a message, gRPC by that notebook's own format",
                TIME,
                [GRPC, PIPE],
                Some(Expected::between(2.0, 10.0)),
            ),
            ratio(
                "time of a message, gRPC by custom",
                TIME,
                [GRPC, CUSTOM],
                Some(Expected::between(2.0, 10.0)),
            ),
            ratio(
                "time of opening all connections, gRPC by custom",
                (|run| phase_ns(run, phase::CONNECT), MEASURED),
                [GRPC, CUSTOM],
                Some(Expected::between(2.0, 10.0)),
            ),
            ratio(
                "time of creating all accounts, gRPC by custom",
                (|run| phase_ns(run, phase::CREATE), MEASURED),
                [GRPC, CUSTOM],
                BESIDE,
            ),
        ],
    },
    Question {
        number: 11,
        notebook: "B",
        claim: "A status reply over a socket takes 1 byte; gRPC's messages are on the order of 100, more than a socket's \
                and far fewer than JSON's.",
        figures: &[
            bytes(
                "a reply in that notebook's own format",
                reply_bytes,
                PIPE,
                Some(Expected::between(1.0, 1.0)),
            ),
            bytes(
                "a reply in custom, in the stream",
                reply_bytes,
                CUSTOM,
                BESIDE,
            ),
            bytes(
                "a request in gRPC, in the stream",
                request_bytes,
                GRPC,
                AROUND_100,
            ),
            bytes(
                "a reply in gRPC, in the stream",
                reply_bytes,
                GRPC,
                AROUND_100,
            ),
            bytes(
                "an event in gRPC, in the stream",
                event_bytes,
                GRPC,
                AROUND_100,
            ),
            ratio(
                "bytes in the stream, gRPC by that notebook's own format",
                STREAM,
                [GRPC, PIPE],
                Some(Expected::at_least(1.001)),
            ),
            ratio(
                "bytes in the stream, json by gRPC",
                STREAM,
                [JSON, GRPC],
                Some(Expected::at_least(2.0)),
            ),
        ],
    },
    Question {
        number: 12,
        notebook: "C",
        claim: "gRPC is about as fast as sockets, perhaps slightly faster; payloads have the same size, and its calls carry \
                what sockets do not.",
        figures: &[
            ratio(
                "time of a message, gRPC by that notebook's own format",
                TIME,
                [GRPC, TAG],
                Some(Expected::between(0.8, 1.1)),
            ),
            ratio(
                "time of a message, gRPC by custom",
                TIME,
                [GRPC, CUSTOM],
                Some(Expected::between(0.8, 1.1)),
            ),
            ratio(
                "bytes of a message, protobuf by that notebook's own format",
                MESSAGE,
                [GRPC, TAG],
                ABOUT_AS,
            ),
            bytes(
                "what gRPC's framing adds to a message",
                framing_bytes,
                GRPC,
                Some(Expected::at_least(1.0)),
            ),
            bytes(
                "what a socket's framing adds to a message in that notebook's own format",
                framing_bytes,
                TAG,
                BESIDE,
            ),
        ],
    },
];
