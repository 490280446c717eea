//! What a connection at rest occupies.

use reports::schema::{IdleMemory, Run, phase, workload};

use super::arithmetic::approximately;
use crate::record::Record;

/// Fills in how much memory an idle connection took, where connections were what a run was about.
pub(super) fn fill_in(run: &mut Run, record: &Record) {
    if run.workload == workload::IDLE {
        run.idle_memory = memory(run.accounts, record);
    }
}

/// Nothing if not all accounts came to be logged in.
fn memory(connections: u32, record: &Record) -> Option<IdleMemory> {
    let before = record.phases.first()?.before;
    let logged_in = |phase: &&crate::record::PhaseRecord| phase.end.phase == phase::LOG_IN;
    let after = record.phases.iter().find(logged_in)?.after;
    let each = |before_bytes: u64, after_bytes: u64| {
        (approximately(after_bytes) - approximately(before_bytes)) / f64::from(connections)
    };
    let server = before.server.zip(after.server);
    Some(IdleMemory {
        connections,
        server_bytes_per_connection: server
            .map(|(before, after)| each(before.rss_anonymous_bytes, after.rss_anonymous_bytes)),
        loadgen_bytes_per_connection: each(
            before.loadgen.rss_anonymous_bytes,
            after.loadgen.rss_anonymous_bytes,
        ),
    })
}
