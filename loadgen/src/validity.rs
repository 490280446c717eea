//! Whether a run counts, and if not, why, in whole sentences.

pub mod load;

use std::collections::BTreeMap;

use protocols::registry::CODECS;
use reports::schema::Run;
use server_core::chat::Pushed;

use crate::record::{Record, Trouble};

/// Everything that speaks against a run; empty if it is valid.
#[must_use]
pub fn reasons(run: &Run, record: &Record) -> Vec<String> {
    let mut reasons: Vec<String> = record.trouble.iter().map(trouble).collect();
    reasons.extend(barriers(record));
    reasons.extend(nagle(run));
    if let Some(outcome) = &record.outcome {
        reasons.extend(ledger(run));
        if outcome.wrong_count > 0 {
            let first = outcome.wrong.join("; ");
            reasons.push(format!(
                "{}: {first}.",
                counted(
                    outcome.wrong_count,
                    ["answer was wrong", "answers were wrong"]
                )
            ));
        }
        if let (Some(expected), Some(digest)) = (&outcome.expected_digest, &run.state_digest)
            && expected != digest
        {
            reasons.push(format!(
                "The server's state has the digest {digest}, and should have {expected}."
            ));
        }
    } else if record.trouble.is_none() {
        reasons.push("The load generator did not say what became of its operations.".to_owned());
    }
    reasons
}

/// Marks all runs of a cell whose digests differ: one of them is wrong, and nothing says which. Where being told of a
/// message reads it, the state is another one, so only runs with the same habit are held against each other.
pub fn compare_digests(runs: &mut [Run]) {
    let cell = |run: &Run| {
        let told_is_read = pushed(&run.codec) == Pushed::IsRead;
        (
            run.workload.clone(),
            run.accounts,
            run.message_bytes,
            told_is_read,
        )
    };
    let mut first: BTreeMap<_, String> = BTreeMap::new();
    let mut differ = Vec::new();
    for run in runs.iter() {
        let Some(digest) = &run.state_digest else {
            continue;
        };
        // A run that is invalid anyway may have stopped in any state, and how much a timed one says differs.
        if run.valid && run.duration_ns.is_none() {
            let cell = cell(run);
            if first.entry(cell.clone()).or_insert_with(|| digest.clone()) != digest {
                differ.push(cell);
            }
        }
    }
    for run in runs {
        if run.state_digest.is_some() && differ.contains(&cell(run)) {
            run.valid = false;
            let reason =
                "The same workload left other digests of the server's state in other runs.";
            run.invalid_reasons.push(reason.to_owned());
        }
    }
}

/// What being told of a message does to it, in the format of this name.
fn pushed(codec: &str) -> Pushed {
    let codec = CODECS.iter().find(|known| known.name() == codec);
    codec.map_or(Pushed::StaysUnread, |codec| {
        codec.capabilities().habits.pushed
    })
}

fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Interrupted => "The user stopped it before its end.".to_owned(),
        Trouble::Child(error) => format!("It did not come to its end: {error}."),
    }
}

fn barriers(record: &Record) -> impl Iterator<Item = String> {
    record.phases.iter().filter(|phase| phase.agreed == Some(false)).map(|phase| {
        let server = phase.after.server.unwrap_or_default();
        let loadgen = phase.after.loadgen;
        format!(
            "After the phase {}, both ends had not counted the same bytes: {} sent and {} received by the clients, {} \
             received and {} sent by the server.",
            phase.end.phase,
            loadgen.stream_sent_bytes,
            loadgen.stream_received_bytes,
            server.stream_received_bytes,
            server.stream_sent_bytes,
        )
    })
}

/// With Nagle's algorithm and delayed acknowledgements a short message may wait 40 ms, whatever its protocol.
fn nagle(run: &Run) -> Vec<String> {
    let Some(conditions) = &run.conditions else {
        return Vec::new();
    };
    let sockets = conditions.sockets;
    let ends = [
        (
            sockets.accepted,
            sockets.accepted_nodelay,
            "accepted by the server",
        ),
        (
            Some(sockets.connected),
            Some(sockets.connected_nodelay),
            "connected by the clients",
        ),
    ];
    let lacking = ends.into_iter().filter_map(|(all, set, whose)| {
        let (all, set) = (all?, set?);
        (set < all).then(|| {
            format!(
                "{} of {all} sockets {whose} did not say that TCP_NODELAY is set.",
                all - set
            )
        })
    });
    lacking.collect()
}

fn ledger(run: &Run) -> Vec<String> {
    let ledger = &run.ledger;
    let mut reasons = Vec::new();
    if !ledger.adds_up() {
        reasons.push(format!(
            "The ledger does not add up: {} operations scheduled, and {} ok, {} errors, {} timeouts, {} in flight, {} \
             never sent.",
            ledger.scheduled, ledger.ok, ledger.errors, ledger.timeouts, ledger.in_flight, ledger.never_sent
        ));
    }
    // What a timed phase may leave behind is a question of its load.
    let is_timed = run.duration_ns.is_some();
    let must_be_none = [
        (ledger.errors, ["operation failed", "operations failed"]),
        (
            if is_timed { 0 } else { ledger.timeouts },
            [
                "operation was not answered in time",
                "operations were not answered in time",
            ],
        ),
        (
            if is_timed { 0 } else { ledger.in_flight },
            [
                "operation was unanswered at the end",
                "operations were unanswered at the end",
            ],
        ),
        (
            if is_timed { 0 } else { ledger.never_sent },
            ["operation was never sent", "operations were never sent"],
        ),
        (
            ledger.lost,
            [
                "message was acknowledged and lost",
                "messages were acknowledged and lost",
            ],
        ),
        (
            ledger.duplicated,
            [
                "message arrived more than once",
                "messages arrived more than once",
            ],
        ),
        (
            ledger.reordered,
            [
                "message arrived behind a later one",
                "messages arrived behind later ones",
            ],
        ),
        (
            ledger.altered,
            [
                "message arrived with another text",
                "messages arrived with other texts",
            ],
        ),
    ];
    let found = must_be_none.into_iter().filter(|(count, _)| *count > 0);
    reasons.extend(found.map(|(count, words)| format!("{}.", counted(count, words))));
    reasons
}

fn counted(count: u64, [one, more]: [&str; 2]) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
