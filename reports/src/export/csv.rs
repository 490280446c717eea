//! One line a run, every figure as it was measured: for spreadsheets and notebooks (RFC 4180).

use super::Report;
use crate::measures;
use crate::schema::{ByteLayers, LatencySummary, ProcessCost, Run, phase};
use crate::statistics::settling::{self, Settling};

#[expect(
    clippy::unnecessary_wraps,
    reason = "all exporters have the same signature"
)]
pub(super) fn render(report: &Report<'_>) -> Result<String, askama::Error> {
    let mut out = String::new();
    let mut heading_written = false;
    let blank = Run::default();
    // A run without any value still knows its columns: there is a heading without runs, too.
    for run in std::iter::once(&blank).chain(&report.results.runs) {
        let record = record(run);
        if !heading_written {
            push_line(&mut out, record.iter().map(|(name, _)| name.as_str()));
            heading_written = true;
            continue;
        }
        push_line(&mut out, record.iter().map(|(_, value)| value.as_str()));
    }
    Ok(out)
}

/// The fields of a run by name, in order.
type Record = Vec<(String, String)>;

fn record(run: &Run) -> Record {
    let mut record = Record::new();
    push_identity(&mut record, run);
    push_times(&mut record, run);
    push_latency(&mut record, "ack", run.latency.ack.as_ref());
    push_latency(&mut record, "delivery", run.latency.delivery.as_ref());
    push_layers(&mut record, "bytes_sent", &run.bytes.sent);
    push_layers(&mut record, "bytes_received", &run.bytes.received);
    push(
        &mut record,
        "handshake_sent_bytes",
        &run.handshake_bytes.sent,
    );
    push(
        &mut record,
        "handshake_received_bytes",
        &run.handshake_bytes.received,
    );
    push_option(
        &mut record,
        "stream_per_message_sent_bytes",
        measures::sent_per_message_bytes(run),
    );
    push_option(
        &mut record,
        "stream_per_message_received_bytes",
        measures::received_per_message_bytes(run),
    );
    push_cost(&mut record, "server", run.server.as_ref());
    push_cost(&mut record, "loadgen", run.loadgen.as_ref());
    push(
        &mut record,
        "cost_window_messages",
        &run.cost_window_messages,
    );
    push_idle(&mut record, run);
    push_ledger(&mut record, run);
    push_option(&mut record, "state_digest", run.state_digest.as_ref());
    record
}

fn push(record: &mut Record, name: &str, value: &impl ToString) {
    record.push((name.to_owned(), value.to_string()));
}

fn push_option<T: ToString>(record: &mut Record, name: &str, value: Option<T>) {
    let value = value.map_or(String::new(), |value| value.to_string());
    record.push((name.to_owned(), value));
}

fn push_identity(record: &mut Record, run: &Run) {
    push(record, "workload", &run.workload);
    push(record, "accounts", &run.accounts);
    push(record, "protocol", &run.protocol);
    push(record, "codec", &run.codec);
    push(record, "transport", &run.transport);
    push(record, "trial", &run.trial);
    push_option(record, "control_of", run.control_of.as_ref());
    push(record, "origin", &run.origin);
    push(record, "valid", &run.valid);
    push(record, "invalid_reasons", &run.invalid_reasons.join(" "));
    push(record, "in_process", &run.in_process);
    push(record, "store", &run.store);
    push(record, "rounds", &run.rounds);
    push(record, "in_flight", &run.in_flight);
    push_option(record, "message_bytes", run.message_bytes);
    push_option(record, "rate_hz", run.rate_hz);
    push_option(record, "link", run.link.as_ref());
    push_option(
        record,
        "link_rtt_ns",
        run.link_report.map(|link| link.rtt_ns),
    );
}

fn push_times(record: &mut Record, run: &Run) {
    push(record, "elapsed_ns", &run.elapsed_ns);
    for phase in phase::ALL {
        let name = format!("{phase}_ns");
        push_option(record, &name, run.phases_ns.get(phase));
    }
    push(record, "messages", &run.messages);
    push(record, "messages_first_round", &run.messages_first_round);
    push(record, "throughput_hz", &run.throughput_hz);
    let settled = match settling::of(run) {
        Settling::Settled => Some(true),
        Settling::Unsettled(_) => Some(false),
        Settling::Unknown => None,
    };
    push_option(record, "settled", settled);
}

