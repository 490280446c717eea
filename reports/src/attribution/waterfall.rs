//! Ways from one protocol to another: which step adds what.

use super::quantity::{Quantity, SPLIT, STREAM_BYTES};
use super::rounds::Rounds;
use super::{SOCKET, figure};
use crate::schema::{Waterfall, WaterfallStep};
use crate::statistics::factorial::Table;

/// From where to where, and what people call it.
struct Way {
    title: &'static str,
    from: [&'static str; 2],
    to: [&'static str; 2],
}

/// The ways that people ask for. Those whose cells did not run are left out.
const WAYS: [Way; 5] = [
    Way {
        title: "gRPC against JSON",
        from: ["json", SOCKET],
        to: ["protobuf", "grpc"],
    },
    Way {
        title: "gRPC against custom",
        from: ["custom", SOCKET],
        to: ["protobuf", "grpc"],
    },
    Way {
        title: "gRPC against REST",
        from: ["json", "http"],
        to: ["protobuf", "grpc"],
    },
    Way {
        title: "REST against JSON",
        from: ["json", SOCKET],
        to: ["json", "http"],
    },
    Way {
        title: "JSON against custom",
        from: ["custom", SOCKET],
        to: ["json", SOCKET],
    },
];

/// Transports that lie between two others, where each adds to the one before.
const BETWEEN: [([&str; 2], &str); 1] = [([SOCKET, "grpc"], "grpc-stream")];

/// What the step from one transport to another is called.
const STEPS: [([&str; 2], &str); 4] = [
    ([SOCKET, "grpc-stream"], "gRPC stack on one stream"),
    (["grpc-stream", "grpc"], "a call each"),
    ([SOCKET, "grpc"], "gRPC stack with calls"),
    ([SOCKET, "http"], "HTTP/1.1"),
];

/// All ways, by all quantities.
pub(super) fn all(rounds: &Rounds<'_>) -> Vec<Waterfall> {
    WAYS.iter()
        .flat_map(|way| {
            let quantities = SPLIT.iter().chain([&STREAM_BYTES]);
            quantities.filter_map(|quantity| one(rounds, way, quantity))
        })
        .collect()
}

fn one(rounds: &Rounds<'_>, way: &Way, quantity: &Quantity) -> Option<Waterfall> {
    let tables = rounds.tables(quantity);
    let codecs = [rounds.codec(way.from[0])?, rounds.codec(way.to[0])?];
    let path = path(rounds, way)?;
    let ends = [*path.first()?, *path.last()?];
    let effect = |of: &dyn Fn(&Table) -> f64| {
        let values: Vec<f64> = tables.iter().map(of).collect();
        (quantity.estimate)(&values)
    };
    let names = &rounds.factors.transports;
    let mut steps = Vec::new();
    for pair in path.windows(2) {
        // Before the codec changes, and after.
        let both = |table: &Table| {
            let by = |codec: usize| table.at(codec, pair[1]) - table.at(codec, pair[0]);
            f64::midpoint(by(codecs[0]), by(codecs[1]))
        };
        steps.push(WaterfallStep {
            what: step_name(&names[pair[0]], &names[pair[1]]),
            effect: figure(effect(&both)?),
        });
    }
    let by_codec = |table: &Table, at: usize| table.at(codecs[1], at) - table.at(codecs[0], at);
    if codecs[0] != codecs[1] {
        let both =
            |table: &Table| f64::midpoint(by_codec(table, ends[0]), by_codec(table, ends[1]));
        steps.push(WaterfallStep {
            what: way.to[0].to_owned(),
            effect: figure(effect(&both)?),
        });
    }
    let interaction = |table: &Table| by_codec(table, ends[1]) - by_codec(table, ends[0]);
    let changes_both = codecs[0] != codecs[1] && ends[0] != ends[1];
    Some(Waterfall {
        title: way.title.to_owned(),
        from: way.from.join("+"),
        to: way.to.join("+"),
        quantity: quantity.name.to_owned(),
        from_value: effect(&|table| table.at(codecs[0], ends[0]))?.value,
        to_value: effect(&|table| table.at(codecs[1], ends[1]))?.value,
        steps,
        interaction: if changes_both {
            effect(&interaction).map(figure)
        } else {
            None
        },
    })
}

/// The transports of a way, in order, with what lies between them and ran.
fn path(rounds: &Rounds<'_>, way: &Way) -> Option<Vec<usize>> {
    let ends = [way.from[1], way.to[1]];
    let (from, to) = (rounds.transport(ends[0])?, rounds.transport(ends[1])?);
    if from == to {
        return Some(vec![from]);
    }
    let between = BETWEEN.iter().find(|(pair, _)| *pair == ends);
    let between = between.and_then(|(_, name)| rounds.transport(name));
    Some([from].into_iter().chain(between).chain([to]).collect())
}

fn step_name(from: &str, to: &str) -> String {
    let known = STEPS.iter().find(|(pair, _)| *pair == [from, to]);
    known.map_or_else(
        || format!("{to} for {from}"),
        |(_, name)| (*name).to_owned(),
    )
}
