//! The tables that a terminal shows.

mod common;

use reports::tables::terminal;

#[test]
fn wide() {
    insta::assert_snapshot!(terminal(&common::fixture(), 140).expect("tables"));
}

#[test]
fn eighty_characters() {
    let tables = terminal(&common::fixture(), 80).expect("tables");
    for line in tables.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    insta::assert_snapshot!(tables);
}

#[test]
fn invalid_runs_are_left_out_and_said_so() {
    let mut results = common::fixture();
    for run in &mut results.runs {
        run.valid = run.protocol != "grpc";
    }
    let tables = terminal(&results, 140).expect("tables");
    assert!(tables.contains("grpc !"), "{tables}");
    assert!(tables.contains("! 8 of 32 runs are invalid"), "{tables}");
}

#[test]
fn a_broken_histogram_says_whose() {
    let mut results = common::fixture();
    let ack = results.runs[0].latency.ack.as_mut().expect("latencies");
    "?".clone_into(&mut ack.hdr);
    let error = terminal(&results, 80)
        .expect_err("it cannot be read")
        .to_string();
    assert!(
        error.starts_with("the latencies of custom with 2 accounts (efficiency)"),
        "{error}"
    );
}
