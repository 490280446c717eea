//! Open loops and ramps over real processes. Whether the generator was in time is not for a test to say: that depends on
//! what else the machine does.

use std::process::Command;

use reports::Results;
use reports::schema::Run;

/// Measures, and gives the results with the exit code.
fn measure(arguments: &str) -> (Results, Option<i32>) {
    let directory = tempfile::tempdir().expect("a directory");
    let status = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(arguments.split(' '))
        .args(["--quiet", "--out"])
        .arg(directory.path())
        .status()
        .expect("the program starts");
    let results = Results::load(directory.path().join("results.json"));
    (results.expect("results were written"), status.code())
}

/// All that was due was answered rightly, and nothing but lateness speaks against the run.
#[track_caller]
fn check_all_answered(run: &Run) {
    let name = (&run.protocol, run.rate_hz);
    assert!(
        run.valid || run.saturated,
        "{name:?}: {:?}",
        run.invalid_reasons
    );
    assert!(run.ledger.adds_up(), "{name:?}: {:?}", run.ledger);
    let measured = run.measured.expect("it is measured");
    assert!(measured.scheduled > 0, "{name:?}");
    assert_eq!(measured.ok, measured.scheduled, "{name:?}");
    assert_eq!(run.ledger.delivered, run.messages, "{name:?}");
    let latency = &run.latency;
    for summary in [&latency.ack, &latency.service, &latency.send_lag] {
        let count = summary.as_ref().map(|summary| summary.count);
        assert_eq!(count, Some(measured.ok), "{name:?}");
    }
}

#[test]
fn an_open_loop_is_right_over_every_protocol() {
    let (results, _) = measure(
        "--protocol custom,json,grpc --workload steady --rate 400 --duration 500ms --arrivals poisson --accounts 5 --trials 1 \
         --in-flight 64",
    );
    assert_eq!(results.runs.len(), 3);
    results.runs.iter().for_each(check_all_answered);
    let [first, others @ ..] = results.runs.as_slice() else {
        unreachable!("there are three");
    };
    let scheduled = first.ledger.scheduled;
    let same = |run: &Run| run.ledger.scheduled == scheduled;
    assert!(others.iter().all(same), "the seed gives all the same times");
    assert_eq!(first.arrivals.as_deref(), Some("poisson"));
    assert_eq!(first.warm_up_ns, Some(50_000_000));
}

#[test]
fn a_closed_loop_lasts_for_its_time() {
    let (results, code) =
        measure("--protocol custom --workload steady --duration 200ms --accounts 3 --trials 1");
    let run = &results.runs[0];
    check_all_answered(run);
    assert_eq!((code, run.valid, run.rate_hz), (Some(0), true, None));
    assert!(run.phases_ns["message"] >= 200_000_000);
}

#[test]
fn a_ramp_offers_each_rate_apart() {
    let (results, _) = measure(
        "--protocol custom --workload steady --rate 100..400 --rate-steps 3 --arrivals constant --duration 300ms --accounts 4 \
         --trials 1 --in-flight 64",
    );
    let rates: Vec<Option<f64>> = results.runs.iter().map(|run| run.rate_hz).collect();
    assert_eq!(rates, [100.0, 200.0, 400.0].map(Some));
    results.runs.iter().for_each(check_all_answered);
    let scheduled = results
        .runs
        .iter()
        .map(|run| run.measured.map_or(0, |measured| measured.scheduled));
    // In the 270 ms after the warm-up.
    assert_eq!(scheduled.collect::<Vec<_>>(), [27, 54, 108]);
}
