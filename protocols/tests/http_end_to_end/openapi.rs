//! The OpenAPI document, held against the vocabulary and against a server.

use std::collections::BTreeSet;

use jsonschema::Validator;
use protocols::codec::{CallCodec, CodecFactory as _};
use protocols::codecs::json::Json;
use serde_json::{Value, json};
use server_core::message::Operation;
use server_core::{ErrorCode, FromServer};

use crate::raw::{Response, bare, post};
use crate::readable;
use crate::server::Server;

const DOCUMENT: &str = include_str!("../../../proto/openapi.json");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).expect("it is JSON")
}

fn codec() -> &'static dyn CallCodec {
    Json.calls().expect("it has a form for calls")
}

/// What a schema of the document allows; references in it lead on into the document.
fn validator(schema: &str) -> Validator {
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{schema}"),
        "components": document()["components"],
    });
    jsonschema::validator_for(&root).expect("it is a schema")
}

fn check(schema: &str, body: &[u8]) {
    let body: Value = serde_json::from_slice(body).expect("it is JSON");
    if let Err(error) = validator(schema).validate(&body) {
        panic!("{schema} does not allow {body}: {error}");
    }
}

/// The name of an operation as names of schemas begin.
fn camel(operation: Operation) -> String {
    format!("{operation:?}")
}

/// What is at a JSON pointer's end, following one reference.
fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document
            .pointer(&reference[1..])
            .expect("it leads somewhere"),
        None => value,
    }
}

/// Every request, reply and event of the golden vectors.
fn vectors() -> Vec<(&'static str, Value)> {
    let vectors = include_str!("../../../proto/vectors/json.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let connections = vectors["connections"].as_array().unwrap().iter();
    let frames = connections.flat_map(|connection| {
        let direction = match connection["direction"].as_str() {
            Some("request") => "request",
            _ => "from_server",
        };
        let frames = connection["frames"].as_array().unwrap().iter();
        frames.map(move |frame| (direction, frame["value"].clone()))
    });
    frames.collect()
}

#[test]
fn every_message_of_the_vectors_is_as_described() {
    let (mut requests, mut replies) = (BTreeSet::new(), BTreeSet::new());
    for (direction, value) in vectors() {
        let mut body = Vec::new();
        if direction == "request" {
            let request = readable::request(&value);
            codec().encode_request(&request, &mut body).unwrap();
            check(&format!("{}Request", camel(request.operation())), &body);
            requests.insert(request.operation());
            continue;
        }
        match readable::from_server(&value) {
            FromServer::Reply(reply) => {
                codec().encode_reply(&reply, &mut body).unwrap();
                check(&format!("{}Reply", camel(reply.operation())), &body);
                replies.insert(reply.operation());
            }
            FromServer::Event(event) => {
                codec().encode_event(&event, &mut body).unwrap();
                check("Event", &body);
            }
            FromServer::Refused(_) => {}
        }
    }
    let all: BTreeSet<_> = Operation::WITH_PASSWORDS.iter().copied().collect();
    assert_eq!(requests, all, "the vectors have every request");
    assert_eq!(replies, all, "the vectors have every reply");
}

/// What may stand in place of a field, and what may not.
fn changes(body: &Value) -> Vec<Value> {
    let fields = body.as_object().expect("it is an object").keys();
    let mut changed = vec![json!([]), json!("x"), Value::Null];
    for field in fields {
        let mut without = body.clone();
        without.as_object_mut().unwrap().remove(field);
        changed.push(without);
        let others = [
            json!({}),
            json!([]),
            json!([-1]),
            json!(""),
            json!("x"),
            json!(-1),
            json!(u64::from(u32::MAX) + 1),
            json!(1.5),
            Value::Null,
            json!(true),
        ];
        for other in others {
            let mut with_other = body.clone();
            with_other[field] = other;
            changed.push(with_other);
        }
    }
    let mut further = body.clone();
    further["nobody_knows"] = json!({});
    changed.push(further);
    changed
}

/// The schemas allow what is read, and nothing that is refused as malformed.
#[test]
fn the_schemas_allow_what_the_codec_reads() {
    for (direction, value) in vectors() {
        if direction != "request" {
            continue;
        }
        let request = readable::request(&value);
        let operation = request.operation();
        let mut body = Vec::new();
        codec().encode_request(&request, &mut body).unwrap();
        let schema = validator(&format!("{}Request", camel(operation)));
        for changed in changes(&serde_json::from_slice(&body).unwrap()) {
            let bytes = serde_json::to_vec(&changed).unwrap();
            let is_read = codec().decode_request(operation, &bytes).is_ok();
            assert_eq!(
                schema.is_valid(&changed),
                is_read,
                "{operation:?}: {changed}"
            );
        }
    }
}

#[test]
fn examples_are_as_described() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        for example in schema["examples"].as_array().into_iter().flatten() {
            check(name, &serde_json::to_vec(example).unwrap());
        }
        assert!(schema["description"].is_string(), "{name} is not described");
    }
    for &operation in Operation::WITH_PASSWORDS {
        let name = format!("{}Request", camel(operation));
        let example = serde_json::to_vec(&schemas[&name]["examples"][0]).unwrap();
        let read = codec().decode_request(operation, &example);
        assert!(read.is_ok(), "{name}: {read:?}");
    }
}

