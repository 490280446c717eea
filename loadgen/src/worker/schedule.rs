//! When one connection's operations are due in one stretch, and which of them never left.

use std::iter::Peekable;

use crate::pacing::{Pacer, Share, Times};

/// When a stretch of a paced phase begins, counts and ends, in nanoseconds on the run's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "units stand last in names")]
pub(crate) struct Window {
    /// When it begins.
    pub(crate) start_ns: u64,
    /// From when on what is due is measured: after the warm-up.
    pub(crate) measured_from_ns: u64,
    /// When nothing is due any more; `None`: when all is done that the workload says.
    pub(crate) end_ns: Option<u64>,
    /// How long an operation may be unanswered, and what is in flight at the end.
    pub(crate) timeout_ns: u64,
}

impl Window {
    /// A stretch that begins at a moment, lasts until all is done, and is measured as a whole.
    pub(crate) const fn whole(start_ns: u64, timeout_ns: u64) -> Self {
        Self {
            start_ns,
            measured_from_ns: start_ns,
            end_ns: None,
            timeout_ns,
        }
    }

    /// Whether what is due at a moment counts.
    pub(crate) const fn measures(&self, intended_ns: u64) -> bool {
        intended_ns >= self.measured_from_ns
    }

    /// Until when what is in flight at the end is waited for.
    pub(crate) fn drained_ns(&self) -> Option<u64> {
        Some(self.end_ns?.saturating_add(self.timeout_ns))
    }

    /// Whether nothing is due any more.
    pub(crate) fn is_over(&self, now_ns: u64) -> bool {
        self.end_ns.is_some_and(|end_ns| now_ns >= end_ns)
    }
}

/// The intended times of one connection's operations.
pub(super) enum Schedule {
    /// An operation is due whenever there is room for it.
    WhenThereIsRoom,
    /// Operations are due at these times after the start.
    At(Peekable<Times>),
}

impl Schedule {
    pub(super) fn new(pacer: Pacer, share: Share) -> Self {
        match pacer {
            Pacer::Closed(_) => Self::WhenThereIsRoom,
            Pacer::Open(open) => Self::At(open.times(share).peekable()),
        }
    }

    /// When the next operation is due; `free_since_ns` is when there last came to be room for one. `None` if none is
    /// due in this stretch.
    pub(super) fn next_ns(&mut self, window: &Window, free_since_ns: u64) -> Option<u64> {
        let next_ns = match self {
            Self::WhenThereIsRoom => free_since_ns,
            Self::At(times) => window.start_ns.saturating_add(*times.peek()?),
        };
        window
            .end_ns
            .is_none_or(|end_ns| next_ns < end_ns)
            .then_some(next_ns)
    }

    /// The operation that was due has been taken.
    pub(super) fn advance(&mut self) {
        if let Self::At(times) = self {
            times.next();
        }
    }

    /// Takes out all that were due before `now_ns` in this stretch: how many, and how many of them are measured.
    pub(super) fn take_due(&mut self, window: &Window, now_ns: u64) -> Due {
        let mut due = Due::default();
        if let Self::At(_) = self {
            while let Some(intended_ns) = self.next_ns(window, 0)
                && intended_ns <= now_ns
            {
                due.all += 1;
                due.measured += u64::from(window.measures(intended_ns));
                self.advance();
            }
        }
        due
    }
}

/// How many operations were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) all: u64,
    pub(super) measured: u64,
}
