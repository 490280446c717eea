//! A workload over a protocol that serves the chat core.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _, TryStreamExt as _};
use protocols::client::{Caller, MessageBytes};
use protocols::counted::Traffic;
use protocols::registry::Pair;
use protocols::transport::Connect;
use server_core::limits::PROTOCOL_VERSION;
use server_core::{Reply, Request};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{Onward, RoundsSoFar, barrier, derive, next_batch, onward};
use crate::child::{follow_orders, say};
use crate::control::{Layers, LoadOrder, Order, Outcome, PhaseEnd, Report};
use crate::meter;
use crate::oracle::{Names, Oracle};
use crate::pacing::ClosedLoop;
use crate::shared::Shared;
use crate::worker::{Secrets, Surroundings, Worker};
use crate::workloads::{self, MessageKey, Part, PhaseKind, Workload};

/// How many connections are opened at a time.
const CONNECTING_MAX: usize = 64;

/// How long a server may take to answer the first request of a connection.
const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing may be answered or delivered before a phase is given up.
const STALL_SECONDS: u32 = 10;

/// Derives keys, connects, and runs the workload of the order.
pub(super) fn run(pair: Pair, order: &LoadOrder) -> anyhow::Result<Outcome> {
    let workload = workloads::find(&order.workload)
        .with_context(|| format!("there is no workload {:?}", order.workload))?;
    let secrets = derive::secrets(order.accounts, order.seed);
    let traffic = Arc::new(Traffic::default());
    let orders = {
        let traffic = Arc::clone(&traffic);
        follow_orders(Arc::new(move || meter::read(&traffic)))
    };
    let names = Arc::new(Names::new(&order.prefix, order.accounts));
    let oracle = Oracle::new(workload, Arc::clone(&names));
    let shared = RefCell::new(Shared::new(oracle, order.accounts));
    let around = Surroundings {
        shared: &shared,
        workload,
        names: &names,
        pacer: ClosedLoop {
            in_flight: order.in_flight.max(1),
        },
    };
    let run = Run {
        order,
        pair,
        traffic,
        orders,
        around,
        workers: Vec::new(),
        messages: 0,
        rounds: 0,
    };
    super::runtime()?.block_on(run.all(secrets))
}

struct Run<'a> {
    order: &'a LoadOrder,
    pair: Pair,
    traffic: Arc<Traffic>,
    orders: UnboundedReceiver<Order>,
    around: Surroundings<'a>,
    workers: Vec<Worker>,
    /// Messages acknowledged so far.
    messages: u64,
    rounds: u32,
}

/// How a stretch of a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// All was done.
    Done,
    /// The parent said stop.
    Stopped,
    /// Something failed, and was noted as a wrong answer.
    Failed,
}

