//! `loadgen conform`: the functional test, against a server of ours or anybody's.

use std::sync::Arc;

use protocols::conformance::{self, Registered, Summary, Target};
use protocols::security::{Identity, Throwaway, Trust};

use crate::cli::ConformArgs;
use crate::control::ServeOrder;
use crate::delivery::Delivery;
use crate::exit::{Exit, UsageError};
use crate::in_process::Housed;
use crate::target::{Child, Role};
use crate::{output, store_file};

/// Runs the suite and prints every check, and how many passed.
///
/// # Errors
/// If there is no server to test, or standard output cannot be written.
pub fn conform(args: &ConformArgs) -> anyhow::Result<Exit> {
    if args.protocol.is_reference() {
        let error = UsageError(format!(
            "{} is a reference without accounts: there is nothing to test",
            args.protocol.asked
        ));
        return Err(error.into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let summary = runtime.block_on(test(args))?;
    output::say(&format!("{summary}\n"))?;
    Ok(if summary.failed().next().is_none() {
        Exit::Fine
    } else {
        Exit::Failed
    })
}

async fn test(args: &ConformArgs) -> anyhow::Result<Summary> {
    let protocol = args.protocol.protocol;
    if protocol.is_in_process() {
        return in_process(args).await;
    }
    let Some(address) = &args.addr else {
        let Throwaway { identity, trust } = protocol.throwaway();
        let order = serve_order(args, identity.map(Arc::unwrap_or_clone))?;
        let mut server = Child::spawn(Role::Server)?;
        let tested = match server.serve(order).await {
            Ok(address) => suite(args, &address, trust).await,
            Err(error) => Err(error.into()),
        };
        server.end().await;
        return tested;
    };
    let trust = args.trust.load(protocol, address)?;
    suite(args, address, trust.map(Arc::new)).await
}

/// Tests a server in this process.
async fn in_process(args: &ConformArgs) -> anyhow::Result<Summary> {
    if args.addr.is_some() {
        let error = UsageError(format!(
            "--addr: both ends of {} are in one process; leave it out",
            args.protocol.asked
        ));
        return Err(error.into());
    }
    let server = Housed::start(serve_order(args, None)?)?;
    suite(args, &server.address, None).await
}

fn serve_order(args: &ConformArgs, identity: Option<Identity>) -> anyhow::Result<ServeOrder> {
    store_file::check_absent(&args.store)?;
    let store = args.store.to_string();
    let protocol = args.protocol.protocol.name.to_owned();
    Ok(ServeOrder {
        protocol,
        address: args.protocol.protocol.anywhere(),
        store,
        threads: 1,
        compression: None,
        delivery: Delivery::Push,
        fixed_seed: None,
        fault: None,
        identity,
    })
}

async fn suite(
    args: &ConformArgs,
    address: &str,
    trust: Option<Arc<Trust>>,
) -> anyhow::Result<Summary> {
    let door = Registered::new(args.protocol.protocol, address)?.trusting(trust);
    let target = Target::through(vec![Arc::new(door)]);
    let mut told = Ok(());
    let (suite, only) = (args.suite, args.only.as_deref());
    let summary = conformance::run_suite(&target, suite, only, &mut |result| {
        if told.is_ok() {
            told = output::say(&format!("{result}\n"));
        }
    })
    .await?;
    told?;
    Ok(summary)
}
