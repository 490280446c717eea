//! What a run consists of: which protocols meet which workloads, with how many accounts.

use std::cmp::Reverse;

use protocols::registry::{self, Protocol};
use protocols::transport::Repeats;
use reports::schema::workload;

use crate::asked::AskedProtocol;
use crate::cli::RunArgs;
use crate::control::Timing;
use crate::delivery::Delivery;
use crate::exit::UsageError;
use crate::factorial::{self, Beside, Departure, Factorial, is_factorial};
use crate::link::{self, Link};
use crate::scenario::{self, ScenarioWorkload};
use crate::timing::is_timed;
use crate::workloads::{self, WORKLOADS, Workload};

/// The numbers of accounts in the notebook's Tables 2 and 3.
const NOTEBOOK_ACCOUNTS: [u32; 4] = [10, 20, 30, 40];

/// How many accounts a workload has that lasts for a time, if nobody says.
const STEADY_ACCOUNTS: u32 = 100;

/// Whether something goes with a workload.
type Suits = fn(&dyn Workload) -> bool;

/// What protocols are compared on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The workload's name.
    pub workload: &'static str,
    /// How many accounts take part.
    pub accounts: u32,
    /// The size of texts that was asked for; `None`: the workload's own texts.
    pub message_bytes: Option<u32>,
    /// The simulated link before the server; `None` for none.
    pub link: Option<Link>,
    /// Offered load, in messages a second; `None`: the closed loop.
    pub rate_hz: Option<u32>,
    /// The text of the scenario file behind the workload.
    pub scenario: Option<&'static str>,
    /// What is otherwise than in the rest of the run.
    pub departure: Departure,
}

/// What a run consists of.
#[derive(Clone)]
pub struct Selection {
    /// The protocols, in the order in which they were asked for.
    pub protocols: Vec<AskedProtocol>,
    /// The workloads, in the order of their list.
    pub workloads: Vec<&'static dyn Workload>,
    /// The numbers of accounts of the workloads that let one choose; empty if none of them does.
    pub accounts: Vec<u32>,
    /// The sizes of texts that were asked for; empty: the workloads' own texts.
    pub message_bytes: Vec<u32>,
    /// The links over which everything runs; `[None]` if none is simulated.
    pub links: Vec<Option<Link>>,
    /// At which rates, and for how long.
    pub timing: Timing,
    /// The offered loads of each workload, in the order of the workloads.
    rates_hz: Vec<Vec<Option<u32>>>,
    /// The cells of a factorial run; none in any other.
    pub factorial: Option<Factorial>,
    /// What runs twice, so that a protocol is compared with itself; none where that was not wanted, or cannot be.
    pub control: Option<Control>,
}

/// What runs twice.
#[derive(Clone)]
pub struct Control {
    /// In which cell.
    pub cell: Cell,
    /// Which protocol.
    pub protocol: AskedProtocol,
}

impl Selection {
    /// What the command line asks for, with the defaults of what it leaves open.
    ///
    /// # Errors
    /// When an option would have no effect, or a protocol would have nothing to run.
    pub fn new(args: &RunArgs) -> Result<Self, UsageError> {
        let workloads = workloads(args)?;
        let open = workloads.iter().any(|workload| is_open(*workload));
        refuse_without_effect(args, &workloads)?;
        refuse_what_does_not_repeat(args, &workloads)?;
        let factorial = factorial::asked(args, &workloads)?;
        let accounts = match args.accounts.as_slice() {
            _ if args.idle.is_some() => args.idle.into_iter().collect(),
            _ if !open => Vec::new(),
            [] if workloads.iter().all(|workload| is_timed(*workload)) => vec![STEADY_ACCOUNTS],
            [] if factorial.is_some() => vec![factorial::ACCOUNTS_DEFAULT],
            [] => NOTEBOOK_ACCOUNTS.to_vec(),
            asked => without_repeats(asked, |accounts| *accounts),
        };
        let with_references = workloads.iter().any(|workload| takes_references(*workload));
        let protocols = match &factorial {
            Some(factorial) => factorial.protocols.clone(),
            None => protocols(args, with_references)?,
        };
        refuse_protocols_that_do_not_repeat(args, &protocols)?;
        let rates_hz = workloads
            .iter()
            .map(|workload| args.timing.rates_hz(*workload))
            .collect();
        let mut selection = Self {
            timing: args.timing.resolve(&workloads)?,
            rates_hz,
            protocols,
            workloads,
            accounts,
            message_bytes: without_repeats(&args.message_bytes, |bytes| *bytes),
            links: link::choice::links(&args.link),
            factorial,
            control: None,
        };
        link::choice::check(&selection.links, &selection.protocols)?;
        selection.control = control(&selection, args)?;
        refuse_fault_without_server(args, &selection)?;
        refuse_what_needs_two_processes(args, &selection)?;
        Ok(selection)
    }

