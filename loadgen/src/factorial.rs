//! What a factorial run consists of: its cells, every one of some codecs on every one of some transports, and beside them
//! what the notebooks' claims are held against.

use clap::Args;
use protocols::factors::{CODECS, TRANSPORTS};
use protocols::registry::{self, Front, Protocol};
use protocols::transport::Sharing;
use reports::schema::{Factors, workload};

use crate::asked::AskedProtocol;
use crate::cli::RunArgs;
use crate::delivery::Delivery;
use crate::exit::UsageError;
use crate::selection::Cell;
use crate::workloads::Workload;

/// How many accounts there are if nobody says: rounds are short then, and a trial soon over.
pub const ACCOUNTS_DEFAULT: u32 = 10;

/// How many trials there are if nobody says: more than words of difference need.
pub const TRIALS_DEFAULT: u32 = 10;

/// The store that opens the database for each request, as the main notebook did.
const STORE_PER_REQUEST: &str = "sqlite-per-request";

/// How many connections the accounts share where they do.
const CONNECTIONS_SHARED: u32 = 1;

/// Which cells, on the command line.
#[derive(Args, Clone, Debug, Default)]
pub struct FactorArgs {
    /// The codecs of the workload factorial, separated by commas; all of them run on all of `--transports`
    /// [default: custom,json,protobuf].
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        conflicts_with = "protocol"
    )]
    pub codecs: Vec<String>,

    /// The transports of the workload factorial [default: tcp,http,grpc,grpc-stream,mem].
    #[arg(
        long,
        value_name = "NAME,...",
        value_delimiter = ',',
        conflicts_with = "protocol"
    )]
    pub transports: Vec<String>,
}

/// What a factorial run consists of.
#[derive(Clone)]
pub struct Factorial {
    /// The codecs and the transports.
    pub factors: Factors,
    /// Every pair of them, and the formats of the notebooks unless somebody has chosen the pairs.
    pub protocols: Vec<AskedProtocol>,
    /// What is measured under other conditions; nothing where somebody has chosen the pairs.
    pub beside: Vec<Beside>,
}

/// A cell that stands beside those of the factors.
#[derive(Clone)]
pub struct Beside {
    /// What runs in it.
    pub cell: Cell,
    /// Over what.
    pub protocols: Vec<AskedProtocol>,
}

/// What a cell has otherwise than the rest of its run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Departure {
    /// Another store.
    pub store: Option<&'static str>,
    /// So many connections for all accounts.
    pub connections: Option<u32>,
    /// Compression, by name.
    pub compression: Option<&'static str>,
}

impl Departure {
    /// In words, for those who watch; empty for none.
    #[must_use]
    pub fn words(&self) -> String {
        let connections = self
            .connections
            .map(|connections| format!(", connections: {connections}"));
        let named = [self.store, self.compression].into_iter().flatten();
        let named = named.map(|name| format!(", {name}"));
        named.chain(connections).collect()
    }
}

/// Whether this is the workload.
#[must_use]
pub fn is_factorial(workload: &dyn Workload) -> bool {
    workload.name() == workload::FACTORIAL
}

/// What the command line asks for; `None` unless it asks for this workload.
///
/// # Errors
/// When there are no such pairs, some are missing, or an option stands in the way.
pub fn asked(
    args: &RunArgs,
    workloads: &[&'static dyn Workload],
) -> Result<Option<Factorial>, UsageError> {
    if !workloads.iter().any(|workload| is_factorial(*workload)) {
        let is_chosen = !args.factors.codecs.is_empty() || !args.factors.transports.is_empty();
        return if is_chosen {
            refused(
                "--codecs and --transports have no effect here: they go with --workload factorial",
            )
        } else {
            Ok(None)
        };
    }
    if workloads.len() > 1 {
        return refused("--workload factorial has cells of its own: ask for it alone");
    }
    refuse_what_it_chooses(args)?;
    let factors = if args.protocol.is_empty() {
        from_lists(&args.factors)
    } else {
        from_protocols(&args.protocol)?
    };
    let few = |names: &[String]| names.len() < 2;
    if few(&factors.codecs) || few(&factors.transports) {
        return refused(
            "--workload factorial takes two codecs and two transports at least, so that each varies; with fewer, ask for \
             --workload scaling",
        );
    }
    let mut protocols = pairs(&factors)?;
    let is_default = args.protocol.is_empty()
        && args.factors.codecs.is_empty()
        && args.factors.transports.is_empty();
    let accounts = args.accounts.first().copied().unwrap_or(ACCOUNTS_DEFAULT);
    let mut others = Vec::new();
    if is_default {
        protocols.extend(formats_of_notebooks().map(AskedProtocol::unasked));
        others = beside(accounts);
    }
    Ok(Some(Factorial {
        factors,
        protocols,
        beside: others,
    }))
}

fn refused<T>(problem: &str) -> Result<T, UsageError> {
    Err(UsageError(problem.to_owned()))
}

/// It measures under several of these conditions, and says which.
fn refuse_what_it_chooses(args: &RunArgs) -> Result<(), UsageError> {
    let chosen = [
        ("--addr", args.addr.is_some()),
        ("--store", args.store.to_string() != "memory"),
        ("--connections", args.reach.connections.is_some()),
        ("--compression", args.reach.compression.is_some()),
        ("--delivery", args.reach.delivery != Delivery::Push),
        ("--link", !args.link.is_empty()),
        ("--message-bytes", !args.message_bytes.is_empty()),
    ];
    if args.accounts.len() > 1 {
        return refused("--workload factorial takes one number of --accounts");
    }
    match chosen.into_iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(UsageError(format!(
            "--workload factorial chooses its conditions itself: leave {option} out"
        ))),
        None => Ok(()),
    }
}

