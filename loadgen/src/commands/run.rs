//! `loadgen` itself: measures, writes results and report, and shows the gist of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::SystemTime;

use anyhow::Context as _;
use reports::Results;
use reports::schema::Config;
use server_core::limits::SCRAM_ITERATIONS_MIN;

use super::verdict::Verdict;
use crate::campaign::{self, Harvest, RunningServer, Settings};
use crate::cli::{Format, RunArgs};
use crate::exit::{Exit, UsageError};
use crate::foreign::ForeignProcess;
use crate::interrupt::Interrupt;
use crate::link::Link;
use crate::progress::{self, Progress};
use crate::selection::Selection;
use crate::timing::{self, nanoseconds};
use crate::trials::{self, Repetition, Trial};
use crate::{descriptors, machine, output, store_file};

/// Measures what was asked for.
///
/// # Errors
/// If it makes no sense, cannot be begun, or nothing could be measured.
pub fn run(args: &RunArgs) -> anyhow::Result<Exit> {
    let selection = Selection::new(args)?;
    args.reach.check(&selection)?;
    let settings = settings(args, &selection)?;
    output::check_writable(&args.out)?;
    descriptors::allow(selection.sockets_max())?;
    let plan = trials::plan(
        &selection,
        Repetition {
            trials: args.trials(),
            seed: settings.seed,
        },
    );
    let mut results = Results::new(machine::inventory(), config(args, &selection, &settings));
    let progress = if args.quiet {
        Progress::Silent
    } else {
        eprint!("{}", announcement(args, &selection, &settings, &plan));
        Progress::on_stderr(&plan)
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut interrupt = Interrupt::listen().context("cannot listen for Ctrl-C")?;
    let mut harvest = runtime.block_on(campaign::run(&plan, &settings, &mut interrupt, &progress));
    if harvest.runs.is_empty() {
        return nothing(&harvest);
    }
    results.runs = std::mem::take(&mut harvest.runs);
    results.attribution = reports::attribution::of(&results);
    results.claims = reports::claims::of(&results);
    let verdict = Verdict::of(&results.runs, &harvest);
    eprint!("{}", verdict.complaints);
    show(&results, &verdict, args)?;
    if harvest.interrupted {
        let done = results.runs.len();
        eprintln!(
            "stopped after {done} of {} trials; they are kept in {}",
            plan.len(),
            args.out.display()
        );
        return Ok(Exit::Interrupted);
    }
    Ok(verdict.exit)
}

pub(super) fn settings(args: &RunArgs, selection: &Selection) -> anyhow::Result<Settings> {
    store_file::check_absent(&args.store)?;
    let running_server = running_server(args, selection)?;
    if let (Some(pid), Some(server)) = (args.server_pid, &running_server) {
        let visible = server
            .process
            .is_some_and(|process| process.read().is_some());
        anyhow::ensure!(
            visible,
            "there is no process {pid} on this machine to watch; leave --server-pid out"
        );
    }
    Ok(Settings {
        store: args.store.clone(),
        running_server,
        server_threads: args.server_threads,
        server_fault: args.server_fault.clone(),
        recording: args.recording,
        rounds: args.rounds,
        in_flight: args
            .in_flight
            .unwrap_or_else(|| args.timing.in_flight_default()),
        timing: selection.timing,
        seed: match (args.seed, args.deterministic) {
            (Some(seed), _) => seed,
            (None, true) => DETERMINISTIC_SEED,
            (None, false) => machine::random_seed(),
        },
        deterministic: args.deterministic,
        reach: args.reach.order(),
    })
}

fn running_server(
    args: &RunArgs,
    selection: &Selection,
) -> Result<Option<RunningServer>, UsageError> {
    // `--addr` comes with exactly one protocol.
    let (Some(address), [asked]) = (&args.addr, selection.protocols.as_slice()) else {
        return Ok(None);
    };
    Ok(Some(RunningServer {
        trust: args.trust.load(asked.protocol, address)?,
        address: address.clone(),
        process: args.server_pid.map(ForeignProcess::new),
    }))
}

/// What a run is seeded with that is to be repeated, if nobody says.
const DETERMINISTIC_SEED: u64 = 1;

fn config(args: &RunArgs, selection: &Selection, settings: &Settings) -> Config {
    let mut command: Vec<String> = std::env::args().collect();
    if let Some(program) = command.first_mut() {
        // Results get published; where the program lies on this machine is nobody's business.
        env!("CARGO_PKG_NAME").clone_into(program);
    }
    Config {
        command,
        started_at: machine::rfc_3339(SystemTime::now()),
        seed: settings.seed,
        trials: args.trials(),
        factors: selection
            .factorial
            .as_ref()
            .map(|factorial| factorial.factors.clone()),
        protocols: selection
            .protocols
            .iter()
            .map(|protocol| protocol.asked.clone())
            .collect(),
        workloads: selection
            .workloads
            .iter()
            .map(|workload| workload.name().to_owned())
            .collect(),
        accounts: selection.accounts.clone(),
        scenario: selection
            .workloads
            .iter()
            .find_map(|workload| Some(workload.scenario()?.source.clone())),
        message_bytes: selection.message_bytes.clone(),
        rounds: args.rounds,
        in_flight: settings.in_flight,
        store: settings.store_label(),
        link: link_labels(selection),
        delivery: args.reach.delivery.to_string(),
        addr: args.addr.clone(),
        connections: args.reach.connections,
        compression: settings.reach.compression.clone(),
        server_fault: args.server_fault.as_ref().map(ToString::to_string),
        deterministic: settings.deterministic,
        scram_iterations: Some(SCRAM_ITERATIONS_MIN),
        server_threads: args.addr.is_none().then_some(settings.server_threads),
        loadgen_threads: Some(1),
        ..timing_config(selection)
    }
}

/// What was asked for of rates and times. A ramp has no one rate.
fn timing_config(selection: &Selection) -> Config {
    let rates_hz: BTreeSet<u32> = selection.cells().filter_map(|cell| cell.rate_hz).collect();
    let is_timed = selection
        .workloads
        .iter()
        .any(|workload| timing::is_timed(*workload));
    let timing = &selection.timing;
    Config {
        rate_hz: match rates_hz.len() {
            1 => rates_hz.first().copied().map(f64::from),
            _ => None,
        },
        arrivals: (!rates_hz.is_empty()).then(|| timing.arrivals.name().to_owned()),
        duration_ns: is_timed.then(|| nanoseconds(timing.duration)),
        warm_up_ns: is_timed.then(|| nanoseconds(timing.warm_up)),
        timeout_ns: Some(nanoseconds(timing.timeout)),
        ..Config::default()
    }
}

/// What the results say of the links; nothing if none was simulated.
fn link_labels(selection: &Selection) -> Option<String> {
    let is_simulated = selection.links.iter().any(Option::is_some);
    let label = |link: &Option<Link>| link.map_or("none".to_owned(), |link| link.label());
    let labels: Vec<String> = selection.links.iter().map(label).collect();
    is_simulated.then(|| labels.join(" "))
}

fn announcement(
    args: &RunArgs,
    selection: &Selection,
    settings: &Settings,
    plan: &[Trial],
) -> String {
    let names: Vec<&str> = selection
        .protocols
        .iter()
        .map(|protocol| protocol.asked.as_str())
        .collect();
    let mut text = format!("measuring {}\n", names.join(", "));
    for workload in &selection.workloads {
        let accounts: Vec<String> = selection
            .accounts_of(*workload)
            .iter()
            .map(u32::to_string)
            .collect();
        let _ = writeln!(
            text,
            "  {:10}  {} accounts",
            workload.name(),
            accounts.join(", ")
        );
    }
    if !selection.message_bytes.is_empty() {
        let sizes: Vec<String> = selection.message_bytes.iter().map(u32::to_string).collect();
        let _ = writeln!(text, "  texts       {} B", sizes.join(", "));
    }
    let server = match &settings.running_server {
        Some(server) => format!("the server at {}", server.address),
        None => format!("a server of our own with store {}", settings.store),
    };
    let _ = writeln!(text, "  server      {server}");
    for link in selection.links.iter().flatten() {
        let _ = writeln!(text, "  link        {} ({link})", link.label());
    }
    let estimate = progress::estimate(plan, args.rounds, &selection.timing)
        .as_secs()
        .max(1);
    let _ = writeln!(
        text,
        "  trials      {} of each, {} in all, about {estimate} s",
        args.trials(),
        plan.len()
    );
    if let Some(control) = &selection.control {
        let _ = writeln!(
            text,
            "  control     {} once more, in {} with {} accounts",
            control.protocol.asked, control.cell.workload, control.cell.accounts
        );
    }
    text.push_str(&args.reach.announcement());
    let _ = writeln!(text, "  seed        {}", settings.seed);
    text
}

fn nothing(harvest: &Harvest) -> anyhow::Result<Exit> {
    if let Some(failure) = harvest.failures.first() {
        anyhow::bail!("{failure}");
    }
    eprintln!("stopped before anything was measured; nothing was written");
    Ok(Exit::Interrupted)
}

fn show(results: &Results, verdict: &Verdict, args: &RunArgs) -> anyhow::Result<()> {
    let results_json = output::write_results(results, &args.out)?;
    let report = if args.no_report {
        String::new()
    } else {
        let index_html = output::write_report(results, &args.out)?;
        format!("report   {}\n", index_html.display())
    };
    match args.format {
        Format::Json => output::say(&(serde_json::to_string_pretty(results)? + "\n")),
        Format::Human if args.quiet => Ok(()),
        Format::Human => output::say(&format!(
            "\n{}\nruns     {}\n{report}results  {}\n",
            reports::tables::terminal(results, output::width())?,
            verdict.summary,
            results_json.display()
        )),
    }
}
