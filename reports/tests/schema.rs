//! The JSON Schema and the types say the same; results files survive a round trip.

mod common;

use std::fs;

use reports::{Results, ResultsError};
use serde_json::{Value, json};

fn validator() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/results.schema.json");
    let text = fs::read_to_string(path).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

fn fixture() -> Value {
    let text = fs::read_to_string(common::fixture_path()).expect("the fixture is there");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

#[track_caller]
fn assert_valid(value: &Value) {
    let errors: Vec<String> = validator()
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_fixture_fits_the_schema() {
    assert_valid(&fixture());
}

#[test]
fn what_is_written_fits_the_schema() {
    assert_valid(&serde_json::to_value(common::results()).expect("plain data"));
    let mut bare = common::results();
    for run in &mut bare.runs {
        run.server = None;
        run.loadgen = None;
        run.latency = reports::schema::Latency::default();
        run.bytes.sent.wire = None;
        run.state_digest = None;
        run.bytes_per_message = None;
        run.link_report = Some(reports::schema::LinkReport::default());
        run.bytes_first_message = Some(reports::schema::BytesFirstMessage::default());
    }
    let merged = Results::merge([bare.clone(), bare]).expect("two files");
    assert_valid(&serde_json::to_value(merged).expect("plain data"));
}

#[test]
fn broken_files_do_not_fit() {
    let cases: [(&str, Value); 9] = [
        ("/schema", json!(2)),
        ("/machine/cores", json!("two")),
        ("/config/seed", json!(-1)),
        ("/runs/0/protocol", json!("")),
        ("/runs/0/elapsed_ns", json!(1.5)),
        ("/runs/0/latency/ack/hdr", json!(7)),
        ("/runs/0/bytes/sent/stream", json!(null)),
        ("/runs/0/ledger/lost", json!(-1)),
        ("/runs/0/state_digest", json!("xyz")),
    ];
    let validator = validator();
    for (pointer, value) in cases {
        let mut broken = fixture();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
    for field in ["protocol", "bytes", "ledger", "valid", "throughput_hz"] {
        let mut broken = fixture();
        let run = broken.pointer_mut("/runs/0").and_then(Value::as_object_mut);
        run.expect("a run").remove(field);
        assert!(!validator.is_valid(&broken), "without {field}");
    }
}

#[test]
fn every_field_of_a_run_is_in_the_schema() {
    let text = include_str!("../results.schema.json");
    let schema: Value = serde_json::from_str(text).expect("JSON");
    let results = serde_json::to_value(common::results()).expect("plain data");
    let pairs = [
        ("/runs/0", "run"),
        ("/machine", "machine"),
        ("/config", "config"),
    ];
    for (pointer, definition) in pairs {
        let fields = results
            .pointer(pointer)
            .and_then(Value::as_object)
            .expect("an object");
        let path = format!("/$defs/{definition}/properties");
        let known = schema
            .pointer(&path)
            .and_then(Value::as_object)
            .expect("properties");
        for field in fields.keys() {
            assert!(
                known.contains_key(field),
                "{definition}.{field} is not in the schema"
            );
        }
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let mut value = fixture();
    value["novelty"] = json!({"a": 1});
    value["runs"][0]["novelty"] = json!([1]);
    assert_valid(&value);
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("results.json");
    fs::write(&path, value.to_string()).expect("written");
    assert_eq!(Results::load(&path).expect("loaded"), common::fixture());
}

#[test]
fn another_schema_is_named() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("results.json");
    fs::write(&path, r#"{"schema": 9}"#).expect("written");
    let error = Results::load(&path).expect_err("schema 9");
    assert!(matches!(error, ResultsError::Schema { .. }));
    assert!(
        error
            .to_string()
            .ends_with("has schema 9, this version reads schema 1"),
        "{error}"
    );
}

#[test]
fn a_file_that_is_something_else_is_named() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("other.json");
    assert!(matches!(
        Results::load(&path),
        Err(ResultsError::Read { .. })
    ));
    fs::write(&path, r#"{"hello": 1}"#).expect("written");
    assert!(matches!(
        Results::load(&path),
        Err(ResultsError::Parse { .. })
    ));
}

#[test]
fn saving_leaves_nothing_half_written() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let results = common::fixture();
    let missing = dir.path().join("missing/results.json");
    assert!(matches!(
        results.save(&missing),
        Err(ResultsError::Write { .. })
    ));
    results
        .save(dir.path().join("results.json"))
        .expect("saved");
    assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
}

#[test]
fn merging_keeps_all_runs_and_where_they_came_from() {
    let one = common::fixture();
    let mut other = one.clone();
    other.machine.cpu_model = "Another CPU".to_owned();
    other.config.protocols = vec!["json+ws".to_owned()];
    let merged = Results::merge([one.clone(), other]).expect("two files");
    assert_eq!(merged.runs.len(), 2 * one.runs.len());
    assert_eq!(merged.also_from[0].machine.cpu_model, "Another CPU");
    assert!(merged.config.protocols.contains(&"json+ws".to_owned()));
    assert!(matches!(Results::merge([]), Err(ResultsError::Nothing)));
}

/// `cargo test -p reports --test schema -- --ignored` makes the fixture again.
#[test]
#[ignore = "writes the fixture"]
fn write_the_fixture() {
    common::results()
        .save(common::fixture_path())
        .expect("saved");
}
