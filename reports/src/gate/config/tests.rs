//! Every mistake is told with its line and with what to do, all of them at once.

#![expect(
    clippy::float_cmp,
    reason = "what is read is what is written, to the last bit"
)]

use super::*;

/// A file that makes sense, to which tests do something.
const SOUND: &str = r#"level = 0.01
pairs = 13
[[metric]]
match = "time/json/*/throughput_hz"
class = "statistical"
floor = "5%"
level = "1%"
[[metric]]
match = "time/*"
class = "statistical"
floor = 0.2
[[metric]]
match = "count/*"
class = "counted"
floor = "1%"
[[invariant]]
metric = "message/custom/request/send/bytes"
at_most = 0.5
of = "message/json/request/send/bytes"
reason = "it is small"
[[slo]]
metric = "time/json/scaling/latency_ack_p99_ns"
at_most = "5ms"
[[waiver]]
match = "message/json/*"
reason = "a new field"
until = 2026-12-31
"#;

const TODAY: &str = "2026-12-31";

fn known() -> Vec<MetricId> {
    [
        "message/custom/request/send/bytes",
        "message/json/request/send/bytes",
        "count/json/encode/request/send/instructions",
        "time/json/scaling/throughput_hz",
        "time/json/scaling/latency_ack_p99_ns",
        "time/custom/scaling/throughput_hz",
    ]
    .map(|name| MetricId::of(&[name]))
    .to_vec()
}

fn changed(piece: &str, replacement: &str) -> String {
    assert!(SOUND.contains(piece), "{piece:?}");
    SOUND.replacen(piece, replacement, 1)
}

fn whole_check(text: &str) -> Result<GateConfig, ConfigErrors> {
    let config = GateConfig::parse(text, "gate.toml")?;
    config.check(&known(), TODAY)?;
    Ok(config)
}

/// Replaces a piece of the sound file, and holds what is said about it against the line and words expected.
#[track_caller]
fn check(piece: &str, replacement: &str, line: usize, words: &[&str]) {
    let errors = whole_check(&changed(piece, replacement)).expect_err("it makes no sense");
    let error = errors.to_string();
    assert!(error.starts_with(&format!("gate.toml:{line}: ")), "{error}");
    assert!(!error.contains('\n'), "one line says it: {error}");
    for word in words {
        assert!(error.contains(word), "{word:?} is missing in: {error}");
    }
}

#[test]
fn a_sound_file_says_what_it_says() {
    let config = whole_check(SOUND).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((config.level, config.pairs), (0.01, 13));
    assert_eq!(config.sensitivity, 0.10, "the default");
    let levels: Vec<Option<f64>> = config.rules.iter().map(|rule| rule.level).collect();
    assert_eq!(levels, [Some(0.01), None, None]);
    let lines: Vec<usize> = config.rules.iter().map(|rule| rule.line).collect();
    assert_eq!(lines, [3, 8, 12]);
    assert_eq!(config.slos[0].bound, 5e6);
    assert_eq!(config.invariants[0].at_most, 0.5);
    assert_eq!(config.waivers[0].until, "2026-12-31");
}

#[test]
fn the_first_rule_that_matches_holds() {
    let config = whole_check(SOUND).expect("it makes sense");
    let floor = |name: &str| {
        let rule = config.rule_of(&MetricId::of(&[name]));
        rule.map(|rule| rule.floor)
    };
    assert_eq!(floor("time/json/scaling/throughput_hz"), Some(0.05));
    assert_eq!(floor("time/custom/scaling/throughput_hz"), Some(0.2));
    assert_eq!(floor("message/json/request/send/bytes"), None);
    let waived = |name: &str| {
        config
            .waiver_of(&MetricId::of(&[name]), Class::Exact)
            .is_some()
    };
    assert!(waived("message/json/request/send/bytes"));
    assert!(!waived("message/custom/request/send/bytes"));
}

#[test]
fn nobody_is_asked_to_see_what_is_below_the_floor() {
    let text = changed("floor = 0.2", "floor = 0.2\nsensitivity = 0.25");
    let config = whole_check(&text).expect("it makes sense");
    let sensitivities = config.rules.iter().map(|rule| config.sensitivity_of(rule));
    assert_eq!(sensitivities.collect::<Vec<_>>(), [0.10, 0.25, 0.10]);
    let config = whole_check(SOUND).expect("it makes sense");
    let sensitivity = config.sensitivity_of(&config.rules[1]);
    assert!((sensitivity - 0.3).abs() < 1e-12, "{sensitivity}");
}

