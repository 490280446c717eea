//! CPU time, memory and context switches over the message phases.

use reports::schema::{ProcessCost, Run};

use super::arithmetic::grown;
use crate::control::Counters;
use crate::record::Record;

/// Fills in what both processes cost over the message phases.
pub(super) fn fill_in(run: &mut Run, record: &Record) {
    for phase in record.message_phases() {
        run.cost_window_messages += phase.end.messages;
        add_cost(&mut run.loadgen, phase.before.loadgen, phase.end.counters);
        if let (Some(before), Some(after)) = (phase.before.server, phase.after.server) {
            add_cost(&mut run.server, before, after);
        }
    }
}

fn add_cost(cost: &mut Option<ProcessCost>, before: Counters, after: Counters) {
    let cost = cost.get_or_insert_default();
    cost.cpu_user_ns += grown(before.cpu_user_ns, after.cpu_user_ns);
    cost.cpu_system_ns += grown(before.cpu_system_ns, after.cpu_system_ns);
    cost.rss_peak_bytes = cost.rss_peak_bytes.max(after.rss_peak_bytes);
    add_counted(
        &mut cost.allocations,
        before.allocations.zip(after.allocations),
    );
    add_counted(
        &mut cost.allocated_bytes,
        before.allocated_bytes.zip(after.allocated_bytes),
    );
    cost.context_switches_voluntary += grown(
        before.context_switches_voluntary,
        after.context_switches_voluntary,
    );
    cost.context_switches_involuntary += grown(
        before.context_switches_involuntary,
        after.context_switches_involuntary,
    );
    *cost.network_sent_bytes.get_or_insert_default() +=
        grown(before.stream_sent_bytes, after.stream_sent_bytes);
    *cost.network_received_bytes.get_or_insert_default() +=
        grown(before.stream_received_bytes, after.stream_received_bytes);
}

/// Adds what was counted before and after, where it was.
fn add_counted(sum: &mut Option<u64>, counted: Option<(u64, u64)>) {
    if let Some((before, after)) = counted {
        *sum.get_or_insert_default() += grown(before, after);
    }
}
