//! The suite notices servers that are wrong, tells so in bounded time, and cleans up after itself all the same.
//!
//! Clocks are paused: whatever waits for something that never comes is at its deadline at once.

use std::sync::Arc;

use protocols::conformance::{self, Door, RunError, Summary, Target};
use server_core::Chat;
use server_core::message::Operation;
use server_core::pattern::Pattern;
use server_core::store::memory::MemoryStore;
use server_core::store::{ListQuery, Store};

use super::broken::{Broken, Fault};
use super::direct::Direct;
use super::lying::{Lie, Lying};
use super::server::{Undo, core};

/// Runs one topic against a core.
async fn run(door: Arc<dyn Door>, topic: &str) -> Summary {
    let target = Target::through(vec![door]);
    conformance::run(&target, Some(topic), &mut |_| {})
        .await
        .unwrap()
}

/// Checks of this topic, or this one check of it, fail if the store has this fault, and only then.
async fn check_fault(fault: Fault, topic: &str) {
    let open = |fault| {
        core(Undo::On.options(), |changes| {
            Arc::new(Broken::new(fault, changes))
        })
    };
    let healthy = run(Arc::new(Direct::new(open(Fault::None))), topic).await;
    assert_eq!(healthy.failed().count(), 0, "without a fault: {healthy}");
    let broken = run(Arc::new(Direct::new(open(fault))), topic).await;
    let noticed = broken.failed().any(|result| result.group != "removal");
    assert!(noticed, "nothing in {topic:?} notices {fault:?}: {broken}");
}

/// As [`check_fault`], for what is wrong on the way to a healthy store.
async fn check_lie(lie: Lie, topic: &str) {
    let inner: Arc<dyn Door> = Arc::new(Direct::new(healthy_core()));
    let broken = run(Arc::new(Lying { lie, inner }), topic).await;
    let noticed = broken.failed().any(|result| result.group != "removal");
    assert!(noticed, "nothing in {topic:?} notices {lie:?}: {broken}");
}

fn healthy_core() -> Arc<Chat> {
    core(Undo::On.options(), |changes| {
        Arc::new(MemoryStore::new(changes))
    })
}

