//! What can be asked of a gate.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use reports::gate::config::PAIRS_MAX;

use crate::asked::{self, AskedProtocol};
use crate::cli::Format;

/// How many accounts write to each other, if nobody says.
const ACCOUNTS: u32 = 20;

/// How many requests each connection has unanswered, if nobody says: enough that the server never waits. One that waits
/// wakes up less often when it has more to do, and saves by that what it spends.
const IN_FLIGHT: u32 = 8;

/// What stands below the help of `loadgen gate`.
pub const GATE_EXAMPLES: &str = "\
Examples:
  loadgen gate --base-bin old/loadgen --head-bin new/loadgen
                                                 both programs side by side, in one job: what a pull request needs
  loadgen gate --base-bin old/loadgen --head-bin new/loadgen --baseline gate/baseline.json --config gate.toml
                                                 the same; bytes are held against what was accepted
  loadgen gate --baseline gate/baseline.json     this program's bytes against what was accepted; no clock is read
  loadgen gate --calibrate --write floors.toml   this program against itself: the noise floors of this machine
  loadgen gate --explain time/json/scaling/server_cpu_per_message_ns
                                                 what a metric is, and how it is judged

Exit codes: 0 nothing is red, 1 failed, 2 usage or configuration, 3 regression, 4 inconclusive, 5 wrong answer.";

/// What stands below the help of `loadgen baseline`.
pub const BASELINE_EXAMPLES: &str = "\
Examples:
  loadgen baseline save gate/baseline.json       the first one
  loadgen baseline accept gate/baseline.json     print what changed, then write it: commit the file with the change

Exit codes: 0 written, 1 failed, 2 usage, 5 wrong answer.";

/// What a gate is to look at. Which options go together is said to clap, so that each has an effect; clap does not ask
/// for an option that conflicts with one that is given, so that some conflicts are said beside what is required.
#[derive(Args)]
#[command(group = ArgGroup::new("task").args(["base_bin", "baseline", "calibrate", "explain"]).required(true).multiple(true))]
#[command(group = ArgGroup::new("by_the_clock").args(["base_bin", "calibrate"]))]
pub struct GateArgs {
    /// The loadgen program before the change.
    #[arg(long, value_name = "FILE", requires = "head_bin", conflicts_with_all = ["calibrate", "explain"])]
    pub base_bin: Option<PathBuf>,

