//! Synthetic runs with known ratios: each verdict is what they were made for.

use super::*;
use crate::schema::{
    ByteCounts, ByteLayers, BytesPerMessage, Conditions, Config, EncodingCost, Latency,
    LatencySummary, Machine, Run,
};
use crate::statistics::ratio::{Pair, PairedRatio};

/// A protocol as it is to come out.
#[derive(Clone, Copy)]
struct Shape {
    codec: &'static str,
    transport: &'static str,
    workload: &'static str,
    store: &'static str,
    connections: Option<u32>,
    compression: Option<&'static str>,
    time_ns: f64,
    encoding_ns: f64,
    sent: u64,
    received: u64,
    framing: u64,
}

const CUSTOM: Shape = Shape {
    codec: "custom",
    transport: "tcp",
    workload: workload::FACTORIAL,
    store: "memory",
    connections: None,
    compression: None,
    time_ns: 10_000.0,
    encoding_ns: 200.0,
    sent: 1_000,
    received: 1_000,
    framing: 500,
};

const GRPC: Shape = Shape {
    codec: "protobuf",
    transport: "grpc",
    time_ns: 40_000.0,
    encoding_ns: 400.0,
    sent: 1_050,
    received: 1_050,
    ..CUSTOM
};

const JSON: Shape = Shape {
    codec: "json",
    time_ns: 10_500.0,
    encoding_ns: 800.0,
    sent: 1_830,
    received: 4_000,
    ..CUSTOM
};

fn results(rounds: u32, shapes: &[Shape]) -> Results {
    let config = Config {
        store: "memory".to_owned(),
        workloads: vec![workload::FACTORIAL.to_owned()],
        ..Config::default()
    };
    let mut results = Results::new(Machine::default(), config);
    for trial in 1..=rounds {
        for (place, shape) in shapes.iter().enumerate() {
            // Some spread, another one for each shape and round.
            let place = u32::try_from(place).expect("a few");
            let spread = 1.0 + 0.002 * f64::from((trial * 7 + place * 3) % 5);
            results.runs.push(run(trial, shape, spread));
        }
    }
    results
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand nanoseconds"
)]
fn run(trial: u32, shape: &Shape, spread: f64) -> Run {
    let time_ns = shape.time_ns * spread;
    let layers = |message| ByteLayers {
        message,
        stream: message + shape.framing,
        ..ByteLayers::default()
    };
    let bytes = ByteCounts {
        sent: layers(shape.sent),
        received: layers(shape.received),
    };
    Run {
        codec: shape.codec.to_owned(),
        transport: shape.transport.to_owned(),
        workload: shape.workload.to_owned(),
        store: shape.store.to_owned(),
        connections: shape.connections,
        conditions: Some(Conditions {
            compression: shape.compression.map(str::to_owned),
            ..Conditions::default()
        }),
        trial,
        valid: true,
        elapsed_ns: (time_ns * 100.0) as u64,
        messages: 100,
        messages_first_round: 100,
        throughput_hz: 1e9 / time_ns,
        bytes,
        bytes_by_phase: [("message".to_owned(), bytes)].into(),
        bytes_per_message: Some(BytesPerMessage {
            request: 84.0,
            reply: 1.0,
            event: 30.0,
        }),
        latency: Latency {
            ack: Some(LatencySummary {
                max_ns: (time_ns * 50.0) as u64,
                ..LatencySummary::default()
            }),
            ..Latency::default()
        },
        encoding: Some(EncodingCost {
            request_encode_ns: shape.encoding_ns * spread,
            ..EncodingCost::default()
        }),
        ..Run::default()
    }
}

fn claim(results: &Results, number: u32) -> Claim {
    let mut claims = of(results).into_iter();
    claims
        .find(|claim| claim.number == number)
        .unwrap_or_else(|| panic!("claim {number}"))
}

