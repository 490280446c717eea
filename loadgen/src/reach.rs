//! How accounts reach the server, where a protocol leaves a choice: whose connection it is, and whether messages are
//! compressed. What a protocol does not have is refused.

use clap::Args;
use protocols::registry::{self, Protocol};
use protocols::transport::{Compression, Sharing};
use reports::schema::workload::{IDLE, JOURNAL};

use crate::control::Reach;
use crate::delivery::Delivery;
use crate::exit::UsageError;
use crate::needs;
use crate::selection::Selection;
use crate::workloads::{Part, PhaseKind, Workload};

/// What can be asked for.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct ReachArgs {
    /// Let the accounts share N connections, each with a session of its own, where a protocol can carry several sessions
    /// on one connection: gRPC can [default: a connection an account].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub connections: Option<u32>,

    /// Compress messages in both directions, where a protocol can: gRPC has gzip [default: none].
    #[arg(
        long,
        value_name = "NAME",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "gzip",
        value_parser = compression
    )]
    pub compression: Option<Compression>,

    /// How messages reach their recipients: push, or poll:TIME, as the notebook did: then the server says nothing by
    /// itself, and each client asks every so often for what is unread and reads it.
    #[arg(long, value_name = "HOW", default_value_t = Delivery::Push, conflicts_with = "addr")]
    pub delivery: Delivery,
}

impl ReachArgs {
    /// What the processes of a trial are told.
    #[must_use]
    pub fn order(self) -> Reach {
        Reach {
            connections: self.connections,
            compression: self
                .compression
                .map(|compression| compression.name().to_owned()),
            delivery: self.delivery,
        }
    }

    /// What is not as it is by default, a line each.
    #[must_use]
    pub fn announcement(self) -> String {
        let connections = self
            .connections
            .map(|connections| format!("  connections {connections}, shared by all accounts\n"));
        let compression = self
            .compression
            .map(|compression| format!("  compression {}\n", compression.name()));
        let delivery =
            (self.delivery != Delivery::Push).then(|| format!("  delivery    {}\n", self.delivery));
        let lines = connections.into_iter().chain(compression);
        lines.chain(delivery).collect()
    }

    /// Holds what is asked for against what is selected.
    ///
    /// # Errors
    /// When a protocol cannot do it, or cannot say what a workload asks of it; when there are more connections than accounts, or too many accounts on one connection.
    pub fn check(self, selection: &Selection) -> Result<(), UsageError> {
        let protocols = || selection.protocols.iter().map(|asked| asked.protocol);
        if let Some(connections) = self.connections {
            protocols().try_for_each(|protocol| check_sharing(protocol, connections, selection))?;
        }
        if let Some(compression) = self.compression {
            protocols().try_for_each(|protocol| check_compression(protocol, compression))?;
        }
        if self.delivery != Delivery::Push {
            check_polling(selection)?;
        }
        needs::check(selection, self.delivery)
    }
}

/// A reference has nothing to ask for; and where nobody is told of messages, or a workload says itself when they are
/// read, asking changes nothing or gets in the way.
fn check_polling(selection: &Selection) -> Result<(), UsageError> {
    if let Some(reference) = selection
        .protocols
        .iter()
        .find(|asked| asked.is_reference())
    {
        return Err(UsageError(format!(
            "--delivery: {} pushes, and cannot do otherwise; leave it out of --protocol",
            reference.asked
        )));
    }
    for workload in &selection.workloads {
        if workload.scenario().is_some() {
            return Err(UsageError(format!(
                "--delivery: the scenario {} says itself when messages are read",
                workload.name()
            )));
        }
        if !tells(*workload) {
            return Err(UsageError(format!(
                "--delivery has no effect in {}: nobody is told of messages there; ask for --workload scaling",
                workload.name()
            )));
        }
    }
    Ok(())
}

/// Whether a workload has recipients who are there to be told.
fn tells(workload: &dyn Workload) -> bool {
    let deliveries = |phase| {
        workload.deliveries(&Part {
            phase,
            account: 0,
            accounts: 2,
            rounds: &(0..1),
        })
    };
    let mut phases = workload.phases().iter().enumerate();
    phases.any(|(phase, what)| what.kind == PhaseKind::Timed || deliveries(phase) > 0)
}

