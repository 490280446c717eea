//! The dev journal's measurements, over formats that say everything and formats that do not.

use protocols::registry::{Protocol, chat_protocols};

use super::processes::Server;
use super::{flawless, measure, one_state};

#[test]
fn every_format_starts_passes_registers_and_leaves_nothing() {
    let over_one = |protocol: &&Protocol| {
        protocol.name.ends_with("+tcp") || matches!(protocol.short_name(), "grpc" | "http")
    };
    let names: Vec<&str> = chat_protocols()
        .filter(over_one)
        .map(Protocol::short_name)
        .collect();
    let results = measure(&format!(
        "--workload journal --protocol {}",
        names.join(",")
    ));
    assert_eq!(results.runs.len(), names.len());
    one_state(&results);
    for run in &results.runs {
        flawless(run);
        let phases: Vec<&str> = run.phases_ns.keys().map(String::as_str).collect();
        assert_eq!(phases, ["delete", "pass", "register", "start"]);
        let tried = 16 + 100 + 200 - run.left_out.len() as u64;
        assert_eq!(
            (run.ledger.scheduled, run.ledger.ok),
            (tried, tried),
            "{}: {:?}",
            run.protocol,
            run.left_out
        );
        let server_start_ns = run.server_start_ns.expect("the server is ours");
        assert!(run.phases_ns["start"] > server_start_ns);
        let sockets = run.conditions.as_ref().expect("they were asked").sockets;
        assert!(sockets.connected <= 2, "one client: {}", sockets.connected);
    }
    let left_out = |protocol: &str| {
        let run = results.runs.iter().find(|run| run.protocol == protocol);
        run.expect("it ran").left_out.clone()
    };
    assert_eq!(left_out("json"), Vec::<String>::new());
    assert!(left_out("pipe").contains(&"look back".to_owned()));
}

#[test]
fn where_the_server_runs_already_its_start_is_no_part() {
    let server = Server::start("json");
    let results = measure(&format!(
        "--workload journal --protocol json --addr {}",
        server.address
    ));
    let [run] = results.runs.as_slice() else {
        panic!("one run, and not {}", results.runs.len());
    };
    flawless(run);
    assert_eq!(run.server_start_ns, None);
    assert!(run.phases_ns["start"] > 0);
}