/// All cells that the main notebook's claims need, gRPC as given.
fn all(grpc: Shape) -> Vec<Shape> {
    let efficiency = |shape| Shape {
        workload: workload::EFFICIENCY,
        ..shape
    };
    let on_disk = |shape: Shape| Shape {
        store: "sqlite-per-request",
        time_ns: shape.time_ns + 500_000.0,
        ..shape
    };
    let protobuf = Shape {
        transport: "tcp",
        time_ns: 10_200.0,
        ..grpc
    };
    let in_memory = |shape| Shape {
        transport: "mem",
        time_ns: 4_000.0,
        ..shape
    };
    vec![
        CUSTOM,
        JSON,
        grpc,
        protobuf,
        in_memory(JSON),
        in_memory(protobuf),
        efficiency(CUSTOM),
        efficiency(JSON),
        efficiency(grpc),
        on_disk(CUSTOM),
        on_disk(JSON),
        on_disk(grpc),
        Shape {
            connections: Some(2),
            time_ns: grpc.time_ns * 1.5,
            ..grpc
        },
        Shape {
            compression: Some("gzip"),
            time_ns: grpc.time_ns * 2.0,
            ..grpc
        },
    ]
}

#[track_caller]
fn check(results: &Results, number: u32, verdict: &str) {
    let claim = claim(results, number);
    assert_eq!(claim.verdict, verdict, "{claim:#?}");
}

#[test]
fn claims_are_supported_and_refuted_by_what_was_measured() {
    let results = results(8, &all(GRPC));
    check(&results, 1, "supported");
    check(&results, 3, "refuted");
    check(&results, 4, "refuted");
    check(&results, 9, "supported");
    // The formats of the other notebooks did not run: what is left of these claims is told, the rest is not.
    check(&results, 10, "cannot be told");
    check(&results, 12, "holds in part");
}

#[test]
fn the_same_claims_come_out_the_other_way() {
    let fast = Shape {
        time_ns: 300.0,
        encoding_ns: 100.0,
        sent: 900,
        received: 900,
        ..GRPC
    };
    let results = results(8, &all(fast));
    check(&results, 3, "supported");
    let claim = claim(&results, 10);
    assert_eq!(claim.figures[1].verdict, "refutes");
    let [ratio, low, high] = [
        claim.figures[1].value,
        claim.figures[1].low,
        claim.figures[1].high,
    ]
    .map(|figure| figure.expect("it ran"));
    assert!(low < 0.03 && 0.03 < high && (ratio - 0.03).abs() < 0.001);
}

#[test]
fn bytes_that_agree_in_all_trials_are_exact() {
    let results = results(2, &all(GRPC));
    let claim = claim(&results, 2);
    let sent = &claim.figures[0];
    assert_eq!((sent.verdict.as_str(), sent.low), ("supports", None));
    assert!((sent.value.expect("it ran") - 1.83).abs() < 1e-9);
    assert_eq!(claim.figures[1].verdict, "refutes");
    assert_eq!(claim.verdict, "holds in part");
}

#[test]
fn too_few_trials_tell_nothing() {
    let results = results(3, &all(GRPC));
    let claim = claim(&results, 1);
    assert_eq!(claim.verdict, "cannot be told");
    assert_eq!(
        claim.figures[0].verdict,
        "cannot be told: 3 of the 8 trials that words need"
    );
}

#[test]
fn what_did_not_run_is_named() {
    let results = results(8, &[CUSTOM]);
    let figures = |number| claim(&results, number).figures;
    assert_eq!(
        figures(1)[0].verdict,
        "cannot be told: it takes json+tcp in efficiency and custom+tcp in efficiency"
    );
    assert_eq!(
        figures(4)[2].verdict,
        "cannot be told: it takes protobuf+grpc with gzip and protobuf+grpc"
    );
    assert_eq!(figures(11)[0].verdict, "cannot be told: it takes pipe+tcp");
}

#[test]
fn framing_of_no_bytes_is_a_figure() {
    let tag = Shape {
        codec: "tag",
        framing: 0,
        ..CUSTOM
    };
    let results = results(8, &[CUSTOM, GRPC, tag]);
    let figures = claim(&results, 12).figures;
    assert_eq!(figures[3].verdict, "supports");
    let of_tag = &figures[4];
    assert_eq!((of_tag.value, of_tag.low), (Some(0.0), None));
    assert_eq!(of_tag.verdict, "beside");
}

