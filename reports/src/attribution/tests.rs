//! Synthetic runs with known effects: what was put in comes out, within its interval.

use super::*;
use crate::schema::{
    ByteCounts, ByteLayers, Component, Config, EncodingCost, Factors, Latency, LatencySummary,
    Machine, ProcessCost, Run, Waterfall, workload,
};
use crate::statistics::simulation::Random;

const CODECS: [&str; 3] = ["custom", "json", "protobuf"];
const TRANSPORTS: [&str; 4] = ["mem", "tcp", "grpc-stream", "grpc"];

/// What a message takes in a world that adds up, in nanoseconds: the core, then each codec, then each transport.
const CORE: f64 = 4_000.0;
const ENCODING: [f64; 3] = [200.0, 1_100.0, 500.0];
const TRANSPORT: [f64; 4] = [0.0, 6_000.0, 11_000.0, 26_000.0];

/// What json on grpc takes beside that.
#[derive(Clone, Copy)]
struct World {
    rounds: u32,
    extra_ns: f64,
    noise_ns: f64,
}

impl World {
    fn results(self) -> Results {
        let mut random = Random::new(77);
        let mut results = Results::new(Machine::default(), config());
        for trial in 1..=self.rounds {
            let round_ns = 1_000.0 * random.normal();
            for (codec, encoding_ns) in CODECS.iter().zip(ENCODING) {
                for (transport, transport_ns) in TRANSPORTS.iter().zip(TRANSPORT) {
                    let is_odd = *codec == "json" && *transport == "grpc";
                    let extra_ns = if is_odd { self.extra_ns } else { 0.0 };
                    let noise_ns = self.noise_ns * random.normal();
                    let time_ns =
                        CORE + encoding_ns + transport_ns + extra_ns + noise_ns + round_ns;
                    let cell = (*codec, *transport);
                    results.runs.push(run(trial, cell, [time_ns, encoding_ns]));
                }
            }
        }
        results
    }

    fn attribution(self) -> Attribution {
        of(&self.results()).expect("every cell ran")
    }
}

fn config() -> Config {
    Config {
        store: "memory".to_owned(),
        factors: Some(Factors {
            codecs: CODECS.map(str::to_owned).to_vec(),
            transports: TRANSPORTS.map(str::to_owned).to_vec(),
        }),
        ..Config::default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand nanoseconds"
)]
fn run(trial: u32, (codec, transport): (&str, &str), [time_ns, encoding_ns]: [f64; 2]) -> Run {
    let layers = |payload, message, stream| ByteLayers {
        payload,
        message,
        stream,
        wire: None,
    };
    let framing = TRANSPORTS.iter().position(|name| *name == transport);
    let framing = framing.expect("it is listed") as u64;
    let mut run = Run {
        protocol: format!("{codec}+{transport}"),
        codec: codec.to_owned(),
        transport: transport.to_owned(),
        workload: workload::FACTORIAL.to_owned(),
        store: "memory".to_owned(),
        trial,
        valid: true,
        messages: 100,
        messages_first_round: 100,
        throughput_hz: 1e9 / time_ns,
        cost_window_messages: 1,
        server: Some(ProcessCost {
            cpu_user_ns: (time_ns / 2.0) as u64,
            ..ProcessCost::default()
        }),
        latency: Latency {
            ack: Some(LatencySummary {
                p50_ns: (time_ns * 10.0) as u64,
                ..LatencySummary::default()
            }),
            ..Latency::default()
        },
        encoding: Some(EncodingCost {
            request_encode_ns: encoding_ns,
            // Of time half is the server's.
            request_decode_ns: encoding_ns / 2.0,
            ..EncodingCost::default()
        }),
        ..Run::default()
    };
    let bytes = ByteCounts {
        sent: layers(1_000, 1_500, 1_500 + framing * 700),
        received: layers(2_000, 1_900, 1_900 + framing * 300),
    };
    run.bytes_by_phase.insert("message".to_owned(), bytes);
    run
}

