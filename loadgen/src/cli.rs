//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use protocols::conformance::Suite;
use server_core::store::StoreSpec;

use crate::asked::{self, AskedLink, AskedProtocol};
use crate::factorial::{self, FactorArgs, is_factorial};
use crate::fault::AskedFault;
use crate::gate::options::{BASELINE_EXAMPLES, BaselineCommand, GATE_EXAMPLES, GateArgs};
use crate::reach::ReachArgs;
use crate::recorder::Recording;
use crate::timing::TimingArgs;
use crate::trust::TrustArgs;
use crate::workloads::Workload;

const EXAMPLES: &str = "\
Examples:
  loadgen                                        both workloads, 10 to 40 accounts, the three protocols of the notebook
  loadgen --protocol json --accounts 40          scaling with 40 accounts over one protocol
  loadgen --protocol custom,grpc --workload efficiency --trials 10 --seed 7 --out comparison
  loadgen --store sqlite --in-flight 8           with a durable store, eight requests under way on each connection
  loadgen --protocol grpc --accounts 40 --connections 4 --compression
                                                 accounts that share connections, messages that are compressed
  loadgen --accounts 10 --delivery poll:2s       clients that ask for messages, as the notebook's did
  loadgen --idle 1000                            memory of 1000 connections that are logged in and at rest
  loadgen --protocol custom,grpc --accounts 4 --link none --link lan --link wan
                                                 over simulated links: which protocol is ahead at which distance
  loadgen --protocol grpc --workload steady --rate 5000 --duration 10s --accounts 100
                                                 an open loop: messages are due at a rate, whatever the server does
  loadgen --workload steady --rate 1000..20000   a ramp: up to which rate each protocol keeps pace
  loadgen --workload factorial                   which part of a difference is encoding, framing or transport; the
                                                 notebooks' claims, each with a figure and an interval
  loadgen --scenario office.toml                 a workload of your own; loadgen/scenarios has examples
  loadgen --protocol json --addr 127.0.0.1:54401 --accounts 40
                                                 a server that runs already, in any language

Exit codes: 0 fine, 1 failed, 2 usage, 5 wrong answer or invalid run (the results are kept, and marked).";

/// Measures what a wire protocol costs: one chat service, one load, many protocols.
///
/// Without a subcommand it measures. Each trial is a fresh server process and a fresh client process; every answer is
/// checked; results and a report with charts are left in a directory.
#[derive(Parser)]
#[command(name = "loadgen", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do, if not to measure.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to measure.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What can be done apart from measuring.
#[derive(Subcommand)]
pub enum Command {
    /// Make the report again from results alone; the same results give the same bytes.
    #[command(after_help = "Example:\n  loadgen report loadgen-report/results.json --out again")]
    Report(ReportArgs),
    /// Run the functional test against a server of ours or of yours.
    #[command(after_help = "Examples:
  loadgen conform --protocol json                          a server of ours, started for the purpose
  loadgen conform --protocol json --addr 127.0.0.1:54401   a server that runs already, in any language")]
    Conform(ConformArgs),
    /// Say whether a change may land: hold a program against another, or against what was accepted.
    #[command(after_help = GATE_EXAMPLES)]
    Gate(Box<GateArgs>),
    /// Write down what this program says, byte by byte, so that each change of it stands in a diff.
    #[command(subcommand, after_help = BASELINE_EXAMPLES)]
    Baseline(BaselineCommand),
    /// Compare the controls of many results files with what they are the controls of, and count what was said.
    #[command(after_help = "Example:\n  loadgen evidence runs/*/results.json")]
    Evidence(EvidenceArgs),
    /// Show the same messages in each protocol, byte by byte: which byte is text, which a tag, a length, a name, a header.
    #[command(after_help = ANATOMY_EXAMPLES)]
    Anatomy(AnatomyArgs),
    /// List the protocols, and what each of them is.
    Protocols,
    /// Hold the instruments against known answers, on this machine, and print what was expected and what was measured;
    /// takes about half a minute, and wants a machine with nothing else to do.
    Selftest,
    /// The server's process of a trial; started by loadgen itself.
    #[command(hide = true)]
    ChildServer,
    /// The simulated link's process of a trial; started by loadgen itself.
    #[command(hide = true)]
    ChildRelay,
    /// The clients' process of a trial; started by loadgen itself.
    #[command(hide = true)]
    ChildGenerator,
    /// The process whose instructions Callgrind counts; started by loadgen itself.
    #[command(hide = true)]
    ChildCount {
        /// The codecs, by name.
        codecs: Vec<String>,
    },
}

