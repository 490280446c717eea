//! One trial: starts its processes, leads them from barrier to barrier, and writes down what they say.

use std::time::Duration;

use tokio::time::Instant;

use crate::control::{Counters, LoadOrder, Order, RelayOrder, Report, ServeOrder, Timing};
use crate::foreign::ForeignProcess;
use crate::interrupt::Interrupt;
use crate::link::Exchange;
use crate::link::relay::Snapshot;
use crate::record::{PhaseRecord, Reading, Record, Trouble};
use crate::scenario::{self, Scenario};
use crate::target::{Child, ChildError, Role};
use crate::timing::nanoseconds;

/// How long a process may take for what it has at hand: counters, a digest, an end.
const STEP_PATIENCE: Duration = Duration::from_mins(1);

/// How long both ends' counters may differ at a barrier before the run is invalid.
const BARRIER_PATIENCE: Duration = Duration::from_secs(2);

/// How often counters are compared without a pause in between. Bytes that are under way arrive in that time; what
/// takes longer should not compete with two busy processes for the processor.
const COMPARISONS_AT_ONCE: u32 = 16;

/// More than what a message of a workload takes in either direction, in any format, in bytes.
const MESSAGE_MAX_BYTES: u64 = 1_000;

/// The pause between two later comparisons.
const COMPARISON_PAUSE: Duration = Duration::from_millis(2);

/// What a trial is made of.
#[derive(Clone, Debug)]
pub struct TrialOrder {
    /// Who serves.
    pub target: Target,
    /// What the generator does; the address is filled in when the server has said it.
    pub load: LoadOrder,
}

/// Who serves a trial.
#[derive(Clone, Debug)]
pub enum Target {
    /// A process of this trial alone.
    Own(Box<ServeOrder>),
    /// The generator's process itself.
    InProcess(Box<ServeOrder>),
    /// A server that runs already; with a process that can be watched, or without.
    Running(Option<ForeignProcess>),
}

/// Runs one trial to its end, whatever that is; its processes are gone then.
pub async fn conduct(order: &TrialOrder, interrupt: &mut Interrupt) -> Record {
    let mut record = Record::default();
    if let Err(trouble) = lead(order, interrupt, &mut record).await {
        record.trouble = Some(trouble);
    }
    record
}

async fn lead(
    order: &TrialOrder,
    interrupt: &mut Interrupt,
    record: &mut Record,
) -> Result<(), Trouble> {
    let mut stage = tokio::select! {
        stage = Stage::set(order) => stage?,
        () = interrupt.requested() => return Err(Trouble::Interrupted),
    };
    record.server_start_ns = stage.server_start.map(nanoseconds);
    let played = stage.play(interrupt, record).await;
    let played = match played {
        Err(Trouble::Child(error)) => Err(Trouble::Child(stage.cause(error).await)),
        other => other,
    };
    stage.clear().await;
    played
}

/// The processes of a trial that are ready to begin.
struct Stage {
    server: Server,
    /// From just before the server's process was started until it listened; `None` if it ran already.
    server_start: Option<Duration>,
    relay: Option<Child>,
    generator: Child,
    phase_patience: Duration,
    barrier_patience: Duration,
}

enum Server {
    Own(Box<Child>),
    /// In the generator's process.
    Housed,
    Running(Option<ForeignProcess>),
}

impl Stage {
    async fn set(order: &TrialOrder) -> Result<Self, ChildError> {
        let mut load = order.load.clone();
        let mut server_start = None;
        let (server, mut generator) = match &order.target {
            Target::Own(serve) => {
                let generator = Child::spawn(Role::Generator)?;
                let spawned = Instant::now();
                let mut server = Child::spawn(Role::Server)?;
                load.address = server.serve(ServeOrder::clone(serve)).await?;
                server_start = Some(spawned.elapsed());
                (Server::Own(Box::new(server)), generator)
            }
            Target::InProcess(serve) => {
                let spawned = Instant::now();
                let mut generator = Child::spawn(Role::Generator)?;
                load.address = generator.serve(ServeOrder::clone(serve)).await?;
                server_start = Some(spawned.elapsed());
                (Server::Housed, generator)
            }
            Target::Running(process) => (Server::Running(*process), Child::spawn(Role::Generator)?),
        };
        let relay = match load.link {
            Some(_) => Some(relay(&mut load, &order.target).await?),
            None => None,
        };
        let phase_patience = phase_patience(&load);
        let delay = load.link_patience();
        generator.tell(&Order::Load(load)).await?;
        match generator.listen(phase_patience).await? {
            Report::Ready { .. } => Ok(Self {
                server,
                server_start,
                relay,
                generator,
                phase_patience,
                barrier_patience: BARRIER_PATIENCE + delay,
            }),
            other => Err(generator.unexpected("that it is ready", &other)),
        }
    }

