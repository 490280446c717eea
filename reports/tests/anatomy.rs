//! What was taken apart survives a round trip, and files that are something else are named.

use std::collections::BTreeMap;
use std::fs;

use reports::anatomy::{
    ANATOMY_SCHEMA, Anatomy, Dissected, Hello, HelloBytes, Layer, Message, Said, Span,
};
use serde_json::{Value, json};

fn anatomy() -> Anatomy {
    let names = ["custom", "custom", "tcp"].map(str::to_owned);
    let [protocol, codec, transport] = names.clone();
    let hello = Hello {
        protocol,
        codec,
        transport,
        first: HelloBytes::default(),
        tenth: HelloBytes {
            request_bytes: 7,
            reply_bytes: 2,
            event_bytes: 9,
        },
    };
    let [protocol, codec, transport] = names;
    let message = Message {
        message: "create".to_owned(),
        said: Said::Reply,
        bytes: 1,
        hex: "04".to_owned(),
        layer_bytes: BTreeMap::from([("framing".to_owned(), 1)]),
        spans: vec![Span {
            offset_bytes: 0,
            length_bytes: 1,
            layer: "framing".to_owned(),
            label: "reply to CreateAccount".to_owned(),
            value: String::new(),
        }],
    };
    Anatomy {
        schema: ANATOMY_SCHEMA,
        layers: vec![Layer {
            name: "framing".to_owned(),
            description: "where a message begins and ends".to_owned(),
        }],
        hello: vec![hello],
        protocols: vec![Dissected {
            protocol,
            codec,
            transport,
            messages: vec![message],
        }],
    }
}

fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(include_str!("../anatomy.schema.json")).expect("it is JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("it is a schema");
    jsonschema::validator_for(&schema).expect("it can be used")
}

#[test]
fn what_is_saved_is_loaded_and_fits_the_schema() {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("anatomy.json");
    anatomy().save(&path).expect("it is written");
    assert_eq!(Anatomy::load(&path).expect("it is read"), anatomy());
    let value: Value = serde_json::from_str(&anatomy().to_text()).expect("it is JSON");
    assert!(validator().is_valid(&value));
    assert_eq!(anatomy().hello[0].tenth.total_bytes(), 18);
}

#[test]
fn broken_data_do_not_fit_the_schema() {
    let validator = validator();
    let message = "/protocols/0/messages/0";
    let cases = [
        ("/schema".to_owned(), json!(2)),
        ("/hello/0/tenth/reply_bytes".to_owned(), json!(-1)),
        (format!("{message}/hex"), json!("0")),
        (format!("{message}/said"), json!("shout")),
        (format!("{message}/spans/0/length_bytes"), json!(0)),
        (format!("{message}/layer_bytes/framing"), json!("1")),
    ];
    for (pointer, broken) in cases {
        let mut value = serde_json::to_value(anatomy()).expect("plain data");
        *value.pointer_mut(&pointer).expect("it is there") = broken;
        assert!(!validator.is_valid(&value), "{pointer}");
    }
}

#[test]
fn what_is_no_anatomy_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("anatomy.json");
    let missing = Anatomy::load(&path).expect_err("there is none");
    assert!(missing.to_string().contains("cannot read"), "{missing}");
    for (text, words) in [
        ("{}", "is no anatomy of protocols: missing field `schema`"),
        (
            r#"{"schema": 2}"#,
            "has schema 2, this version reads schema 1",
        ),
        ("[", "is no anatomy of protocols: EOF"),
    ] {
        fs::write(&path, text).expect("it is written");
        let error = Anatomy::load(&path).expect_err(text).to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.contains("`loadgen anatomy --out FILE`"), "{error}");
    }
    let nowhere = anatomy().save(directory.path().join("missing/anatomy.json"));
    assert!(
        nowhere
            .expect_err("no such place")
            .to_string()
            .contains("cannot write")
    );
}