#[test]
fn the_default_makes_sense() {
    let config = GateConfig::default();
    let floors = [
        ("time/json/scaling/throughput_hz", 0.07),
        ("time/json/scaling/server_cpu_per_message_ns", 0.07),
        ("time/json/scaling/latency_ack_p50_ns", 0.07),
        ("time/json/scaling/latency_ack_p99_ns", 0.25),
        ("time/json/scaling/latency_delivery_p99_ns", 0.25),
        ("time/json/scaling/server_rss_peak_bytes", 0.10),
        ("count/json/encode/request/send/instructions", 0.01),
        ("count/json/encode/request/send/allocations", 0.0),
    ];
    let mut known: Vec<MetricId> = Vec::new();
    for (name, floor) in floors {
        let metric = MetricId::of(&[name]);
        assert_eq!(
            config.rule_of(&metric).map(|rule| rule.floor),
            Some(floor),
            "{name}"
        );
        known.push(metric);
    }
    known.extend(
        config
            .invariants
            .iter()
            .flat_map(|invariant| [invariant.metric.clone(), invariant.of.clone()]),
    );
    config
        .check(&known, TODAY)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(
        (config.level, config.pairs, config.sensitivity),
        (0.05, 11, 0.10)
    );
}

#[test]
fn the_examples_in_the_default_make_sense_too() {
    let examples: String = DEFAULT
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(code) if code.starts_with("[[") || code.contains(" = ") => format!("{code}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let config =
        GateConfig::parse(&examples, "examples").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((config.slos.len(), config.waivers.len()), (1, 1));
}

#[test]
fn what_the_documentation_shows_makes_sense() {
    let page = include_str!("../../../../docs/gate-toml.md");
    let examples: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!examples.is_empty());
    for example in examples {
        let config = GateConfig::parse(example, "gate.toml");
        config.unwrap_or_else(|errors| panic!("{errors}"));
    }
    for quantity in crate::gate::metric::QUANTITIES {
        assert!(page.contains(quantity.name), "{} is missing", quantity.name);
    }
}

#[test]
fn a_quantity_that_is_new_needs_a_rule_in_the_default() {
    let config = GateConfig::default();
    for quantity in crate::gate::metric::QUANTITIES {
        let layer = match quantity.class {
            Class::Statistical => "time/json/scaling",
            Class::Counted => "count/json/encode/request/send",
            _ => continue,
        };
        let rule = config.rule_of(&MetricId::of(&[layer, quantity.name]));
        assert_eq!(
            rule.map(|rule| rule.class),
            Some(quantity.class),
            "{}",
            quantity.name
        );
    }
}

#[test]
fn keys_that_are_not_there_are_told_with_those_that_are() {
    check(
        "pairs",
        "pears",
        2,
        &["unknown key `pears`", "did you mean `pairs`?"],
    );
    check(
        "floor = 0.2",
        "floor = 0.2\nflor = 1",
        12,
        &["`flor` in [[metric]]", "`floor`"],
    );
    check(
        "[[waiver]]",
        "[[waver]]",
        24,
        &["unknown key `waver`", "`waiver`"],
    );
    check("[[slo]]", "[slo]", 21, &["list of tables", "[[slo]]"]);
    check(
        "class = \"counted\"\n",
        "",
        12,
        &["[[metric]] has no `class`"],
    );
    check(
        "reason = \"a new field\"\n",
        "",
        24,
        &["[[waiver]] has no `reason`"],
    );
    check("floor = 0.2\n", "", 8, &["[[metric]] has no `floor`"]);
}

#[test]
fn a_key_unlike_any_is_told_with_all_of_them() {
    let errors = whole_check(&changed("reason", "because")).expect_err("it is unknown");
    let last = errors.all().last().expect("one at least").to_string();
    assert_eq!(
        last,
        "gate.toml:20: unknown key `because` in [[invariant]]; there are `metric`, `at_most`, `of`, `reason`"
    );
}

#[test]
fn values_that_make_no_sense_are_told() {
    check(
        "pairs = 13",
        "pairs = 1.5",
        2,
        &["`pairs` is a whole number, not 1.5"],
    );
    check("pairs = 13", "pairs = 6", 2, &["at least 7, not 6", "0.01"]);
    check("level = 0.01", "level = 0", 1, &["above 0 and at most 0.5"]);
    check(
        "floor = \"5%\"",
        "floor = 5",
        6,
        &["`floor` is a share from 0 to 1", "not 5"],
    );
    check(
        "floor = \"5%\"",
        "floor = \"5\"",
        6,
        &["such as \"5%\" or 0.05, not \"5\""],
    );
    check(
        "\"counted\"",
        "\"cuonted\"",
        14,
        &["did you mean \"counted\"?"],
    );
    check("\"counted\"", "\"slo\"", 14, &["write a table [[slo]]"]);
    check("at_most = 0.5", "at_most = -1", 18, &["a number above 0"]);
    check(
        "\"5ms\"",
        "\"5 minutes\"",
        23,
        &["no unit \"minutes\"", "ns, us"],
    );
    check(
        "\"5ms\"",
        "\"quick\"",
        23,
        &["such as \"5ms\", not \"quick\""],
    );
    check(
        "2026-12-31",
        "\"next year\"",
        27,
        &["`until` is a day such as 2026-12-31"],
    );
    check("2026-12-31", "2026-12-31T10:00:00", 27, &["is a day"]);
    check("2026-12-31", "2026-02-30", 27, &[]);
    check("\"a new field\"", "\" \"", 26, &["`reason` is empty"]);
    check(
        "\"time/*\"",
        "7",
        9,
        &["`match` is text in quotes, not a whole number"],
    );
}