    /// All combinations of workload, number of accounts, size of texts and link, in the order in which they run.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        let over = move |cell| self.links.iter().map(move |&link| Cell { link, ..cell });
        let beside = self.beside().iter().map(|beside| beside.cell);
        self.cells_on_the_spot().flat_map(over).chain(beside)
    }

    /// The same without links.
    fn cells_on_the_spot(&self) -> impl Iterator<Item = Cell> {
        let timed = self.workloads.iter().zip(&self.rates_hz);
        timed.flat_map(move |(workload, rates_hz)| {
            let sizes = self.message_bytes_of(*workload);
            let of_accounts = move |accounts| {
                let of_size = move |message_bytes| {
                    rates_hz.iter().map(move |&rate_hz| Cell {
                        workload: workload.name(),
                        accounts,
                        message_bytes,
                        rate_hz,
                        link: None,
                        scenario: workload.scenario().map(|scenario| scenario.source.as_str()),
                        departure: Departure::default(),
                    })
                };
                sizes.clone().into_iter().flat_map(of_size)
            };
            self.accounts_of(*workload)
                .into_iter()
                .flat_map(of_accounts)
        })
    }

    /// What stands beside the cells of a factorial run.
    fn beside(&self) -> &[Beside] {
        self.factorial
            .as_ref()
            .map_or(&[], |factorial| factorial.beside.as_slice())
    }

    /// The sizes of texts that a workload runs with; `None` stands for its own texts.
    fn message_bytes_of(&self, workload: &dyn Workload) -> Vec<Option<u32>> {
        if self.message_bytes.is_empty() || !is_open(workload) {
            vec![None]
        } else {
            self.message_bytes.iter().copied().map(Some).collect()
        }
    }

    /// The numbers of accounts that a workload runs with.
    #[must_use]
    pub fn accounts_of(&self, workload: &dyn Workload) -> Vec<u32> {
        match workload.fixed_accounts() {
            Some(accounts) => vec![accounts],
            None => self.accounts.clone(),
        }
    }

    /// The protocols that run a cell, in the order in which they were asked for. References have no texts, so that one
    /// size is enough for them.
    pub fn protocols_of(&self, cell: Cell) -> impl Iterator<Item = &AskedProtocol> {
        let open = workloads::find(cell.workload).is_some_and(takes_references)
            && cell.message_bytes == self.message_bytes.first().copied();
        let beside = self.beside().iter().find(|beside| beside.cell == cell);
        let protocols = beside.map_or(&self.protocols, |beside| &beside.protocols);
        protocols
            .iter()
            .filter(move |protocol| open || !protocol.is_reference())
    }

    /// The most accounts that a trial has.
    #[must_use]
    pub fn accounts_max(&self) -> u32 {
        self.cells().map(|cell| cell.accounts).max().unwrap_or(0)
    }

    /// The most sockets that the clients of a trial open together.
    #[must_use]
    pub fn sockets_max(&self) -> u32 {
        let clients = self.protocols.iter().map(|asked| asked.protocol);
        let per_client = clients.map(Protocol::sockets_per_client).max();
        self.accounts_max().saturating_mul(per_client.unwrap_or(1))
    }
}

/// Whether a workload is one that references take part in, which have no accounts to create and nothing to read: rounds
/// among any number of accounts.
fn takes_references(workload: &dyn Workload) -> bool {
    has_rounds(workload) && !is_factorial(workload)
}

/// Whether a workload repeats rounds.
fn has_rounds(workload: &dyn Workload) -> bool {
    is_open(workload) && !is_timed(workload)
}

/// Whether a workload takes any number of accounts.
fn is_open(workload: &dyn Workload) -> bool {
    workload.fixed_accounts().is_none() && !is_idle(workload)
}