fn effect<'a>(attribution: &'a Attribution, part: &str, of: Option<&str>) -> &'a EffectFigure {
    let time = &attribution.quantities[0];
    assert_eq!(time.quantity, "time_ns");
    let found = time
        .components
        .iter()
        .find(|component| component.part == part && component.of.as_deref() == of);
    &found.unwrap_or_else(|| panic!("{part} {of:?}")).effect
}

#[track_caller]
fn check(attribution: &Attribution, (part, of): (&str, Option<&str>), expected_ns: f64) {
    let found = effect(attribution, part, of);
    let (low, high) = (found.low.expect("it varies"), found.high.expect("too"));
    assert!(
        low <= expected_ns && expected_ns <= high,
        "{part} {of:?}: {expected_ns} is not in {low} to {high}"
    );
    assert!(
        high - low < 4_000.0,
        "{part} {of:?}: {low} to {high} says little"
    );
}

#[test]
fn known_effects_come_out_within_their_intervals() {
    let attribution = World {
        rounds: 10,
        extra_ns: 0.0,
        noise_ns: 60.0,
    }
    .attribution();
    assert_eq!((attribution.rounds, attribution.rounds_left_out), (10, 0));
    check(&attribution, ("core", None), CORE);
    for (codec, expected_ns) in CODECS.iter().zip(ENCODING) {
        check(&attribution, ("encoding", Some(codec)), expected_ns);
        let alone = effect(&attribution, "encoding_alone", Some(codec));
        assert!((alone.value - expected_ns).abs() < 1e-9, "{alone:?}");
    }
    check(&attribution, ("transport", Some("tcp")), 6_000.0);
    check(&attribution, ("framing", Some("grpc-stream")), 5_000.0);
    check(&attribution, ("framing", Some("grpc")), 20_000.0);
    let odd = effect(&attribution, "interaction", Some("json+grpc"));
    assert_eq!(odd.finding, "not told from 0");
}

#[test]
fn what_does_not_add_up_is_shown_as_interaction() {
    let attribution = World {
        rounds: 10,
        extra_ns: 3_000.0,
        noise_ns: 60.0,
    }
    .attribution();
    // A twelfth of it goes into the mean, a quarter into json, a third into grpc.
    check(&attribution, ("interaction", Some("json+grpc")), 1_500.0);
    let odd = effect(&attribution, "interaction", Some("json+grpc"));
    assert_eq!(odd.finding, "shown");
}

#[test]
fn components_of_a_cell_add_up_to_what_was_measured_there() {
    let world = World {
        rounds: 4,
        extra_ns: 3_000.0,
        noise_ns: 200.0,
    };
    let results = world.results();
    let attribution = of(&results).expect("every cell ran");
    let value = |part, of| effect(&attribution, part, of).value;
    let sum = value("core", None)
        + value("encoding", Some("json"))
        + value("transport", Some("tcp"))
        + value("framing", Some("grpc"))
        + value("interaction", Some("json+grpc"));
    let times: Vec<f64> = results
        .runs
        .iter()
        .filter(|run| run.protocol == "json+grpc")
        .map(|run| 1e9 / run.throughput_hz)
        .collect();
    let measured = times.iter().sum::<f64>() / 4.0;
    assert!((sum - measured).abs() < 1e-6, "{sum} is not {measured}");
}

fn components<'a>(attribution: &'a Attribution, quantity: &str) -> &'a [Component] {
    let mut quantities = attribution.quantities.iter();
    let found = quantities.find(|one| one.quantity == quantity);
    &found.expect("every cell has it").components
}

