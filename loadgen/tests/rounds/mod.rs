//! The notebook's part of a run is over, with all that it stored deleted, before further rounds are played.

use loadgen::control::{LoadOrder, Order, PhaseEnd, Report};
use protocols::registry::each_once;

use super::measure;
use super::processes::Server;

#[test]
fn further_rounds_store_nothing_that_the_notebooks_part_deletes() {
    for protocol in each_once().filter(|protocol| !protocol.is_in_process()) {
        let states = states(protocol.name);
        let names: Vec<&str> = states.iter().map(|state| state.phase.as_str()).collect();
        let expected = [
            "connect",
            "create",
            "log_in",
            "message",
            "delete",
            "create_rest",
            "log_in_rest",
            "message_rest",
            "delete_rest",
        ];
        assert_eq!(names, expected, "{}", protocol.name);
        let empty = &states[0].digest;
        for state in &states {
            let holds_messages = ["message", "message_rest"].contains(&state.phase.as_str());
            assert_eq!(state.digest != *empty, holds_messages, "{}", state.phase);
        }
    }
}

/// What the server held at the end of a phase.
struct State {
    phase: String,
    digest: String,
}

fn states(protocol: &str) -> Vec<State> {
    let mut server = Server::start(protocol);
    let mut generator = Server::spawn_as("child-generator");
    let order = serde_json::json!({
        "protocol": protocol,
        "address": server.address,
        "workload": "scaling",
        "accounts": 3,
        "rounds": 4,
        "in_flight": 1,
        "prefix": "",
        "seed": 1,
        "trust": server.trust,
    });
    let order: LoadOrder = serde_json::from_value(order).expect("it is an order");
    generator.tell(&Order::Load(order));
    assert!(matches!(generator.listen(), Report::Ready { .. }));
    let mut states = Vec::new();
    loop {
        generator.tell(&Order::Go);
        match generator.listen() {
            Report::PhaseEnd(PhaseEnd { phase, .. }) => {
                let digest = server.digest();
                states.push(State { phase, digest });
            }
            Report::Outcome(outcome) => {
                assert_eq!(outcome.wrong_count, 0, "{protocol}: {:?}", outcome.wrong);
                return states;
            }
            other => panic!("{protocol}: {other:?}"),
        }
    }
}

#[test]
fn further_rounds_change_nothing_in_the_notebooks_bytes() {
    let of_rounds = |rounds: u32| {
        let arguments = format!("--protocol json --accounts 3 --rounds {rounds}");
        let run = measure(&arguments).runs.remove(0);
        let phases = run.phases_ns;
        let elapsed_ns = phases.iter().filter(|(name, _)| !name.ends_with("_rest"));
        assert_eq!(run.elapsed_ns, elapsed_ns.map(|(_, ns)| ns).sum::<u64>());
        let steps = u64::from(if rounds == 1 { 3 } else { 6_u32 }) * 3;
        assert_eq!(run.ledger.scheduled, 6 * u64::from(rounds) + steps);
        assert_eq!(phases.len(), if rounds == 1 { 5 } else { 9 });
        // The wire holds acknowledgements, whose number nobody decides.
        let [sent, received] = [run.bytes.sent, run.bytes.received]
            .map(|layers| (layers.payload, layers.message, layers.stream));
        (sent, received, run.state_digest)
    };
    assert_eq!(of_rounds(1), of_rounds(5));
}
