//! Random scripts of calls.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;

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
    let (any, name, limit) = (|| 0..64_usize, || 0..NAMES.len(), || 1..4_u32);
    let ids = || vec(any(), 0..4);
    let client_id = option::weighted(0.3, 0..3_u8);
    Union::new_weighted(vec![
        (2, name().prop_map(Step::Create).boxed()),
        (1, name().prop_map(Step::Account).boxed()),
        (1, any().prop_map(Step::DeleteAccount).boxed()),
        (
            1,
            (0..PATTERNS.len(), option::of(name()), limit())
                .prop_map(|(pattern, after, limit)| Step::List {
                    pattern,
                    after,
                    limit,
                })
                .boxed(),
        ),
        (
            12,
            (any(), name(), client_id)
                .prop_map(|(from, to, client_id)| Step::Send {
                    from,
                    to,
                    client_id,
                })
                .boxed(),
        ),
        (2, any().prop_map(Step::Unread).boxed()),
        (1, any().prop_map(Step::UnreadTotal).boxed()),
        (
            4,
            (any(), option::of(name()), limit())
                .prop_map(|(reader, peer, limit)| Step::Read {
                    reader,
                    peer,
                    limit,
                })
                .boxed(),
        ),
        (
            2,
            (any(), name(), any())
                .prop_map(|(reader, peer, up_to)| Step::Mark {
                    reader,
                    peer,
                    up_to,
                })
                .boxed(),
        ),
        (
            3,
            (any(), name(), option::of(any()), limit())
                .prop_map(|(reader, peer, before, limit)| Step::History {
                    reader,
                    peer,
                    before,
                    limit,
                })
                .boxed(),
        ),
        (
            4,
            (any(), ids(), prop::sample::select(vec![0, GRACE_MS]))
                .prop_map(|(by, ids, undo_grace_ms)| Step::Delete {
                    by,
                    ids,
                    undo_grace_ms,
                })
                .boxed(),
        ),
        (
            4,
            (any(), ids())
                .prop_map(|(by, ids)| Step::Undo { by, ids })
                .boxed(),
        ),
        (2, Just(Step::Sweep).boxed()),
        (1, Just(Step::Digest).boxed()),
        (1, any().prop_map(Step::ComeOnline).boxed()),
        (1, any().prop_map(Step::GoOffline).boxed()),
        (
            2,
            prop::sample::select(PAUSES_MS.to_vec())
                .prop_map(Step::Pause)
                .boxed(),
        ),
    ])
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