impl Run<'_> {
    async fn all(mut self, secrets: Vec<Secrets>) -> anyhow::Result<Outcome> {
        say(&Report::Ready { address: None })?;
        if onward(self.orders.recv().await)? == Onward::Stop {
            return Ok(self.outcome(Ended::Stopped));
        }
        let started = Instant::now();
        self.workers = self.connect(secrets).await?;
        let mut ended = self.end_phase("connect", elapsed_ns(started), 0).await?;
        let phases = self.around.workload.phases();
        for (phase, what) in phases.iter().enumerate() {
            if ended != Ended::Done {
                break;
            }
            ended = match what.kind {
                PhaseKind::Rounds => self.all_rounds(phase).await?,
                PhaseKind::Setup | PhaseKind::Messages => self.one_phase(phase).await?,
            };
        }
        if ended != Ended::Done {
            self.clean_up().await;
        }
        Ok(self.outcome(ended))
    }

    /// Opens all connections; each is open once the server has answered `Hello`.
    async fn connect(&self, secrets: Vec<Secrets>) -> anyhow::Result<Vec<Worker>> {
        let opened = futures_util::stream::iter((0..).zip(secrets)).map(
            async |(account, secrets)| -> anyhow::Result<Worker> {
                let opened = tokio::time::timeout(HELLO_TIMEOUT, self.open()).await;
                let caller = opened.with_context(|| {
                    let LoadOrder {
                        address, protocol, ..
                    } = self.order;
                    format!("the server at {address} does not answer; is it one for {protocol}?")
                })??;
                Ok(Worker::new(account, caller, secrets))
            },
        );
        let mut workers: Vec<_> = opened
            .buffer_unordered(CONNECTING_MAX)
            .try_collect()
            .await?;
        workers.sort_by_key(Worker::account);
        Ok(workers)
    }

    async fn open(&self) -> anyhow::Result<Caller> {
        let connect = Connect {
            address: self.order.address.clone(),
            codec: self.pair.codec,
            traffic: Arc::clone(&self.traffic),
        };
        let mut caller = Caller::new(self.pair.transport.connect(connect).await?);
        let hello = Request::Hello {
            version: PROTOCOL_VERSION,
        };
        match caller.call(&hello).await?? {
            Reply::Hello { .. } => Ok(caller),
            other => anyhow::bail!("the server answered hello with {:?}", other.operation()),
        }
    }

    async fn one_phase(&mut self, phase: usize) -> anyhow::Result<Ended> {
        let name = self.around.workload.phases()[phase].name;
        let is_messages = self.around.workload.phases()[phase].kind == PhaseKind::Messages;
        let (elapsed_ns, ended) = self.stretch(phase, &(0..1)).await?;
        if is_messages {
            self.rounds = 1;
        }
        match ended {
            Ended::Done => {
                self.end_phase(name, elapsed_ns, u32::from(is_messages))
                    .await
            }
            other => Ok(other),
        }
    }

    /// The first round stands alone, with a barrier behind it: it is the notebook's. The rest follow in batches.
    async fn all_rounds(&mut self, phase: usize) -> anyhow::Result<Ended> {
        let first_ns = match self.stretch(phase, &(0..1)).await? {
            (elapsed_ns, Ended::Done) => elapsed_ns,
            (_, ended) => return Ok(ended),
        };
        self.rounds = 1;
        let ended = self.end_phase("message", first_ns, 1).await?;
        if ended != Ended::Done {
            return Ok(ended);
        }
        let mut rest_ns = 0;
        while let Some(batch) = next_batch(
            self.order,
            RoundsSoFar {
                rounds: self.rounds,
                elapsed_ns: first_ns + rest_ns,
            },
        ) {
            match self
                .stretch(phase, &(self.rounds..self.rounds + batch))
                .await?
            {
                (elapsed_ns, Ended::Done) => rest_ns += elapsed_ns,
                (_, ended) => return Ok(ended),
            }
            self.rounds += batch;
        }
        if self.rounds == 1 {
            return Ok(Ended::Done);
        }
        self.end_phase("message_rest", rest_ns, self.rounds - 1)
            .await
    }

    /// Lets every worker take its steps, and waits for all of them; gives how long that took.
    async fn stretch(&mut self, phase: usize, rounds: &Range<u32>) -> anyhow::Result<(u64, Ended)> {
        let (around, accounts) = (self.around, self.order.accounts);
        around.shared.borrow_mut().departures.clear(first_place(
            around.workload,
            accounts,
            rounds.start,
        ));
        let started = Instant::now();
        let running: FuturesUnordered<_> = self
            .workers
            .iter_mut()
            .map(|worker| async move {
                let account = worker.account();
                let ran = worker
                    .run(
                        &Part {
                            phase,
                            account,
                            accounts,
                            rounds,
                        },
                        around,
                    )
                    .await;
                ran.with_context(|| format!("the connection of account {account}"))
            })
            .collect();
        let ended = tokio::select! {
            ran = running.try_collect::<Vec<()>>() => match ran {
                Ok(_) => Ended::Done,
                Err(error) => {
                    around.shared.borrow_mut().oracle.wrong(|| format!("{error:#}"));
                    Ended::Failed
                }
            },
            () = stall(around.shared) => {
                around.shared.borrow_mut().oracle.wrong(|| format!("nothing happened for {STALL_SECONDS} s"));
                Ended::Failed
            }
            order = self.orders.recv() => match onward(order)? {
                Onward::Stop => Ended::Stopped,
                Onward::Go => anyhow::bail!("told to go on in the middle of a phase"),
            }
        };
        Ok((elapsed_ns(started), ended))
    }

    async fn end_phase(
        &mut self,
        phase: &str,
        elapsed_ns: u64,
        rounds: u32,
    ) -> anyhow::Result<Ended> {
        let acknowledged = self.around.shared.borrow().acknowledged;
        let end = PhaseEnd {
            phase: phase.to_owned(),
            elapsed_ns,
            messages: acknowledged - self.messages,
            rounds,
            counters: meter::read(&self.traffic),
            layers: self.layers(),
        };
        self.messages = acknowledged;
        Ok(match barrier(end, &mut self.orders).await? {
            Onward::Go => Ended::Done,
            Onward::Stop => Ended::Stopped,
        })
    }

    fn layers(&self) -> Layers {
        let mut bytes = MessageBytes::default();
        self.workers
            .iter()
            .for_each(|worker| bytes += worker.message_bytes());
        Layers {
            requests_bytes: bytes.requests,
            replies_bytes: bytes.replies,
            events_bytes: bytes.events,
            ..self.around.shared.borrow().layers
        }
    }

    /// Deletes what a broken-off run has left, as far as the connections allow, in bounded time.
    async fn clean_up(&mut self) {
        let around = self.around;
        let cleaning = async {
            for worker in &mut self.workers {
                if let Err(error) = worker.clean_up(around).await {
                    tracing::debug!(%error, "an account is left behind");
                }
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(STALL_SECONDS.into()), cleaning).await);
    }

    fn outcome(&self, ended: Ended) -> Outcome {
        let shared = self.around.shared.borrow();
        let oracle = &shared.oracle;
        let mut ledger = shared.ledger;
        ledger.delivered = oracle.delivered;
        ledger.duplicated = oracle.duplicated;
        ledger.reordered = oracle.reordered;
        ledger.altered = oracle.altered;
        ledger.lost = shared.acknowledged.saturating_sub(oracle.delivered);
        Outcome {
            rounds: self.rounds,
            messages: shared.acknowledged,
            ledger,
            ack_hdr: shared.recorder.ack_hdr(),
            delivery_hdr: shared.recorder.delivery_hdr(),
            expected_digest: Some(oracle.expected_digest().to_string()),
            wrong: oracle.wrong.clone(),
            wrong_count: oracle.wrong_count,
            stopped: ended == Ended::Stopped,
        }
    }
}

/// Ends when nothing was answered or delivered for a while.
async fn stall(shared: &RefCell<Shared>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    let (mut seen, mut idle) = (u64::MAX, 0);
    while idle < STALL_SECONDS {
        ticks.tick().await;
        let progress = shared.borrow().progress;
        idle = if progress == seen { idle + 1 } else { 0 };
        seen = progress;
    }
}

/// The place of the first message of a round among its sender's.
fn first_place(workload: &dyn Workload, accounts: u32, nth: u32) -> u64 {
    workload.place(&MessageKey {
        from: 0,
        to: 1,
        nth,
        accounts,
    })
}

fn elapsed_ns(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