#[test]
fn no_encoding_is_below_0_and_a_response_time_has_differences_alone() {
    let attribution = World {
        rounds: 10,
        extra_ns: 0.0,
        noise_ns: 60.0,
    }
    .attribution();
    for quantity in ["time_ns", "server_cpu_ns"] {
        let encodings = components(&attribution, quantity).iter();
        let encodings: Vec<&Component> = encodings.filter(|one| one.part == "encoding").collect();
        assert_eq!(encodings.len(), CODECS.len());
        for one in encodings {
            assert!(
                one.effect.high.expect("it varies") >= 0.0,
                "{quantity}: {one:?}"
            );
        }
    }
    let of_latency = components(&attribution, "latency_p50_ns");
    let parts: Vec<(&str, Option<&str>)> = of_latency
        .iter()
        .map(|one| (one.part.as_str(), one.of.as_deref()))
        .filter(|(part, _)| *part != "interaction" && *part != "framing")
        .collect();
    let expected = [
        ("start", Some("custom+mem")),
        ("encoding_over_first", Some("json")),
        ("encoding_over_first", Some("protobuf")),
        ("transport", Some("tcp")),
    ];
    assert_eq!(parts, expected);
    // Ten accounts wait for each other: ten times what one message takes.
    let json = &of_latency[1].effect;
    let (low, high) = (json.low.expect("it varies"), json.high.expect("it varies"));
    assert!(low <= 9_000.0 && 9_000.0 <= high, "{json:?}");
}

