//! Servers that are wrong on purpose are found out: over every protocol, the run says what happened and ends with 5.

use std::process::Command;

use protocols::registry;
use reports::Results;
use reports::schema::Ledger;

/// A run against servers with a fault.
struct Faulty {
    fault: &'static str,
    /// What is sent, so that the fault comes for certain: a server counts the messages that it takes, and is wrong at
    /// each that its `N` divides.
    load: &'static str,
    /// A part of the reason that must be there.
    reason: &'static str,
    /// What of the ledger must be this.
    counts: fn(&Ledger) -> u64,
    count: u64,
}

/// Runs over every protocol that is compared by default, all at the same time, and checks what comes of it. What notices
/// a fault knows neither codecs nor transports.
fn check(faulty: &Faulty) {
    std::thread::scope(|scope| {
        for protocol in registry::defaults() {
            scope.spawn(|| check_one(faulty, protocol.name));
        }
    });
}

fn check_one(faulty: &Faulty, protocol: &str) {
    let Faulty { fault, load, .. } = faulty;
    let directory = tempfile::tempdir().expect("there is room");
    let arguments =
        format!("--protocol {protocol} {load} --server-fault {fault} --trials 1 --quiet");
    let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
        .args(arguments.split(' '))
        .arg("--out")
        .arg(directory.path())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{arguments}: {stderr}");
    let results = Results::load(directory.path().join("results.json")).expect("it was written");
    assert_eq!(results.config.server_fault.as_deref(), Some(*fault));
    assert_eq!(results.runs.len(), 1);
    let run = &results.runs[0];
    let reasons = run.invalid_reasons.join(" ");
    assert!(
        !run.valid && reasons.contains(faulty.reason),
        "{arguments}: {reasons}"
    );
    let counted = (faulty.counts)(&run.ledger);
    assert_eq!(counted, faulty.count, "{arguments}: {:?}", run.ledger);
    assert!(run.ledger.adds_up(), "{arguments}: {:?}", run.ledger);
    assert!(stderr.contains(faulty.reason), "{arguments}: {stderr}");
}

#[test]
fn a_message_in_10000_that_is_acknowledged_and_forgotten_is_missed() {
    check(&Faulty {
        fault: "forget:10000",
        // 11 accounts send 110 messages a round: 92 rounds are 10,120, of which the 10,000th alone is forgotten.
        load: "--accounts 11 --rounds 92",
        reason: "1 message was acknowledged and lost",
        counts: |ledger| ledger.lost,
        count: 1,
    });
}

#[test]
fn a_message_that_is_forgotten_is_missed_where_messages_are_read() {
    check(&Faulty {
        fault: "forget:20",
        // 20 messages are sent, of which the last is forgotten; 20 cannot be read then, and none is delivered.
        load: "--workload efficiency",
        reason: "was refused",
        counts: |ledger| ledger.errors,
        count: 1,
    });
}

#[test]
fn messages_that_are_delivered_twice_are_noticed() {
    check(&Faulty {
        fault: "double:100",
        // 12 messages a round: 40 rounds are 480, of which the 100th, 200th, 300th and 400th come twice.
        load: "--accounts 4 --rounds 40",
        reason: "4 messages arrived more than once",
        counts: |ledger| ledger.duplicated,
        count: 4,
    });
}

#[test]
fn messages_that_are_swapped_are_noticed() {
    check(&Faulty {
        fault: "swap:100",
        // As above. Whoever's the 400th is, the same two write to each other again in a later one of the 40 rounds, so
        // that each of the four has a message to be swapped with.
        load: "--accounts 4 --rounds 40",
        reason: "4 messages arrived behind later ones",
        counts: |ledger| ledger.reordered,
        count: 4,
    });
}

#[test]
fn messages_that_are_altered_are_noticed() {
    check(&Faulty {
        fault: "alter:100",
        load: "--accounts 4 --rounds 40",
        reason: "4 messages arrived with other texts",
        counts: |ledger| ledger.altered,
        count: 4,
    });
}

#[test]
fn a_state_that_is_wrong_shows_in_its_digest() {
    check(&Faulty {
        fault: "alter:7",
        // One round of 12 messages, of which the 7th is stored with another text.
        load: "--accounts 4 --rounds 1",
        reason: "The server's state has the digest",
        counts: |ledger| ledger.altered,
        count: 1,
    });
}

/// Ten times as many messages as the fault needs; how many of its ten fall on which pair of accounts, and so what each
/// of them brings with it, is chance.
#[test]
fn every_fault_is_noticed_where_operations_are_mixed() {
    std::thread::scope(|scope| {
        for (fault, reason) in [
            ("forget:200", "acknowledged and lost"),
            ("double:200", "arrived more than once"),
            ("swap:200", "arrived behind"),
            ("alter:200", "arrived with"),
        ] {
            scope.spawn(move || {
                let directory = tempfile::tempdir().expect("there is room");
                let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
                    .args("--workload mixed --protocol json --trials 1 --quiet".split(' '))
                    .args(["--server-fault", fault, "--out"])
                    .arg(directory.path())
                    .output()
                    .expect("the program starts");
                let stderr = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(5), "{fault}: {stderr}");
                assert!(stderr.contains(reason), "{fault}: {stderr}");
            });
        }
    });
}

#[test]
fn a_server_that_is_only_slow_is_right() {
    for protocol in registry::defaults() {
        let directory = tempfile::tempdir().expect("there is room");
        let status = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .args("--accounts 4 --rounds 20 --trials 1 --quiet --server-fault burn:10%".split(' '))
            .args(["--protocol", protocol.name, "--out"])
            .arg(directory.path())
            .status()
            .expect("the program starts");
        assert_eq!(status.code(), Some(0), "{}", protocol.name);
    }
}

#[test]
fn a_fault_that_no_server_of_the_run_would_have_is_refused() {
    for (arguments, word) in [
        ("--protocol floor --server-fault forget:3", "has no effect"),
        (
            "--protocol json --server-fault custom=forget:3",
            "has no effect",
        ),
        ("--protocol json --server-fault break:3", "is no fault"),
        (
            "--protocol json --addr 127.0.0.1:1 --server-fault forget:3",
            "--addr",
        ),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_loadgen"))
            .args(arguments.split(' '))
            .output()
            .expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(word), "{stderr}");
    }
}