/// Whether a workload is about connections at rest, which is measured only where it is asked for.
fn is_idle(workload: &dyn Workload) -> bool {
    workload.name() == workload::IDLE
}

/// The control: the first protocol that is no reference, in the largest cell of scaling, or in the last cell there is.
/// A single trial has no interval, so there it would show nothing.
fn control(selection: &Selection, args: &RunArgs) -> Result<Option<Control>, UsageError> {
    let protocol = selection
        .protocols
        .iter()
        .find(|protocol| !protocol.is_reference() && !protocol.protocol.is_in_process());
    let in_scaling = |cell: &Cell| cell.workload == workload::SCALING;
    let cell = selection
        .cells()
        .filter(in_scaling)
        // Where there are several links, over the nearest, where it takes the least time.
        .max_by_key(|cell| (cell.accounts, Reverse(cell.link.map(|link| link.rtt_ns))))
        .or_else(|| {
            selection
                .cells()
                .filter(|cell| !is_beyond_first(selection, cell) && !is_beside(selection, cell))
                .last()
        });
    let control = match (protocol, cell) {
        (Some(protocol), Some(cell)) if args.trials() > 1 => Some(Control {
            cell,
            protocol: protocol.clone(),
        }),
        _ => None,
    };
    if args.no_control && control.is_none() {
        return Err(UsageError(
            "--no-control has no effect here: a control needs two trials, and a protocol that is no reference"
                .to_owned(),
        ));
    }
    Ok(control.filter(|_| !args.no_control))
}

/// Whether a cell stands beside those of a factorial run.
fn is_beside(selection: &Selection, cell: &Cell) -> bool {
    selection.beside().iter().any(|beside| beside.cell == *cell)
}

/// Whether a cell has another load than the lowest, which may be more than is carried.
fn is_beyond_first(selection: &Selection, cell: &Cell) -> bool {
    let lowest_hz = selection.cells().filter_map(|cell| cell.rate_hz).min();
    cell.rate_hz.is_some() && cell.rate_hz != lowest_hz
}

fn workloads(args: &RunArgs) -> Result<Vec<&'static dyn Workload>, UsageError> {
    if let Some(path) = &args.scenario {
        let scenario = scenario::read(path).map_err(|error| UsageError(error.to_string()))?;
        // It lives as long as the program, as the workloads of the list do.
        return Ok(vec![Box::leak(Box::new(ScenarioWorkload::new(
            scenario, 0,
        )))]);
    }
    let wanted = |workload: &&'static dyn Workload| match args.workload.as_slice() {
        _ if args.idle.is_some() || is_idle(*workload) => args.idle.is_some() && is_idle(*workload),
        [] if is_timed(*workload) || workload.scenario().is_some() => false,
        [] if is_factorial(*workload) || workload.name() == workload::JOURNAL => false,
        [] => (args.accounts.is_empty() && args.message_bytes.is_empty()) || is_open(*workload),
        asked => asked.iter().any(|asked| asked.name() == workload.name()),
    };
    Ok(WORKLOADS.iter().copied().filter(wanted).collect())
}

