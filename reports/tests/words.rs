//! What is said of protocols: words where they hold, the reason where they do not, and the noise they stand against.

mod common;

use std::fs;

use reports::schema::Run;
use reports::tables::terminal;
use reports::{ReportOptions, Results, write};

/// The report's text, and its page.
fn report(results: &Results) -> (String, String) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    write(results, dir.path(), &ReportOptions::default()).expect("the report is written");
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("it is text");
    (read("summary.md"), read("index.html"))
}

fn summary(results: &Results) -> String {
    report(results).0
}

/// The lines of a section of the summary.
fn section<'s>(summary: &'s str, title: &str) -> &'s str {
    let from = summary.find(&format!("## {title}\n")).expect("a section");
    let rest = &summary[from..];
    let to = rest[3..].find("\n## ").map_or(rest.len(), |to| to + 3);
    &rest[..to]
}

fn change(mut results: Results, which: impl Fn(&Run) -> bool, to: impl Fn(&mut Run)) -> Results {
    results
        .runs
        .iter_mut()
        .filter(|run| which(run))
        .for_each(to);
    results
}

#[test]
fn terminal_of_eight_rounds() {
    let tables = terminal(&common::eight_rounds(), 100).expect("tables");
    for line in tables.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    insta::assert_snapshot!(tables);
}

#[test]
fn verdict_of_eight_rounds() {
    let summary = summary(&common::eight_rounds());
    insta::assert_snapshot!(section(&summary, "Verdict"));
    insta::assert_snapshot!(section(&summary, "Between protocols"));
}

#[test]
fn the_control_is_no_protocol_anywhere() {
    let results = common::eight_rounds();
    let (summary, page) = report(&results);
    let tables = terminal(&results, 200).expect("tables");
    for text in [summary, page, tables] {
        assert!(!text.contains("custom (again)"));
        assert!(text.contains("Noise floor") && text.contains("custom"));
    }
}

#[test]
fn seven_rounds_are_too_few_for_words() {
    let mut results = common::eight_rounds();
    results.runs.retain(|run| run.trial < 8);
    let tables = terminal(&results, 100).expect("tables");
    assert!(tables.contains("too few trials"), "{tables}");
    assert!(!tables.contains("faster"), "{tables}");
    assert!(tables.contains("--trials 8"), "{tables}");
}

#[test]
fn an_invalid_run_leaves_its_round_out_and_that_is_said() {
    let results = change(
        common::eight_rounds(),
        |run| run.protocol == "json" && run.trial == 2,
        |run| run.valid = false,
    );
    let tables = terminal(&results, 100).expect("tables");
    let rates: Vec<&str> = tables
        .lines()
        .filter(|line| line.contains(" : json"))
        .collect();
    assert!(rates[0].contains("too few trials"), "{rates:?}");
    assert!(
        tables.contains("1 round of a comparison was left out"),
        "{tables}"
    );
}

#[test]
fn words_are_withheld_where_the_control_differs_from_itself() {
    let results = change(
        common::eight_rounds(),
        |run| run.control_of.is_some(),
        |run| run.throughput_hz *= 1.5,
    );
    let tables = terminal(&results, 100).expect("tables");
    assert!(tables.contains("withheld"), "{tables}");
    assert!(
        tables.contains("! custom differed from itself by messages/s"),
        "{tables}"
    );
    let summary = summary(&results);
    let verdict = section(&summary, "Verdict");
    assert!(
        verdict.contains("> **custom differed from itself"),
        "{verdict}"
    );
    assert!(!verdict.contains("faster than json: 1.3"), "{verdict}");
}

#[test]
fn without_a_control_the_noise_is_said_to_be_unknown() {
    let mut results = common::eight_rounds();
    results.runs.retain(|run| run.control_of.is_none());
    let tables = terminal(&results, 100).expect("tables");
    assert!(tables.contains("No protocol has run twice"), "{tables}");
}

