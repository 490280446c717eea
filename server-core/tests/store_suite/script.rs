//! Random scripts of calls.

use std::ops::Range;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use server_core::store::Fewer;

use super::world::GRACE_MS;

pub(crate) const NAMES: [&str; 4] = ["ann", "bob", "Cleo", "d"];
pub(crate) const PATTERNS: [&str; 4] = ["", "?", "*o*", "bob"];
const PAUSES_MS: [u64; 4] = [1, 10_000, 30_000, 86_400_000];

/// One call. Accounts and messages are meant by their place among all that were made so far, round and round.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create(usize),
    Account(usize),
    DeleteAccount(usize),
    List {
        pattern: usize,
        after: Option<usize>,
        limit: u32,
    },
    Send {
        from: usize,
        to: usize,
        client_id: Option<u8>,
    },
    Unread(usize),
    UnreadTotal(usize),
    Read {
        reader: usize,
        peer: Option<usize>,
        limit: u32,
        fewer: Fewer,
    },
    MarkOne {
        reader: usize,
        message: usize,
    },
    Mark {
        reader: usize,
        peer: usize,
        up_to: usize,
    },
    History {
        reader: usize,
        peer: usize,
        before: Option<usize>,
        limit: u32,
    },
    Delete {
        by: usize,
        ids: Vec<usize>,
        undo_grace_ms: u64,
    },
    Undo {
        by: usize,
        ids: Vec<usize>,
    },
    Sweep,
    Digest,
    ComeOnline(usize),
    GoOffline(usize),
    Pause(u64),
}

/// Scripts of up to this many steps.
pub(crate) fn script(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..steps).prop_map(|mut script| {
        script.splice(..0, [Step::Create(0), Step::Create(1), Step::Create(2)]);
        script
    })
}

fn step() -> impl Strategy<Value = Step> {
    Union::new_weighted(vec![
        (5, about_accounts().boxed()),
        (12, sending().boxed()),
        (10, reading().boxed()),
        (10, deleting().boxed()),
        (4, circumstances().boxed()),
    ])
}

fn place() -> Range<usize> {
    0..64
}

fn name() -> Range<usize> {
    0..NAMES.len()
}

fn limit() -> Range<u32> {
    1..4
}

fn about_accounts() -> impl Strategy<Value = Step> {
    let list = (0..PATTERNS.len(), option::of(name()), limit());
    prop_oneof![
        2 => name().prop_map(Step::Create),
        1 => name().prop_map(Step::Account),
        1 => place().prop_map(Step::DeleteAccount),
        1 => list.prop_map(|(pattern, after, limit)| Step::List { pattern, after, limit }),
    ]
}

fn sending() -> impl Strategy<Value = Step> {
    let client_id = option::weighted(0.3, 0..3_u8);
    (place(), name(), client_id).prop_map(|(from, to, client_id)| Step::Send {
        from,
        to,
        client_id,
    })
}

fn reading() -> impl Strategy<Value = Step> {
    let fewer = select(vec![Fewer::Refused, Fewer::Taken]);
    let read = (place(), option::of(name()), limit(), fewer);
    let mark = (place(), name(), place());
    let history = (place(), name(), option::of(place()), limit());
    prop_oneof![
        2 => place().prop_map(Step::Unread),
        1 => place().prop_map(Step::UnreadTotal),
        4 => read.prop_map(|(reader, peer, limit, fewer)| Step::Read { reader, peer, limit, fewer }),
        2 => (place(), place()).prop_map(|(reader, message)| Step::MarkOne { reader, message }),
        2 => mark.prop_map(|(reader, peer, up_to)| Step::Mark { reader, peer, up_to }),
        3 => history.prop_map(|(reader, peer, before, limit)| Step::History { reader, peer, before, limit }),
        1 => Just(Step::Digest),
    ]
}

fn deleting() -> impl Strategy<Value = Step> {
    let ids = || vec(place(), 0..4);
    let delete = (place(), ids(), select(vec![0, GRACE_MS]));
    prop_oneof![
        4 => delete.prop_map(|(by, ids, undo_grace_ms)| Step::Delete { by, ids, undo_grace_ms }),
        4 => (place(), ids()).prop_map(|(by, ids)| Step::Undo { by, ids }),
        2 => Just(Step::Sweep),
    ]
}

fn circumstances() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => place().prop_map(Step::ComeOnline),
        1 => place().prop_map(Step::GoOffline),
        2 => select(PAUSES_MS.to_vec()).prop_map(Step::Pause),
    ]
}

impl Step {
    /// Changes that need not know what came of earlier ones. Questions must wait: they see what was answered.
    pub(crate) fn may_overlap(&self) -> bool {
        matches!(
            self,
            Self::Send { .. } | Self::Read { .. } | Self::DeleteAccount(_) | Self::Sweep
        )
    }
}