/// How to measure.
#[derive(Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line, and stands for itself"
)]
pub struct RunArgs {
    /// Which protocols to compare, separated by commas; `loadgen protocols` lists them
    /// [default: the three of the notebook, and in scaling a reference beside them].
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = asked::protocol)]
    pub protocol: Vec<AskedProtocol>,

    /// How many accounts write to each other in the workload scaling [default: 10,20,30,40]. Without `--workload`,
    /// scaling is then the only workload.
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = asked::accounts)]
    pub accounts: Vec<u32>,

    /// Which workloads to run, separated by commas: efficiency (20 messages between two accounts), scaling (each
    /// account writes to all others), steady (the same at a rate and for a time), factorial (scaling over every pair of
    /// some codecs and transports: which part of a difference is whose, and what becomes of the notebooks' claims)
    /// [default: the first two].
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = asked::workload)]
    pub workload: Vec<&'static dyn Workload>,

    /// Measure what connections at rest occupy: open so many, log all of them in, and see by how much the memory of
    /// server and clients has grown; 1000 or more, so that what is not a connection's own weighs little.
    #[arg(long, value_name = "N", value_parser = asked::accounts, conflicts_with_all = ["workload", "accounts", "rounds", "in_flight"])]
    pub idle: Option<u32>,

    /// Run the workload that this TOML file describes: phases, a mix of operations, sizes of texts.
    #[arg(
        long,
        value_name = "FILE.toml",
        conflicts_with_all = ["workload", "accounts", "rounds", "message_bytes"]
    )]
    pub scenario: Option<PathBuf>,

    /// Which codecs meet which transports.
    #[command(flatten)]
    pub factors: FactorArgs,

    /// How often everything is repeated, each time with fresh processes and in another order [default: 5, in factorial
    /// 10].
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub trials: Option<u32>,

    /// Leave the control out: the first protocol once more in the largest cell, which shows how much one thing differs
    /// from itself.
    #[arg(long)]
    pub no_control: bool,

    /// How often each account writes to all others in one trial of scaling [default: until the messages have taken
    /// 0.25 s].
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub rounds: Option<u32>,

    /// Sizes of texts in bytes, each measured apart, in workloads that let one choose; at least 5, so that texts differ,
    /// and at most 256 [default: 5]. Without `--workload`, scaling is then the only workload.
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = asked::message_bytes)]
    pub message_bytes: Vec<u32>,

    /// How many requests a connection may have unanswered [default: 1; with --rate 16].
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub in_flight: Option<u32>,

    /// At which rate, and for how long.
    #[command(flatten)]
    pub timing: TimingArgs,

    /// Where the server keeps accounts and messages: memory, sqlite (a temporary file), sqlite:PATH (a new file there),
    /// sqlite-per-request (a database connection for each request).
    #[arg(
        long,
        value_name = "STORE",
        default_value = "memory",
        conflicts_with = "addr"
    )]
    pub store: StoreSpec,

    /// A simulated link before the server: none, a preset (lan, wifi, 4g, wan, satellite), settings such as
    /// rtt=40ms,rate=10mbit,jitter=5ms,loss=0.1%, or a preset with settings that change it. May be said several times:
    /// everything is then measured over each of them.
    #[arg(long, value_name = "LINK", value_parser = asked::link)]
    pub link: Vec<AskedLink>,

    /// Seeds everything random, the order of trials above all; recorded in the results [default: a random one, and with
    /// --deterministic 1].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// Give server and clients a clock that stands and randomness from the seed: runs with one seed then carry the very
    /// same bytes. Goes with `--workload efficiency`, where one client speaks at a time.
    #[arg(long, conflicts_with_all = ["addr", "connections"])]
    pub deterministic: bool,

    /// Where results and report go.
    #[arg(long, value_name = "DIR", default_value = "loadgen-report")]
    pub out: PathBuf,

    /// Measure the server that runs at this address, host:port or a path, in whatever language, instead of one of ours.
    /// Accounts get a prefix of their own there, and are removed at the end. Needs exactly one `--protocol`.
    #[arg(long, value_name = "ADDRESS")]
    pub addr: Option<String>,

    /// Whom to trust there.
    #[command(flatten)]
    pub trust: TrustArgs,

    /// The process id of the server at `--addr`, if it is on this machine: its CPU time and memory are then measured.
    #[arg(long, value_name = "PID", requires = "addr", value_parser = clap::value_parser!(i32).range(1..))]
    pub server_pid: Option<i32>,

    /// Worker threads of the server.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one(), conflicts_with = "addr")]
    pub server_threads: u32,

    /// Make servers of ours wrong on purpose, to see that it is noticed: forget:N, double:N, swap:N, alter:N for one
    /// message in N, burn:P% for P percent more CPU time. NAME=FAULT is for what stands under that name in results
    /// alone, a control (`json (again)`) for instance.
    #[arg(long, value_name = "FAULT", hide = true, conflicts_with = "addr")]
    pub server_fault: Option<AskedFault>,

    /// How accounts reach the server.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Keep no latencies, to find out what keeping them costs.
    #[arg(long, value_enum, default_value_t, hide = true)]
    pub recording: Recording,

    /// Leave the report with its charts out, and write the results alone; `loadgen report` makes it later.
    #[arg(long)]
    pub no_report: bool,

    /// What standard output is for: tables for people, or the results as JSON and nothing else.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// Say nothing but errors; results and report are written all the same.
    #[arg(long)]
    pub quiet: bool,
}

