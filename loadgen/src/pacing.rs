//! When the next operation may be sent. A pacer knows neither what is sent nor what is recorded.

/// The closed loop: the next operation is due as soon as fewer than `in_flight` are unanswered. A server that
/// stalls is asked less; what that hides, only an open loop can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedLoop {
    /// How many operations a connection has unanswered at most, at least 1.
    pub in_flight: u32,
}

impl ClosedLoop {
    /// Whether another operation is due when `outstanding` are unanswered.
    #[must_use]
    pub const fn is_due(self, outstanding: usize) -> bool {
        outstanding < self.in_flight as usize
    }
}
