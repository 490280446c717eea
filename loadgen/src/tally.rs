//! Sums over the measured part of the message phases, made by counting alone: what the histograms say can be held
//! against them.

use serde::{Deserialize, Serialize};

/// What became of the operations that were due in the measured time, and how many were unanswered how long. Those of
/// the warm-up are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How long was measured, in nanoseconds.
    pub measured_ns: u64,
    /// Operations that were due in that time.
    pub scheduled: u64,
    /// Those of them that were answered as they should, in time, at last.
    pub ok: u64,
    /// Those that were refused, or answered wrongly, or whose connection failed.
    pub errors: u64,
    /// Those that waited because all that a connection may have in flight was out; not those that were never sent.
    pub waited: u64,
    /// Messages that were acknowledged within the measured time, whenever they were due.
    pub acknowledged_meanwhile: u64,
    /// The integral of the number of unanswered operations over time, in nanoseconds.
    pub outstanding_ns: u64,
    outstanding: u64,
    changed_ns: u64,
}

impl Tally {
    /// One more is unanswered from `now_ns` on.
    pub fn leave(&mut self, now_ns: u64) {
        self.integrate(now_ns);
        self.outstanding += 1;
    }

    /// One less is: it was answered, or given up.
    pub fn arrive(&mut self, now_ns: u64) {
        self.integrate(now_ns);
        self.outstanding = self.outstanding.saturating_sub(1);
    }

    /// The stretch is over at `now_ns`; what is unanswered still was so until then, and is forgotten.
    pub fn close(&mut self, now_ns: u64) {
        self.integrate(now_ns);
        self.outstanding = 0;
    }

    fn integrate(&mut self, now_ns: u64) {
        let since_ns = now_ns.saturating_sub(self.changed_ns);
        self.outstanding_ns += self.outstanding * since_ns;
        self.changed_ns = self.changed_ns.max(now_ns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_is_that_of_the_steps() {
        let mut tally = Tally::default();
        tally.leave(100);
        tally.leave(150);
        tally.arrive(250);
        tally.arrive(300);
        assert_eq!(tally.outstanding_ns, 150 + 150);
        tally.leave(1_000);
        tally.close(1_010);
        tally.close(9_999);
        assert_eq!(tally.outstanding_ns, 310);
    }
}
