//! Where every operation of a run went.

use serde::{Deserialize, Serialize};

/// What became of every operation: it adds up, or the run is invalid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Operations that the workload asked for.
    pub scheduled: u64,
    /// Answered, and rightly.
    pub ok: u64,
    /// Answered with an error, or wrongly.
    pub errors: u64,
    /// Given up on.
    pub timeouts: u64,
    /// Unanswered at the end.
    pub in_flight: u64,
    /// Never sent.
    pub never_sent: u64,
    /// Messages that reached their recipients.
    pub delivered: u64,
    /// Messages that did not.
    pub lost: u64,
    /// Messages that arrived more than once.
    pub duplicated: u64,
    /// Messages that arrived behind a later one of the same sender (reordered, as RFC 4737 has it).
    #[serde(default)]
    pub reordered: u64,
    /// Messages that arrived with another text.
    #[serde(default)]
    pub altered: u64,
}

impl Ledger {
    /// Whether every scheduled operation is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let ended = self.ok + self.errors + self.timeouts + self.in_flight + self.never_sent;
        self.scheduled == ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_adds_up_or_does_not() {
        let mut ledger = Ledger {
            scheduled: 10,
            ok: 6,
            errors: 1,
            timeouts: 1,
            in_flight: 1,
            never_sent: 1,
            ..Ledger::default()
        };
        assert!(ledger.adds_up());
        ledger.ok = 7;
        assert!(!ledger.adds_up());
    }
}