#[test]
fn a_quantity_says_in_how_many_rounds_it_is() {
    let world = World {
        rounds: 4,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let mut results = world.results();
    results.runs[0].latency.ack = None;
    let attribution = of(&results).expect("every cell ran");
    let rounds = attribution.quantities.iter().map(|one| one.rounds);
    assert_eq!(rounds.collect::<Vec<_>>(), [4, 3, 4]);
    let words = crate::attributed::fewer_rounds(&attribution).expect("one has fewer");
    assert!(words.contains("ack p50, µs 3"), "{words}");
}

#[test]
fn what_a_quantity_lacks_leaves_the_others_in_their_columns() {
    let world = World {
        rounds: 4,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let attribution = world.attribution();
    let rows = crate::attributed::rows(&attribution);
    let row = |part: &str| {
        let found = rows.iter().find(|row| row.component.part == part);
        let effects = &found.expect("it is shown").effects;
        effects.iter().map(Option::is_some).collect::<Vec<_>>()
    };
    // Time, acknowledgement, CPU of the server.
    assert_eq!(row("core"), [true, false, true]);
    assert_eq!(row("start"), [false, true, false]);
    assert_eq!(row("transport"), [true, true, true]);
}

#[test]
fn few_rounds_show_numbers_and_no_words() {
    let attribution = World {
        rounds: 3,
        extra_ns: 0.0,
        noise_ns: 60.0,
    }
    .attribution();
    assert_eq!(effect(&attribution, "core", None).finding, "too few trials");
}

#[test]
fn a_round_with_a_hole_is_left_out() {
    let world = World {
        rounds: 5,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let mut results = world.results();
    results.runs[3].valid = false;
    results.runs.remove(20);
    let attribution = of(&results).expect("three rounds are left");
    assert_eq!((attribution.rounds, attribution.rounds_left_out), (3, 2));
    results.runs.retain(|run| run.transport != "grpc");
    assert_eq!(of(&results), None);
}

#[test]
fn what_ran_beside_the_cells_is_in_none() {
    let world = World {
        rounds: 3,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let mut results = world.results();
    let expected = of(&results);
    let mut beside = results.runs[0].clone();
    beside.store = "sqlite-per-request".to_owned();
    results.runs.push(beside.clone());
    beside.store = "memory".to_owned();
    beside.connections = Some(1);
    results.runs.push(beside.clone());
    beside.connections = None;
    beside.control_of = Some("custom+mem".to_owned());
    results.runs.push(beside);
    assert_eq!(of(&results), expected);
}

#[test]
fn without_memory_core_and_socket_are_not_told_apart() {
    let world = World {
        rounds: 4,
        extra_ns: 0.0,
        noise_ns: 0.0,
    };
    let mut results = world.results();
    results.runs.retain(|run| run.transport != "mem");
    let factors = results.config.factors.as_mut().expect("they are there");
    factors.transports.remove(0);
    let attribution = of(&results).expect("every cell ran");
    let parts: Vec<&str> = attribution.quantities[0]
        .components
        .iter()
        .map(|component| component.part.as_str())
        .collect();
    assert!(parts.contains(&"core_and_transport") && !parts.contains(&"transport"));
    let together = effect(&attribution, "core_and_transport", None).value;
    assert!((together - CORE - 6_000.0).abs() < 2_000.0, "{together}");
}

#[test]
fn bytes_are_split_exactly() {
    let world = World {
        rounds: 2,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let attribution = world.attribution();
    let of_cell = |codec: &str, transport: &str| {
        let found = attribution
            .bytes
            .iter()
            .find(|bytes| bytes.codec == codec && bytes.transport == transport);
        let bytes = found.expect("it ran");
        [bytes.payload, bytes.encoding, bytes.framing].map(|value| format!("{value:.2}"))
    };
    assert_eq!(of_cell("json", "mem"), ["30.00", "4.00", "0.00"]);
    assert_eq!(of_cell("json", "grpc"), ["30.00", "4.00", "30.00"]);
}

#[test]
fn bytes_that_vary_are_not_exact() {
    let world = World {
        rounds: 9,
        extra_ns: 0.0,
        noise_ns: 60.0,
    };
    let mut results = world.results();
    for run in &mut results.runs {
        if run.transport == "grpc-stream" && run.trial % 2 == 0 {
            let bytes = run.bytes_by_phase.get_mut("message").expect("it is there");
            bytes.sent.stream += 13;
        }
    }
    let attribution = of(&results).expect("every cell ran");
    for cell in &attribution.bytes {
        let parts: Vec<&str> = cell.varying.iter().map(|one| one.part.as_str()).collect();
        let is_stream = cell.transport == "grpc-stream";
        let expected: &[&str] = if is_stream {
            &["framing", "stream"]
        } else {
            &[]
        };
        assert_eq!(parts, expected, "{cell:?}");
        for one in &cell.varying {
            let (low, high) = (one.effect.low, one.effect.high);
            assert!(low.expect("it varies") < high.expect("too"), "{one:?}");
        }
    }
}

fn waterfall<'a>(attribution: &'a Attribution, quantity: &str) -> &'a Waterfall {
    let found = attribution
        .waterfalls
        .iter()
        .find(|waterfall| waterfall.title == "gRPC against JSON" && waterfall.quantity == quantity);
    found.expect("its cells ran")
}

#[test]
fn the_steps_of_a_waterfall_add_up_whatever_the_interaction() {
    let attribution = World {
        rounds: 9,
        extra_ns: 3_000.0,
        noise_ns: 60.0,
    }
    .attribution();
    for quantity in ["time_ns", "latency_p50_ns", "server_cpu_ns", "stream_bytes"] {
        let found = waterfall(&attribution, quantity);
        let steps: f64 = found.steps.iter().map(|step| step.effect.value).sum();
        let whole = found.to_value - found.from_value;
        assert!((steps - whole).abs() < 1e-6, "{quantity}: {steps}, {whole}");
    }
    let time = waterfall(&attribution, "time_ns");
    let names: Vec<&str> = time.steps.iter().map(|step| step.what.as_str()).collect();
    assert_eq!(
        names,
        ["gRPC stack on one stream", "a call each", "protobuf"]
    );
    let value = |place: usize| time.steps[place].effect.value;
    assert!((value(0) - 5_000.0).abs() < 200.0, "{time:?}");
    // Half of what json has on grpc alone goes to each of the two steps that meet there.
    assert!((value(1) - 15_000.0 - 1_500.0).abs() < 200.0, "{time:?}");
    assert!((value(2) + 600.0 + 1_500.0).abs() < 200.0, "{time:?}");
    let interaction = time.interaction.as_ref().expect("both factors change");
    assert!((interaction.value + 3_000.0).abs() < 400.0);
    let of_one_codec = attribution.waterfalls.iter();
    let mut of_one_codec = of_one_codec.filter(|way| way.title == "JSON against custom");
    assert!(of_one_codec.all(|way| way.interaction.is_none()));
    let bytes = waterfall(&attribution, "stream_bytes");
    assert_eq!(
        bytes.steps[0].effect.low, None,
        "counts that agree are exact"
    );
}