    async fn play(
        &mut self,
        interrupt: &mut Interrupt,
        record: &mut Record,
    ) -> Result<(), Trouble> {
        let mut before = self.read().await?;
        loop {
            self.begin_phase().await?;
            let report = tokio::select! {
                report = self.generator.listen(self.phase_patience) => report?,
                () = interrupt.requested() => return self.stop(record).await,
            };
            let end = match report {
                Report::PhaseEnd(end) => end,
                Report::Outcome(outcome) => {
                    record.outcome = Some(*outcome);
                    // A server that died in the last phase is the cause of whatever the generator saw of it.
                    self.read_server().await?;
                    record.relayed = self.read_relay().await?;
                    return Ok(());
                }
                other => {
                    return Err(self
                        .generator
                        .unexpected("the end of a phase", &other)
                        .into());
                }
            };
            let (after, agreed) = self.barrier().await?;
            let shows_state = end.phase == reports::schema::phase::MESSAGE
                || end.phase == reports::schema::phase::READ
                || end.phase == reports::schema::phase::PASS;
            record.phases.push(PhaseRecord {
                end,
                before,
                after,
                agreed,
            });
            before = after;
            if shows_state && self.digest(record).await? {
                // The digest cost the server something that is no part of the next phase.
                before = self.read().await?;
            }
        }
    }

    /// Both processes look back on this phase alone from now on, before it begins.
    async fn begin_phase(&mut self) -> Result<(), ChildError> {
        if let Server::Own(server) = &mut self.server {
            server.tell(&Order::BeginPhase).await?;
        }
        self.generator.tell(&Order::BeginPhase).await?;
        self.generator.tell(&Order::Go).await
    }

    /// Tells the generator to stop, and waits until it has deleted what it created.
    async fn stop(&mut self, record: &mut Record) -> Result<(), Trouble> {
        self.generator.tell(&Order::Stop).await?;
        loop {
            // What was said before the order arrived may still come.
            if let Report::Outcome(outcome) = self.generator.listen(STEP_PATIENCE).await? {
                record.outcome = Some(*outcome);
                return Err(Trouble::Interrupted);
            }
        }
    }

    /// Reads both ends' counters until they agree, or for as long as is reasonable.
    async fn barrier(&mut self) -> Result<(Reading, Option<bool>), ChildError> {
        let deadline = Instant::now() + self.barrier_patience;
        let mut comparisons = 0;
        loop {
            let reading = self.read().await?;
            let agreed = match self.server {
                Server::Own(_) | Server::Housed => reading.agrees(),
                // What the system knows of a process does not tell its chat sockets from others.
                Server::Running(_) => None,
            };
            if agreed != Some(false) || Instant::now() > deadline {
                return Ok((reading, agreed));
            }
            comparisons += 1;
            if comparisons > COMPARISONS_AT_ONCE {
                tokio::time::sleep(COMPARISON_PAUSE).await;
            }
        }
    }

    async fn read(&mut self) -> Result<Reading, ChildError> {
        self.generator.tell(&Order::Mark).await?;
        if let Server::Housed = self.server {
            return counters_apart(&mut self.generator).await;
        }
        Ok(Reading {
            server: self.read_server().await?,
            loadgen: counters(&mut self.generator).await?,
        })
    }

    async fn read_server(&mut self) -> Result<Option<Counters>, ChildError> {
        match &mut self.server {
            Server::Own(server) => {
                server.tell(&Order::Mark).await?;
                counters(server).await.map(Some)
            }
            // It is read with the generator's.
            Server::Housed => Ok(None),
            Server::Running(process) => Ok(process.as_ref().and_then(ForeignProcess::read)),
        }
    }

