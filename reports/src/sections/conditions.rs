//! What is equal between the protocols, and what is not: one table, a row for each condition.

use std::collections::{BTreeMap, BTreeSet};

use super::Source;
use crate::document::{Block, Column, Entry, Section, Table};
use crate::numbers::{self, NONE};
use crate::schema::{Conditions, FLOOR, Http2End, Run, SocketOptions};

/// A condition: its name, and what a run says of it; `None` where it does not apply.
type Row = (&'static str, fn(&Run, &Conditions) -> Option<String>);

/// Conditions that are counted, asked or set.
const ROWS: [Row; 20] = [
    ("accounts and their connections", |run, conditions| {
        let connected = conditions.sockets.connected;
        Some(if connected == u64::from(run.accounts) {
            "a connection an account".to_owned()
        } else {
            format!("{} accounts on {connected}", run.accounts)
        })
    }),
    ("TCP_NODELAY, server", |_, conditions| {
        let sockets = conditions.sockets;
        Some(nodelay(sockets.accepted?, sockets.accepted_nodelay?))
    }),
    ("TCP_NODELAY, clients", |_, conditions| {
        let sockets = conditions.sockets;
        Some(nodelay(sockets.connected, sockets.connected_nodelay))
    }),
    ("congestion control, server", |_, conditions| {
        conditions.server.as_ref().map(congestion_control)
    }),
    ("congestion control, clients", |_, conditions| {
        conditions.loadgen.as_ref().map(congestion_control)
    }),
    ("send buffer, server", |_, conditions| {
        conditions.server.as_ref().map(send_buffer)
    }),
    ("send buffer, clients", |_, conditions| {
        conditions.loadgen.as_ref().map(send_buffer)
    }),
    ("receive buffer, server", |_, conditions| {
        conditions.server.as_ref().map(receive_buffer)
    }),
    ("receive buffer, clients", |_, conditions| {
        conditions.loadgen.as_ref().map(receive_buffer)
    }),
    ("requests in flight, a connection", |run, _| {
        Some(run.in_flight.to_string())
    }),
    ("delivery", |run, _| {
        Some(run.delivery.as_deref().unwrap_or("push").to_owned())
    }),
    ("store", |run, _| {
        (run.protocol != FLOOR).then(|| run.store.clone())
    }),
    ("TLS", |_, conditions| {
        Some(or_none(conditions.tls.as_ref()))
    }),
    ("compression", |_, conditions| {
        Some(or_none(conditions.compression.as_ref()))
    }),
    ("HTTP/2 window of a stream", |_, conditions| {
        both_ends(conditions, |end| size(end.stream_window_bytes))
    }),
    ("HTTP/2 window of a connection", |_, conditions| {
        both_ends(conditions, |end| size(end.connection_window_bytes))
    }),
    ("HTTP/2 longest frame", |_, conditions| {
        both_ends(conditions, |end| size(end.frame_max_bytes))
    }),
    ("HTTP/2 longest headers", |_, conditions| {
        both_ends(conditions, |end| size(end.header_list_max_bytes))
    }),
    ("HTTP/2 table of headers", |_, conditions| {
        both_ends(conditions, |end| size(end.header_table_bytes))
    }),
    ("HTTP/2 open streams", |_, conditions| {
        both_ends(conditions, |end| {
            let most = |most: u32| format!("{} at most", numbers::count(most.into()));
            end.streams_max.map_or("no limit said".to_owned(), most)
        })
    }),
];

pub(super) fn section(source: &Source<'_, '_>) -> Option<Section> {
    let results = source.grid.results;
    let table = table(&results.runs, &results.config.protocols)?;
    Some(Section {
        id: "conditions",
        title: "Equal conditions".to_owned(),
        blocks: vec![
            Block::Text(
                "What was counted, asked of the sockets or set, and what cannot be made equal without being another \
                 protocol. The reference does not count for whether something is equal."
                    .to_owned(),
            ),
            Block::Table(table),
        ],
    })
}

/// Protocols stand in the order in which they were `asked` for, the reference last.
fn table(runs: &[Run], asked: &[String]) -> Option<Table> {
    let mut protocols: Vec<&str> = Vec::new();
    for run in runs.iter().filter(|run| run.conditions.is_some()) {
        if !protocols.contains(&run.protocol.as_str()) {
            protocols.push(&run.protocol);
        }
    }
    protocols.sort_by_key(|protocol| {
        let place = asked.iter().position(|asked| asked == protocol);
        (*protocol == FLOOR, place.unwrap_or(asked.len()))
    });
    if protocols.is_empty() {
        return None;
    }
    let mut rows: Vec<Vec<Entry>> = ROWS
        .iter()
        .filter_map(|(name, of)| {
            row(name, runs, &protocols, |run| {
                of(run, run.conditions.as_ref()?)
            })
        })
        .collect();
    for topic in topics(runs) {
        let words = |run: &Run| run.conditions.as_ref()?.nature.get(topic).cloned();
        rows.extend(row(topic, runs, &protocols, words));
    }
    let mut columns = vec![Column::words("condition"), Column::words("equal")];
    columns.extend(protocols.iter().map(|protocol| Column::prose(protocol)));
    Some(Table {
        caption: "What is equal, and what is not".to_owned(),
        columns,
        rows,
        notes: vec![
            "Buffers are what a socket said when it was opened; the kernel lets them grow."
                .to_owned(),
        ],
    })
}

/// One condition over all protocols; nothing if it applies to none of them.
fn row(
    name: &str,
    runs: &[Run],
    protocols: &[&str],
    of: impl Fn(&Run) -> Option<String>,
) -> Option<Vec<Entry>> {
    let mut said: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for run in runs {
        if let Some(words) = of(run) {
            said.entry(&run.protocol).or_default().insert(words);
        }
    }
    if said.is_empty() {
        return None;
    }
    let ranked: Vec<_> = protocols
        .iter()
        .filter(|protocol| **protocol != FLOOR)
        .map(|protocol| said.get(protocol))
        .collect();
    let equal = match ranked.as_slice() {
        [] | [_] => NONE,
        [first, rest @ ..] if rest.iter().all(|other| other == first) => "yes",
        _ => "no",
    };
    let mut row = vec![Entry::new(name), Entry::new(equal)];
    row.extend(protocols.iter().map(|protocol| {
        let words = said.get(protocol).map(|words| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            words.join("; ")
        });
        Entry::new(words.unwrap_or_else(|| NONE.to_owned()))
    }));
    Some(row)
}