#[test]
fn every_path_is_there_and_no_other() {
    let document = document();
    let paths: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let calls = Operation::WITH_PASSWORDS
        .iter()
        .map(|operation| format!("/v1/{}", operation.name()));
    let others = ["/", "/openapi.json", "/v1/events"].map(str::to_owned);
    assert_eq!(paths, calls.chain(others).collect());
    for &operation in Operation::WITH_PASSWORDS {
        let call = &document["paths"][format!("/v1/{}", operation.name())]["post"];
        let schema = |part: &Value, schema: &str| {
            let reference = format!("#/components/schemas/{}{schema}", camel(operation));
            let json = &part["content"]["application/json"]["schema"]["$ref"];
            assert_eq!(json, &reference, "{operation:?}");
        };
        schema(&call["requestBody"], "Request");
        schema(&call["responses"]["200"], "Reply");
        assert_eq!(call["operationId"], operation.name());
    }
}

#[test]
fn every_code_is_told_by_the_response_of_its_status() {
    let document = document();
    let codes = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    let all: Vec<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(codes, &json!(all));
    let responses = document["components"]["responses"].as_object().unwrap();
    for name in all {
        let tells = |response: &&Value| {
            let description = response["description"].as_str().unwrap();
            description.contains(&format!("`{name}`"))
        };
        assert_eq!(responses.values().filter(tells).count(), 1, "{name}");
    }
}

/// Looks at a response as somebody does who knows only the document.
fn check_response(path: &str, method: &str, response: &Response) {
    let document = document();
    let described = &document["paths"][path][method]["responses"][response.status.to_string()];
    let described = resolve(&document, described);
    assert!(
        described.is_object(),
        "{path} does not describe {}",
        response.status
    );
    let content_type = response.header("content-type").expect("it has a type");
    let media = content_type.split(';').next().unwrap();
    let content = &described["content"][media];
    assert!(content.is_object(), "{path} is not described as {media}");
    if let Some(reference) = content["schema"]["$ref"].as_str() {
        let schema = reference.rsplit('/').next().unwrap();
        check(schema, response.body.as_bytes());
    }
    if media == "application/problem+json" {
        let problem = response.json();
        assert_eq!(problem["status"], response.status);
        let description = described["description"].as_str().unwrap();
        if let Some(code) = problem["code"].as_str() {
            assert!(description.contains(&format!("`{code}`")), "{path}: {code}");
        }
    }
}

/// The body that the document gives as an example, and others with something wrong.
fn bodies(operation: Operation) -> Vec<String> {
    let schema = format!("/components/schemas/{}Request/examples/0", camel(operation));
    let example = document().pointer(&schema).expect("it has one").clone();
    let mut bodies = vec![example.to_string(), "[]".to_owned(), " ".repeat(65_537)];
    for (field, wrong) in [
        ("limit", json!(0)),
        ("to", json!("nobody")),
        ("to", json!("no body")),
        ("peer", json!("nobody")),
        ("peer", json!("")),
        ("name", json!("no body")),
        ("name", json!("nobody")),
        ("name", json!("user01")),
        ("text", json!("")),
        ("text", json!("x".repeat(257))),
        ("pattern", json!("[")),
        ("version", json!(2)),
        ("iterations", json!(1)),
        ("ids", json!(vec![1; 1001])),
    ] {
        if !example[field].is_null() {
            let mut body = example.clone();
            body[field] = wrong;
            bodies.push(body.to_string());
        }
    }
    bodies
}

/// Every call, without a session and in one, with the example of the document and with what is wrong in many ways.
#[tokio::test]
async fn a_server_answers_as_described() {
    let server = Server::start().await;
    let (_stays, token) = server.user_with_token("user01").await;
    let session = format!("authorization: Bearer {token}\r\n");
    let mut seen = BTreeSet::new();
    let asked = Operation::WITH_PASSWORDS.iter().filter(|operation| {
        // The others end what the rest need.
        !matches!(operation, Operation::LogOut | Operation::DeleteAccount)
    });
    for &operation in asked {
        let path = format!("/v1/{}", operation.name());
        for headers in [
            "",
            &session,
            "authorization: Bearer x\r\n",
            "content-type: x/y\r\n",
        ] {
            for body in bodies(operation) {
                // A body that was refused unread ends its connection.
                let mut raw = server.raw().await;
                let response = raw.ask(post(&path, headers, &body)).await;
                check_response(&path, "post", &response);
                seen.insert(response.status);
            }
        }
    }
    let expected = [200, 400, 401, 403, 404, 409, 413, 415, 422];
    assert_eq!(seen, BTreeSet::from(expected), "all were seen");
    let mut raw = server.raw().await;
    for path in ["/v1/log_out", "/v1/delete_account", "/v1/unread"] {
        check_response(path, "post", &raw.ask(post(path, &session, "{}")).await);
    }
    for path in ["/", "/openapi.json", "/v1/events"] {
        check_response(path, "get", &raw.ask(bare("GET", path, "")).await);
    }
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_that_is_tested() {
    let server = Server::start().await;
    let mut raw = server.raw().await;
    let response = raw.ask(bare("GET", "/openapi.json", "")).await;
    assert_eq!(response.body, DOCUMENT);
}