fn push_latency(record: &mut Record, kind: &str, latency: Option<&LatencySummary>) {
    let mut field = |name: &str, value: Option<u64>| {
        push_option(record, &format!("{kind}_{name}"), value);
    };
    field("count", latency.map(|latency| latency.count));
    field("p50_ns", latency.map(|latency| latency.p50_ns));
    field("p90_ns", latency.map(|latency| latency.p90_ns));
    field("p99_ns", latency.map(|latency| latency.p99_ns));
    field("p999_ns", latency.map(|latency| latency.p999_ns));
    field("max_ns", latency.map(|latency| latency.max_ns));
    let mean_ns = latency.map(|latency| format!("{:.1}", latency.mean_ns));
    push_option(record, &format!("{kind}_mean_ns"), mean_ns);
}

/// The unit stands in the prefix: `bytes_sent_stream`.
fn push_layers(record: &mut Record, prefix: &str, layers: &ByteLayers) {
    push(record, &format!("{prefix}_payload"), &layers.payload);
    push(record, &format!("{prefix}_message"), &layers.message);
    push(record, &format!("{prefix}_stream"), &layers.stream);
    push_option(record, &format!("{prefix}_wire"), layers.wire);
}

fn push_cost(record: &mut Record, process: &str, cost: Option<&ProcessCost>) {
    let mut field = |name: &str, value: Option<u64>| {
        push_option(record, &format!("{process}_{name}"), value);
    };
    field("cpu_user_ns", cost.map(|cost| cost.cpu_user_ns));
    field("cpu_system_ns", cost.map(|cost| cost.cpu_system_ns));
    field("rss_peak_bytes", cost.map(|cost| cost.rss_peak_bytes));
    field(
        "context_switches_voluntary",
        cost.map(|cost| cost.context_switches_voluntary),
    );
    field(
        "context_switches_involuntary",
        cost.map(|cost| cost.context_switches_involuntary),
    );
    field(
        "network_sent_bytes",
        cost.and_then(|cost| cost.network_sent_bytes),
    );
    field(
        "network_received_bytes",
        cost.and_then(|cost| cost.network_received_bytes),
    );
    field("allocations", cost.and_then(|cost| cost.allocations));
    field(
        "allocated_bytes",
        cost.and_then(|cost| cost.allocated_bytes),
    );
}

fn push_idle(record: &mut Record, run: &Run) {
    let memory = run.idle_memory;
    push_option(
        record,
        "idle_server_bytes_per_connection",
        memory.and_then(|memory| memory.server_bytes_per_connection),
    );
    push_option(
        record,
        "idle_loadgen_bytes_per_connection",
        memory.map(|memory| memory.loadgen_bytes_per_connection),
    );
}

fn push_ledger(record: &mut Record, run: &Run) {
    let ledger = &run.ledger;
    for (name, value) in [
        ("scheduled", ledger.scheduled),
        ("ok", ledger.ok),
        ("errors", ledger.errors),
        ("timeouts", ledger.timeouts),
        ("in_flight_at_end", ledger.in_flight),
        ("never_sent", ledger.never_sent),
        ("delivered", ledger.delivered),
        ("lost", ledger.lost),
        ("duplicated", ledger.duplicated),
        ("reordered", ledger.reordered),
        ("altered", ledger.altered),
    ] {
        push(record, name, &value);
    }
}

fn push_line<'a>(out: &mut String, values: impl Iterator<Item = &'a str>) {
    let values: Vec<String> = values.map(quoted).collect();
    out.push_str(&values.join(","));
    out.push_str("\r\n");
}

fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_must() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
    }

    #[test]
    fn every_record_has_the_same_names() {
        let run = Run {
            latency: crate::schema::Latency {
                ack: Some(LatencySummary::default()),
                ..crate::schema::Latency::default()
            },
            server: Some(ProcessCost::default()),
            ..Run::default()
        };
        let names =
            |run: &Run| -> Vec<String> { record(run).into_iter().map(|(name, _)| name).collect() };
        let full = names(&run);
        assert_eq!(full, names(&Run::default()));
        let distinct: std::collections::BTreeSet<&String> = full.iter().collect();
        assert_eq!(distinct.len(), full.len(), "no name stands twice");
    }
}
