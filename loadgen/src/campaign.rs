//! All trials, one after another, and what becomes of those that fail.

use std::collections::HashMap;
use std::sync::Arc;

use protocols::registry::{Front, Protocol};
use protocols::security::{Throwaway, Trust};
use reports::schema::Run;
use server_core::environment::{Environment as _, System};
use server_core::store::StoreSpec;

use crate::assemble::{self, Conditions};
use crate::conductor::{Target, TrialOrder, conduct};
use crate::control::{LoadOrder, Reach, ServeOrder, Timing};
use crate::factorial::Departure;
use crate::fault::AskedFault;
use crate::foreign::ForeignProcess;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::record::{Record, Trouble};
use crate::recorder::Recording;
use crate::trials::Trial;
use crate::{store_file, validity};

/// How many trials of a protocol may fail half-way, in one workload and under one departure, before its others there are
/// not tried any more: each may take as long as the longest patience.
const FAILURES_MAX: u32 = 2;

/// What results say of the store of a server that is not ours.
const STORE_UNKNOWN: &str = "unknown";

/// What all trials have in common.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the server is that runs already; `None`: each trial starts its own.
    pub running_server: Option<RunningServer>,
    /// Which store a server of ours has.
    pub store: StoreSpec,
    /// Worker threads of a server of ours.
    pub server_threads: u32,
    /// Whether latencies are kept.
    pub recording: Recording,
    /// What is wrong with servers of ours on purpose.
    pub server_fault: Option<AskedFault>,
    /// How many rounds; `None`: as many as take long enough.
    pub rounds: Option<u32>,
    /// How many requests a connection may have unanswered.
    pub in_flight: u32,
    /// How long timed phases last, and how long an operation may be unanswered.
    pub timing: Timing,
    /// What everything random is drawn from.
    pub seed: u64,
    /// How accounts reach the server.
    pub reach: Reach,
    /// Whether clock and randomness are fixed at both ends.
    pub deterministic: bool,
}

impl Settings {
    /// What results say of the store.
    #[must_use]
    pub fn store_label(&self) -> String {
        match self.running_server {
            Some(_) => STORE_UNKNOWN.to_owned(),
            None => self.store.to_string(),
        }
    }
}

/// A server that runs already.
#[derive(Clone, Debug)]
pub struct RunningServer {
    /// Where, as its protocol says it: `host:port`, or a path.
    pub address: String,
    /// Whom to trust there, where the protocol encrypts.
    pub trust: Option<Trust>,
    /// Its process, if it is on this machine and known.
    pub process: Option<ForeignProcess>,
}

/// What came of all trials.
#[derive(Debug, Default)]
pub struct Harvest {
    /// The runs that got as far as a first phase, in their order.
    pub runs: Vec<Run>,
    /// Why trials did not even begin, in one line each.
    pub failures: Vec<String>,
    /// How many trials were not tried, because others of their protocol, workload and departure had failed.
    pub given_up: u32,
    /// Whether the user stopped it.
    pub interrupted: bool,
}

/// Runs all trials.
pub async fn run(
    plan: &[Trial],
    settings: &Settings,
    interrupt: &mut Interrupt,
    progress: &Progress,
) -> Harvest {
    let mut harvest = Harvest::default();
    let mut failures = Failures::default();
    for (position, trial) in plan.iter().enumerate() {
        let failed = failures.of(trial);
        if *failed >= FAILURES_MAX {
            harvest.given_up += 1;
            continue;
        }
        progress.begin(trial, position);
        *failed += one(trial, settings, interrupt, &mut harvest).await;
        harvest.interrupted = interrupt.is_requested();
        if harvest.interrupted {
            break;
        }
    }
    progress.end();
    validity::compare_digests(&mut harvest.runs);
    harvest
}

/// How much has failed of what fails together: a protocol may be broken in one workload, or with one store, and whole
/// elsewhere.
#[derive(Default)]
struct Failures(HashMap<(&'static str, &'static str, Departure), u32>);

impl Failures {
    /// The weight of the failures so far of what would fail with a trial.
    fn of(&mut self, trial: &Trial) -> &mut u32 {
        let together = (
            trial.protocol.protocol.name,
            trial.cell.workload,
            trial.cell.departure,
        );
        self.0.entry(together).or_default()
    }
}

/// Runs one trial; says how heavy its failure weighs. What fails before it begins fails again.
async fn one(
    trial: &Trial,
    settings: &Settings,
    interrupt: &mut Interrupt,
    harvest: &mut Harvest,
) -> u32 {
    if let Err(error) = store_file::remove(&settings.store) {
        harvest.failures.push(format!(
            "cannot remove the store of the last trial, {}: {error}",
            settings.store
        ));
        return FAILURES_MAX;
    }
    let record = conduct(&order(trial, settings), interrupt).await;
    match (&record.trouble, record.phases.is_empty()) {
        (Some(Trouble::Interrupted), true) => 0,
        (Some(Trouble::Child(error)), true) => {
            harvest
                .failures
                .push(format!("{}: {error}", trial.protocol.asked));
            FAILURES_MAX
        }
        _ => {
            let run = assemble::run(trial, &record, &conditions(trial, settings));
            let weight = u32::from(was_cut_short(&run, &record));
            harvest.runs.push(run);
            weight
        }
    }
}