#[test]
fn what_the_network_and_the_database_take_is_what_is_judged() {
    // A store that costs next to nothing, and a gRPC of which sockets are the smaller part.
    let mut shapes = all(GRPC);
    for shape in &mut shapes {
        if shape.store == "sqlite-per-request" {
            shape.time_ns -= 499_900.0;
        }
    }
    let results = results(8, &shapes);
    let claim = claim(&results, 9);
    let [json, grpc] = [&claim.figures[0], &claim.figures[1]];
    let near = |figure: &ClaimFigure, share: f64| {
        let value = figure.value.expect("it ran");
        assert!((value - share).abs() < 0.02, "{figure:#?}");
    };
    near(json, (100.0 + 6_500.0) / 10_600.0);
    near(grpc, (100.0 + 6_200.0) / 40_100.0);
    assert_eq!(
        [json.verdict.as_str(), grpc.verdict.as_str()],
        ["supports", "refutes"]
    );
    assert_eq!(claim.verdict, "holds in part");
}

#[test]
fn a_share_below_0_stays_below_0() {
    // gRPC with a database faster than without, by more than sockets cost: noise, and no reason to hide it.
    let mut shapes = all(GRPC);
    for shape in &mut shapes {
        if shape.store == "sqlite-per-request" {
            shape.time_ns = 20_000.0;
        }
    }
    let claim = claim(&results(8, &shapes), 9);
    let share = claim.figures[1].value.expect("it ran");
    assert!((share - (6_200.0 - 20_000.0) / 20_000.0).abs() < 0.05);
    assert_eq!(claim.figures[1].verdict, "refutes");
}

#[test]
fn what_cannot_be_compared_decides_nothing() {
    let results = results(8, &all(GRPC));
    let verdict = |number, words: &str| {
        let mut figures = claim(&results, number).figures.into_iter();
        let figure = figures.find(|figure| figure.figure.contains(words));
        figure.expect(words).verdict
    };
    assert_eq!(verdict(3, "longest wait"), "beside");
    assert_eq!(verdict(4, "one shared connection"), "beside");
    for of in ["a request", "a reply", "an event"] {
        let words = format!("{of} in gRPC");
        assert!(!verdict(11, &words).starts_with("beside"), "{words}");
    }
}

#[test]
fn another_file_counts_under_the_same_conditions_alone() {
    let slow = Shape {
        time_ns: 80_000.0,
        ..GRPC
    };
    let ratio = |accounts| {
        let mut other = results(8, &all(slow));
        for run in &mut other.runs {
            run.accounts = accounts;
        }
        let merged = Results::merge([results(8, &all(GRPC)), other]).expect("two files");
        claim(&merged, 10).figures[1].value.expect("it ran")
    };
    assert!((ratio(7) - 4.0).abs() < 0.1, "{}", ratio(7));
    let both = ratio(Run::default().accounts);
    assert!((both - 32.0_f64.sqrt()).abs() < 0.1, "{both}");
}

#[test]
fn without_a_factorial_run_there_are_no_claims() {
    let mut results = results(8, &[CUSTOM]);
    results.config.workloads = vec![workload::SCALING.to_owned()];
    assert_eq!(of(&results), []);
}

#[test]
fn an_interval_across_the_edge_tells_nothing() {
    let expected = Expected { from: 0.9, to: 1.1 };
    let judged = |values: &[f64]| {
        let pairs: Vec<Pair> = values
            .iter()
            .map(|first| Pair {
                first: *first,
                second: 1.0,
            })
            .collect();
        let origin = crate::statistics::ratio::Origin::Measured { resolution: 0.0 };
        let found = PairedRatio::of(&pairs, origin).expect("values");
        expected.judges(&found.into()).0
    };
    let around = |middle: f64| -> Vec<f64> {
        (0..8)
            .map(|place| middle + 0.02 * (f64::from(place) - 3.5))
            .collect()
    };
    assert_eq!(judged(&around(1.0)), Says::Supports);
    assert_eq!(judged(&around(1.1)), Says::Nothing);
    assert_eq!(judged(&around(1.5)), Says::Refutes);
}

#[test]
fn figures_together_decide() {
    use Says::{Nothing, Refutes, Supports};
    assert_eq!(verdict(&[Supports, Supports]), "supported");
    assert_eq!(verdict(&[Supports, Nothing]), "cannot be told");
    assert_eq!(verdict(&[Refutes, Nothing]), "refuted");
    assert_eq!(verdict(&[Refutes, Supports]), "holds in part");
    assert_eq!(verdict(&[]), "cannot be told");
}