    /// What the simulated link has done; nothing if there is none.
    async fn read_relay(&mut self) -> Result<Option<Snapshot>, ChildError> {
        let Some(relay) = &mut self.relay else {
            return Ok(None);
        };
        relay.tell(&Order::Mark).await?;
        match relay.listen(STEP_PATIENCE).await? {
            Report::Relayed(snapshot) => Ok(Some(snapshot)),
            other => Err(relay.unexpected("what it did", &other)),
        }
    }

    /// Asks for the digest; says whether there was anybody to ask.
    async fn digest(&mut self, record: &mut Record) -> Result<bool, ChildError> {
        let server = match &mut self.server {
            Server::Own(server) => server,
            Server::Housed => &mut self.generator,
            Server::Running(_) => return Ok(false),
        };
        server.tell(&Order::Digest).await?;
        match server.listen(STEP_PATIENCE).await? {
            Report::Digest { digest } => record.digest = digest,
            other => return Err(server.unexpected("its digest", &other)),
        }
        Ok(true)
    }

    /// What is behind an error: a generator that loses its connections is the victim of a server that died.
    async fn cause(&mut self, error: ChildError) -> ChildError {
        let ChildError::Failed {
            role: Role::Generator,
            ..
        } = error
        else {
            return error;
        };
        let found = match self.read_relay().await {
            Ok(_) => self.read_server().await.err(),
            Err(cause) => Some(cause),
        };
        match found {
            Some(cause @ (ChildError::Ended { .. } | ChildError::Failed { .. })) => cause,
            _ => error,
        }
    }

    async fn clear(self) {
        let server = async {
            if let Server::Own(server) = self.server {
                server.end().await;
            }
        };
        let relay = async {
            if let Some(relay) = self.relay {
                relay.end().await;
            }
        };
        tokio::join!(self.generator.end(), relay, server);
    }
}

/// Puts a simulated link before the server that the load is for.
async fn relay(load: &mut LoadOrder, target: &Target) -> Result<Child, ChildError> {
    let mut relay = Child::spawn(Role::Relay)?;
    let order = RelayOrder {
        server: std::mem::take(&mut load.address),
        link: load.link.unwrap_or_default(),
        seed: load.seed,
        try_server: matches!(target, Target::Running(_)),
    };
    load.address = relay.relay(order).await?;
    Ok(relay)
}

async fn counters(child: &mut Child) -> Result<Counters, ChildError> {
    match child.listen(STEP_PATIENCE).await? {
        Report::Counters(counters) => Ok(counters),
        other => Err(child.unexpected("its counters", &other)),
    }
}

/// The counters of both ends, where they share a process.
async fn counters_apart(generator: &mut Child) -> Result<Reading, ChildError> {
    match generator.listen(STEP_PATIENCE).await? {
        Report::CountersApart { server, loadgen } => Ok(Reading {
            server: Some(server),
            loadgen,
        }),
        other => Err(generator.unexpected("the counters of both ends", &other)),
    }
}

/// How long the longest phase may take: a minute, and time for each account and each message at a pace that is far
/// below anything worth measuring.
fn phase_patience(load: &LoadOrder) -> Duration {
    let accounts = u64::from(load.accounts);
    let messages = accounts
        .saturating_mul(accounts)
        .saturating_mul(load.rounds.unwrap_or(1).into());
    let work_ms = messages.saturating_mul(2).saturating_add(50 * accounts);
    let scenario = load
        .scenario
        .as_ref()
        .and_then(|text| scenario::parse(&load.workload, text).ok());
    let operations = scenario.as_ref().map_or(0, Scenario::operations);
    let paced = scenario.as_ref().map_or(Duration::ZERO, Scenario::paced);
    let link = load.link.map(|link| {
        // In the worst case they are sent one after another, each over a few round trips, and losses come on top.
        let round_trips =
            10 + 2 * accounts.saturating_mul(load.rounds.unwrap_or(1).into()) + operations;
        let exchange = Exchange {
            round_trips: u32::try_from(round_trips).unwrap_or(u32::MAX),
            bytes: (messages + operations).saturating_mul(MESSAGE_MAX_BYTES),
        };
        2 * (link.time_of(exchange) + link.patience())
    });
    let Timing {
        duration, timeout, ..
    } = load.timing;
    let work = Duration::from_millis(work_ms)
        + duration
        + timeout
        + paced
        + Duration::from_millis(2 * operations);
    STEP_PATIENCE + work + link.unwrap_or_default()
}