fn check_sharing(
    protocol: &Protocol,
    connections: u32,
    selection: &Selection,
) -> Result<(), UsageError> {
    let name = protocol.short_name();
    let clients_max = match protocol.sharing() {
        Sharing::Yes { clients_max } => clients_max,
        Sharing::No { why } => {
            return Err(UsageError(format!(
                "--connections: accounts cannot share connections over {name}, because {why}; ask for --protocol {}",
                those(|protocol| matches!(protocol.sharing(), Sharing::Yes { .. }))
            )));
        }
    };
    for cell in selection.cells() {
        let (workload, accounts) = (cell.workload, cell.accounts);
        if workload == IDLE {
            return Err(UsageError(format!(
                "--connections: {workload} asks what a connection takes, which is an account's own there; leave it out"
            )));
        }
        if workload == JOURNAL {
            return Err(UsageError(format!(
                "--connections: one client says everything in {workload}; leave it out"
            )));
        }
        if connections > accounts {
            return Err(UsageError(format!(
                "--connections {connections} is more than the {accounts} accounts of {workload}: some would carry nobody"
            )));
        }
        if accounts.div_ceil(connections) > clients_max {
            return Err(UsageError(format!(
                "--connections {connections} is too few for {accounts} accounts: {name} carries {clients_max} on one \
                 connection"
            )));
        }
    }
    Ok(())
}

fn check_compression(protocol: &Protocol, compression: Compression) -> Result<(), UsageError> {
    if protocol.compressions().contains(&compression) {
        return Ok(());
    }
    Err(UsageError(format!(
        "--compression: {} has no compression {} of its own; ask for --protocol {}",
        protocol.short_name(),
        compression.name(),
        those(|protocol| protocol.compressions().contains(&compression))
    )))
}

/// The names of protocols of which something is true, one for each codec and transport.
fn those(is_true: impl Fn(&Protocol) -> bool) -> String {
    registry::each_once()
        .filter(|protocol| is_true(protocol))
        .map(Protocol::short_name)
        .collect::<Vec<_>>()
        .join(",")
}

fn compression(asked: &str) -> Result<Compression, String> {
    Compression::find(asked).ok_or_else(|| "there is gzip".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    fn check(arguments: &str) -> Result<Reach, String> {
        let words = std::iter::once("loadgen").chain(arguments.split_whitespace());
        let cli = Cli::try_parse_from(words).map_err(|error| error.to_string())?;
        let selection = Selection::new(&cli.run).map_err(|error| error.to_string())?;
        let checked = cli.run.reach.check(&selection);
        checked.map_err(|error| error.to_string())?;
        Ok(cli.run.reach.order())
    }

    #[track_caller]
    fn check_refused(arguments: &str, words: &str) {
        let refused = check(arguments).expect_err(arguments);
        assert!(refused.contains(words), "{refused}");
    }

    #[test]
    fn nothing_is_shared_or_compressed_unasked() {
        assert_eq!(check(""), Ok(Reach::default()));
    }

    #[test]
    fn what_a_protocol_can_is_ordered() {
        let reach = check("--protocol grpc --accounts 4 --connections 2 --compression").unwrap();
        assert_eq!(reach.connections, Some(2));
        assert_eq!(reach.compression.as_deref(), Some("gzip"));
        assert!(check("--protocol grpc --accounts 4 --connections 4").is_ok());
        assert!(check("--protocol grpc --accounts 512 --connections 1").is_ok());
    }

    #[test]
    fn what_a_protocol_cannot_is_refused() {
        check_refused(
            "--protocol json --accounts 4 --connections 2",
            "over json, because a connection is a session; ask for --protocol grpc",
        );
        check_refused("--connections 2", "because a connection is a session");
        check_refused(
            "--protocol floor --accounts 4 --connections 2",
            "over floor, because a connection is an account",
        );
        check_refused(
            "--protocol custom --compression",
            "custom has no compression",
        );
        check_refused("--protocol grpc --compression=lzma", "there is gzip");
    }

    #[test]
    fn what_cannot_be_polled_is_refused() {
        let reach = check("--accounts 4 --delivery poll:200ms").unwrap();
        assert_eq!(reach.delivery.to_string(), "poll:200ms");
        check_refused("--delivery poll:2s", "no effect in efficiency");
        check_refused(
            "--protocol floor --accounts 4 --delivery poll:2s",
            "floor pushes, and cannot do otherwise",
        );
        check_refused("--accounts 4 --delivery pull", "poll:2s for instance");
        check_refused(
            "--accounts 4 --delivery poll:2s --addr 127.0.0.1:1",
            "--addr",
        );
    }

    #[test]
    fn too_many_connections_and_too_few_are_refused() {
        check_refused(
            "--protocol grpc --accounts 4,10 --connections 5",
            "more than the 4 accounts of scaling",
        );
        check_refused(
            "--protocol grpc --connections 5",
            "more than the 2 accounts of efficiency",
        );
        check_refused(
            "--protocol grpc --accounts 1025 --connections 2",
            "carries 512 on one connection",
        );
        check_refused("--protocol grpc --connections 0", "--connections");
        check_refused(
            "--protocol grpc --idle 10 --connections 2",
            "idle asks what a connection takes",
        );
    }
}
