//! Formats that cannot say everything do the same work as far as they can, and say what they leave out.

use std::collections::{BTreeMap, BTreeSet};

use protocols::registry::{Protocol, chat_protocols};
use reports::Results;
use reports::schema::{LEFT_OUT, NOTHING_LEFT_OUT, Run};
use server_core::chat::Pushed;

use super::processes::loadgen;
use super::{flawless, measure};

/// Those whose accounts have no passwords, on one transport.
fn little() -> Vec<&'static Protocol> {
    let is_little = |protocol: &&Protocol| {
        let capabilities = protocol.capabilities();
        capabilities.is_some_and(|capabilities| !capabilities.has_passwords())
    };
    let over_tcp = chat_protocols().filter(|protocol| protocol.name.ends_with("+tcp"));
    over_tcp.filter(is_little).collect()
}

/// All of them and one that says everything, as the command line takes them.
fn beside_one_that_says_everything() -> String {
    let names = little().into_iter().map(Protocol::short_name);
    names.chain(["json"]).collect::<Vec<_>>().join(",")
}

fn run<'r>(results: &'r Results, protocol: &str) -> &'r Run {
    let found = results.runs.iter().find(|run| run.protocol == protocol);
    found.unwrap_or_else(|| panic!("{protocol} did not run"))
}

#[test]
fn all_to_all_is_right_and_what_was_told_is_read_where_that_is_the_rule() {
    let protocols = beside_one_that_says_everything();
    let results = measure(&format!("--protocol {protocols} --accounts 6 --rounds 3"));
    let mut digests: BTreeMap<bool, BTreeSet<&str>> = BTreeMap::new();
    for run in &results.runs {
        flawless(run);
        assert_eq!(
            (run.messages, run.ledger.delivered),
            (90, 90),
            "{}",
            run.protocol
        );
        let told_is_read = little().iter().any(|protocol| {
            let habits = protocol
                .capabilities()
                .map(|capabilities| capabilities.habits);
            protocol.short_name() == run.protocol
                && habits.is_some_and(|habits| habits.pushed == Pushed::IsRead)
        });
        let digest = run.state_digest.as_deref().expect("the server is ours");
        digests.entry(told_is_read).or_default().insert(digest);
    }
    assert!(
        digests.values().all(|same| same.len() == 1),
        "one state a rule: {digests:?}"
    );
}

#[test]
fn efficiency_is_right_whatever_hands_messages_over() {
    let protocols = beside_one_that_says_everything();
    let results = measure(&format!("--protocol {protocols} --workload efficiency"));
    let digests: BTreeSet<_> = results.runs.iter().map(|run| &run.state_digest).collect();
    assert_eq!(digests.len(), 1, "one state: {digests:?}");
    for run in &results.runs {
        flawless(run);
        assert_eq!(
            (run.messages, run.ledger.delivered),
            (20, 20),
            "{}",
            run.protocol
        );
    }
}

#[test]
fn what_is_left_out_is_in_the_results() {
    let protocols = beside_one_that_says_everything();
    let results = measure(&format!("--protocol {protocols} --workload efficiency"));
    let left_out = |protocol: &str| {
        let conditions = run(&results, protocol).conditions.as_ref();
        conditions.expect("they are known").nature[LEFT_OUT].clone()
    };
    assert_eq!(left_out("json"), NOTHING_LEFT_OUT);
    for protocol in little() {
        let words = left_out(protocol.short_name());
        assert!(words.contains("history"), "{}: {words}", protocol.name);
    }
}

#[track_caller]
fn check_refused(arguments: &str, said: &str) {
    let directory = tempfile::tempdir().expect("there is room");
    let output = loadgen(arguments, directory.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(said), "{stderr}");
}

#[test]
fn what_a_format_cannot_say_is_refused_before_anything_starts() {
    for protocol in little().into_iter().map(Protocol::short_name) {
        check_refused(
            &format!("--protocol {protocol} --workload mixed"),
            &format!("mixed: {protocol} cannot say "),
        );
        check_refused(
            &format!("--protocol json,{protocol} --accounts 4 --delivery poll:200ms"),
            &format!("--delivery poll:200ms: {protocol} "),
        );
    }
}