    /// The loadgen program with the change.
    #[arg(
        long,
        value_name = "FILE",
        requires = "base_bin",
        conflicts_with = "calibrate"
    )]
    pub head_bin: Option<PathBuf>,

    /// Bytes, round trips and counts that were accepted. Without programs to compare, this program is held against them,
    /// and nothing is timed: time is compared only within one job.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["calibrate", "explain"])]
    pub baseline: Option<PathBuf>,

    /// Run one program against itself, and write how much worse each metric must be to count on this machine, in the
    /// form that `--config` takes.
    #[arg(long, conflicts_with = "explain")]
    pub calibrate: bool,

    /// Say what a metric is, how it is measured and how it is judged.
    #[arg(long, value_name = "METRIC", conflicts_with_all = ["head_bin", "bin", "write", "protocol", "accounts", "in_flight",
        "rounds", "pairs", "seed", "base_arg", "head_arg", "inconclusive"])]
    pub explain: Option<String>,

    /// The program to calibrate with [default: this one].
    #[arg(long, value_name = "FILE", requires = "calibrate", conflicts_with_all = ["base_bin", "baseline"])]
    pub bin: Option<PathBuf>,

    /// Where noise floors go [default: standard output].
    #[arg(long, value_name = "FILE", requires = "calibrate", conflicts_with_all = ["base_bin", "baseline"])]
    pub write: Option<PathBuf>,

    /// What metrics are held to: classes, floors, levels, waivers [default: what is built in].
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,

    /// Over which protocols messages are timed, separated by commas [default: the three of the notebook]. Bytes are
    /// compared over all.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = asked::protocol, requires = "by_the_clock")]
    pub protocol: Vec<AskedProtocol>,

    /// How many accounts write to each other [default: 20].
    #[arg(long, value_name = "N", value_parser = asked::accounts, requires = "by_the_clock")]
    pub accounts: Option<u32>,

    /// How many requests a connection may have unanswered [default: 8].
    #[arg(long, value_name = "N", value_parser = at_least_one(), requires = "by_the_clock")]
    pub in_flight: Option<u32>,

    /// How often each account writes to all others in one run [default: what a warm-up of the base takes as right].
    #[arg(long, value_name = "N", value_parser = at_least_one(), requires = "by_the_clock")]
    pub rounds: Option<u32>,

    /// With how many pairs of runs it decides at the first look [default: what the configuration says]; with
    /// `--calibrate`, from how many floors are drawn [default: three times as many].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(PAIRS_MAX)), requires = "by_the_clock")]
    pub pairs: Option<u32>,

    /// Seeds everything random; recorded [default: a random one].
    #[arg(long, value_name = "N", requires = "by_the_clock")]
    pub seed: Option<u64>,

    /// Tell the base this in each run, beside what both are told. May be said several times.
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        requires = "base_bin",
        conflicts_with = "calibrate"
    )]
    pub base_arg: Vec<String>,

    /// Tell the head this in each run, beside what both are told. May be said several times.
    #[arg(
        long,
        value_name = "ARG",
        allow_hyphen_values = true,
        requires = "head_bin",
        conflicts_with = "calibrate"
    )]
    pub head_arg: Vec<String>,

    /// Count instructions and allocations of both as well, which takes Callgrind. With a baseline they are counted where it
    /// has counts.
    #[arg(long, requires = "base_bin", conflicts_with_all = ["baseline", "calibrate", "explain"])]
    pub count: bool,

    /// What to make of a gate that could not tell: pass ends with 0, fail with 3 [default: neither; it ends with 4].
    #[arg(
        long,
        value_name = "OUTCOME",
        value_enum,
        requires = "base_bin",
        conflicts_with = "calibrate"
    )]
    pub inconclusive: Option<InconclusiveAs>,

    /// Where findings and runs go.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "loadgen-gate",
        conflicts_with = "explain"
    )]
    pub out: PathBuf,

    /// What standard output is for: findings for people, or the same as JSON and nothing else.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human, conflicts_with_all = ["calibrate", "explain"])]
    pub format: Format,

    /// Show no progress, and print no findings; the files are written all the same.
    #[arg(long, conflicts_with = "explain")]
    pub quiet: bool,
}

/// What a gate that could not tell comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InconclusiveAs {
    /// The change may land: exit code 0.
    Pass,
    /// It may not: exit code 3.
    Fail,
}

/// Which of the tasks is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task<'a> {
    /// Two programs side by side.
    Compare {
        /// The program before the change.
        base: &'a PathBuf,
        /// The program with it.
        head: &'a PathBuf,
    },
    /// This program against what was accepted.
    Hold {
        /// What was accepted.
        baseline: &'a PathBuf,
    },
    /// One program against itself.
    Calibrate,
    /// One metric in words.
    Explain {
        /// Its name.
        metric: &'a str,
    },
}

impl GateArgs {
    /// Which of the tasks it comes to.
    #[must_use]
    pub fn task(&self) -> Task<'_> {
        match (
            &self.base_bin,
            &self.head_bin,
            &self.baseline,
            &self.explain,
        ) {
            (Some(base), Some(head), _, _) => Task::Compare { base, head },
            (_, _, Some(baseline), _) => Task::Hold { baseline },
            (_, _, _, Some(metric)) => Task::Explain { metric },
            _ => Task::Calibrate,
        }
    }

    /// How many accounts write to each other.
    #[must_use]
    pub fn accounts(&self) -> u32 {
        self.accounts.unwrap_or(ACCOUNTS)
    }

    /// How many requests a connection may have unanswered.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.in_flight.unwrap_or(IN_FLIGHT)
    }
}

/// What to do with a baseline.
#[derive(Subcommand)]
pub enum BaselineCommand {
    /// Write what this program says, byte by byte, into a file that is not there yet.
    Save(BaselineFile),
    /// Print what changed since a baseline was written, and write it anew.
    Accept(BaselineFile),
}

/// Which baseline.
#[derive(Args)]
pub struct BaselineFile {
    /// The file; commit it, so that each change of a byte stands in a diff.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Count instructions and allocations as well, which takes Callgrind; they are compared only with counts of the same
    /// toolchain.
    #[arg(long)]
    pub count: bool,
}

fn at_least_one() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..)
}
