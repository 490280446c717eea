//! The gate's statistics on runs that were recorded: how often a gate of a binary beside itself is red, and one whose head
//! is slower.

use reports::gate::config::GateConfig;
use reports::gate::recorded::Recorded;
use reports::gate::replay::{Replay, Slowed, Tally, replay};

/// Written by `cargo run -p reports --example gate_replay -- --write`, from runs of one binary in all three arms.
const TRIALS: &str = include_str!("fixtures/gate_trials.json");

fn gates(gates: u32, slowed_by: f64) -> Tally {
    let recorded = Recorded::parse(TRIALS).expect("the fixture holds recorded runs");
    let slowed = Slowed {
        quantity: "server_cpu_per_message_ns".to_owned(),
        share: slowed_by,
    };
    let how = Replay {
        gates,
        seed: 61,
        slowed: Some(slowed),
    };
    replay(&recorded, &GateConfig::default(), &how).expect("the fixture has complete pairs")
}

#[test]
fn a_binary_against_itself_is_red_in_one_of_a_hundred_at_most() {
    let tally = gates(400, 0.0);
    assert_eq!(tally.gates, 400);
    assert!(tally.red <= 4, "{tally:?}");
}

#[test]
fn ten_percent_of_server_cpu_are_red_in_nine_of_ten_at_least() {
    let tally = gates(100, 0.10);
    assert!(tally.red >= 90, "{tally:?}");
    let mut red = tally.red_metrics.keys();
    assert!(red.all(|metric| metric.as_str().ends_with("/server_cpu_per_message_ns")));
}

#[test]
fn three_percent_of_server_cpu_are_not_red() {
    let tally = gates(100, 0.03);
    assert!(tally.red <= 3, "{tally:?}");
    assert!(tally.reported > 0, "{tally:?}");
}