fn from_lists(args: &FactorArgs) -> Factors {
    let or = |asked: &[String], default: &[&str]| {
        let mut names: Vec<String> = Vec::new();
        let default = default.iter().map(|name| (*name).to_owned());
        let all: Vec<String> = if asked.is_empty() {
            default.collect()
        } else {
            asked.to_vec()
        };
        for name in all {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    Factors {
        codecs: or(&args.codecs, &CODECS),
        transports: or(&args.transports, &TRANSPORTS),
    }
}

/// The codecs and transports of some protocols, of which no pair may be missing.
fn from_protocols(asked: &[AskedProtocol]) -> Result<Factors, UsageError> {
    let mut factors = Factors::default();
    for asked in asked {
        let Front::Chat(pair) = asked.protocol.front else {
            return Err(UsageError(format!(
                "{} is a reference, and no codec on a transport: leave it out of a factorial run",
                asked.asked
            )));
        };
        for (names, name) in [
            (&mut factors.codecs, pair.codec.name()),
            (&mut factors.transports, pair.transport.name()),
        ] {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    let has = |name: &String| asked.iter().any(|asked| asked.protocol.name == name);
    let missing: Vec<String> = names(&factors).filter(|name| !has(name)).collect();
    if missing.is_empty() {
        Ok(factors)
    } else {
        Err(UsageError(format!(
            "a factorial run takes every codec on every transport, and here {} is missing: add it to --protocol, or say \
             --codecs and --transports",
            missing.join(", ")
        )))
    }
}

fn names(factors: &Factors) -> impl Iterator<Item = String> + '_ {
    factors.codecs.iter().flat_map(|codec| {
        let transports = factors.transports.iter();
        transports.map(move |transport| format!("{codec}+{transport}"))
    })
}

fn pairs(factors: &Factors) -> Result<Vec<AskedProtocol>, UsageError> {
    let found = |name: String| match registry::find(&name) {
        Ok(protocol) => Ok(AskedProtocol::unasked(protocol)),
        Err(unknown) => Err(UsageError(format!(
            "a factorial run takes every codec on every transport (choose them with --codecs and --transports): {unknown}"
        ))),
    };
    names(factors).map(found).collect()
}

/// What the notebooks' claims are held against beside the pairs: the main notebook's Table 1, its database connection for
/// each request, connections that are shared and messages that are compressed where a protocol can.
fn beside(accounts: u32) -> Vec<Beside> {
    let here = Cell {
        workload: workload::FACTORIAL,
        accounts,
        ..Cell::default()
    };
    let departing = |departure| Cell { departure, ..here };
    let of = |cell, protocols: &mut dyn Iterator<Item = &'static Protocol>| Beside {
        cell,
        protocols: protocols.map(AskedProtocol::unasked).collect(),
    };
    let two_accounts = Cell {
        workload: workload::EFFICIENCY,
        accounts: 2,
        ..Cell::default()
    };
    let mut all = vec![
        of(two_accounts, &mut registry::defaults()),
        of(
            departing(Departure {
                store: Some(STORE_PER_REQUEST),
                ..Departure::default()
            }),
            &mut registry::defaults(),
        ),
        of(
            departing(Departure {
                connections: Some(CONNECTIONS_SHARED),
                ..Departure::default()
            }),
            &mut registry::defaults().filter(|protocol| can_share(protocol, accounts)),
        ),
    ];
    for protocol in registry::defaults() {
        for compression in protocol.compressions() {
            let departure = Departure {
                compression: Some(compression.name()),
                ..Departure::default()
            };
            all.push(of(departing(departure), &mut std::iter::once(protocol)));
        }
    }
    all.retain(|beside| !beside.protocols.is_empty());
    all
}

fn can_share(protocol: &Protocol, accounts: u32) -> bool {
    match protocol.sharing() {
        Sharing::Yes { clients_max } => accounts.div_ceil(CONNECTIONS_SHARED) <= clients_max,
        Sharing::No { .. } => false,
    }
}

/// Those that have names of their own and no passwords.
fn formats_of_notebooks() -> impl Iterator<Item = &'static Protocol> {
    registry::chat_protocols().filter(|protocol| {
        let capabilities = protocol.capabilities();
        protocol.alias.is_some()
            && capabilities.is_some_and(|capabilities| !capabilities.has_passwords())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;
    use crate::selection::Selection;
    use crate::trials::{Repetition, Trial, plan};

    fn selection(arguments: &str) -> Result<Selection, String> {
        let words = ["loadgen", "--workload", "factorial"]
            .into_iter()
            .chain(arguments.split_whitespace());
        let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
        Selection::new(&cli.run).map_err(|error| error.to_string())
    }

    fn planned(arguments: &str) -> Vec<Trial> {
        let selection = selection(arguments).unwrap_or_else(|error| panic!("{error}"));
        plan(&selection, Repetition { trials: 3, seed: 7 })
    }

    #[track_caller]
    fn check_refused(arguments: &str, words: &str) {
        let refused = selection(arguments).err().expect(arguments);
        assert!(refused.contains(words), "{refused}");
    }

    #[test]
    fn every_round_holds_every_pair_once() {
        let plan = planned("--codecs custom,json --transports tcp,grpc,mem --no-control");
        let names = |round| -> BTreeSet<String> {
            let of_round = plan.iter().filter(|trial| trial.round == round);
            of_round.map(Trial::name).collect()
        };
        assert_eq!(plan.len(), 18);
        let expected = [
            "custom",
            "custom+grpc",
            "custom+mem",
            "json",
            "json+grpc",
            "json+mem",
        ];
        assert_eq!(names(1), BTreeSet::from(expected.map(str::to_owned)));
        assert_eq!(names(1), names(3));
        assert!(
            plan.iter()
                .all(|trial| trial.cell.accounts == ACCOUNTS_DEFAULT)
        );
    }

    #[test]
    fn what_stands_beside_is_mixed_with_the_pairs_of_its_round() {
        let plan = planned("--codecs custom,json,protobuf --transports tcp,grpc,mem");
        assert!(
            plan.iter()
                .all(|trial| trial.cell.departure == Departure::default())
        );
        let beside = beside(ACCOUNTS_DEFAULT);
        let stores: Vec<_> = beside
            .iter()
            .filter_map(|beside| beside.cell.departure.store)
            .collect();
        assert_eq!(stores, [STORE_PER_REQUEST]);
        let shared = beside
            .iter()
            .find(|beside| beside.cell.departure.connections.is_some());
        let shared = &shared.expect("a protocol can").protocols;
        assert!(
            shared
                .iter()
                .all(|asked| can_share(asked.protocol, ACCOUNTS_DEFAULT))
        );
    }

    #[test]
    fn protocols_that_leave_a_hole_are_refused() {
        check_refused(
            "--protocol custom,json,json+grpc",
            "custom+grpc is missing: add it to --protocol, or say --codecs and --transports",
        );
        check_refused("--protocol custom,json", "two transports at least");
        check_refused("--protocol floor", "a reference");
        check_refused(
            "--codecs custom,jason --transports tcp,grpc",
            "there is no protocol",
        );
        assert!(selection("--protocol custom,json,json+grpc,custom+grpc").is_ok());
    }

    #[test]
    fn what_it_chooses_itself_is_refused() {
        let few = "--codecs custom,json --transports tcp,grpc";
        for (option, named) in [
            ("--store sqlite", "--store"),
            ("--accounts 4,5", "--accounts"),
            ("--link lan", "--link"),
            ("--workload scaling", "alone"),
        ] {
            check_refused(&format!("{few} {option}"), named);
        }
        let words = "loadgen --accounts 4 --codecs custom".split(' ');
        let cli = Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let refused = Selection::new(&cli.run).err().expect("no effect");
        assert!(
            refused.to_string().contains("--workload factorial"),
            "{refused}"
        );
    }
}