/// How often everything is repeated if nobody says.
const TRIALS_DEFAULT: u32 = 5;

impl RunArgs {
    /// How often everything is repeated.
    #[must_use]
    pub fn trials(&self) -> u32 {
        let is_factorial = self.workload.iter().any(|workload| is_factorial(*workload));
        let default = if is_factorial {
            factorial::TRIALS_DEFAULT
        } else {
            TRIALS_DEFAULT
        };
        self.trials.unwrap_or(default)
    }
}

/// What standard output is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people.
    Human,
    /// What was found, as JSON, and nothing else.
    Json,
}

/// Of what to make a report.
#[derive(Args)]
pub struct ReportArgs {
    /// Results files; several become one report.
    #[arg(value_name = "RESULTS.json", required = true)]
    pub results: Vec<PathBuf>,

    /// Where the report goes.
    #[arg(long, value_name = "DIR", default_value = "loadgen-report")]
    pub out: PathBuf,
}

/// Whose controls to compare.
#[derive(Args)]
pub struct EvidenceArgs {
    /// Results files, one comparison each.
    #[arg(value_name = "RESULTS.json", required = true)]
    pub results: Vec<PathBuf>,
}

/// What to test.
#[derive(Args)]
pub struct ConformArgs {
    /// The protocol to speak.
    #[arg(long, value_name = "NAME", value_parser = asked::protocol)]
    pub protocol: AskedProtocol,

    /// Test the server that runs at this address, host:port or a path, instead of one of ours.
    #[arg(long, value_name = "ADDRESS")]
    pub addr: Option<String>,

    /// Whom to trust there.
    #[command(flatten)]
    pub trust: TrustArgs,

    /// Where a server of ours keeps accounts and messages: memory, sqlite, sqlite:PATH, sqlite-per-request.
    #[arg(
        long,
        value_name = "STORE",
        default_value = "memory",
        conflicts_with = "addr"
    )]
    pub store: StoreSpec,

    /// Run only the checks that have this in their line, `undo` or `functional 13` for instance.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,

    /// How much to test: whole, or short: the functional test and a few others.
    #[arg(long, value_name = "SUITE", default_value = "whole", value_parser = asked::suite)]
    pub suite: Suite,
}

/// Which messages to take apart.
#[derive(Args)]
pub struct AnatomyArgs {
    /// The protocols, separated by commas; `loadgen protocols` lists them [default: in the table each codec and each
    /// transport at least once, byte by byte the three of the notebook].
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = asked::protocol)]
    pub protocol: Vec<AskedProtocol>,

    /// What standard output is for: lines for people, in colours on a terminal, or the data as JSON and nothing else.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub format: Format,

    /// Write the data as JSON to this file as well.
    #[arg(long, value_name = "FILE.json")]
    pub out: Option<PathBuf>,
}

const ANATOMY_EXAMPLES: &str = "\
Examples:
  loadgen anatomy                                  what \"hello\" takes in each protocol, and three of them in full
  loadgen anatomy --protocol protobuf+tcp,json+grpcthese two alone
  loadgen anatomy --protocol grpc --format json    the data, as reports/anatomy.schema.json describes it

Colours need a terminal; NO_COLOR turns them off.";

fn at_least_one() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}