/// Whether a trial ended before its work was done, without the user's doing; it may have waited long for that.
const fn was_cut_short(run: &Run, record: &Record) -> bool {
    let ledger = &run.ledger;
    match record.trouble {
        Some(Trouble::Child(_)) => true,
        Some(Trouble::Interrupted) => false,
        // Within a time that is given, what is not answered costs no more of it.
        None if run.duration_ns.is_some() => false,
        None => ledger.timeouts + ledger.in_flight + ledger.never_sent > 0,
    }
}

fn conditions(trial: &Trial, settings: &Settings) -> Conditions {
    let address = settings
        .running_server
        .as_ref()
        .map(|server| server.address.clone());
    Conditions {
        store: trial
            .cell
            .departure
            .store
            .map_or_else(|| settings.store_label(), str::to_owned),
        in_flight: settings.in_flight,
        timing: settings.timing,
        address,
        reach: reach(trial, settings),
    }
}

/// How the accounts of a trial reach their server.
fn reach(trial: &Trial, settings: &Settings) -> Reach {
    let (
        Departure {
            connections,
            compression,
            ..
        },
        all,
    ) = (trial.cell.departure, &settings.reach);
    Reach {
        connections: connections.or(all.connections),
        compression: compression
            .map(str::to_owned)
            .or_else(|| all.compression.clone()),
        delivery: all.delivery,
    }
}

fn order(trial: &Trial, settings: &Settings) -> TrialOrder {
    let protocol = trial.protocol.protocol.name.to_owned();
    let (target, address, prefix, trust) = if let Some(server) = &settings.running_server {
        (
            Target::Running(server.process),
            server.address.clone(),
            own_prefix(trial.protocol.protocol),
            server.trust.clone(),
        )
    } else {
        let Throwaway { identity, trust } = trial.protocol.protocol.throwaway();
        let serve = ServeOrder {
            identity: identity.map(Arc::unwrap_or_clone),
            ..serve_order(trial, settings)
        };
        let trust = trust.map(Arc::unwrap_or_clone);
        (
            if trial.protocol.protocol.is_in_process() {
                Target::InProcess(Box::new(serve))
            } else {
                Target::Own(Box::new(serve))
            },
            String::new(),
            String::new(),
            trust,
        )
    };
    let load = LoadOrder {
        protocol,
        address,
        workload: trial.cell.workload.to_owned(),
        accounts: trial.cell.accounts,
        scenario: trial.cell.scenario.map(str::to_owned),
        message_bytes: trial.cell.message_bytes,
        rounds: settings.rounds,
        in_flight: settings.in_flight,
        prefix,
        seed: settings.seed,
        timing: Timing {
            rate_hz: trial.cell.rate_hz,
            ..settings.timing
        },
        reach: reach(trial, settings),
        link: trial.cell.link,
        recording: settings.recording,
        deterministic: settings.deterministic,
        trust,
    };
    TrialOrder { target, load }
}

fn serve_order(trial: &Trial, settings: &Settings) -> ServeOrder {
    ServeOrder {
        protocol: trial.protocol.protocol.name.to_owned(),
        address: trial.protocol.protocol.anywhere(),
        store: trial
            .cell
            .departure
            .store
            .map_or_else(|| settings.store.to_string(), str::to_owned),
        threads: match trial.protocol.protocol.front {
            Front::Chat(_) => settings.server_threads,
            Front::Reference(_) => 1,
        },
        compression: reach(trial, settings).compression,
        delivery: settings.reach.delivery,
        fixed_seed: settings.deterministic.then_some(settings.seed),
        fault: settings
            .server_fault
            .as_ref()
            .and_then(|fault| fault.of(&trial.name())),
        identity: None,
    }
}

/// What the accounts of a trial begin with on a server that is not ours alone. Not from the seed: two runs of one seed
/// must not meet there, nor a run and what an earlier one left behind.
fn own_prefix(protocol: &Protocol) -> String {
    let mut bytes = [0; 4];
    System.fill_random(&mut bytes);
    let has_dash = protocol
        .capabilities()
        .is_none_or(|capabilities| capabilities.names.alphabet.has('-'));
    let separator = if has_dash { '-' } else { 'x' };
    format!("{:08x}{separator}", u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;
    use crate::selection::Selection;
    use crate::trials::{Repetition, plan};

    #[test]
    fn a_faulty_extra_gives_up_itself_alone() {
        let cli = Cli::try_parse_from(["loadgen", "--workload", "factorial"]).expect("it parses");
        let selection = Selection::new(&cli.run).expect("it makes sense");
        let plan = plan(&selection, Repetition { trials: 3, seed: 7 });
        let is_faulty = |trial: &Trial| trial.cell.departure.compression.is_some();
        let mut failures = Failures::default();
        for trial in plan.iter().filter(|trial| is_faulty(trial)) {
            *failures.of(trial) += FAILURES_MAX;
        }
        assert!(plan.iter().any(is_faulty));
        for trial in &plan {
            let is_given_up = *failures.of(trial) >= FAILURES_MAX;
            assert_eq!(is_given_up, is_faulty(trial), "{}", trial.name());
        }
    }
}
