//! `chat serve`: one core, any number of front ends, until it is told to stop.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use protocols::counted::Traffic;
use protocols::security::Identity;
use protocols::transport::Listen;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{Endpoint, ServeOptions};
use crate::cores::Cores;

/// How often what is past its time is forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// How long connections may take to end once the server stops; after that they are cut.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);

/// How long tasks that were cut may take to let go of the store.
const CUT_TIMEOUT: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or SIGINT.
pub(crate) fn run(options: &ServeOptions, identity: Option<&Arc<Identity>>) -> Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(options.log.filter())
        .with_writer(std::io::stderr)
        .init();
    let runtime = runtime(options.server_threads)?;
    let served = runtime.block_on(serve(options, identity));
    // The store closes when the last task that uses it is gone.
    runtime.shutdown_timeout(CUT_TIMEOUT);
    if served.is_ok() {
        tracing::info!("stopped");
    }
    served
}

/// One thread does not pay for the scheduling of many.
fn runtime(threads: Option<u16>) -> Result<Runtime> {
    let mut builder = match threads {
        Some(1) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if let Some(threads @ 2..) = threads {
        builder.worker_threads(threads.into());
    }
    builder
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

async fn serve(options: &ServeOptions, identity: Option<&Arc<Identity>>) -> Result<()> {
    // Before anyone is told that the server is ready, so that no signal from then on is missed.
    let mut signals = Signals::new()?;
    let cores = Cores::open(options)?;
    let fronts = Fronts {
        cores: &cores,
        identity,
        stop: CancellationToken::new(),
        tasks: TaskTracker::new(),
    };
    let mut addresses = Vec::with_capacity(options.listen.len());
    for endpoint in &options.listen {
        addresses.push(fronts.listen(endpoint).await?);
    }
    announce(options, &addresses)?;

    let signal = sweep_until(&cores, signals.next()).await;
    tracing::info!(signal, "stopping");
    fronts.close(&mut signals).await;
    Ok(())
}

/// All front ends.
struct Fronts<'a> {
    cores: &'a Cores,
    identity: Option<&'a Arc<Identity>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Fronts<'_> {
    /// Opens one; gives the address that it got.
    async fn listen(&self, endpoint: &Endpoint) -> Result<String> {
        let pair = endpoint.protocol.pair;
        let listen = Listen {
            address: endpoint.address.clone(),
            codec: pair.codec,
            chat: self.cores.behind(pair.codec),
            traffic: Arc::new(Traffic::default()),
            stop: self.stop.clone(),
            tasks: self.tasks.clone(),
            compression: None,
            identity: self.identity.cloned(),
        };
        Ok(pair.transport.listen(listen).await?.address)
    }

    /// Tells everyone, and waits for the connections to end: not forever, and not past a second signal.
    async fn close(self, signals: &mut Signals) {
        self.stop.cancel();
        self.tasks.close();
        let open = || self.tasks.len();
        tokio::select! {
            () = self.tasks.wait() => {}
            () = tokio::time::sleep(STOP_TIMEOUT) => tracing::warn!(tasks = open(), "cut what took too long to end"),
            signal = signals.next() => tracing::warn!(signal, tasks = open(), "cut what had not ended"),
        }
    }
}

/// Forgets what is past its time, every few seconds, until `signal` comes; gives its name.
async fn sweep_until(cores: &Cores, signal: impl Future<Output = &'static str>) -> &'static str {
    let sweep = async {
        let mut ticks = tokio::time::interval(SWEEP_EVERY);
        loop {
            ticks.tick().await;
            cores.sweep().await;
        }
    };
    tokio::select! {
        name = signal => name,
        () = sweep => "",
    }
}

/// What tells a server to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one; gives its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Says that all front ends are ready: to whoever reads stdout, and to the log.
fn announce(options: &ServeOptions, addresses: &[String]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    tracing::info!(store = %options.store, "serving");
    for (endpoint, address) in options.listen.iter().zip(addresses) {
        tracing::info!(
            protocol = endpoint.protocol.protocol.name,
            address,
            "listening"
        );
        writeln!(out, "READY {}={address}", endpoint.name).context("cannot write to stdout")?;
    }
    out.flush().context("cannot write to stdout")
}