/// Each fault, and the topics of which each must notice it.
const FAULTS: &[(Fault, &[&str])] = &[
    (
        Fault::LosesEverySeventhMessage,
        &["discussion", "events", "texts", "faults"],
    ),
    (
        Fault::StoresTwice,
        &["functional", "reading", "history", "client_id"],
    ),
    (Fault::ForgetsClientIds, &["client_id"]),
    (Fault::AltersTexts, &["functional", "texts", "history"]),
    (Fault::CutsTexts, &["texts", "faults"]),
    (
        Fault::CountsOneMoreAtLogIn,
        &["functional", "accounts", "resume"],
    ),
    (Fault::CountsOneMoreByPeer, &["functional", "reading"]),
    (Fault::ReadsNewestFirst, &["functional", "reading"]),
    (Fault::ReadsAllThereIs, &["functional", "reading", "faults"]),
    (Fault::ReadsFromEverybody, &["reading"]),
    (Fault::MarksEverything, &["reading"]),
    (Fault::ShowsHistoryOldestFirst, &["functional", "history"]),
    (Fault::IgnoresBefore, &["history"]),
    (
        Fault::PretendsToDelete,
        &["functional", "deletion", "faults", "undo"],
    ),
    (
        Fault::PretendsToDeleteAccounts,
        &["functional", "account_deletion", "journal", "faults"],
    ),
    (Fault::RestoresNothing, &["undo"]),
    (Fault::SaysItRestoredAll, &["undo"]),
    (
        Fault::TakesNamesTwice,
        &["functional", "journal", "discussion"],
    ),
    (Fault::IgnoresPatterns, &["listing"]),
    (Fault::IgnoresAfter, &["listing"]),
    (Fault::AlwaysHasMore, &["listing"]),
    (
        Fault::TellsNobody,
        &["functional", "events", "faults", "journal"],
    ),
    (Fault::TellsTwice, &["events", "texts", "client_id"]),
    (Fault::TellsInPairsSwapped, &["events", "discussion"]),
    (Fault::SaysDelivered, &["functional", "events", "journal"]),
    (Fault::SaysUndelivered, &["functional", "events", "journal"]),
    (Fault::KeepsDeletionsToItself, &["deletion"]),
    (Fault::KeepsRestorationsToItself, &["undo"]),
    (
        Fault::KeepsAccountDeletionsToItself,
        &["functional", "account_deletion"],
    ),
];

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_store_is_noticed() {
    for (fault, topics) in FAULTS {
        for topic in *topics {
            check_fault(*fault, &format!("{topic} ")).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_the_rules_is_noticed() {
    check_lie(Lie::SmallerTextLimit, "texts ").await;
    check_lie(Lie::SmallerTextLimit, "functional ").await;
    check_lie(Lie::NoDetails, "functional ").await;
    check_lie(Lie::NoDetails, "accounts ").await;
    check_lie(Lie::NoDetails, "listing ").await;
    check_lie(Lie::OneRefusalForAll, "functional ").await;
    check_lie(Lie::OneRefusalForAll, "journal ").await;
    check_lie(Lie::AnotherReply, "reading ").await;
    check_lie(Lie::AnotherReply, "connection ").await;
    check_lie(Lie::LogsNobodyOut, "functional ").await;
    check_lie(Lie::LogsNobodyOut, "resume ").await;
}

/// A check that waits for an answer fails at its deadline, and says so; the others run on.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_noticed() {
    let inner: Arc<dyn Door> = Arc::new(Direct::new(healthy_core()));
    let silent = Lying {
        lie: Lie::Silent(Operation::MarkRead),
        inner,
    };
    let summary = run(Arc::new(silent), "mark").await;
    assert!(summary.failed().count() > 0, "{summary}");
    for result in summary.failed() {
        let line = result.to_string();
        assert!(
            line.contains("expected an answer to mark_read within "),
            "{line}"
        );
        assert!(line.ends_with(", but nothing came"), "{line}");
    }
    assert!(summary.passed() > 0, "{summary}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_says_hello_is_not_tested() {
    let inner: Arc<dyn Door> = Arc::new(Direct::new(healthy_core()));
    let target = Target::through(vec![Arc::new(Lying {
        lie: Lie::Silent(Operation::Hello),
        inner,
    })]);
    let error = conformance::run(&target, None, &mut |_| {})
        .await
        .unwrap_err();
    let expected =
        "nothing was tested over lying: expected a reply to hello within 10s, but nothing came";
    assert_eq!(error.to_string(), expected);
}

/// Also where checks fail, nothing that they created stays.
#[tokio::test(start_paused = true)]
async fn what_a_failing_run_created_is_removed() {
    for fault in [
        Fault::SaysUndelivered,
        Fault::CountsOneMoreByPeer,
        Fault::AltersTexts,
    ] {
        let mut store = None;
        let chat = core(Undo::On.options(), |changes| {
            let broken = Arc::new(Broken::new(fault, changes));
            store = Some(Arc::clone(&broken));
            broken
        });
        let target = Target::through(vec![Arc::new(Direct::new(Arc::clone(&chat)))]);
        let summary = conformance::run(&target, None, &mut |_| {}).await.unwrap();
        assert!(summary.failed().count() > 5, "{fault:?}: {summary}");
        assert!(
            summary.failed().all(|result| result.group != "removal"),
            "{fault:?}: {summary}"
        );
        let everybody = ListQuery {
            pattern: Pattern::new("*").unwrap(),
            after: None,
            limit: 10,
        };
        let left = store.unwrap().list_accounts(&everybody).block().unwrap();
        assert!(left.names.is_empty(), "{fault:?} left {:?}", left.names);
        assert_eq!(chat.session_count(), 0);
    }
}

/// What can't be removed is said to be left, by name.
#[tokio::test(start_paused = true)]
async fn what_is_left_behind_is_told() {
    let chat = core(Undo::On.options(), |changes| {
        Arc::new(Broken::new(Fault::PretendsToDeleteAccounts, changes))
    });
    let target = Target::through(vec![Arc::new(Direct::new(chat))]);
    let prefix = target.prefix().to_owned();
    let summary = conformance::run(&target, Some("connection "), &mut |_| {})
        .await
        .unwrap();
    let left = summary
        .failed()
        .find(|result| result.group == "removal")
        .expect("a failure")
        .to_string();
    assert!(left.contains(&prefix), "{left}");
}

#[tokio::test]
async fn checks_are_chosen_by_their_line() {
    let names = async |only| {
        let target = Target::through(vec![Arc::new(Direct::new(healthy_core()))]);
        let summary = conformance::run(&target, Some(only), &mut |_| {}).await?;
        let lines = summary
            .results
            .iter()
            .map(|result| format!("{} {:02}", result.group, result.number));
        Ok::<_, RunError>(lines.collect::<Vec<_>>())
    };
    assert_eq!(names("undo 03").await.unwrap(), ["undo 03", "removal 01"]);
    let steps = names("TestUser1 deletes that message").await.unwrap();
    assert_eq!(steps.len(), 33, "a sequence runs whole: {steps:?}");
    let error = names("no such check").await.unwrap_err();
    assert_eq!(
        error,
        RunError::NothingMatches {
            asked: "no such check".to_owned()
        }
    );
    assert!(error.to_string().contains("functional"), "{error}");
}

#[tokio::test]
async fn progress_is_told_of_every_result_in_order() {
    let target = Target::through(vec![Arc::new(Direct::new(healthy_core()))]);
    let mut told = Vec::new();
    let summary = conformance::run(&target, Some("texts"), &mut |result| {
        told.push(result.clone());
    })
    .await;
    assert_eq!(told, summary.unwrap().results);
}
