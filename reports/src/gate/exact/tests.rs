//! What is found of two baselines, in which words.

use super::*;
use crate::gate::baseline::{BASELINE_SCHEMA, Counted};

const SEND: &str = "message/custom/request/send/bytes";

/// A baseline of a metric with bytes.
fn of(name: &str, hex: &str) -> Baseline {
    let value = hex.len() as u64 / 2;
    with(name, value, Some(hex))
}

fn with(name: &str, value: u64, hex: Option<&str>) -> Baseline {
    let exact = Exact {
        value,
        hex: hex.map(str::to_owned),
    };
    Baseline {
        schema: BASELINE_SCHEMA,
        exact: [(MetricId::of(&[name]), exact)].into(),
        counted: None,
    }
}

fn counted(toolchain: &str, value: f64) -> Baseline {
    let metric = MetricId::of(&["count/json/encode/request/send/instructions"]);
    Baseline {
        counted: Some(Counted {
            toolchain: toolchain.to_owned(),
            metrics: [(metric, value)].into(),
        }),
        ..Baseline::default()
    }
}

fn config(text: &str) -> GateConfig {
    GateConfig::parse(text, "gate.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn bare() -> GateConfig {
    config("[[metric]]\nmatch = \"count/*\"\nclass = \"counted\"\nfloor = \"1%\"\n")
}

#[track_caller]
fn check(base: &Baseline, head: &Baseline, status: Status, sentence: &str) {
    let findings = compare(base, head, &bare());
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (findings[0].status, findings[0].sentence.as_str()),
        (status, sentence)
    );
}

#[test]
fn a_byte_more_is_named_with_its_message_codec_and_place() {
    let (base, head) = (of(SEND, "0a0b0c"), of(SEND, "0a0b030c"));
    let words =
        "the request send with codec custom: 4 B, was 3 B (1 B more): at offset 2, 03 was inserted";
    check(&base, &head, Status::Changed, words);
    let finding = &compare(&base, &head, &bare())[0];
    let bytes = finding.bytes.as_ref().expect("they are shown");
    assert_eq!(
        (bytes.base_hex.as_str(), bytes.head_hex.as_str()),
        ("0a0b0c", "0a0b030c")
    );
    assert_eq!((finding.base, finding.head), (Some(3.0), Some(4.0)));
}

#[test]
fn a_change_for_the_better_must_be_accepted_too() {
    let words =
        "the request send with codec custom: 2 B, was 3 B (1 B less): at offset 1, 0b was removed";
    check(
        &of(SEND, "0a0b0c"),
        &of(SEND, "0a0c"),
        Status::Changed,
        words,
    );
}

#[test]
fn as_many_bytes_but_other_ones_are_a_change() {
    let words = "the request send with codec custom: 3 B as before, but not the same ones: at offset 1, 0b became 0d";
    check(
        &of(SEND, "0a0b0c"),
        &of(SEND, "0a0d0c"),
        Status::Changed,
        words,
    );
}

#[test]
fn places_are_named_up_to_three_with_text_where_it_is_text() {
    let name = "message/json/request/send/bytes";
    let hex = |text: &str| {
        let digits = text.bytes().map(|byte| format!("{byte:02x}"));
        digits.collect::<Vec<_>>().concat()
    };
    let (base, head) = (hex("1.2.3.4.5"), hex("a.b.c.d.5"));
    let finding = &compare(&of(name, &base), &of(name, &head), &bare())[0];
    assert!(
        finding.sentence.ends_with(
            "at offset 0, 31 (`1`) became 61 (`a`); at offset 2, 32 (`2`) became 62 (`b`); \
             at offset 4, 33 (`3`) became 63 (`c`); and at 1 more place"
        ),
        "{}",
        finding.sentence
    );
    let (base, head) = (hex("{}"), hex("{\"client_id\":1}"));
    let finding = &compare(&of(name, &base), &of(name, &head), &bare())[0];
    assert!(
        finding.sentence.ends_with(
            "at offset 1, 22 63 6c 69 65 6e 74 5f 69 64 22 3a and 1 more (`\"client_id\":…`) were inserted"
        ),
        "{}",
        finding.sentence
    );
}

#[test]
fn numbers_without_bytes_change_too() {
    let name = "store/sqlite/send/commits";
    let words = "the commits of step send on sqlite: 2, was 1 (1 more)";
    check(
        &with(name, 1, None),
        &with(name, 2, None),
        Status::Changed,
        words,
    );
}

