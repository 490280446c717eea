//! What the processes of a trial said, written down barrier by barrier.

use reports::schema::phase;

use crate::control::{Counters, Outcome, PhaseEnd};
use crate::link::relay::Snapshot;
use crate::target::ChildError;

/// What the processes of a trial said.
#[derive(Debug, Default)]
pub struct Record {
    /// From just before the server's process was started until it listened; `None` if it ran already.
    pub server_start_ns: Option<u64>,
    /// The phases that were reached, in their order.
    pub phases: Vec<PhaseRecord>,
    /// The digest of the server's state before anything was deleted.
    pub digest: Option<String>,
    /// What the generator said at last.
    pub outcome: Option<Outcome>,
    /// What the simulated link did, where there was one.
    pub relayed: Option<Snapshot>,
    /// Why it did not come to its end.
    pub trouble: Option<Trouble>,
}

impl Record {
    /// The phases in which messages were sent.
    pub fn message_phases(&self) -> impl Iterator<Item = &PhaseRecord> {
        let names = [phase::MESSAGE, phase::MESSAGE_REST];
        self.phases
            .iter()
            .filter(move |phase| names.contains(&phase.end.phase.as_str()))
    }
}

/// Why a trial did not come to its end.
#[derive(Debug)]
pub enum Trouble {
    /// The user wanted to stop.
    Interrupted,
    /// A process went wrong.
    Child(ChildError),
}

impl From<ChildError> for Trouble {
    fn from(error: ChildError) -> Self {
        Self::Child(error)
    }
}

/// One phase between two barriers.
#[derive(Debug)]
pub struct PhaseRecord {
    /// What the generator said at its end.
    pub end: PhaseEnd,
    /// The counters of both before it began.
    pub before: Reading,
    /// The counters of both after it, once they agreed.
    pub after: Reading,
    /// Whether both ends had counted the same bytes at the barrier; `None` if the server cannot be asked.
    pub agreed: Option<bool>,
}

/// The counters of both processes at a barrier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The server's; `None` if it cannot be asked.
    pub server: Option<Counters>,
    /// The generator's.
    pub loadgen: Counters,
}

impl Reading {
    /// Whether what one end sent is what the other received; `None` if the server cannot be asked.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        let server = self.server?;
        Some(
            server.stream_received_bytes == self.loadgen.stream_sent_bytes
                && server.stream_sent_bytes == self.loadgen.stream_received_bytes,
        )
    }
}
