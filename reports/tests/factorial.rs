//! A factorial run with known effects: what a terminal, the page and its charts make of it.

mod common;

use std::fs;

use reports::schema::{
    ByteCounts, ByteLayers, BytesPerMessage, Config, EncodingCost, Factors, Machine, ProcessCost,
    Run, workload,
};
use reports::{ReportOptions, Results};
use serde_json::Value;

/// Codecs: their names, what they take, what they make of a message.
const CODECS: [(&str, f64, u64); 3] = [
    ("custom", 150.0, 20),
    ("json", 900.0, 160),
    ("protobuf", 350.0, 34),
];

/// Transports: their names, what they take, what they add to a message.
const TRANSPORTS: [(&str, f64, u64); 4] = [
    ("tcp", 7_000.0, 0),
    ("grpc-stream", 16_000.0, 42),
    ("grpc", 31_000.0, 130),
    ("mem", 0.0, 0),
];

fn results() -> Results {
    let mut random = common::Random::new(0xFAC7_0121);
    let config = Config {
        trials: 9,
        store: "memory".to_owned(),
        delivery: "push".to_owned(),
        started_at: "2026-11-20T10:00:00Z".to_owned(),
        workloads: vec![workload::FACTORIAL.to_owned()],
        accounts: vec![10],
        factors: Some(Factors {
            codecs: CODECS.map(|(name, ..)| name.to_owned()).to_vec(),
            transports: TRANSPORTS.map(|(name, ..)| name.to_owned()).to_vec(),
        }),
        ..Config::default()
    };
    let mut results = Results::new(Machine::default(), config);
    for trial in 1..=9 {
        for codec in CODECS {
            for transport in TRANSPORTS {
                let spread = 1.0 + 0.02 * (random.uniform() - 0.5);
                results.runs.push(run(trial, (codec, transport), spread));
            }
        }
    }
    results.attribution = reports::attribution::of(&results);
    results.claims = reports::claims::of(&results);
    results
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "some thousand nanoseconds, some hundred bytes"
)]
fn run(trial: u32, (codec, transport): ((&str, f64, u64), (&str, f64, u64)), spread: f64) -> Run {
    let time_ns = (5_000.0 + codec.1 + transport.1) * spread;
    let layers = ByteLayers {
        payload: 1_700,
        message: codec.2 * 100,
        stream: (codec.2 + transport.2) * 100,
        wire: None,
    };
    let bytes = ByteCounts {
        sent: layers,
        received: layers,
    };
    let cost = |share: f64| ProcessCost {
        cpu_user_ns: (time_ns * share * 100.0) as u64,
        rss_peak_bytes: 1,
        ..ProcessCost::default()
    };
    let name = match (codec.0, transport.0) {
        ("protobuf", "grpc") => "grpc".to_owned(),
        (codec @ ("custom" | "json"), "tcp") => codec.to_owned(),
        (codec, transport) => format!("{codec}+{transport}"),
    };
    Run {
        protocol: name,
        codec: codec.0.to_owned(),
        transport: transport.0.to_owned(),
        workload: workload::FACTORIAL.to_owned(),
        accounts: 10,
        store: "memory".to_owned(),
        trial,
        in_process: transport.0 == "mem",
        valid: true,
        elapsed_ns: (time_ns * 200.0) as u64,
        messages: 100,
        messages_first_round: 100,
        throughput_hz: 1e9 / time_ns,
        bytes,
        bytes_by_phase: [("message".to_owned(), bytes)].into(),
        bytes_per_message: Some(BytesPerMessage {
            request: (codec.2 + transport.2) as f64,
            reply: 3.0,
            event: 20.0,
        }),
        cost_window_messages: 100,
        server: Some(cost(0.55)),
        loadgen: Some(cost(0.5)),
        encoding: Some(EncodingCost {
            request_encode_ns: codec.1 * spread,
            ..EncodingCost::default()
        }),
        ..Run::default()
    }
}

#[test]
fn the_terminal_says_which_part_is_whose_and_what_became_of_the_claims() {
    let text = reports::tables::terminal(&results(), 120).expect("it can be shown");
    let (_, told) = text.split_once("attribution:").expect("it is there");
    insta::assert_snapshot!(told);
}

#[test]
fn the_report_has_both_sections_and_the_charts() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    reports::write(&results(), dir.path(), &ReportOptions::default()).expect("written");
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect(name);
    let (page, summary) = (read("index.html"), read("summary.md"));
    for words in ["Encoding, framing, transport", "What the notebooks claimed"] {
        assert!(page.contains(words) && summary.contains(words), "{words}");
    }
    for chart in ["waterfall", "waterfall_cpu", "waterfall_bytes"] {
        assert!(
            read(&format!("charts/{chart}.svg")).contains("protobuf"),
            "{chart}"
        );
        assert!(dir.path().join(format!("charts/{chart}.png")).exists());
    }
}

#[test]
fn what_is_written_fits_the_schema_and_is_the_same_when_computed_again() {
    let results = results();
    let schema: Value = serde_json::from_str(include_str!("../results.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let value = serde_json::to_value(&results).expect("plain data");
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let again: Results = serde_json::from_value(value).expect("a results file");
    assert_eq!(reports::attribution::of(&again), results.attribution);
    let merged = Results::merge([again.clone(), again]).expect("two files");
    assert_eq!((merged.attribution, merged.claims), (None, Vec::new()));
}

#[test]
fn components_are_never_ranked() {
    let text = reports::tables::terminal(&results(), 200).expect("it can be shown");
    let (before, _) = text.split_once("attribution:").expect("it is there");
    assert!(
        !before.contains("ahead") && !before.contains("faster"),
        "{before}"
    );
}
