//! From what the processes of a trial said to a run of the results file. Their counters only grow; everything here is a
//! difference between barriers.

mod arithmetic;
mod bytes;
mod conditions;
mod costs;
mod distance;
mod idle;
mod measured;

use protocols::registry::Front;
use reports::schema::{Ledger, Run, phase};

use self::arithmetic::quotient;
use crate::control::{self, Outcome, Reach, Timing};
use crate::delivery::Delivery;
use crate::record::{PhaseRecord, Record};
use crate::timing::{is_timed, nanoseconds};
use crate::trials::Trial;
use crate::validity;
use crate::workloads::{self, Workload};

/// What `codec` and `transport` say of a reference, which has neither.
const NONE_OF_ITS_OWN: &str = "none";

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// Under what a trial ran, as far as its record does not say.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// The store behind the server.
    pub store: String,
    /// How many requests a connection could have unanswered.
    pub in_flight: u32,
    /// How long timed phases lasted.
    pub timing: Timing,
    /// Where a server ran already; `None`: it was ours.
    pub address: Option<String>,
    /// How accounts reached the server.
    pub reach: Reach,
}

/// The run that a trial was, with its verdict.
#[must_use]
pub fn run(trial: &Trial, record: &Record, conditions: &Conditions) -> Run {
    let mut run = identity(trial, conditions);
    times(&mut run, record);
    start(&mut run, record);
    bytes::fill_in(&mut run, record);
    costs::fill_in(&mut run, record);
    idle::fill_in(&mut run, record);
    if let (Some(_), Some(server)) = (&conditions.address, &mut run.server) {
        (server.network_sent_bytes, server.network_received_bytes) = (None, None);
    }
    run.conditions = conditions::of(trial.protocol.protocol, record, conditions);
    if let Some(link) = trial.cell.link {
        distance::fill_in(&mut run, link, record.relayed);
    }
    run.state_digest.clone_from(&record.digest);
    let unreadable = record
        .outcome
        .as_ref()
        .and_then(|outcome| outcome_into(&mut run, outcome).err());
    run.invalid_reasons = validity::reasons(&run, record);
    run.invalid_reasons.extend(unreadable);
    let load = validity::load::judge(&run);
    run.invalid_reasons.extend(load.faults);
    run.saturated = run.invalid_reasons.is_empty() && !load.saturation.is_empty();
    run.invalid_reasons.extend(load.saturation);
    run.valid = run.invalid_reasons.is_empty();
    run
}

fn identity(trial: &Trial, conditions: &Conditions) -> Run {
    let own_bytes = workloads::find(trial.cell.workload).and_then(Workload::text_bytes);
    let text_bytes = trial.cell.message_bytes.or(own_bytes);
    let (codec, transport, message_bytes) = match trial.protocol.protocol.front {
        Front::Chat(pair) => (pair.codec.name(), pair.transport.name(), text_bytes),
        Front::Reference(_) => (NONE_OF_ITS_OWN, NONE_OF_ITS_OWN, None),
    };
    let timing = &conditions.timing;
    let is_timed = workloads::find(trial.cell.workload).is_some_and(is_timed);
    Run {
        protocol: trial.name(),
        rate_hz: trial.cell.rate_hz.map(f64::from),
        arrivals: trial
            .cell
            .rate_hz
            .map(|_| timing.arrivals.name().to_owned()),
        duration_ns: is_timed.then(|| nanoseconds(timing.duration)),
        warm_up_ns: is_timed.then(|| nanoseconds(timing.warm_up)),
        control_of: trial.control_of(),
        codec: codec.to_owned(),
        transport: transport.to_owned(),
        workload: trial.cell.workload.to_owned(),
        accounts: trial.cell.accounts,
        trial: trial.round,
        in_process: trial.protocol.protocol.is_in_process(),
        in_flight: conditions.in_flight,
        message_bytes,
        store: conditions.store.clone(),
        connections: conditions.reach.connections,
        delivery: (conditions.reach.delivery != Delivery::Push)
            .then(|| conditions.reach.delivery.to_string()),
        ..Run::default()
    }
}

fn times(run: &mut Run, record: &Record) {
    for PhaseRecord { end, .. } in &record.phases {
        *run.phases_ns.entry(end.phase.clone()).or_default() += end.elapsed_ns;
        run.messages += end.messages;
        run.rounds += end.rounds;
        if end.phase == phase::MESSAGE {
            run.messages_first_round += end.messages;
        }
    }
    let elapsed = record
        .phases
        .iter()
        .filter(|phase| phase::is_notebooks(&phase.end.phase));
    run.elapsed_ns = elapsed.map(|phase| phase.end.elapsed_ns).sum();
    let messaging_ns = record
        .message_phases()
        .map(|phase| phase.end.elapsed_ns)
        .sum();
    let sent = record
        .message_phases()
        .map(|phase| phase.end.messages)
        .sum::<u64>();
    run.throughput_hz = quotient(sent * NANOSECONDS_PER_SECOND, messaging_ns);
}

/// The journal timed starting and connecting as one.
fn start(run: &mut Run, record: &Record) {
    let Some(start_ns) = run.phases_ns.get_mut(phase::START) else {
        return;
    };
    run.server_start_ns = record.server_start_ns;
    let server_ns = record.server_start_ns.unwrap_or_default();
    *start_ns += server_ns;
    run.elapsed_ns += server_ns;
}

/// Fills in what only the generator's last line says.
fn outcome_into(run: &mut Run, outcome: &Outcome) -> Result<(), String> {
    run.ledger = ledger(outcome.ledger);
    run.encoding = outcome.encoding;
    run.left_out.clone_from(&outcome.left_out);
    measured::fill_in(run, outcome)
}

const fn ledger(ledger: control::Ledger) -> Ledger {
    Ledger {
        scheduled: ledger.scheduled,
        ok: ledger.ok,
        errors: ledger.errors,
        timeouts: ledger.timeouts,
        in_flight: ledger.in_flight,
        never_sent: ledger.never_sent,
        delivered: ledger.delivered,
        lost: ledger.lost,
        duplicated: ledger.duplicated,
        reordered: ledger.reordered,
        altered: ledger.altered,
    }
}