#[test]
fn a_protocol_without_a_rival_still_has_a_noise_floor() {
    let mut results = common::eight_rounds();
    results
        .runs
        .retain(|run| run.protocol.starts_with("custom"));
    let tables = terminal(&results, 100).expect("tables");
    assert!(!tables.contains("between protocols"), "{tables}");
    assert!(
        tables.contains("Noise floor: how far custom was from itself"),
        "{tables}"
    );
    assert!(tables.contains("server CPU ±"), "{tables}");
}

#[test]
fn many_protocols_are_compared_with_the_first_one() {
    let mut results = common::eight_rounds();
    let more: Vec<Run> = ["p", "q"]
        .iter()
        .flat_map(|name| {
            let json = results.runs.iter().filter(|run| run.protocol == "json");
            json.map(|run| Run {
                protocol: (*name).to_owned(),
                ..run.clone()
            })
        })
        .collect();
    results.runs.extend(more);
    let tables = terminal(&results, 120).expect("tables");
    assert!(
        tables.contains("custom : q") && !tables.contains("json : "),
        "{tables}"
    );
    assert!(
        tables.contains("compared with the first one only"),
        "{tables}"
    );
}

#[test]
fn the_same_runs_cannot_be_counted_twice() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let results = common::eight_rounds();
    let paths = ["first.json", "copy.json"].map(|name| dir.path().join(name));
    for path in &paths {
        results.save(path).expect("it is saved");
    }
    let error = Results::load_all(&paths).expect_err("they are the same");
    assert!(
        error.to_string().contains("copy.json holds the same runs"),
        "{error}"
    );
}

#[test]
fn of_many_conditions_the_terminal_shows_the_first_two() {
    let eight = common::eight_rounds();
    let under = |store: &str| {
        change(
            eight.clone(),
            |run| run.protocol != "floor",
            |run| store.clone_into(&mut run.store),
        )
    };
    let merged = Results::merge(["a", "b", "c"].map(under)).expect("three files");
    let tables = terminal(&merged, 100).expect("tables");
    assert_eq!(tables.matches("between protocols").count(), 2, "{tables}");
    assert!(tables.contains("under 1 other conditions"), "{tables}");
    let text = summary(&merged);
    assert_eq!(
        section(&text, "Between protocols")
            .matches("the ratio of")
            .count(),
        3
    );
}

#[test]
fn rounds_of_merged_files_are_not_mixed_up() {
    let eight = common::eight_rounds();
    let only = |protocol: &str| {
        let mut results = eight.clone();
        results.runs.retain(|run| run.protocol == protocol);
        results
    };
    let merged = Results::merge([only("custom"), only("json")]).expect("two files");
    let tables = terminal(&merged, 100).expect("tables");
    assert!(!tables.contains("faster"), "{tables}");
    assert!(
        tables.contains("up to 16 rounds of a comparison were left out"),
        "{tables}"
    );
}

#[test]
fn trials_that_had_not_settled_are_marked() {
    let results = change(
        common::eight_rounds(),
        |run| run.protocol == "grpc" && run.trial == 3,
        |run| {
            let intervals = run.intervals.as_mut().expect("they were counted");
            intervals.acknowledged[..8].fill(500);
        },
    );
    let tables = terminal(&results, 100).expect("tables");
    assert!(tables.contains("grpc ‡"), "{tables}");
    assert!(
        tables.contains("‡ 1 of 32 trials had not settled"),
        "{tables}"
    );
    assert!(summary(&results).contains("| grpc ‡ |"));
    let settled = terminal(&common::eight_rounds(), 100).expect("tables");
    assert!(!settled.contains('‡'), "{settled}");
}

#[test]
fn evidence_counts_what_was_said_of_controls() {
    let same = common::eight_rounds();
    let different = change(
        same.clone(),
        |run| run.control_of.is_some(),
        |run| {
            let server = run.server.as_mut().expect("it is ours");
            server.cpu_user_ns *= 2;
        },
    );
    let evidence = reports::evidence::of_controls(&[same, different]).expect("controls");
    insta::assert_snapshot!(evidence);
}