#[test]
fn what_is_the_same_is_the_same() {
    let words = "the request send with codec custom: 3 B, as in the baseline";
    check(
        &of(SEND, "0a0b0c"),
        &of(SEND, "0a0b0c"),
        Status::Same,
        words,
    );
    assert_eq!(
        compare(&of(SEND, "0a"), &of(SEND, "0a"), &bare())[0].bytes,
        None
    );
}

#[test]
fn what_comes_and_goes_must_be_accepted() {
    let nothing = Baseline::default();
    let (status, here) = (Status::AppearedOrGone, of(SEND, "0a0b0c"));
    check(
        &nothing,
        &here,
        status,
        "the request send with codec custom: new: 3 B",
    );
    check(
        &here,
        &nothing,
        status,
        "the request send with codec custom: gone; it was 3 B",
    );
}

#[test]
fn counts_are_held_in_their_band() {
    let subject = "instructions to encode the request send with codec json";
    let base = counted("rustc 1.95.0", 1000.0);
    let cases = [
        (
            1010.0,
            Status::Same,
            "1,010, was 1,000, within the band of 1 %",
        ),
        (
            1011.0,
            Status::Regression,
            "1,011, was 1,000 (1.1 % more); the band is 1 %",
        ),
        (1000.0, Status::Same, "1,000, as in the baseline"),
        (
            900.0,
            Status::Better,
            "900, was 1,000 (10 % less); `loadgen baseline accept` keeps it there",
        ),
    ];
    for (value, status, words) in cases {
        let head = counted("rustc 1.95.0", value);
        check(&base, &head, status, &format!("{subject}: {words}"));
    }
    let none = counted("rustc 1.95.0", 0.0);
    check(
        &none,
        &counted("rustc 1.95.0", 1.0),
        Status::Regression,
        &format!("{subject}: 1, was 0; the band is 1 %"),
    );
}

#[test]
fn counts_of_two_toolchains_are_not_compared() {
    let words = "counts are compared only within one toolchain: the baseline's are of rustc 1.95.0, \
        these of rustc 1.96.0; `loadgen baseline accept` takes these";
    check(
        &counted("rustc 1.95.0", 1.0),
        &counted("rustc 1.96.0", 9.0),
        Status::Skipped,
        words,
    );
    let words = "nothing was counted this time, so that counts were not compared";
    check(
        &counted("rustc 1.95.0", 1.0),
        &Baseline::default(),
        Status::Skipped,
        words,
    );
    let words = "the baseline has no counts to compare with; `loadgen baseline accept` adds them";
    check(
        &Baseline::default(),
        &counted("rustc 1.95.0", 1.0),
        Status::Skipped,
        words,
    );
}

#[test]
fn counts_that_no_rule_judges_are_not_compared() {
    let findings = compare(&counted("a", 1.0), &counted("a", 9.0), &config(""));
    assert_eq!(findings[0].status, Status::Skipped);
}

/// The head's request of custom and of json, of so many bytes.
fn head(custom: u64, json: u64) -> Baseline {
    let mut head = with(SEND, custom, None);
    head.exact
        .extend(with("message/json/request/send/bytes", json, None).exact);
    head
}

#[test]
fn an_invariant_holds_up_to_its_bound() {
    let config = GateConfig::default();
    let of = |head: &Baseline| {
        let findings = compare(head, head, &config);
        let found = findings
            .into_iter()
            .find(|finding| finding.class == Class::Invariant);
        let found = found.expect("there is one");
        (found.status, found.sentence)
    };
    let (status, sentence) = of(&head(20, 40));
    assert_eq!(status, Status::Same);
    assert_eq!(
        sentence,
        "the request send with codec custom: 20 B is within 0.5 × the 40 B of the request send with codec json \
         (the format designed by hand is there to be small)"
    );
    let (status, sentence) = of(&head(21, 40));
    assert_eq!(status, Status::Broken);
    assert!(
        sentence.contains("21 B is more than 0.5 × the 40 B"),
        "{sentence}"
    );
    assert_eq!(of(&with(SEND, 20, None)).0, Status::Skipped);
}

#[test]
fn a_waiver_lets_a_change_pass_and_keeps_why() {
    let config =
        config("[[waiver]]\nmatch = \"message/*\"\nreason = \"a new field\"\nuntil = 2026-12-31\n");
    let finding = &compare(&of(SEND, "0a"), &of(SEND, "0a0b"), &config)[0];
    assert_eq!(finding.status, Status::Waived);
    assert_eq!(
        finding.waiver.as_ref().map(|waiver| waiver.reason.as_str()),
        Some("a new field")
    );
    assert!(finding.bytes.is_some(), "it is still shown");
}