#[test]
fn what_would_have_no_effect_is_refused() {
    let counted = "class = \"counted\"";
    check(
        counted,
        &format!("{counted}\nlevel = 0.1"),
        15,
        &["`level` has no effect"],
    );
    check(
        counted,
        &format!("{counted}\nsensitivity = 0.1"),
        15,
        &["`sensitivity` has no"],
    );
    check("\"5ms\"", "\"5ms\"\nat_least = 1", 24, &["takes `at_most`"]);
    let exact =
        "match = \"message/*\"\nclass = \"exact\"\nfloor = 1\n[[metric]]\nmatch = \"count/*\"";
    check(
        "match = \"count/*\"",
        exact,
        15,
        &["an exact metric has no floor"],
    );
    check(
        "floor = 0.2",
        "floor = 0.2\nsensitivity = 0.2",
        12,
        &["`sensitivity` is above `floor`"],
    );
}

#[test]
fn names_are_held_against_what_there_is() {
    check(
        "message/custom/request/send",
        "message/custm/request/send",
        16,
        &[
            "no metric \"message/custm/request/send/bytes\"",
            "did you mean \"message/custom/request/send/bytes\"?",
        ],
    );
    check(
        "json/*/throughput_hz",
        "yaml/*/throughput_hz",
        3,
        &["matches no metric"],
    );
    check(
        "message/json/*",
        "massage/json/*",
        24,
        &["matches no metric"],
    );
    check(
        "\"time/*\"",
        "\"*\"",
        8,
        &["\"*\" cannot be judged as statistical", "which is exact"],
    );
    check(
        "scaling/latency_ack_p99_ns",
        "scaling/latency_ack_p9_ns",
        22,
        &["\"latency_ack_p99_ns\""],
    );
    check(
        "time/json/scaling/latency_ack_p99_ns",
        "message/json/request/send/bytes",
        22,
        &["a statistical metric; bytes is exact"],
    );
    check(
        "\"message/json/request/send/bytes\"",
        "\"time/json/scaling/throughput_hz\"",
        19,
        &["`of` of an invariant is an exact metric"],
    );
}

#[test]
fn a_waiver_holds_through_its_last_day() {
    whole_check(&changed("2026-12-31", "\"2026-12-31\"")).expect("today is the last day");
    check(
        "2026-12-31",
        "2026-12-30",
        24,
        &["ended on 2026-12-30", "today is 2026-12-31"],
    );
}

#[test]
fn bounds_have_units() {
    let bound = |slo: &str| {
        let text = changed(
            "metric = \"time/json/scaling/latency_ack_p99_ns\"\nat_most = \"5ms\"",
            slo,
        );
        GateConfig::parse(&text, "gate.toml").map(|config| config.slos[0].bound)
    };
    let cases = [
        (
            "metric = \"time/a/b/latency_ack_p99_ns\"\nat_most = 1500",
            1500.0,
        ),
        (
            "metric = \"time/a/b/latency_ack_p99_ns\"\nat_most = \"250 µs\"",
            250e3,
        ),
        (
            "metric = \"time/a/b/latency_ack_p99_ns\"\nat_most = \"1.5s\"",
            1.5e9,
        ),
        (
            "metric = \"time/a/b/throughput_hz\"\nat_least = 20_000",
            20e3,
        ),
        (
            "metric = \"time/a/b/throughput_hz\"\nat_least = \"20000 messages/s\"",
            20e3,
        ),
        (
            "metric = \"time/a/b/server_rss_peak_bytes\"\nat_most = \"64MiB\"",
            67_108_864.0,
        ),
    ];
    for (slo, expected) in cases {
        assert_eq!(bound(slo), Ok(expected), "{slo}");
    }
    let errors =
        bound("metric = \"time/a/b/throughput_hz\"\nat_most = 20_000").expect_err("less is worse");
    assert_eq!(
        errors.all().len(),
        2,
        "it takes the other key, and that is missing: {errors}"
    );
}

#[test]
fn everything_is_told_at_once_in_the_order_of_lines() {
    let text = "pears = 3\nlevel = 2\n[[metric]]\nclass = \"exakt\"\n[[waiver]]\nmatch = \"*\"\n";
    let errors = GateConfig::parse(text, "gate.toml").expect_err("much is wrong");
    let lines: Vec<usize> = errors.all().iter().map(|error| error.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 5]);
}

#[test]
fn what_is_not_toml_is_told_with_its_lines() {
    check("\"counted\"", "\"counted", 14, &["invalid basic string"]);
    check("pairs = 13", "level = 13", 2, &["duplicate key"]);
}