fn topics(runs: &[Run]) -> BTreeSet<&str> {
    let conditions = runs.iter().filter_map(|run| run.conditions.as_ref());
    conditions
        .flat_map(|conditions| conditions.nature.keys().map(String::as_str))
        .collect()
}

fn nodelay(sockets: u64, set: u64) -> String {
    if sockets == set {
        "on every socket".to_owned()
    } else {
        format!("on {set} of {sockets} sockets")
    }
}

fn congestion_control(options: &SocketOptions) -> String {
    let name = options.congestion_control.as_deref();
    name.unwrap_or("differs between sockets").to_owned()
}

fn send_buffer(options: &SocketOptions) -> String {
    range(options.send_buffer_min_bytes, options.send_buffer_max_bytes)
}

fn receive_buffer(options: &SocketOptions) -> String {
    range(
        options.receive_buffer_min_bytes,
        options.receive_buffer_max_bytes,
    )
}

fn range(min_bytes: u64, max_bytes: u64) -> String {
    let (min, max) = (numbers::count(min_bytes), numbers::count(max_bytes));
    if min == max {
        format!("{min} B")
    } else {
        format!("{min} to {max} B")
    }
}

fn or_none(value: Option<&String>) -> String {
    value.map_or("none", String::as_str).to_owned()
}

fn size(bytes: u32) -> String {
    numbers::size_bytes(bytes.into())
}

fn both_ends(conditions: &Conditions, words: fn(&Http2End) -> String) -> Option<String> {
    let http2 = conditions.http2.as_ref()?;
    let (client, server) = (words(&http2.client), http2.server.as_ref().map(words));
    Some(match server {
        None => format!("{client} (clients)"),
        Some(server) if server == client => client,
        Some(server) => format!("{client} (clients), {server} (server)"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Http2, SocketCounts};

    fn run(protocol: &str, change: impl FnOnce(&mut Conditions)) -> Run {
        let mut conditions = Conditions {
            sockets: SocketCounts {
                accepted: Some(4),
                accepted_nodelay: Some(4),
                connected: 4,
                connected_nodelay: 4,
            },
            ..Conditions::default()
        };
        change(&mut conditions);
        Run {
            protocol: protocol.to_owned(),
            accounts: 4,
            conditions: Some(conditions),
            ..Run::default()
        }
    }

    /// The entries of a condition's row after its name.
    #[track_caller]
    fn check(runs: &[Run], name: &str, expected: &[&str]) {
        let asked = ["grpc".to_owned()];
        let table = table(runs, &asked).expect("there are conditions");
        let row = table.rows.iter().find(|row| row[0].text == name);
        let row: Vec<&str> = row
            .expect(name)
            .iter()
            .skip(1)
            .map(|entry| entry.text.as_str())
            .collect();
        assert_eq!(row, expected, "{name}");
    }

    #[test]
    fn what_is_equal_is_told_from_what_is_not() {
        let end = Http2End {
            stream_window_bytes: 65_536,
            streams_max: None,
            ..Http2End::default()
        };
        let server = Http2End {
            streams_max: Some(1_024),
            ..end
        };
        let nature = |words: &str| BTreeMap::from([("events".to_owned(), words.to_owned())]);
        let runs = [
            run("floor", |conditions| {
                conditions.sockets.accepted_nodelay = Some(3);
            }),
            run("json", |conditions| {
                conditions.nature = nature("between replies");
            }),
            run("grpc", |conditions| {
                conditions.nature = nature("a stream beside the calls");
                conditions.http2 = Some(Http2 {
                    client: end,
                    server: Some(server),
                });
            }),
        ];
        let on = "on every socket";
        check(&runs, "TCP_NODELAY, clients", &["yes", on, on, on]);
        check(
            &runs,
            "TCP_NODELAY, server",
            &["yes", on, on, "on 3 of 4 sockets"],
        );
        check(&runs, "TLS", &["yes", "none", "none", "none"]);
        check(
            &runs,
            "HTTP/2 window of a stream",
            &["no", "64.0 KiB", NONE, NONE],
        );
        let streams = "no limit said (clients), 1,024 at most (server)";
        check(&runs, "HTTP/2 open streams", &["no", streams, NONE, NONE]);
        let events = ["no", "a stream beside the calls", "between replies", NONE];
        check(&runs, "events", &events);
    }

    #[test]
    fn what_differs_within_a_protocol_is_all_shown() {
        let shared = run("grpc", |conditions| conditions.sockets.connected = 1);
        let runs = [run("grpc", |_| {}), shared];
        check(
            &runs,
            "accounts and their connections",
            &[NONE, "4 accounts on 1; a connection an account"],
        );
    }

    #[test]
    fn results_without_conditions_have_no_table() {
        assert!(table(&[Run::default()], &[]).is_none());
    }
}
