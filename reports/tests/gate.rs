//! Verdicts as people see them, and the schema of those that programs read.

use std::collections::BTreeMap;

use reports::gate::baseline::{BASELINE_SCHEMA, Baseline, Counted, Exact};
use reports::gate::config::GateConfig;
use reports::gate::exact;
use reports::gate::metric::{Class, MetricId};
use reports::gate::outputs::{Colors, Screen, json, junit, markdown, terminal};
use reports::gate::verdict::{Finding, Outcome, Paired, Status, Verdict, outcome};
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}

fn message(name: &str, bytes: &[u8]) -> (MetricId, Exact) {
    let exact = Exact {
        value: bytes.len() as u64,
        hex: Some(hex(bytes)),
    };
    (MetricId::of(&["message", name, "bytes"]), exact)
}

/// What the script says, in two codecs and on a store.
fn baseline() -> Baseline {
    let json = br#"{"op":"send","to":"user02","text":"Message 2"}"#;
    let commits = Exact {
        value: 1,
        hex: None,
    };
    Baseline {
        schema: BASELINE_SCHEMA,
        exact: BTreeMap::from([
            message("custom/request/ping", &[0x01, 0x0e]),
            message("custom/request/send", b"\x0c\x08\x01\x00Message 2"),
            message("json/request/ping", br#"{"op":"ping"}"#),
            message("json/request/send", json),
            (MetricId::of(&["store/sqlite/send/commits"]), commits),
        ]),
        counted: Some(Counted {
            toolchain: "rustc 1.95.0 on x86_64".to_owned(),
            metrics: BTreeMap::from([(
                MetricId::of(&["count/json/encode/request/send/instructions"]),
                1234.0,
            )]),
        }),
    }
}

/// A head that says one byte more in `send` of custom, and renames a key of json.
fn changed() -> Baseline {
    let mut head = baseline();
    head.exact.extend([
        message("custom/request/send", b"\x0d\x08\x01\x00\x00Message 2"),
        message(
            "json/request/send",
            br#"{"op":"send","recipient":"user02","text":"Message 2"}"#,
        ),
    ]);
    head
}

struct Cell {
    name: [&'static str; 2],
    status: Status,
    sentence: &'static str,
    sides: [f64; 2],
    paired: Paired,
}

impl Cell {
    fn finding(self) -> Finding {
        Finding {
            metric: MetricId::of(&["time", self.name[0], "scaling", self.name[1]]),
            class: Class::Statistical,
            status: self.status,
            sentence: self.sentence.to_owned(),
            base: Some(self.sides[0]),
            head: Some(self.sides[1]),
            paired: Some(self.paired),
            ..Finding::default()
        }
    }
}

fn paired(ratio: f64, interval: [f64; 2], p_adjusted: f64) -> Paired {
    Paired {
        pairs: 11,
        ratio,
        interval: Some(interval),
        p: p_adjusted / 6.0,
        p_adjusted,
        floor: 0.05,
        detectable: Some(0.062),
        control_ratio: Some(1.004),
    }
}

/// What was measured by time, where the server of json takes more CPU.
fn slower() -> Vec<Finding> {
    let cells = [
        Cell {
            name: ["custom", "throughput_hz"],
            status: Status::Same,
            sentence: "throughput over custom: 0.4 % less, 91,100 messages/s against 91,500 messages/s, no regression \
                shown in 11 pairs; 6.2 % less would have been seen",
            sides: [91_500.0, 91_100.0],
            paired: paired(0.996, [0.989, 1.003], 0.61),
        },
        Cell {
            name: ["json", "latency_ack_p99_ns"],
            status: Status::NotConfirmed,
            sentence: "99th percentile of response time (ack p99) over json: 2.1 % more, 1.02 ms against 1.00 ms, in \
                11 fresh pairs, which does not confirm the 17.2 % more before; the floor is 15 %",
            sides: [1.0e6, 1.02e6],
            paired: Paired {
                floor: 0.15,
                ..paired(1.021, [0.94, 1.11], 0.4)
            },
        },
        Cell {
            name: ["json", "server_cpu_per_message_ns"],
            status: Status::Regression,
            sentence: "server CPU per message over json: 10.4 % more, 15.6 µs against 14.2 µs, confirmed in 11 fresh \
                pairs; the floor is 5 %",
            sides: [14_200.0, 15_600.0],
            paired: paired(1.104, [1.091, 1.117], 0.0029),
        },
        Cell {
            name: ["json", "server_rss_peak_bytes"],
            status: Status::Better,
            sentence: "peak memory of the server over json: 12 % less, 11.2 MiB against 12.7 MiB, better in \
                11 pairs; the floor is 10 %",
            sides: [13.3e6, 11.7e6],
            paired: paired(0.88, [0.86, 0.9], 1.0),
        },
        Cell {
            name: ["json", "throughput_hz"],
            status: Status::WorseBelowFloor,
            sentence: "throughput over json: 3.1 % less, 38,400 messages/s against 39,600 messages/s, worse than \
                chance explains in 11 pairs, and not beyond the floor of 5 %",
            sides: [39_600.0, 38_400.0],
            paired: paired(0.969, [0.961, 0.978], 0.0098),
        },
    ];
    cells.map(Cell::finding).to_vec()
}

fn verdict(findings: Vec<Finding>, notes: &[&str]) -> Verdict {
    Verdict {
        outcome: outcome(&findings),
        findings,
        notes: notes.iter().map(|&note| note.to_owned()).collect(),
    }
}

fn config(waiver: &str) -> GateConfig {
    let text = format!("{}{waiver}", reports::gate::config::DEFAULT);
    GateConfig::parse(&text, "gate.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn pass() -> Verdict {
    let findings = exact::compare(&baseline(), &baseline(), &GateConfig::default());
    verdict(
        findings,
        &["Time was not compared: it is only within one job."],
    )
}

fn byte_more() -> Verdict {
    let waiver = "[[waiver]]\nmatch = \"message/json/*\"\nreason = \"`to` becomes `recipient` in three steps\"\n\
        until = 2026-12-31\n";
    let mut head = changed();
    head.counted = None;
    verdict(exact::compare(&baseline(), &head, &config(waiver)), &[])
}

fn regression() -> Verdict {
    let note = "The first look could not tell everything, so there was a second one: custom, json.";
    verdict(slower(), &[note])
}

/// The same, but the base differed from itself.
fn withheld() -> Verdict {
    let mut findings = slower();
    for finding in &mut findings {
        finding.status = Status::Inconclusive;
        let said = finding.sentence.split(',').next().unwrap_or_default();
        finding.sentence = format!("{said}, withheld, because the base differed from itself");
        if let Some(paired) = &mut finding.paired {
            paired.control_ratio = Some(1.081);
        }
    }
    let notes = [
        "The control fired: server CPU per message over json was 8.1 % more when the base was measured once more, in \
            11 pairs.",
        "Nothing is said by time, because the base differed from itself: something else moved the numbers.",
    ];
    verdict(findings, &notes)
}

fn wrong_answer() -> Verdict {
    let note = "The head over json, pair 3: 1 message was lost and 1 was doubled; see gate/head-json-3.json.";
    Verdict {
        outcome: Outcome::WrongAnswer,
        ..verdict(slower(), &[note])
    }
}

fn all() -> [(&'static str, Verdict); 5] {
    [
        ("pass", pass()),
        ("a_byte_more", byte_more()),
        ("regression", regression()),
        ("withheld", withheld()),
        ("wrong_answer", wrong_answer()),
    ]
}

const NARROW: Screen = Screen {
    width: 80,
    colors: Colors::Plain,
};

const WIDE: Screen = Screen {
    width: 100,
    colors: Colors::Plain,
};

#[test]
fn on_a_terminal() {
    for (name, verdict) in all() {
        insta::assert_snapshot!(format!("terminal_{name}"), terminal(&verdict, WIDE));
    }
}

#[test]
fn on_a_narrow_terminal() {
    for (name, verdict) in all() {
        for screen in [NARROW, WIDE] {
            for line in terminal(&verdict, screen).lines() {
                assert!(line.chars().count() <= screen.width, "{name}: {line}");
            }
        }
    }
    insta::assert_snapshot!(terminal(&regression(), NARROW));
}

#[test]
fn on_a_page() {
    for (name, verdict) in all() {
        insta::assert_snapshot!(format!("markdown_{name}"), markdown(&verdict));
    }
}

#[test]
fn as_tests() {
    insta::assert_snapshot!("junit_a_byte_more", junit(&byte_more()));
    for (name, verdict) in all() {
        let report =
            quick_junit::Report::deserialize_from_str(&junit(&verdict)).expect("it is XML");
        if verdict.outcome == Outcome::WrongAnswer {
            assert_eq!(
                (report.errors, report.tests),
                (1, 1),
                "nothing else is said"
            );
            continue;
        }
        let red = verdict
            .findings
            .iter()
            .filter(|finding| finding.status.is_red());
        assert_eq!(report.failures, red.count(), "{name}");
        assert_eq!((report.errors, report.tests), (0, verdict.findings.len()));
    }
}

#[test]
fn the_outcome_is_said_first() {
    let words = [
        "PASS: ",
        "REGRESSION: ",
        "REGRESSION: ",
        "INCONCLUSIVE: ",
        "WRONG ANSWER: ",
    ];
    for ((name, verdict), words) in all().into_iter().zip(words) {
        let text = terminal(&verdict, WIDE);
        assert!(text.starts_with(words), "{name}: {text}");
        assert_eq!(text.matches('\u{1b}').count(), 0, "{name} is plain");
    }
    let colors = Screen {
        colors: Colors::Ansi,
        ..WIDE
    };
    assert!(terminal(&regression(), colors).starts_with("\u{1b}[31;1mREGRESSION\u{1b}[0m: 1 of 5"));
}

#[test]
fn names_and_sentences_are_only_text() {
    let hostile = Finding {
        metric: MetricId::of(&["message", "a|b</td><script>`\u{1b}[2J", "bytes"]),
        status: Status::Changed,
        sentence: "]]> & <b> \u{1b}[31m \u{0}".to_owned(),
        ..Finding::default()
    };
    let verdict = verdict(vec![hostile], &["<!-- \u{7}"]);
    let page = markdown(&verdict);
    assert!(
        !page.contains("<script>") && page.contains("a\\|b"),
        "{page}"
    );
    let text = terminal(&verdict, NARROW);
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text:?}"
    );
    let report = quick_junit::Report::deserialize_from_str(&junit(&verdict)).expect("it is XML");
    assert_eq!(report.failures, 1);
}

#[test]
fn a_new_codec_does_not_drown_what_else_is_red() {
    let mut head = changed();
    let new = (0..300).map(|at| message(&format!("msgpack/request/step_{at}"), &[0x80]));
    head.exact.extend(new);
    let verdict = verdict(
        exact::compare(&baseline(), &head, &GateConfig::default()),
        &[],
    );
    let text = terminal(&verdict, WIDE);
    assert!(text.starts_with("REGRESSION: 302 of "), "{text}");
    assert!(
        text.contains("message/msgpack/*\n    300 metrics are new"),
        "{text}"
    );
    assert!(text.lines().count() < 40, "{text}");
    assert!(markdown(&verdict).contains("- **message/msgpack/\\***: 300 metrics are new"));
    assert!(text.contains("offset 3, 00 was inserted"), "{text}");
}

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../gate.schema.json")).expect("JSON");
    jsonschema::draft202012::meta::validate(&schema).expect("the schema is a schema");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

#[test]
fn what_is_written_fits_the_schema() {
    for (name, verdict) in all() {
        let value: Value = serde_json::from_str(&json(&verdict)).expect("JSON");
        let errors: Vec<String> = validator()
            .iter_errors(&value)
            .map(|error| format!("{name} {}: {error}", error.instance_path))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn broken_verdicts_do_not_fit() {
    let sound: Value = serde_json::from_str(&json(&regression())).expect("JSON");
    let cases = [
        ("/schema", json!(2)),
        ("/outcome", json!("fine")),
        ("/findings/0/metric", json!("")),
        ("/findings/0/class", json!("guess")),
        ("/findings/0/status", json!("red")),
        ("/findings/0/base", json!("1")),
        ("/findings/0/paired/pairs", json!(-1)),
        ("/findings/0/paired/p", json!(1.5)),
        ("/findings/0/paired/interval", json!([1.0])),
        ("/notes/0", json!(7)),
    ];
    let validator = validator();
    for (pointer, value) in cases {
        let mut broken = sound.clone();
        *broken.pointer_mut(pointer).expect(pointer) = value;
        assert!(!validator.is_valid(&broken), "{pointer}");
    }
}

#[test]
fn every_field_is_in_the_schema() {
    let schema: Value = serde_json::from_str(include_str!("../gate.schema.json")).expect("JSON");
    let verdict: Value = serde_json::from_str(&json(&regression())).expect("JSON");
    let bytes: Value = serde_json::from_str(&json(&byte_more())).expect("JSON");
    let waived = bytes["findings"].as_array().expect("findings");
    let waived = waived.iter().find(|finding| !finding["waiver"].is_null());
    let waived = waived.expect("one is waived");
    let pairs = [
        (&verdict, "/properties"),
        (&verdict["findings"][0], "/$defs/finding/properties"),
        (
            &verdict["findings"][0]["paired"],
            "/$defs/paired/properties",
        ),
        (&waived["bytes"], "/$defs/bytes/properties"),
        (&waived["waiver"], "/$defs/waiver/properties"),
    ];
    for (value, path) in pairs {
        let known = schema.pointer(path).and_then(Value::as_object).expect(path);
        for field in value.as_object().expect("an object").keys() {
            assert!(known.contains_key(field), "{path} lacks {field}");
        }
    }
}
