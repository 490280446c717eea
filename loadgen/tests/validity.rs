//! Whatever speaks against a run is found, and said in words.

mod common;

use common::{record, steps, trial};
use loadgen::assemble::{self, Conditions};
use loadgen::control::Ledger;
use loadgen::record::{Record, Trouble};
use loadgen::target::{ChildError, Role};
use loadgen::validity;
use protocols::sockets::Answers;
use reports::schema::Run;

fn run_of(change: impl FnOnce(&mut Record)) -> Run {
    let mut record = record(&steps());
    change(&mut record);
    assemble::run(&trial(), &record, &Conditions::default())
}

/// The one reason that a changed record has.
#[track_caller]
fn check(change: impl FnOnce(&mut Record), expected: &str) {
    let run = run_of(change);
    assert!(!run.valid);
    assert_eq!(run.invalid_reasons.len(), 1, "{:?}", run.invalid_reasons);
    assert!(
        run.invalid_reasons[0].contains(expected),
        "{:?}",
        run.invalid_reasons
    );
}

#[track_caller]
fn check_ledger(change: impl FnOnce(&mut Ledger), expected: &str) {
    let in_ledger =
        |record: &mut Record| change(&mut record.outcome.as_mut().expect("there is one").ledger);
    check(in_ledger, expected);
}

#[test]
fn a_run_without_fault_is_valid() {
    let run = run_of(|_| {});
    assert!(
        run.valid && run.invalid_reasons.is_empty(),
        "{:?}",
        run.invalid_reasons
    );
}

#[test]
fn operations_that_are_not_accounted_for() {
    check_ledger(
        |ledger| ledger.scheduled = 17,
        "17 operations scheduled, and 16 ok",
    );
}

#[test]
fn operations_that_did_not_end_well() {
    let moved = |ledger: &mut Ledger| ledger.ok -= 1;
    check_ledger(
        |ledger| (moved(ledger), ledger.errors = 1).1,
        "1 operation failed.",
    );
    check_ledger(
        |ledger| (moved(ledger), ledger.timeouts = 1).1,
        "1 operation was not answered in time.",
    );
    check_ledger(
        |ledger| (moved(ledger), ledger.in_flight = 1).1,
        "1 operation was unanswered at the end.",
    );
    check_ledger(
        |ledger| (moved(ledger), ledger.never_sent = 1).1,
        "1 operation was never sent.",
    );
}

#[test]
fn messages_that_did_not_arrive_once() {
    check_ledger(
        |ledger| ledger.lost = 2,
        "2 messages were acknowledged and lost.",
    );
    check_ledger(
        |ledger| ledger.duplicated = 1,
        "1 message arrived more than once.",
    );
}

#[test]
fn wrong_answers() {
    let wrong = |record: &mut Record| {
        let outcome = record.outcome.as_mut().expect("there is one");
        outcome.wrong_count = 9;
        outcome.wrong = vec!["user3 got \"b\" for \"a\"".to_owned()];
    };
    check(wrong, "9 answers were wrong: user3 got \"b\" for \"a\".");
}

#[test]
fn a_state_that_is_not_what_was_said() {
    check(
        |record| record.digest = Some("d4735e3a".to_owned()),
        "has the digest d4735e3a, and should have 6b86b273",
    );
}

#[test]
fn a_server_that_shows_no_state_is_not_wrong() {
    assert!(run_of(|record| record.digest = None).valid);
}

#[test]
fn bytes_that_one_end_counted_and_the_other_did_not() {
    let differ = |record: &mut Record| {
        let create = &mut record.phases[1];
        create
            .after
            .server
            .as_mut()
            .expect("it is ours")
            .stream_received_bytes -= 1;
        create.agreed = Some(false);
    };
    check(
        differ,
        "After the phase create, both ends had not counted the same bytes: 340 sent and 80 received by the clients, 339 received and 80 sent by the server.",
    );
}

#[test]
fn sockets_that_hold_short_messages_back() {
    let answers = |sockets, nodelay| Answers {
        sockets,
        nodelay,
        ..Answers::default()
    };
    let asked = |record: &mut Record, accepted, connected| {
        let last = &mut record.phases.last_mut().expect("there are phases").after;
        last.loadgen.sockets = Some(connected);
        last.server.as_mut().expect("it is ours").sockets = Some(accepted);
    };
    assert!(run_of(|record| asked(record, answers(2, 2), answers(2, 2))).valid);
    check(
        |record| asked(record, answers(2, 1), answers(2, 2)),
        "1 of 2 sockets accepted by the server did not say that TCP_NODELAY is set.",
    );
    check(
        |record| asked(record, answers(2, 2), answers(2, 0)),
        "2 of 2 sockets connected by the clients did not say that TCP_NODELAY is set.",
    );
}

#[test]
fn processes_that_went_wrong() {
    let died = ChildError::Ended {
        role: Role::Server,
        status: "signal 9".to_owned(),
        said: String::new(),
    };
    let cut = |record: &mut Record| {
        record.outcome = None;
        record.trouble = Some(Trouble::Child(died));
    };
    check(cut, "the server ended unexpectedly (signal 9)");
}

#[test]
fn a_run_that_the_user_stopped() {
    check(
        |record| record.trouble = Some(Trouble::Interrupted),
        "The user stopped it",
    );
}

#[test]
fn a_generator_without_last_words() {
    check(
        |record| record.outcome = None,
        "did not say what became of its operations",
    );
}

#[test]
fn latencies_that_cannot_be_read() {
    let broken = |record: &mut Record| {
        let outcome = record.outcome.as_mut().expect("there is one");
        outcome.recorded.ack_hdr = Some("not base64!".to_owned());
    };
    check(broken, "latencies cannot be read");
}

#[test]
fn states_that_differ_between_protocols() {
    let other = |digest: &str| Run {
        state_digest: Some(digest.to_owned()),
        ..run_of(|_| {})
    };
    let mut runs = vec![
        other("a"),
        other("a"),
        Run {
            accounts: 3,
            ..other("b")
        },
    ];
    validity::compare_digests(&mut runs);
    assert!(
        runs.iter().all(|run| run.valid),
        "another cell may have another state"
    );
    runs.push(other("b"));
    validity::compare_digests(&mut runs);
    let valid: Vec<bool> = runs.iter().map(|run| run.valid).collect();
    assert_eq!(valid, [false, false, true, false]);
    assert!(
        runs[0].invalid_reasons[0].contains("other digests"),
        "{:?}",
        runs[0].invalid_reasons
    );
}