fn refuse_without_effect(
    args: &RunArgs,
    workloads: &[&'static dyn Workload],
) -> Result<(), UsageError> {
    let options: [(&str, bool, Suits); 3] = [
        ("--accounts", !args.accounts.is_empty(), is_open),
        ("--message-bytes", !args.message_bytes.is_empty(), is_open),
        ("--rounds", args.rounds.is_some(), has_rounds),
    ];
    let is_mixed = workloads
        .iter()
        .any(|workload| workload.scenario().is_some());
    if is_mixed && args.reach.delivery != Delivery::Push {
        let problem = "--delivery poll reads messages itself, and a scenario says when they are read: leave one of them out";
        return Err(UsageError(problem.to_owned()));
    }
    for (option, is_given, suits) in options {
        if is_given && !workloads.iter().any(|workload| suits(*workload)) {
            return Err(UsageError(format!(
                "{option} has no effect here: it goes with --workload {}",
                names(suits)
            )));
        }
    }
    Ok(())
}

/// What takes turns in another order every time, or asks by the clock, does not repeat.
fn refuse_what_does_not_repeat(
    args: &RunArgs,
    workloads: &[&'static dyn Workload],
) -> Result<(), UsageError> {
    let one_speaks = |workload: &&'static dyn Workload| workload.name() == workload::EFFICIENCY;
    let problem = if !args.deterministic {
        return Ok(());
    } else if !workloads.iter().all(one_speaks) {
        "--deterministic needs one client that speaks at a time: it goes with --workload efficiency alone"
    } else if args.server_threads > 1 {
        "--deterministic needs a server of one thread: leave --server-threads out"
    } else if args.reach.delivery != Delivery::Push {
        "--deterministic needs messages that are pushed, because polls follow the clock: leave --delivery out"
    } else {
        return Ok(());
    };
    Err(UsageError(problem.to_owned()))
}

fn refuse_protocols_that_do_not_repeat(
    args: &RunArgs,
    protocols: &[AskedProtocol],
) -> Result<(), UsageError> {
    let reasons = protocols
        .iter()
        .find_map(|asked| match asked.protocol.repeats() {
            Repeats::Nothing { why } => Some((&asked.asked, why)),
            Repeats::Bytes | Repeats::Lengths => None,
        });
    match reasons {
        Some((asked, why)) if args.deterministic => Err(UsageError(format!(
            "--deterministic: {asked} carries other bytes each time, because {why}; leave it out of --protocol"
        ))),
        _ => Ok(()),
    }
}

/// What is in one process has no address that others could reach, and no memory that is one end's own.
fn refuse_what_needs_two_processes(
    args: &RunArgs,
    selection: &Selection,
) -> Result<(), UsageError> {
    let option = match (&args.addr, args.idle) {
        (Some(_), _) => "--addr",
        (_, Some(_)) => "--idle",
        _ => return Ok(()),
    };
    let mut protocols = selection.protocols.iter();
    match protocols.find(|asked| asked.protocol.is_in_process()) {
        Some(asked) => Err(UsageError(format!(
            "{option}: both ends of {} are in one process; leave it out of --protocol",
            asked.asked
        ))),
        None => Ok(()),
    }
}

/// A reference has no core that could be wrong.
fn refuse_fault_without_server(args: &RunArgs, selection: &Selection) -> Result<(), UsageError> {
    let Some(asked) = &args.server_fault else {
        return Ok(());
    };
    let compared = selection
        .protocols
        .iter()
        .filter(|protocol| !protocol.is_reference())
        .map(|protocol| protocol.asked.clone());
    let control = selection.control.iter();
    let mut names = compared.chain(control.map(|control| control.protocol.control_name()));
    if names.any(|name| asked.of(&name).is_some()) {
        return Ok(());
    }
    let problem = "--server-fault has no effect here: no protocol of this run has such a server";
    Err(UsageError(problem.to_owned()))
}

fn protocols(args: &RunArgs, with_references: bool) -> Result<Vec<AskedProtocol>, UsageError> {
    if args.addr.is_some() && args.protocol.len() != 1 {
        let problem = "--addr names one server: say with --protocol which one protocol it speaks";
        return Err(UsageError(problem.to_owned()));
    }
    // A reference can do nothing but push.
    let pushes = args.reach.delivery == Delivery::Push;
    if args.protocol.is_empty() {
        let references = registry::references().filter(|_| with_references && pushes);
        return Ok(registry::defaults()
            .chain(references)
            .map(AskedProtocol::unasked)
            .collect());
    }
    let idle = args
        .protocol
        .iter()
        .find(|protocol| protocol.is_reference() && !with_references);
    match idle {
        Some(idle) => Err(UsageError(format!(
            "{} is a reference without accounts: it goes with --workload {}",
            idle.asked,
            names(takes_references)
        ))),
        None => Ok(without_repeats(&args.protocol, |protocol| {
            protocol.protocol.name
        })),
    }
}

/// The names of the workloads that something goes with.
fn names(suits: Suits) -> String {
    let suited = WORKLOADS
        .iter()
        .copied()
        .filter(|workload| suits(*workload));
    suited.map(Workload::name).collect::<Vec<_>>().join(" or ")
}

/// The first of each kind, in their order.
fn without_repeats<T: Clone, K: PartialEq>(items: &[T], kind: impl Fn(&T) -> K) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(items.len());
    for item in items {
        if !kept.iter().any(|other| kind(other) == kind(item)) {
            kept.push(item.clone());
        }
    }
    kept
}
